import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { retryFailed } from '../../../src/commands/flow/retryFailed.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import { remediesFor } from '../../../src/providers/remedies.ts';
import { trackers } from '../../../src/providers/trackers.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { openWindow, patienceMs, type Window } from './journeyWindow.ts';

const account = 'stnwapimweu';
const container = 'apim-backups';
const services = ['Northwind Production', 'API Management services'];

describe('API Management against the sandbox, with the real engine, inventory and blob service', function () {
  this.timeout(180_000);
  let window: Window;
  before(async () => {
    window = await openWindow(600);
  });
  after(() => window?.close());

  const at = async (...labels: readonly string[]): Promise<InventoryNode> => {
    const signal = AbortSignal.timeout(patienceMs);
    let node: InventoryNode | undefined;
    for (const label of labels) {
      const { nodes } = await window.inventory.children(node, { signal });
      node = nodes.find((one) => one.label === label);
      assert.ok(node, `no ${label} among ${nodes.map((one) => one.label).join(', ')}`);
    }
    return node as InventoryNode;
  };
  const below = async (node: InventoryNode): Promise<readonly InventoryNode[]> =>
    (await window.inventory.children(node, { signal: AbortSignal.timeout(patienceMs) })).nodes;

  it('a service from the choice of its container over a backup and its restore into itself, seen in the tree', async () => {
    const service = await at(...services, 'apim-northwind-weu');
    const [group] = await below(service);
    assert.ok(group);
    assert.equal(group.description, 'container not chosen');
    const empty = await window.inventory.children(group, { signal: AbortSignal.timeout(patienceMs) });
    assert.equal(empty.empty?.command, 'azureBackup.chooseBackups');

    await window.begin('chooseBackups', [group], { pick: account }, { pick: container });
    const rows = await below(await at(...services, service.label, 'Backups'));
    const said = rows.map(({ label, description, tokens }) => [label.replace(/\d{4}-\d\d-\d\d/, 'DAY'), description, tokens[2]]);
    assert.deepEqual(
      said.map(([label, description, token]) => [label, description?.split(' · ')[0], token]),
      [
        ['DAY', 'expires in 27 days', 'usableBackup'],
        ['apim-orders-weu-DAY.apimbackup', 'expires in 24 days', 'usableBackup'],
        ['DAY', 'expires within a day', 'usableBackup'],
        ['DAY', 'expired 1 day ago', 'expiredBackup'],
        ['readme.txt', 'expired 90 days ago', 'expiredBackup'],
      ],
    );

    const backup = [
      { pick: '<enter>' },
      { pick: '<enter>' },
      { type: 'nightly.apimbackup' },
      { pick: '<enter>' },
      { pick: 'Continue' },
      { choose: 'Back Up' },
    ];
    const [made] = await window.run('backUpService', [service], ...backup);
    assert.equal(made?.status, 'succeeded', JSON.stringify(made, undefined, 1));
    assert.match(made.outcome ?? '', /^The backup nightly\.apimbackup is in stnwapimweu\/apim-backups\. It can be restored until /);
    assert.deepEqual(JSON.parse(made.request?.body ?? ''), {
      storageAccount: account,
      containerName: container,
      backupName: 'nightly.apimbackup',
      accessType: 'SystemAssignedManagedIdentity',
    });
    const newest = (await below(await at(...services, service.label, 'Backups')))[0];
    assert.equal(newest?.label, 'nightly.apimbackup');
    assert.match(newest.description ?? '', /^expires in 29 days · just now · \d+ KB$/);

    const [restored] = await window.run(
      'restoreBackup',
      [newest],
      { pick: '<enter>' },
      { pick: '<enter>' },
      { pick: 'Continue' },
      { type: service.label },
    );
    assert.equal(restored?.status, 'succeeded', JSON.stringify(restored, undefined, 1));
    assert.equal(restored.target.name, service.label);
    assert.match(restored.outcome ?? '', /holds what was in the backup nightly\.apimbackup/);
  });

  it('what would not work is told before anything is sent, and mending it lets one go on', async () => {
    const service = await at(...services, 'apim-northwind-weu');
    const looked = window.begin(
      'backUpService',
      [service],
      { pick: 'stnwapimempty' },
      { pick: 'Another container...' },
      { type: container },
      { type: 'a.apimbackup' },
      { pick: 'System-assigned managed identity' },
      { pick: 'Look Again' },
      ...Array.from({ length: 5 }, () => ({ back: true }) as const),
      { pick: 'stnwapimfw' },
      { pick: container },
      { type: 'a.apimbackup' },
      { pick: 'User-assigned managed identity id-apim-backup' },
      { back: true },
      { pick: 'System-assigned managed identity' },
      { escape: true },
    );
    await assert.rejects(looked, isCancelled);
    const shown = window.said.join('\n');
    assert.match(
      shown,
      /Storage firewall \| would not work \| stnwapimfw does not let this service in; in one region, addresses do not count: choose the system-assigned identity/,
    );
    assert.match(shown, /Storage firewall \| stnwapimfw lets Azure’s own services in/);
  });

  it('a key is sent and stands nowhere: typed or fetched, whatever the answer', async () => {
    const service = await at(...services, 'apim-northwind-weu');
    const typed = Buffer.alloc(64, 7).toString('base64');
    const [failed] = await window.run(
      'backUpService',
      [service],
      { pick: account },
      { pick: container },
      { type: 'key.apimbackup' },
      { pick: 'Access key, typed' },
      { type: 'DefaultEndpointsProtocol=https;AccountName=x;AccountKey=' + typed },
      { type: typed },
      { pick: 'Continue' },
      { choose: 'Back Up' },
    );
    assert.equal(failed?.status, 'failed');
    assert.match(failed.error?.remedies?.join(' ') ?? '', /managed identity/);
    const retyped = Buffer.alloc(64, 9).toString('base64');
    const [prompter, again] = window.servicesWith({ type: retyped }, { pick: 'Continue' }, { choose: 'Back Up' });
    await retryFailed(again, failed.id);
    assert.equal(prompter.shown.filter((line) => line.startsWith('input')).length, 1, 'only the key is asked for anew');
    const tried = window.engine.list().find(({ batch }) => batch?.retryOf === failed.id);
    assert.deepEqual(tried?.asked, failed.asked);
    assert.equal((await window.endOf(tried?.id ?? '')).status, 'failed');

    const [made] = await window.run(
      'backUpService',
      [service],
      { pick: account },
      { pick: container },
      { type: 'key.apimbackup' },
      { pick: 'Access key, fetched with your own right' },
      { pick: 'Continue' },
      { choose: 'Back Up' },
    );
    assert.equal(made?.status, 'succeeded', JSON.stringify(made, undefined, 1));
    const arm = window.connection.arm();
    const { accountId } = made.intent as { accountId: string };
    const url = `${arm.environment.resourceManagerEndpoint}${accountId}/listKeys?api-version=2024-01-01`;
    const { body } = await arm.send({ method: 'POST', url, headers: {} });
    const keys = (body as { keys: { value: string }[] }).keys.map(({ value }) => value);
    assert.equal(keys.length, 2);
    const journal = join(window.folder, 'journal');
    const files = await Promise.all((await readdir(journal)).map((name) => readFile(join(journal, name), 'utf8').catch(() => '')));
    const everything = [...files, JSON.stringify(window.logged), ...window.said, JSON.stringify(window.engine.list())].join('\n');
    for (const secret of [typed, retyped, ...keys]) {
      assert.ok(!everything.includes(secret));
    }
    assert.match(everything, /"accessKey\\*":\\*"\(not stored\)/);
  });

  it('a window that closes while a backup runs leaves it to the next one, which follows it to its end', async () => {
    const service = await at(...services, 'apim-northwind-neu');
    const { records } = await window.begin(
      'backUpService',
      [service],
      { pick: account },
      { pick: container },
      { type: 'reload.apimbackup' },
      { pick: '<enter>' },
      { pick: 'Continue' },
      { choose: 'Back Up' },
    );
    const id = records[0]?.id ?? '';
    await window.until(id, ({ status }) => status === 'accepted' || status === 'running');
    await window.engine.dispose();
    const next = new Engine({
      folder: join(window.folder, 'journal'),
      arm: () => window.connection.arm(),
      trackers,
      followers: followersOf(),
      canceller: () => Promise.reject(new Error('Nothing is cancelled')),
      explain: refusalExplainer(remediesFor),
    });
    try {
      const ended = new Promise<OperationRecord>((resolve) => next.onDidEnd(resolve));
      await next.resume();
      const record = await ended;
      assert.deepEqual([record.id, record.status], [id, 'succeeded'], JSON.stringify(record, undefined, 1));
      assert.match(record.outcome ?? '', /reload\.apimbackup is in stnwapimweu/);
      assert.equal(record.trace.filter(({ method }) => method === 'POST').length, 1);
    } finally {
      await next.dispose();
    }
  });
});
