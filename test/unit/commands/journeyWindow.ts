import assert from 'node:assert/strict';
import type { Memento } from 'vscode';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import { sandboxEnvironment } from '../../../src/cloud/sandbox/details.ts';
import { readSettings } from '../../../src/cloud/settings.ts';
import { Appliances } from '../../../src/cloud/veeam/appliances.ts';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { rememberedIn } from '../../../src/commands/rememberedVscode.ts';
import { HeldLinks } from '../../../src/commands/links/heldLinks.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { refreshAfter } from '../../../src/commands/refreshAfter.ts';
import type { CommandServices } from '../../../src/commands/services.ts';
import type { Remembered } from '../../../src/core/remembered.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { placeUsed } from '../../../src/providers/apiManagement/place.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';
import { remediesFor } from '../../../src/providers/remedies.ts';
import { veeamRemediesFor } from '../../../src/providers/veeam/errorKnowledge.ts';
import { trackers } from '../../../src/providers/trackers.ts';

/** How long an operation may take. */
export const patienceMs = 60_000;

/** What a window has, but for VS Code: a connection to a sandbox, the inventory, the engine, commands with scripted answers. */
export class Window {
  readonly folder: string;
  readonly sandbox: RunningSandbox;
  readonly connection: CloudConnection;
  readonly inventory: LiveInventory;
  readonly engine: Engine;
  readonly links = new HeldLinks(Date.now);
  readonly remembered: Remembered;
  readonly appliances: Appliances;
  /** What the installation keeps of appliances: no secrets. */
  readonly memory = new Map<string, unknown>();
  readonly secrets = new Map<string, string>();
  /** What was logged: requests, and lines of commands. */
  readonly logged: unknown[] = [];
  readonly copied: string[] = [];
  readonly documents: { readonly name: string; readonly text: string }[] = [];
  readonly #prompters: ScriptedPrompter[] = [];

  constructor(folder: string, sandbox: RunningSandbox) {
    this.folder = folder;
    this.sandbox = sandbox;
    const { endpoint } = sandbox;
    const kept = new Map<string, unknown>();
    this.remembered = rememberedIn({
      keys: () => [...kept.keys()],
      get: (key: string) => kept.get(key),
      update: (key, value) => Promise.resolve(void kept.set(key, value)),
    } as Memento);
    const environment = sandboxEnvironment(endpoint);
    this.connection = new CloudConnection({
      log: { request: (entry) => void this.logged.push(entry) },
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
    const { memory, secrets } = this;
    this.appliances = new Appliances({
      memory: { get: (key) => memory.get(key), update: (key, value) => Promise.resolve(void memory.set(key, value)) },
      secrets: {
        get: (key) => Promise.resolve(secrets.get(key)),
        store: (key, value) => Promise.resolve(void secrets.set(key, value)),
        delete: (key) => Promise.resolve(void secrets.delete(key)),
      },
      log: { request: (entry) => void this.logged.push(entry) },
      remediesFor: veeamRemediesFor,
      versionSetting: () => undefined,
      now: Date.now,
    });
    this.inventory = createInventory({ connection: this.connection, remembered: this.remembered, appliances: this.appliances });
    this.engine = new Engine({
      folder: join(folder, 'journal'),
      arm: () => (this.connection.state.kind === 'connected' ? this.connection.arm() : undefined),
      clientOf: (origin) => this.appliances.client(origin),
      trackers: trackers,
      followers: followersOf(),
      canceller: (record) => cancellingRequest(record, () => environment),
      explain: refusalExplainer(remediesFor),
    });
    this.engine.onDidChange((record) => this.links.noteOperation(record));
    this.engine.onDidChange((record) => {
      const used = placeUsed(record);
      if (used) {
        this.remembered.set(used.key, used.value);
      }
    });
    refreshAfter(
      this.engine,
      this.inventory,
      (cloud) => cloud === environment.resourceManagerEndpoint || this.appliances.get(cloud) !== undefined,
    );
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
    const before = new Set(this.engine.list().map((record) => record.id));
    const [prompter, services] = this.servicesWith(...script);
    await runAction(services, action, nodes);
    return { prompter, records: this.engine.list().filter((record) => !before.has(record.id)) };
  }

  /** What commands work with, and who answers for the person. */
  servicesWith(...script: Scripted[]): readonly [ScriptedPrompter, CommandServices] {
    const prompter = new ScriptedPrompter(...script);
    this.#prompters.push(prompter);
    const nothing = (): void => undefined;
    return [
      prompter,
      {
        connection: this.connection,
        appliances: this.appliances,
        inventory: this.inventory,
        engine: this.engine,
        prompter,
        links: this.links,
        remembered: this.remembered,
        showDocument: (name, text) => Promise.resolve(void this.documents.push({ name, text })),
        showJobs: nothing,
        showLog: nothing,
        log: (line) => void this.logged.push(line),
        copyText: (text) => Promise.resolve(void this.copied.push(text)),
        now: Date.now,
      },
    ];
  }

  /** Everything that a person was shown so far. */
  get said(): readonly string[] {
    return this.#prompters.flatMap(({ shown, told, refusals }) => [...shown, ...told.map(({ message }) => message), ...refusals]);
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
    this.appliances.dispose();
    this.connection.dispose();
    await this.sandbox.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** @param speed 600: a minute of Azure is a tenth of a second */
export async function openWindow(speed: number): Promise<Window> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-'));
  return new Window(folder, await startSandbox({ speed, seed: 7 }));
}
