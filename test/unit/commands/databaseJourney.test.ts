/** SQL databases from protection to deletion: the real actions, engine, trackers and pipeline against the sandbox. */
import assert from 'node:assert/strict';
import https from 'node:https';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { remediesFor } from '../../../src/providers/recoveryServices/errorKnowledge.ts';
import type { ProtectableItem, ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { SpoiledCloud } from './spoiledCloud.ts';

const dayMs = 86_400_000;

describe('SQL databases, from protection to deletion', function () {
  this.timeout(120_000);
  let cloud: SpoiledCloud;
  let vaultId: string;
  let otherVaultId: string;

  before(async () => {
    cloud = await SpoiledCloud.open(600, 10_000);
    const vaults = await Promise.all(cloud.sandbox.endpoint.subscriptionIds.map((id) => api.listVaults(cloud.arm, `/subscriptions/${id}`)));
    const idOf = (name: string): string => {
      const found = vaults.flatMap(({ items }) => items).find((vault) => vault.name === name);
      assert.ok(found, name);
      return found.id;
    };
    vaultId = idOf('rsv-erp-weu');
    otherVaultId = idOf('rsv-sql-weu');
  });
  after(() => cloud?.close());

  /** What happens beside backup. */
  function world(action: string, body: object): Promise<void> {
    const { resourceManagerEndpoint, clientSecret } = cloud.sandbox.endpoint;
    const headers = { 'x-sandbox-secret': clientSecret, 'content-type': 'application/json' };
    const url = `${resourceManagerEndpoint}/_sandbox/world/${action}`;
    return new Promise((resolve, reject) => {
      const request = https.request(url, { method: 'POST', ca: cloud.sandbox.certificateAuthority, headers }, (answer) => {
        answer.resume();
        answer.on('end', () => ((answer.statusCode ?? 500) < 300 ? resolve() : reject(new Error(`${action}: ${answer.statusCode}`))));
      });
      request.on('error', reject);
      request.end(JSON.stringify(body));
    });
  }

  async function protectable(name: string, of = vaultId): Promise<ActionTarget<ProtectableItem>> {
    const { items } = await api.listProtectableItems(cloud.arm, of, { types: ['AzureWorkload'] });
    const model = items.find((one) => one.friendlyName === name && one.role === 'database');
    assert.ok(model, `${name} is not among ${items.map(({ friendlyName }) => friendlyName).join(', ')}`);
    return { kind: 'protectableItem', id: model.id, name, model };
  }
  async function item(name: string, of = vaultId): Promise<ActionTarget<ProtectedItem>> {
    const { items } = await api.listProtectedItems(cloud.arm, of, { backupManagementType: 'AzureWorkload' });
    const model = items.find(({ friendlyName }) => friendlyName === name);
    assert.ok(model, `${name} is not among ${items.map(({ friendlyName }) => friendlyName).join(', ')}`);
    return { kind: 'protectedItem', id: model.id, name, model };
  }
  const run = async (actionId: string, target: ActionTarget, answers: Record<string, string> = {}): Promise<OperationRecord> =>
    (await cloud.run(actionId, target, answers, () => [])).record;
  const policy = (name: string, of = vaultId): Record<string, string> => ({ policy: `${of}/backupPolicies/${name}` });
  const backup = (backupType: string, days = 60): Record<string, string> => ({
    backupType,
    compression: 'no',
    expiry: new Date(Date.now() + days * dayMs).toISOString(),
  });
  const said = ({ status, error, outcome }: OperationRecord): string => JSON.stringify({ status, error, outcome });

  it('protects one with a policy', async () => {
    const record = await run('protectDatabase', await protectable('Reporting'), policy('HourlyLogBackup'));
    assert.equal(record.status, 'succeeded', said(record));
    assert.match(record.outcome ?? '', /^Reporting is protected by HourlyLogBackup; its first backup is pending\.$/);
    assert.equal(record.target.where, 'MSSQLSERVER on erp-db-01');
    assert.equal(record.job?.operation, 'ConfigureBackup');
  });

  it('backs up fully and differentially: tasks without a percentage, what was moved, and the point that it made', async () => {
    const full = await run('backUpDatabase', await item('Reporting'), backup('Full'));
    assert.equal(full.status, 'succeeded', said(full));
    assert.match(full.outcome ?? '', /^Reporting has a full recovery point of .* UTC, kept until \d{4}-\d{2}-\d{2}\.$/);
    assert.equal(full.job?.operation, 'Backup (Full)');
    assert.equal(full.progress.percent, undefined);
    assert.deepEqual(full.progress.tasks, [{ name: 'Transfer data to vault', status: 'succeeded' }]);
    assert.match(full.progress.properties?.['Data Transferred (in MB)'] ?? '', /^[\d.]+$/);
    const differential = await run('backUpDatabase', await item('Reporting'), backup('Differential'));
    assert.equal(differential.status, 'succeeded', said(differential));
    assert.match(differential.outcome ?? '', /a differential recovery point of .*, kept by the policy HourlyLogBackup\.$/);
  });

  it('backs up a log, and says how far the logs reach', async () => {
    const record = await run('backUpDatabase', await item('Payroll'), backup('Log'));
    assert.equal(record.status, 'succeeded', said(record));
    assert.match(record.outcome ?? '', /^The logs of Payroll reach to /);
  });

  it('explains a log backup under the simple recovery model, with the statement that changes it', async () => {
    const record = await run('backUpDatabase', await item('Reporting'), backup('Log'));
    assert.equal(record.status, 'failed', said(record));
    assert.equal(record.error?.code, 'UserErrorSQLPODoesNotSupportBackupType');
    assert.ok((record.error?.remedies?.length ?? 0) > 0);
    assert.match(record.error?.statement?.text ?? '', /^ALTER DATABASE \[Reporting\] SET RECOVERY FULL;/);
  });

  it('stops, resumes with another policy, deletes and takes back, as with VMs', async () => {
    for (const [actionId, answers, outcome] of [
      ['stopKeepData', {}, /Protection of Reporting is stopped; its recovery points are kept/],
      ['resumeProtection', policy('SQL-Full-Daily-Log-15min'), /Reporting is protected by SQL-Full-Daily-Log-15min/],
      ['changePolicy', policy('HourlyLogBackup'), /Reporting is protected by HourlyLogBackup/],
      ['stopDeleteData', {}, /soft delete keeps it for 14 more days/],
      ['undelete', {}, /Reporting is back with its recovery points/],
    ] as const) {
      const record = await run(actionId, await item('Reporting'), answers);
      assert.equal(record.status, 'succeeded', `${actionId}: ${said(record)}`);
      assert.match(record.outcome ?? '', outcome);
    }
  });

  it('protects a database whose name is in the way of those who take ids apart', async () => {
    const machine = { machine: 'erp-db-01' };
    for (const name of [`Kunden; "Größe" d'Été №7`, '50% off', 'Sales#2']) {
      await world('add-database', { ...machine, name });
    }
    const [server] = (await api.listContainers(cloud.arm, vaultId, { types: ['AzureWorkload'] })).items;
    assert.ok(server);
    const inquired = await run('inquireContainer', { kind: 'container', id: server.id, name: server.friendlyName, model: server });
    assert.equal(inquired.status, 'succeeded', said(inquired));
    for (const name of [`Kunden; "Größe" d'Été №7`, '50% off', 'Sales#2']) {
      const record = await run('protectDatabase', await protectable(name), policy('HourlyLogBackup'));
      assert.equal(record.status, 'succeeded', `${name}: ${said(record)}`);
      assert.ok(record.outcome?.startsWith(`${name} is protected by`), record.outcome);
      const backedUp = await run('backUpDatabase', await item(name), backup('CopyOnlyFull', 1));
      assert.equal(backedUp.status, 'succeeded', `${name}: ${said(backedUp)}`);
    }
  });

  it('tells of a database that was dropped between list and protection', async () => {
    const machine = { machine: 'erp-db-01' };
    const target = await protectable('model');
    await world('drop-database', { ...machine, name: 'model' });
    const record = await run('protectDatabase', target, policy('HourlyLogBackup'));
    assert.equal(record.status, 'failed', said(record));
    assert.ok((record.error?.remedies?.length ?? 0) > 0, said(record));
    assert.match(`${record.error?.code} ${record.error?.message}`, /NotExist|does not exist|DataSourceObjectNotFound/i);
  });

  it('lets the job of a server that is off fail with its code and what to do', async () => {
    await world('stop-machine', { machine: 'erp-db-01' });
    try {
      const record = await run('backUpDatabase', await item('Payroll'), backup('Full'));
      assert.equal(record.status, 'failed', said(record));
      assert.equal(record.error?.code, 'VMNotInRunningStateUserError');
      assert.ok((record.error?.remedies?.length ?? 0) > 0, said(record));
    } finally {
      await world('start-machine', { machine: 'erp-db-01' });
    }
  });

  it('tells of a container that was unregistered between list and protection', async () => {
    const machine = (await api.listProtectableContainers(cloud.arm, otherVaultId)).items.find(
      ({ friendlyName }) => friendlyName === 'sql-crm-01',
    );
    assert.ok(machine);
    const registered = await run('registerContainer', { kind: 'protectableContainer', id: machine.id, name: 'sql-crm-01', model: machine });
    assert.equal(registered.status, 'succeeded', said(registered));
    const containers = (await api.listContainers(cloud.arm, otherVaultId, { types: ['AzureWorkload'] })).items;
    const server = containers.find(({ friendlyName }) => friendlyName === 'sql-crm-01');
    assert.ok(server);
    const target = await protectable('CRM', otherVaultId);
    const gone = await run('unregisterContainer', { kind: 'container', id: server.id, name: server.friendlyName, model: server });
    assert.equal(gone.status, 'succeeded', said(gone));
    const record = await run('protectDatabase', target, policy('HourlyLogBackup', otherVaultId));
    assert.equal(record.status, 'failed', said(record));
    assert.match(record.error?.message ?? '', /container/i);
    assert.ok(remediesFor(record.error?.code ?? '').length > 0, said(record));
  });
});
