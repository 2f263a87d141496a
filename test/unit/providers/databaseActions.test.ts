import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackupError } from '../../../src/core/errors.ts';
import { lastSegment } from '../../../src/core/armId.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Action } from '../../../src/providers/action.ts';
import { backUpDatabase } from '../../../src/providers/recoveryServices/actions/backUpDatabase.ts';
import { changePolicy, resumeProtection } from '../../../src/providers/recoveryServices/actions/policyActions.ts';
import { protectDatabase } from '../../../src/providers/recoveryServices/actions/protectDatabase.ts';
import { protectVm } from '../../../src/providers/recoveryServices/actions/protectVm.ts';
import { stopDeleteData, stopKeepData, undelete } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import { readProtectableItem, readProtectedItem, type ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import * as requests from '../../../src/providers/recoveryServices/requests.ts';
import { bodyOf, contextOf, itemTarget, lineOf, protectableTarget } from './actionsSupport.ts';
import { databaseId, databaseJson, databaseTarget, msdb, protectableDatabaseTarget, sqlPolicyJson, type Place } from './databaseFakes.ts';
import { policyId, policyJson, serverTime, softDeletedProperties, stoppedProperties } from './fakeArm.ts';

const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof BackupError, String(error));
  assert.equal(error.facts.code, expected, error.message);
  assert.ok((error.facts.remedies?.length ?? 0) > 0, 'says what to do');
  return true;
};
const kind = { protectedItemType: 'AzureVmWorkloadSQLDatabase' };
const id = databaseId(msdb);
const sqlPolicy = { [policyId('HourlyLogBackup')]: sqlPolicyJson('HourlyLogBackup') };

describe('requests about SQL databases', () => {
  it('protect: PUT at the id that Azure returned, among the protected items, with the kind and the policy alone', async () => {
    const { context } = contextOf(sqlPolicy);
    const { request, intent } = await protectDatabase.build(context, protectableDatabaseTarget(), { policy: policyId('HourlyLogBackup') });
    assert.equal(
      lineOf(request),
      `PUT ${id.replace('VMAppContainer', 'vmappcontainer').replace('SQLDataBase', 'sqldatabase')}`,
      "in Azure's own spelling",
    );
    assert.deepEqual(bodyOf(request), { properties: { ...kind, policyId: policyId('HourlyLogBackup') } });
    assert.deepEqual([intent['serverName'], intent['parentName'], intent['workload']], ['erp-db-01', 'MSSQLSERVER', 'sql']);
  });

  it('are refused, and never made for another database, where an id holds a slash as it is; naming it does not fail', async () => {
    const target = protectableDatabaseTarget({ ...msdb, name: 'a/b' });
    assert.equal(protectDatabase.describe(target).name, 'a/b');
    const { context } = contextOf(sqlPolicy);
    await assert.rejects(protectDatabase.build(context, target, { policy: policyId('HourlyLogBackup') }), code('UnexpectedId'));
    const there = { ...msdb, name: 'a/b' };
    const stopping = contextOf({ [databaseId(there)]: databaseJson(there) });
    await assert.rejects(stopKeepData.build(stopping.context, databaseTarget(there), {}), code('UnexpectedId'));
  });

  it('keep every character of a name, in the address and nowhere else', async () => {
    for (const name of ['a;b', "O'Brien [x]", '売上 größe', '50% off', '100%', 'Sales#2', 'Who?', 'a b&c=d']) {
      const place: Place = { ...msdb, name };
      const { context, arm } = contextOf(sqlPolicy);
      const { request } = await protectDatabase.build(context, protectableDatabaseTarget(place), { policy: policyId('HourlyLogBackup') });
      arm.routes.set(databaseId(place).toLowerCase(), databaseJson(place));
      const path = new URL(request.url).pathname;
      assert.equal(decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)), `sqldatabase;mssqlserver;${name.toLowerCase()}`);
      const stop = await stopKeepData.build(context, databaseTarget(place), {});
      const stopped = new URL(stop.request.url).pathname;
      assert.equal(decodeURIComponent(stopped.slice(stopped.lastIndexOf('/') + 1)), `SQLDataBase;mssqlserver;${name.toLowerCase()}`);
      assert.equal(
        lastSegment(protectDatabase.describe(protectableDatabaseTarget(place)).id),
        `sqldatabase;mssqlserver;${name.toLowerCase()}`,
      );
    }
  });

  it('back up: POST with the type and compression; an expiry for full ones only', async () => {
    const build = async (answers: Record<string, string>): Promise<JsonObject> => {
      const { context } = contextOf({ [id]: databaseJson() });
      const { request, intent } = await backUpDatabase.build(context, databaseTarget(), answers);
      assert.equal(lineOf(request), `POST ${id}/backup`);
      assert.equal(intent['backupType'], answers['backupType']);
      assert.equal(intent['expiry'], answers['backupType']?.includes('Full') ? answers['expiry'] : undefined);
      return (bodyOf(request) as { properties: JsonObject }).properties;
    };
    const expiry = '2026-06-30T12:00:00.000Z';
    const objectType = 'AzureWorkloadBackupRequest';
    const dated = { objectType, enableCompression: false, recoveryPointExpiryTimeInUTC: expiry };
    assert.deepEqual(await build({ backupType: 'Full', expiry, compression: 'no' }), { ...dated, backupType: 'Full' });
    assert.deepEqual(await build({ backupType: 'CopyOnlyFull', expiry, compression: 'no' }), { ...dated, backupType: 'CopyOnlyFull' });
    for (const backupType of ['Differential', 'Log']) {
      // An answer that was given before the type was changed is not sent.
      assert.deepEqual(await build({ backupType, expiry, compression: 'yes' }), { objectType, backupType, enableCompression: true });
    }
  });

  it('change policy, resume, stop, undelete, delete: as for VMs, without a source', async () => {
    const stopped: JsonObject = { ...stoppedProperties };
    const cases: [Action<ProtectedItem>, JsonObject, string, unknown][] = [
      [changePolicy, {}, 'PUT', { ...kind, policyId: policyId('Nightly') }],
      [resumeProtection, stopped, 'PUT', { ...kind, policyId: policyId('Nightly') }],
      [stopKeepData, {}, 'PUT', { ...kind, policyId: '', protectionState: 'ProtectionStopped' }],
      [undelete, softDeletedProperties, 'PUT', { ...kind, policyId: '', isRehydrate: true, protectionState: 'ProtectionStopped' }],
      [stopDeleteData, {}, 'DELETE', undefined],
    ];
    for (const [action, state, method, properties] of cases) {
      const { context } = contextOf({ [id]: databaseJson(msdb, state), [policyId('Nightly')]: sqlPolicyJson('Nightly') });
      const { request, intent } = await action.build(context, databaseTarget(msdb, state), { policy: policyId('Nightly') });
      assert.equal(lineOf(request), `${method} ${id}`, action.id);
      assert.deepEqual(bodyOf(request), properties === undefined ? undefined : { properties }, action.id);
      assert.deepEqual([intent['serverName'], intent['seenAt']], ['erp-db-01', serverTime], action.id);
    }
  });

  it('are those that Azure was recorded to take, name by name and body by body', async function () {
    const folder = join('..', 'shared', 'recordings');
    if (!existsSync(folder)) {
      console.log(`skipped: no recordings at ${folder}`);
      this.skip();
    }
    const cloud = { resourceManagerEndpoint: 'https://management.azure.com', audience: 'https://management.azure.com/' };
    const seen = new Set<string>();
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /wl_sql_(rp|restore)\.json$/.test(name),
    )) {
      const { interactions } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        interactions: { request: { method: string; url: string; body?: { properties: JsonObject } } }[];
      };
      for (const { request } of interactions) {
        const path = decodeURIComponent(new URL(request.url).pathname);
        const properties = request.body?.properties;
        if (!/\/protectedItems\/[^/]+(\/backup)?$/.test(path) || request.method === 'GET') {
          continue;
        }
        const itemId = path.replace(/\/backup$/, '');
        const item = readProtectedItem({ id: itemId, properties: { ...kind, sourceResourceId: '/x', friendlyName: 'msdb' } });
        const policy = typeof properties?.['policyId'] === 'string' ? properties['policyId'] : '';
        const protectable = readProtectableItem({
          id: itemId.replace('/protectedItems/', '/protectableItems/'),
          properties: {
            protectableItemType: 'SQLDataBase',
            backupManagementType: 'AzureWorkload',
            workloadType: 'SQL',
            friendlyName: 'msdb',
          },
        });
        const said = properties?.['recoveryPointExpiryTimeInUTC'];
        const expiry = new Date(typeof said === 'string' ? said : Number.NaN);
        const [what, ours] =
          request.method === 'DELETE'
            ? (['delete', await requests.deleteItem(cloud, item)] as const)
            : request.method === 'POST'
              ? (['backup', await requests.backUpDatabase(cloud, item, { type: 'Full', compress: false, expiry })] as const)
              : properties?.['isRehydrate'] === true
                ? (['undelete', await requests.undelete(cloud, item)] as const)
                : policy === ''
                  ? (['stop', await requests.stopKeepData(cloud, item)] as const)
                  : itemId.includes('/sqldatabase;')
                    ? (['protect', await requests.protectDatabase(cloud, protectable, policy)] as const)
                    : (['resume', await requests.assignPolicy(cloud, item, policy)] as const);
        seen.add(what);
        assert.equal(ours.method, request.method, what);
        assert.equal(decodeURIComponent(new URL(ours.url).pathname), path, what);
        const moment = (body: unknown): unknown =>
          JSON.parse(JSON.stringify(body ?? null), (key, value: unknown) =>
            key === 'recoveryPointExpiryTimeInUTC' && typeof value === 'string' ? new Date(value).toISOString() : value,
          );
        assert.deepEqual(moment(bodyOf(ours)), moment(request.body), what);
      }
    }
    assert.deepEqual([...seen].sort(), ['backup', 'delete', 'protect', 'resume', 'undelete']);
  });

  it('say where the database is', () => {
    const { kind: what, where, name } = backUpDatabase.describe(databaseTarget());
    assert.deepEqual([name, what, where], ['msdb', 'SQL database', 'MSSQLSERVER on erp-db-01']);
    assert.equal(changePolicy.describe(itemTarget()).kind, 'VM');
    assert.equal('where' in changePolicy.describe(itemTarget()), false);
  });
});

describe('what is refused of SQL databases before anything is sent', () => {
  const answers = { backupType: 'Full', expiry: '2026-06-30T12:00:00Z', compression: 'no' };
  const backUp = (given: Record<string, string>, state: JsonObject = {}): Promise<unknown> =>
    backUpDatabase.build(contextOf({ [id]: databaseJson(msdb, state) }).context, databaseTarget(), given);

  it('a policy of another workload, whichever way round', async () => {
    const vmPolicy = { [policyId('DefaultPolicy')]: policyJson('DefaultPolicy') };
    const hanaPolicy = { [policyId('DefaultPolicy')]: sqlPolicyJson('DefaultPolicy', { workLoadType: 'SAPHanaDatabase' }) };
    const chosen = { policy: policyId('DefaultPolicy') };
    for (const policy of [vmPolicy, hanaPolicy]) {
      await assert.rejects(
        protectDatabase.build(contextOf(policy).context, protectableDatabaseTarget(), chosen),
        code('PolicyOfAnotherWorkload'),
      );
      const { context } = contextOf({ ...policy, [id]: databaseJson() });
      await assert.rejects(changePolicy.build(context, databaseTarget(), chosen), code('PolicyOfAnotherWorkload'));
    }
    const sql = { policy: policyId('HourlyLogBackup') };
    await assert.rejects(protectVm.build(contextOf(sqlPolicy).context, protectableTarget(), sql), code('PolicyOfAnotherWorkload'));
  });

  it('an instance, which only holds databases', async () => {
    const instance = protectableDatabaseTarget(msdb, { protectableItemType: 'SQLInstance', friendlyName: 'MSSQLSERVER' });
    const building = protectDatabase.build(contextOf(sqlPolicy).context, instance, { policy: policyId('HourlyLogBackup') });
    await assert.rejects(building, code('NotADatabase'));
  });

  it('a database that is gone, stopped or deleted', async () => {
    await assert.rejects(backUpDatabase.build(contextOf({}).context, databaseTarget(), answers), code('ItemGone'));
    await assert.rejects(backUp(answers, stoppedProperties), code('StateChanged'));
    await assert.rejects(backUp(answers, softDeletedProperties), code('StateChanged'));
  });

  it('answers that are missing or none', async () => {
    await assert.rejects(backUp({ ...answers, backupType: 'Incremental' }), code('BackupTypeUnknown'));
    await assert.rejects(backUp({ expiry: answers.expiry, compression: 'no' }), code('AnswerMissing'));
    await assert.rejects(backUp({ backupType: 'Log' }), code('AnswerMissing'));
    await assert.rejects(backUp({ ...answers, expiry: 'soon' }), code('ExpiryRefused'));
    await assert.rejects(backUp({ ...answers, expiry: '2026-03-31T12:00:00Z' }), code('ExpiryRefused'));
  });
});
