/** What windows that die do before that, see `reloadedWindow.ts`. */
import { delay } from '../../../src/core/cancellation.ts';
import type { ArmClient } from '../../../src/cloud/types.ts';
import { isObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { Inventory, InventoryNode } from '../../../src/inventory/types.ts';
import type { OperationEngine } from '../../../src/operations/types.ts';
import type { Scripted } from './scriptedPrompter.ts';

export interface WindowOptions {
  /** Of the sandbox. */
  readonly speed?: number;
  /** How much faster the engine's time goes than the world's, from `since` (milliseconds since the epoch) on. */
  readonly hurry?: number;
  readonly since?: number;
  /** Where in its way an operation takes the window with it. */
  readonly diesAt?: keyof typeof deaths;
  /** True: tells of all requests when all operations have ended. */
  readonly reports?: boolean;
}

const deaths = {
  copyPlaceMade: ({ actionId, status, first }: OperationRecord) =>
    actionId === 'copyRestorePoint' && status === 'planned' && first?.done === true,
  copyTaken: ({ actionId, status, first }: OperationRecord) =>
    actionId === 'copyRestorePoint' && status === 'accepted' && first?.done === true,
  copyUnderWay: ({ actionId, progress }: OperationRecord) => actionId === 'copyRestorePoint' && (progress.percent ?? 0) > 0,
  pointLeaves: ({ actionId, status, first }: OperationRecord) =>
    actionId === 'createRestorePoint' && status === 'sending' && first?.done === true,
} as const;

export function dies({ diesAt }: WindowOptions, record: OperationRecord): boolean {
  return diesAt !== undefined && deaths[diesAt](record);
}

interface Hands {
  readonly arm: ArmClient;
  readonly engine: OperationEngine;
  readonly inventory: Pick<Inventory, 'children'>;
  /** An action on a node, with a person's answers. */
  click(actionId: string, node: InventoryNode, ...script: Scripted[]): Promise<void>;
}

export const tasks: Readonly<Record<string, (hands: Hands) => Promise<void>>> = {
  async backUp(hands) {
    const isHealthy = (node: InventoryNode): boolean =>
      node.kind === 'protectedItem' && node.tokens.includes('vm') && node.icon?.id === 'pass-filled';
    const item = await find(hands, isHealthy, ['subscription', 'vaults', 'vault', 'protectedItems', 'workload']);
    await hands.click('backUpNow', item, { type: '<enter>' });
  },

  /** A restore point and a copy, each with its collection. */
  async points(hands) {
    await copy(hands);
    await create(hands);
  },

  /** The same, the second once the first has been taken and its answer is on its way. */
  async lost(hands) {
    const faults = [{ kind: 'slow', ms: 30_000, method: 'PUT', path: '**/restorePoints/c1' }];
    const url = `${hands.arm.environment.resourceManagerEndpoint}/_sandbox/faults`;
    await hands.arm.send({ method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(faults) });
    await copy(hands);
    while ((await putsOf(hands.arm))['restorePoints/c1'] !== 1) {
      await delay(20);
    }
    await create(hands);
  },
};

async function copy(hands: Hands): Promise<void> {
  const kinds = ['subscription', 'virtualMachines', 'virtualMachine'];
  const collection = await find(hands, ({ label }) => label === 'rpc-vm-web-01', kinds);
  const point = await find(hands, ({ kind }) => kind === 'restorePoint', [], collection);
  const place = [{ pick: 'Sweden Central' }, { pick: 'New collection...' }, { type: 'copies' }];
  await hands.click('copyRestorePoint', point, ...place, { type: 'c1' });
}

async function create(hands: Hands): Promise<void> {
  const machine = await find(hands, ({ label }) => label === 'vm-api-02', ['subscription', 'virtualMachines']);
  const place = [{ pick: 'New collection...' }, { type: 'own' }];
  await hands.click('createRestorePoint', machine, ...place, { type: 'p1' }, { pick: 'Crash consistent' }, { pick: [] });
}

/** By the last two segments of their paths: how often the sandbox carried out a PUT. */
export async function putsOf(arm: ArmClient): Promise<Readonly<Record<string, number>>> {
  const { body } = await arm.get('/_sandbox/ledger?method=PUT');
  const entries = isObject(body) ? body['entries'] : undefined;
  if (!Array.isArray(entries)) {
    throw new TypeError('The ledger of the sandbox has another form.');
  }
  const puts: Record<string, number> = {};
  for (const entry of entries) {
    if (isObject(entry) && entry['tookEffect'] === true && typeof entry['path'] === 'string') {
      const what = entry['path'].split('/').slice(-2).join('/');
      puts[what] = (puts[what] ?? 0) + 1;
    }
  }
  return puts;
}

/** How many backups the sandbox has begun. */
export async function backupsOf(arm: ArmClient): Promise<number> {
  const { body } = await arm.get(`/_sandbox/ledger?method=POST&path=${encodeURIComponent('/**/backup')}`);
  const entries = isObject(body) ? body['entries'] : undefined;
  if (!Array.isArray(entries)) {
    throw new TypeError('The ledger of the sandbox has another form.');
  }
  return entries.filter((entry) => isObject(entry) && entry['tookEffect'] === true).length;
}

/** The first node that `test` takes, below `parent`, opening only nodes of these kinds. */
async function find(
  hands: Hands,
  test: (node: InventoryNode) => boolean,
  kinds: readonly string[],
  parent?: InventoryNode,
): Promise<InventoryNode> {
  const look = async (below: InventoryNode | undefined): Promise<InventoryNode | undefined> => {
    const { nodes } = await hands.inventory.children(below, { signal: AbortSignal.timeout(60_000) });
    for (const node of nodes) {
      const found = test(node) ? node : kinds.includes(node.kind) ? await look(node) : undefined;
      if (found) {
        return found;
      }
    }
    return undefined;
  };
  const found = await look(parent);
  if (!found) {
    throw new Error('It is not in the tree.');
  }
  return found;
}
