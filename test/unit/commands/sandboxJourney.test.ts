import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import { readSettings } from '../../../src/cloud/settings.ts';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { HeldLinks } from '../../../src/commands/links/heldLinks.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { refreshAfter } from '../../../src/commands/refreshAfter.ts';
import type { CommandServices } from '../../../src/commands/services.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import { trackers } from '../../../src/providers/recoveryServices/tracking.ts';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';

/** How long an operation may take. */
const patienceMs = 60_000;

/** What a window has, but for VS Code: a connection to a sandbox, the inventory, the engine, commands with scripted answers. */
class Window {
  readonly folder: string;
  readonly sandbox: RunningSandbox;
  readonly connection: CloudConnection;
  readonly inventory: LiveInventory;
  readonly engine: Engine;

  constructor(folder: string, sandbox: RunningSandbox) {
    this.folder = folder;
    this.sandbox = sandbox;
    const { endpoint } = sandbox;
    const environment = { kind: 'sandbox', label: 'Sandbox', audience: `${endpoint.resourceManagerEndpoint}/`, ...endpoint } as const;
    this.connection = new CloudConnection({
      log: { request: () => undefined },
      settings: () => readSettings((name) => (name === 'cloud' ? 'sandbox' : undefined)),
      credential: () => Promise.resolve(undefined),
      startSandbox: () =>
        Promise.resolve({
          details: endpoint,
          environment,
          onDidBreak: () => ({ dispose: () => undefined }),
          leave: () => undefined,
          stop: () => Promise.resolve(),
        }),
    });
    this.inventory = createInventory({ connection: this.connection });
    this.engine = new Engine({
      folder: join(folder, 'journal'),
      arm: () => (this.connection.state.kind === 'connected' ? this.connection.arm() : undefined),
      trackers: new Map(trackers.map((tracker) => [tracker.name, tracker])),
      followers: followersOf(),
      canceller: (record) => cancellingRequest(record, environment),
      explain: (response, attempted, resource) =>
        Promise.resolve(
          new BackupError(`${attempted} ${resource}: ${response.text}`, { code: `Http${response.status}`, status: response.status }),
        ),
    });
    refreshAfter(this.engine, this.inventory, () => environment.resourceManagerEndpoint);
  }

  /** Runs a command with scripted answers and waits for the ends of what it started. */
  async run(id: string, nodes: readonly InventoryNode[] | undefined, ...script: Scripted[]): Promise<OperationRecord[]> {
    const { prompter, records } = await this.begin(id, nodes, ...script);
    assert.equal(prompter.left, 0, 'the whole script was used');
    return Promise.all(records.map((record) => this.endOf(record.id)));
  }

  async begin(
    id: string,
    nodes: readonly InventoryNode[] | undefined,
    ...script: Scripted[]
  ): Promise<{ prompter: ScriptedPrompter; records: readonly OperationRecord[] }> {
    const action = actionById(id);
    assert.ok(action, id);
    const prompter = new ScriptedPrompter(...script);
    const before = new Set(this.engine.list().map((record) => record.id));
    const nothing = (): void => undefined;
    const services: CommandServices = {
      connection: this.connection,
      inventory: this.inventory,
      engine: this.engine,
      prompter,
      links: new HeldLinks(Date.now),
      showDocument: () => Promise.resolve(),
      showJobs: nothing,
      showLog: nothing,
      log: nothing,
      copyText: () => Promise.resolve(),
      now: Date.now,
    };
    await runAction(services, action, nodes);
    return { prompter, records: this.engine.list().filter((record) => !before.has(record.id)) };
  }

  endOf(id: string): Promise<OperationRecord> {
    return this.until(id, (record) => hasEnded(record.status));
  }

  until(id: string, test: (record: OperationRecord) => boolean): Promise<OperationRecord> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const record = this.engine.get(id);
        if (record && test(record)) {
          stop();
          resolve(record);
        }
      };
      const listening = this.engine.onDidChange(look);
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`It did not come to that: ${JSON.stringify(this.engine.get(id), undefined, 1)}`));
      }, patienceMs);
      const stop = (): void => {
        clearTimeout(timer);
        listening.dispose();
      };
      look();
    });
  }

  /** The node with that label below a vault, read anew from the inventory as the tree would. */
  async node(vault: string, group: string, label: string): Promise<InventoryNode> {
    const signal = AbortSignal.timeout(patienceMs);
    const walk = async (parent: InventoryNode | undefined, depth: number): Promise<InventoryNode | undefined> => {
      const { nodes } = await this.inventory.children(parent, { signal });
      for (const node of nodes) {
        if (node.label === label && depth > 0) {
          return node;
        }
        const enter = node.kind === group || node.kind === 'workload' || (node.kind === 'vault' && node.label === vault);
        const found =
          enter || ['subscription', 'vaults'].includes(node.kind) ? await walk(node, node.kind === 'vault' ? 1 : depth) : undefined;
        if (found) {
          return found;
        }
      }
      return undefined;
    };
    const found = await walk(undefined, 0);
    assert.ok(found, `${label} is not among the ${group} of ${vault}`);
    return found;
  }

  async close(): Promise<void> {
    await this.engine.dispose();
    this.connection.dispose();
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @param speed 600: a minute of Azure is a tenth of a second */
async function openWindow(speed: number): Promise<Window> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-'));
  return new Window(folder, await startSandbox({ speed, seed: 7 }));
}

/** A vault with a VM to protect, found as a person would, through the inventory. */
async function protectable(window: Window): Promise<{ vault: string; vm: InventoryNode }> {
  const signal = AbortSignal.timeout(patienceMs);
  const { inventory } = window;
  for (const subscription of (await inventory.children(undefined, { signal })).nodes) {
    for (const group of (await inventory.children(subscription, { signal })).nodes) {
      for (const vault of (await inventory.children(group, { signal })).nodes) {
        const open = (await inventory.children(vault, { signal })).nodes.find((node) => node.kind === 'protectableItems');
        const vms = open ? (await inventory.children(open, { signal })).nodes.filter((node) => node.tokens.includes('notProtected')) : [];
        const vm = vms.find((node) => node.tokens.includes('vm'));
        if (vm) {
          return { vault: vault.label, vm };
        }
      }
    }
  }
  throw new Error('The sandbox has no VM to protect');
}

describe('actions against the sandbox, with the real engine and inventory', function () {
  this.timeout(120_000);
  let window: Window;
  before(async () => {
    window = await openWindow(600);
  });
  after(() => window.close());

  it('a VM’s whole life: protect, back up, change policy, stop, resume, delete, undelete', async () => {
    const { vault, vm } = await protectable(window);
    const name = vm.label;
    const said: string[] = [];
    const step = async (id: string, node: InventoryNode, ...script: Scripted[]): Promise<OperationRecord> => {
      const [record] = await window.run(id, [node], ...script);
      assert.ok(record, id);
      assert.equal(
        record.status,
        'succeeded',
        `${id}: ${JSON.stringify({ error: record.error, outcome: record.outcome, warnings: record.warnings })}`,
      );
      said.push(record.outcome ?? '');
      return record;
    };
    const item = (): Promise<InventoryNode> => window.node(vault, 'protectedItems', name);
    await step('protectVm', vm, { pick: 'DefaultPolicy' });
    assert.ok((await item()).tokens.includes('firstBackupPending'));

    const backup = await step('backUpNow', await item(), { type: '<enter>' });
    assert.equal(backup.job?.operation, 'Backup');
    assert.ok(
      (backup.progress.tasks ?? []).some((task) => task.name === 'Transfer data to vault'),
      JSON.stringify(backup.progress),
    );
    assert.ok((await item()).tokens.includes('protected'));

    await step('changePolicy', await item(), { pick: 'EnhancedPolicy' }, { choose: 'Change Policy' });

    await step('stopKeepData', await item(), { choose: 'Stop Protection and Keep Data' });
    assert.ok((await item()).tokens.includes('stopped'));

    await step('resumeProtection', await item(), { pick: 'DefaultPolicy' }, { choose: 'Resume Protection' });
    assert.ok(!(await item()).tokens.includes('stopped'));

    await step('stopDeleteData', await item(), { type: name });
    assert.ok((await item()).tokens.includes('softDeleted'));

    await step('undelete', await item());
    const back = await item();
    assert.ok(back.tokens.includes('stopped') && !back.tokens.includes('softDeleted'), back.tokens.join());

    assert.match(said[0] ?? '', /is protected by DefaultPolicy; its first backup is pending/);
    assert.match(said[1] ?? '', /has a recovery point of/);
    assert.match(said[2] ?? '', /is protected by EnhancedPolicy/);
    assert.match(said[5] ?? '', /soft delete keeps it/);
    assert.match(said[6] ?? '', /Its protection is stopped until you resume it/);
  });

  it('a running backup is cancelled from its job’s row; the row’s operation and the backup both end', async () => {
    // Slow enough that the backup still runs when its row is found.
    const slow = await openWindow(150);
    try {
      const { vault, vm } = await protectable(slow);
      await slow.run('protectVm', [vm], { pick: 'DefaultPolicy' });
      const node = await slow.node(vault, 'protectedItems', vm.label);
      const { records } = await slow.begin('backUpNow', [node], { type: '<enter>' });
      const backup = await slow.until(records[0]?.id ?? '', (record) => record.job?.cancellable === true || hasEnded(record.status));
      const job = await slow.inventory.find(backup.job?.id ?? '', AbortSignal.timeout(patienceMs));
      assert.ok(job);
      assert.ok(job.tokens.includes('cancellable'), job.tokens.join());
      const [cancel] = await slow.run('cancelJob', [job], { choose: 'Cancel Job' });
      assert.equal(cancel?.status, 'succeeded', JSON.stringify(cancel?.error));
      assert.match(cancel?.outcome ?? '', /is (being )?cancelled/);
      assert.equal((await slow.endOf(backup.id)).status, 'cancelled');
    } finally {
      await slow.close();
    }
  });

  it('discovering from the palette says how many VMs can be protected', async () => {
    const { vault } = await protectable(window);
    const [record] = await window.run('discoverVms', undefined, { pick: vault });
    assert.equal(record?.status, 'succeeded', JSON.stringify(record?.error));
    assert.match(record?.outcome ?? '', /can protect \d+ VMs? more/);
  });

  it('what Azure refuses is told with Azure’s words, and the tree stays true', async () => {
    const { vault, vm } = await protectable(window);
    await window.run('protectVm', [vm], { pick: 'DefaultPolicy' });
    const node = await window.node(vault, 'protectedItems', vm.label);
    const { records } = await window.begin('backUpNow', [node], { type: '<enter>' });
    await window.until(records[0]?.id ?? '', (record) => record.status === 'running');
    const [second] = await window.run('backUpNow', [node], { type: '<enter>' });
    assert.equal(second?.status, 'failed');
    assert.match(second?.error?.message ?? '', /UserErrorBackupOperationInProgress|in progress/i);
    assert.equal((await window.endOf(records[0]?.id ?? '')).status, 'succeeded');
  });
});
