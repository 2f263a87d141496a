import { HeldLinks } from '../../../src/commands/links/heldLinks.ts';
import type { CommandServices } from '../../../src/commands/services.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { Inventory, InventoryNode, NodePage } from '../../../src/inventory/types.ts';
import type { FollowPlan, OperationPlan, UnstartedPlan } from '../../../src/operations/types.ts';
import { readJob, readProtectableItem, readProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import {
  fakeArm,
  itemId,
  itemJson,
  jobJson,
  protectableJson,
  serverTime,
  subscriptionId,
  vaultId,
  type Answer,
  type FakeArm,
} from '../providers/fakeArm.ts';
import type { ScriptedPrompter } from './scriptedPrompter.ts';

const icon = { id: 'circle' };

export function groupNode(key: string, kind: string, label: string): InventoryNode {
  return { key, kind, label, icon, tokens: [kind], expandable: true };
}

export function vaultNode(id = vaultId, label = 'vault-a'): InventoryNode {
  const target = { kind: 'vault', id, name: label, model: {} };
  return { key: id, kind: 'vault', label, icon, tokens: ['vault', 'discover'], expandable: true, target, resourceId: id };
}

/** A protected VM's row; another name stands for another VM. */
export function itemNode(name: string, tokens: readonly string[], properties: JsonObject = {}): InventoryNode {
  const id = itemId.replaceAll('web-01', name);
  const model = readProtectedItem(itemJson({ friendlyName: name, ...properties }, id));
  const target = { kind: 'protectedItem', id, name, model };
  return {
    key: id,
    kind: 'protectedItem',
    label: name,
    icon,
    tokens: ['protectedItem', 'vm', 'changeable', ...tokens],
    expandable: true,
    target,
    resourceId: id,
  };
}

export function protectableNode(name: string, tokens: readonly string[] = ['notProtected']): InventoryNode {
  const raw = JSON.parse(JSON.stringify(protectableJson()).replaceAll('web-01', name)) as JsonObject;
  const model = readProtectableItem(raw);
  const target = { kind: 'protectableItem', id: model.id, name, model };
  return {
    key: model.id,
    kind: 'protectableItem',
    label: name,
    icon,
    tokens: ['protectableItem', 'vm', ...tokens],
    expandable: false,
    target,
  };
}

export function jobNode(name: string, tokens: readonly string[] = ['running', 'cancellable']): InventoryNode {
  const model = readJob(jobJson(name));
  const target = { kind: 'job', id: model.id, name, model };
  return { key: model.id, kind: 'job', label: name, icon, tokens: ['job', ...tokens], expandable: false, target };
}

/** A tree given as lists by the key of what holds them; an Error is thrown when it is read. `''` is the first level. */
export class FakeInventory implements Inventory {
  readonly #lists: Readonly<Record<string, readonly InventoryNode[] | Error>>;
  readonly refreshed: string[] = [];
  readonly read: string[] = [];

  constructor(lists: Readonly<Record<string, readonly InventoryNode[] | Error>>) {
    this.#lists = lists;
  }
  readonly onDidChange = (): { dispose(): void } => ({ dispose: () => undefined });
  beside(): readonly InventoryNode[] {
    return [];
  }
  readonly onDidChangeLooks = this.onDidChange;
  readonly onDidMend = this.onDidChange;
  children(parent: InventoryNode | undefined): Promise<NodePage> {
    this.read.push(parent?.key ?? '');
    const list = this.#lists[parent?.key ?? ''] ?? [];
    return list instanceof Error ? Promise.reject(list) : Promise.resolve({ nodes: list });
  }
  loaded(): undefined {
    return undefined;
  }
  parentOf(node: InventoryNode): InventoryNode | undefined {
    const holder = Object.entries(this.#lists).find(([, list]) => !(list instanceof Error) && list.includes(node))?.[0];
    return Object.values(this.#lists)
      .flatMap((list) => (list instanceof Error ? [] : list))
      .find((one) => one.key === holder);
  }
  find(resourceId: string): Promise<InventoryNode | undefined> {
    const all = Object.values(this.#lists).flatMap((list) => (list instanceof Error ? [] : list));
    return Promise.resolve(all.find(({ target }) => target?.id === resourceId));
  }
  refresh(node?: InventoryNode): void {
    this.refreshed.push(node?.key ?? '');
  }
}

/** One subscription with one vault and the given rows in its groups. */
export function oneVault(rows: Readonly<Record<string, readonly InventoryNode[]>>): FakeInventory {
  const subscription = groupNode(`/subscriptions/${subscriptionId}`, 'subscription', 'Contoso');
  const vaults = groupNode('vaults', 'vaults', 'Recovery Services vaults');
  const vault = vaultNode();
  const groups = Object.keys(rows).map((kind) => groupNode(`${vaultId}#${kind}`, kind, kind));
  return new FakeInventory({
    '': [subscription],
    [subscription.key]: [vaults],
    [vaults.key]: [vault],
    [vault.key]: groups,
    ...Object.fromEntries(Object.entries(rows).map(([kind, nodes]) => [`${vaultId}#${kind}`, nodes])),
  });
}

export interface TestServices extends CommandServices {
  readonly arm: FakeArm;
  readonly started: OperationPlan[];
  readonly unstarted: UnstartedPlan[];
  readonly followed: FollowPlan[];
  readonly documents: { name: string; text: string }[];
  readonly lines: string[];
  readonly copied: string[];
}

/** @param refusals names of targets whose start the engine refuses */
export function servicesWith(
  prompter: ScriptedPrompter,
  options: {
    routes?: Readonly<Record<string, Answer>>;
    inventory?: Inventory;
    refusals?: readonly string[];
    connected?: boolean;
    records?: readonly OperationRecord[];
  } = {},
): TestServices {
  const arm = fakeArm(options.routes ?? {});
  const started: OperationPlan[] = [];
  const unstarted: UnstartedPlan[] = [];
  const followed: FollowPlan[] = [];
  const documents: TestServices['documents'] = [];
  const lines: string[] = [];
  const copied: string[] = [];
  const recordOf = (id: string): OperationRecord => ({ id }) as OperationRecord;
  return {
    arm,
    started,
    unstarted,
    followed,
    documents,
    lines,
    copied,
    prompter,
    links: new HeldLinks(() => Date.parse(serverTime)),
    connection: {
      connect: () => Promise.resolve({ kind: 'disconnected' }),
      arm: () => {
        if (options.connected === false) {
          throw new BackupError('Not signed in.', { code: 'NotConnected', remedies: ['Sign in.'] });
        }
        return arm;
      },
    },
    inventory: options.inventory ?? new FakeInventory({}),
    engine: {
      list: () => options.records ?? [],
      start: (plan) => {
        if (options.refusals?.includes(plan.target.name)) {
          return Promise.reject(new BackupError('The journal cannot be written.', { code: 'JournalUnwritable' }));
        }
        started.push(plan);
        return Promise.resolve(recordOf(`operation-${started.length}`));
      },
      noteUnstarted: (plan) => {
        unstarted.push(plan);
        return Promise.resolve(recordOf(`unstarted-${unstarted.length}`));
      },
      follow: (plan) => {
        followed.push(plan);
        return Promise.resolve(recordOf(`followed-${followed.length}`));
      },
      onDidChange: () => ({ dispose: () => undefined }),
    },
    showDocument: (name, text) => {
      documents.push({ name, text });
      return Promise.resolve();
    },
    showJobs: (id) => void lines.push(`jobs ${id ?? ''}`),
    showLog: () => void lines.push('log shown'),
    log: (line) => void lines.push(line),
    copyText: (text) => {
      copied.push(text);
      return Promise.resolve();
    },
    now: () => Date.parse(serverTime),
  };
}
