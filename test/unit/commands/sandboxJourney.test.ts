import assert from 'node:assert/strict';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import type { Scripted } from './scriptedPrompter.ts';

import { openWindow, patienceMs, type Window } from './journeyWindow.ts';

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
