import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { Action } from '../../../src/providers/action.ts';
import { autoProtect, stopAutoProtect } from '../../../src/providers/recoveryServices/actions/autoProtection.ts';
import { readProtectableItem, type ProtectableItem } from '../../../src/providers/recoveryServices/model.ts';
import { bodyOf, contextOf, lineOf, nowMs, recordOf } from './actionsSupport.ts';
import { containerId, containerJson, instanceTarget, intentJson, intentsList } from './containerFakes.ts';
import { policyId, policyJson, vaultId, type Answer } from './fakeArm.ts';
import { trackers } from '../../../src/providers/trackers.ts';

type Routes = Readonly<Record<string, Answer>>;
const sqlPolicy = (name: string): JsonObject =>
  policyJson(name, { backupManagementType: 'AzureWorkload', workLoadType: 'SQLDataBase', subProtectionPolicy: [], protectedItemsCount: 0 });
const hourly = policyId('HourlyLogBackup');
const answers = { policy: hourly };
const intentId = `${vaultId}/backupFabrics/Azure/backupProtectionIntent/249D9B07-D2EF-4202-AA64-65F35418564E`;
const instance = instanceTarget();
const free: Routes = { [hourly]: sqlPolicy('HourlyLogBackup'), [containerId]: containerJson(), [intentsList]: { value: [] } };
const mine = (properties: JsonObject = {}): JsonObject => intentJson(intentId, { itemId: instance.id, policyId: hourly, ...properties });
const taken: Routes = { ...free, [intentsList]: { value: [mine()] }, [intentId]: mine() };

const intentIdOf = (intent: JsonObject): string => {
  const id = intent['intentId'];
  assert.ok(typeof id === 'string');
  return id;
};

const refused =
  (code: string, ...texts: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.facts.code, code, error.message);
    const told = [error.message, ...(error.facts.remedies ?? [])].join('\n');
    [/othing was sent/, ...texts].forEach((text) => assert.match(told, text));
    return true;
  };

describe('turning auto-protection on', () => {
  const build = (routes: Routes, target = instance, chosen = answers): ReturnType<typeof autoProtect.build> =>
    autoProtect.build(contextOf(routes).context, target, chosen);

  it('puts an intent of our own name that names the instance as Azure does, as Azure CLI and PowerShell send it', async () => {
    const { request, intent } = await build(free);
    const [, path = ''] = /^PUT (.*)$/.exec(lineOf(request)) ?? [];
    assert.match(path, /\/backupFabrics\/Azure\/backupProtectionIntent\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(path.toLowerCase(), intentIdOf(intent).toLowerCase(), 'journaled before it is sent');
    assert.deepEqual(bodyOf(request), {
      properties: {
        protectionIntentItemType: 'RecoveryServiceVaultItem',
        backupManagementType: 'AzureWorkload',
        itemId: instance.id,
        policyId: hourly,
      },
    });
    const again = await build(free);
    assert.notEqual(again.intent['intentId'], intent['intentId'], 'each its own');
  });

  it('looks for an intent as Azure CLI was recorded to', async () => {
    const { arm, context } = contextOf(free);
    await autoProtect.build(context, instance, answers);
    const asked = arm.asked.find((url) => url.includes('backupprotectionintents'));
    const filter = new URL(`https://arm.test${asked ?? ''}`).searchParams.get('$filter');
    assert.equal(
      filter,
      "backupmanagementtype eq 'azureworkload' and itemname eq 'mssqlserver' and itemtype eq 'sqlinstance' and parentname eq 'vmappcontainer;compute;sql-rg;sql-01'",
    );
  });

  it('is refused where it is on already, however the item is spelled, and tells the policy', async () => {
    const spellings = [
      instance.id.toUpperCase(),
      `${vaultId}/backupProtectionContainer/VMAppContainer;Compute;sql-rg;sql-01/backupProtectableItems/SQLInstance;MSSQLSERVER`,
    ];
    for (const itemId of spellings) {
      const routes = { ...free, [intentsList]: { value: [mine({ itemId, policyId: policyId('Weekly') })] } };
      await assert.rejects(build(routes), refused('StateChanged', /auto-protected already, with the policy Weekly/, /off and on again/));
    }
    const others = [
      mine({ itemId: instance.id.replace('sql-01', 'sql-02') }),
      mine({ itemId: instance.id.replace('mssqlserver', 'other') }),
      intentJson(intentId, { policyId: hourly }),
    ];
    assert.match(lineOf((await build({ ...free, [intentsList]: { value: others } })).request), /^PUT/);
  });

  it('is refused for a policy of another workload, one that is gone, and none', async () => {
    await assert.rejects(build({ ...free, [hourly]: policyJson('HourlyLogBackup') }), refused('PolicyOfAnotherWorkload', /SQL Server/));
    await assert.rejects(build({ ...free, [hourly]: 404 }), refused('PolicyGone'));
    await assert.rejects(build(free, instance, { policy: '' }), /No policy was chosen/);
  });

  it('is refused where the machine is not registered any more; a group, of several machines, is left to Azure', async () => {
    await assert.rejects(build({ ...free, [containerId]: 404 }), refused('ContainerGone', /machine of MSSQLSERVER/, /Refresh/, /Register/));
    const group = readProtectableItem({
      ...instance.model.raw,
      properties: {
        ...(instance.model.raw['properties'] as JsonObject),
        protectableItemType: 'SQLAvailabilityGroupContainer',
        friendlyName: 'ag-1',
      },
    });
    const { request } = await build({ ...free, [containerId]: 404 }, { ...instance, name: 'ag-1', model: group });
    assert.match(lineOf(request), /^PUT/);
    assert.equal(autoProtect.describe({ ...instance, model: group }).kind, 'availability group');
    assert.deepEqual(autoProtect.describe(instance).where, 'sql-01.contoso.com');
  });

  it('offers the policies for SQL Server only', async () => {
    const [question] = autoProtect.questions;
    assert.ok(question?.type === 'pick');
    const routes = { [`${vaultId}/backupPolicies`]: { value: [policyJson('DailyPolicy'), sqlPolicy('HourlyLogBackup')] } };
    const choices = await question.load(contextOf(routes).context, [instance], {});
    assert.deepEqual(
      choices.map(({ label, recommended }) => [label, recommended]),
      [['HourlyLogBackup', true]],
    );
  });
});

describe('turning auto-protection off', () => {
  it('deletes the intent that is found, under Azure’s own name', async () => {
    const { request, intent } = await stopAutoProtect.build(contextOf(taken).context, instance, {});
    assert.equal(lineOf(request).toLowerCase(), `DELETE ${intentId}`.toLowerCase());
    assert.equal(intent['intentId'], intentId);
    const said = await stopAutoProtect.consequences?.(contextOf({}).context, [instance], {});
    assert.match(said?.join(' ') ?? '', /protected now stay protected/);
  });

  it('is refused where it is off, and not sent where that cannot be seen', async () => {
    await assert.rejects(
      stopAutoProtect.build(contextOf(free).context, instance, {}),
      refused('StateChanged', /MSSQLSERVER is not auto-protected any more/, /Refresh/),
    );
    await assert.rejects(stopAutoProtect.build(contextOf({ ...free, [intentsList]: 403 }).context, instance, {}), /403/);
    const unreadable = { ...free, [intentsList]: { value: [{ name: 'no id' }] } };
    await assert.rejects(stopAutoProtect.build(contextOf(unreadable).context, instance, {}), /cannot be read/);
  });
});

describe('auto-protection read back and settled', () => {
  /** The record of an action, and the routes that its own intent answers by. */
  async function sent(action: Action<ProtectableItem>): Promise<{ record: OperationRecord; own: string }> {
    const record = await recordOf(action, contextOf(action === autoProtect ? free : taken).context, instance, answers);
    return { record, own: intentIdOf(record.intent) };
  }
  const ended = (record: OperationRecord, tracking: JsonObject): string | undefined =>
    trackers.get(record.tracker)?.step(tracking, { status: 200, headers: {}, body: { value: [] } }, nowMs).status;

  it('is done with the answer: 200 for on, 204 for off', async () => {
    for (const [action, status] of [
      [autoProtect, 200],
      [stopAutoProtect, 204],
    ] as const) {
      const { record } = await sent(action);
      const tracker = trackers.get(record.tracker);
      assert.equal(tracker?.begin(record, { status, headers: {} }, nowMs).status, 'succeeded');
    }
  });

  it('on: as asked with its policy, different with another or none', async () => {
    const { record, own } = await sent(autoProtect);
    const read = (answer: Answer): ReturnType<typeof autoProtect.readBack> =>
      autoProtect.readBack(contextOf({ [own]: answer }).context, record);
    const asAsked = await read(mine({ policyId: hourly.toUpperCase() }));
    assert.equal(asAsked.reading, 'asAsked');
    assert.match(asAsked.sentence, /MSSQLSERVER is auto-protected: .* with HourlyLogBackup\./);
    assert.equal((await read(mine({ policyId: policyId('Weekly') }))).reading, 'different');
    assert.equal((await read(404)).reading, 'different');
    await assert.rejects(read(403));
  });

  it('on: found by its own name, absent without', async () => {
    const { record, own } = await sent(autoProtect);
    const found = await autoProtect.settle(contextOf({ [own]: mine() }).context, record);
    assert.equal(found.found === 'started' && ended(record, found.tracking), 'succeeded');
    assert.equal((await autoProtect.settle(contextOf(taken).context, record)).found, 'absent', 'somebody else’s is not ours');
    await assert.rejects(autoProtect.settle(contextOf({ [own]: 403 }).context, record));
  });

  it('off: as asked where none is left, different where another one is', async () => {
    const { record } = await sent(stopAutoProtect);
    const read = (routes: Routes): ReturnType<typeof stopAutoProtect.readBack> =>
      stopAutoProtect.readBack(contextOf(routes).context, record);
    assert.deepEqual(await read(free), {
      reading: 'asAsked',
      sentence: 'MSSQLSERVER is not auto-protected any more; its databases that are protected stay so.',
    });
    assert.match((await read(taken)).sentence, /still has it so/);
    const another = intentJson(intentId.replace('249D', '349D'), { itemId: instance.id, policyId: policyId('Weekly') });
    const twice = await read({ ...free, [intentsList]: { value: [another] } });
    assert.equal(twice.reading, 'different');
    assert.match(twice.sentence, /still auto-protected, with Weekly.*Turn it off again/);
  });

  it('off: done where it is gone, absent where it is there', async () => {
    const { record } = await sent(stopAutoProtect);
    const gone = await stopAutoProtect.settle(contextOf(free).context, record);
    assert.equal(gone.found === 'started' && ended(record, gone.tracking), 'succeeded');
    assert.equal((await stopAutoProtect.settle(contextOf(taken).context, record)).found, 'absent');
  });
});
