import assert from 'node:assert/strict';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { parseFaults } from '../../../src/sandbox/faults/schema.ts';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../../src/sandbox/server/start.ts';
import { addressOf, readResourceJson } from '../../../src/tree/resourceJson.ts';

const signal = new AbortController().signal;

/** The inventory over a real connection to a real server. */
describe('inventory and sandbox', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  let connection: CloudConnection;
  let inventory: LiveInventory;

  async function begin(options: SandboxOptions): Promise<void> {
    sandbox = await startSandbox({ seed: 7, ...options });
    const { endpoint } = sandbox;
    connection = new CloudConnection({
      log: { request: () => undefined },
      settings: () => ({
        cloud: 'sandbox',
        customCloud: undefined,
        credential: 'vscode',
        servicePrincipal: { tenantId: '', clientId: '' },
        tenants: [],
        subscriptions: [],
        sandbox: { speed: 1, latency: 0 },
      }),
      credential: () => Promise.resolve(undefined),
      startSandbox: () =>
        Promise.resolve({
          details: endpoint,
          environment: {
            kind: 'sandbox',
            label: 'Sandbox',
            resourceManagerEndpoint: endpoint.resourceManagerEndpoint,
            authorityHost: endpoint.authorityHost,
            audience: `${endpoint.resourceManagerEndpoint}/`,
            certificateAuthorityFile: endpoint.certificateAuthorityFile,
          },
          onDidBreak: () => ({ dispose: () => undefined }),
          stop: () => Promise.resolve(),
          leave: () => undefined,
        }),
    });
    await connection.connect();
    inventory = createInventory({ connection });
  }

  afterEach(async () => {
    inventory.dispose();
    connection.dispose();
    await sandbox.close();
    sandbox.removeFiles();
  });

  async function children(parent: InventoryNode | undefined): Promise<readonly InventoryNode[]> {
    const page = await inventory.children(parent, { signal });
    assert.deepEqual(page.problems ?? [], [], `problems below ${parent?.label ?? 'the root'}`);
    return page.nodes;
  }

  async function everyVault(): Promise<readonly InventoryNode[]> {
    const found: InventoryNode[] = [];
    for (const subscription of await children(undefined)) {
      found.push(...(await children(await groupOf(subscription, 'vaults'))));
    }
    return found;
  }

  async function groupOf(subscription: InventoryNode, kind: string): Promise<InventoryNode> {
    const group = (await children(subscription)).find((node) => node.kind === kind);
    assert.ok(group, kind);
    return group;
  }

  it('reads every level of every vault without a problem, and every state that there is to see', async () => {
    await begin({});
    const tokens = new Set<string>();
    const keys = new Set<string>();
    const visit = async (parent: InventoryNode): Promise<void> => {
      assert.ok(!keys.has(parent.key), `${parent.key} stands twice`);
      keys.add(parent.key);
      parent.tokens.forEach((token) => tokens.add(token));
      if (parent.expandable) {
        for (const child of await children(parent)) {
          await visit(child);
        }
      }
    };
    for (const vault of await everyVault()) {
      await visit(vault);
    }
    for (const token of [
      'healthy',
      'failed',
      'stopped',
      'softDeleted',
      'firstBackupPending',
      'vm',
      'sql',
      'fileShare',
      'notProtected',
      'warning',
      'changeable',
      'server',
      'instance',
      'availabilityGroup',
      'autoProtectable',
      'database',
      'hana',
      'registrable',
      'registered',
      'inquiry',
      'statement',
    ]) {
      assert.ok(tokens.has(token), `nothing is ${token}`);
    }
    assert.ok(keys.size > 300, `${keys.size} nodes`);
  });

  it('reads every VM, collection, restore point and disk without a problem, each under a key of its own', async () => {
    await begin({});
    const tokens = new Set<string>();
    const kinds = new Map<string, number>();
    const keys = new Set<string>();
    const visit = async (parent: InventoryNode): Promise<void> => {
      assert.ok(!keys.has(parent.key), `${parent.key} stands twice`);
      keys.add(parent.key);
      kinds.set(parent.kind, (kinds.get(parent.kind) ?? 0) + 1);
      parent.tokens.forEach((token) => tokens.add(token));
      for (const child of parent.expandable ? await children(parent) : []) {
        await visit(child);
      }
    };
    for (const subscription of await children(undefined)) {
      await visit(await groupOf(subscription, 'virtualMachines'));
      await visit(await groupOf(subscription, 'restorePointCollections'));
    }
    for (const token of ['ofMachine', 'ofCollection', 'azureBackup', 'usable', 'copied']) {
      assert.ok(tokens.has(token), `nothing is ${token}`);
    }
    for (const kind of ['virtualMachine', 'restorePointCollection', 'restorePoint', 'diskRestorePoint']) {
      assert.ok((kinds.get(kind) ?? 0) > 10, kind);
    }
  });

  it('reads the JSON of VMs, collections, points and disks, and finds them by their ids', async () => {
    await begin({});
    const [first] = await children(undefined);
    assert.ok(first);
    const seen: string[] = [];
    let node: InventoryNode | undefined = await groupOf(first, 'virtualMachines');
    [node] = await children(node);
    const line = [node];
    for (node = await groupOf(first, 'restorePointCollections'); node?.expandable;) {
      [node] = await children(node);
      line.push(node);
    }
    for (const one of line) {
      const address = one && addressOf(one);
      assert.ok(one && address);
      const text = await readResourceJson(connection.arm(), address, signal);
      assert.equal((JSON.parse(text) as { id: string }).id.toLowerCase(), address.id.toLowerCase());
      assert.equal((await inventory.find(address.id, signal))?.key, one.key);
      seen.push(one.kind);
    }
    assert.deepEqual(seen, ['virtualMachine', 'restorePointCollection', 'restorePoint', 'diskRestorePoint']);
  });

  it('says that a vault is empty, with the next step', async () => {
    await begin({});
    const empties: string[] = [];
    for (const vault of await everyVault()) {
      const [items] = await children(vault);
      const page = await inventory.children(items, { signal });
      if (page.empty) {
        empties.push(page.empty.command ?? '');
      }
    }
    assert.ok(empties.includes('azureBackup.discoverVms'), 'the world has an empty vault');
  });

  it('loads pages of 200 on demand until all are there, each once', async () => {
    await begin({ vaults: 1, items: 450 });
    for (const vault of await everyVault()) {
      const [items] = await children(vault);
      const [vms] = await children(items);
      let page = vms && (await inventory.children(vms, { signal }));
      if (!vms || page?.more === undefined) {
        continue;
      }
      assert.equal(page.nodes.length, 200);
      while (page?.more !== undefined) {
        page = await inventory.children(vms, { signal, more: page.more });
      }
      const all = await children(vms);
      assert.equal(all.length, 450);
      assert.equal(new Set(all.map((node) => node.key)).size, 450);
      return;
    }
    assert.fail('no vault has more than a page');
  });

  it('reads the JSON of every kind of node, as it is now', async () => {
    await begin({});
    const seen = new Set<string>();
    for (const vault of (await everyVault()).slice(0, 4)) {
      const todo: InventoryNode[] = [vault];
      for (let node = todo.pop(); node; node = todo.pop()) {
        const address = addressOf(node);
        if (address && !seen.has(node.kind)) {
          seen.add(node.kind);
          const text = await readResourceJson(connection.arm(), address, signal);
          assert.equal((JSON.parse(text) as { id: string }).id.toLowerCase(), address.id.toLowerCase());
        }
        if (node.expandable && node.kind !== 'protectedItem') {
          todo.push(...(await children(node)));
        } else if (node.kind === 'protectedItem' && !seen.has('recoveryPoint')) {
          todo.push(...(await children(node)));
        }
      }
    }
    const [subscription] = await children(undefined);
    const address = subscription && addressOf(subscription);
    assert.match(address ? await readResourceJson(connection.arm(), address, signal) : '', /"subscriptionId"/);
    assert.deepEqual([...seen].sort(), ['container', 'job', 'policy', 'protectedItem', 'recoveryPoint', 'server', 'vault']);
  });

  it('shows a forbidden subscription as one that may not be looked into, and the others as ever', async () => {
    await begin({
      faults: parseFaults([{ kind: 'error', status: 403, code: 'AuthorizationFailed', path: '**/Microsoft.RecoveryServices/vaults' }]),
    });
    const [first, second] = await children(undefined);
    const [vaults] = await children(first);
    await assert.rejects(inventory.children(vaults, { signal }), (error) => error instanceof BackupError && error.facts.status === 403);
    assert.equal((await children(undefined))[0]?.description, 'no access');
    assert.ok((await children((await children(second))[0])).length > 0);
  });
});
