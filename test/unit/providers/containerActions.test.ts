import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { Action, Settlement } from '../../../src/providers/action.ts';
import { discoverSql, discoverVms } from '../../../src/providers/recoveryServices/actions/discover.ts';
import { inquireContainer } from '../../../src/providers/recoveryServices/actions/inquireContainer.ts';
import { registerContainer, reregisterContainer } from '../../../src/providers/recoveryServices/actions/registerContainer.ts';
import { unregisterContainer } from '../../../src/providers/recoveryServices/actions/unregisterContainer.ts';
import type { Container, Vault } from '../../../src/providers/recoveryServices/model.ts';
import { bodyOf, contextOf, lineOf, nowMs, recordOf } from './actionsSupport.ts';
import {
  containerId,
  containerJson,
  containersList,
  containerTarget,
  databaseJson,
  inquiryJson,
  itemsList,
  machineId,
  noSysadmin,
  protectableContainerJson,
  protectableContainersList,
} from './containerFakes.ts';
import { softDeletedProperties, stoppedProperties, vaultId, type Answer } from './fakeArm.ts';
import { trackers } from '../../../src/providers/trackers.ts';

type Routes = Readonly<Record<string, Answer>>;
const registered: Routes = { [containerId]: containerJson(), [itemsList]: { value: [] } };
const protectable = (properties?: JsonObject): ReturnType<typeof containerTarget> =>
  containerTarget(protectableContainerJson(properties), 'protectableContainer');

/** A refusal of this code whose sentence and remedies match; nothing was sent, and it names the machine. */
const refused =
  (code: string, ...texts: RegExp[]) =>
  (error: unknown) => {
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.facts.code, code, error.message);
    const told = [error.message, ...(error.facts.remedies ?? [])].join('\n');
    assert.ok(error.facts.remedies?.length, told);
    for (const text of [/sql-01/, /othing was sent/, ...texts]) {
      assert.match(told, text);
    }
    return true;
  };

/** What the engine would hold once the request has left. */
const sent = (action: Action<Container>, routes: Routes = registered): Promise<OperationRecord> =>
  recordOf(action, contextOf(routes).context, action === registerContainer ? protectable() : containerTarget());

describe('discovering SQL Servers', () => {
  const target = { kind: 'vault', id: vaultId, name: 'vault-a', model: {} as Vault };

  it('asks the vault to look for machines of workloads, with no body', async () => {
    const { request } = await discoverSql.build(contextOf({}).context, target, {});
    assert.equal(lineOf(request), `POST ${vaultId}/backupFabrics/Azure/refreshContainers`);
    assert.equal(new URL(request.url).searchParams.get('$filter'), "backupManagementType eq 'AzureWorkload'");
    assert.equal(request.body, undefined);
  });

  it('tells how many machines can be registered, and does not take the list for a proof', async () => {
    const record = await recordOf(discoverSql, contextOf({}).context, target);
    const read = (value: JsonObject[]): ReturnType<typeof discoverSql.readBack> =>
      discoverSql.readBack(contextOf({ [protectableContainersList]: { value } }).context, record);
    assert.deepEqual(await read([protectableContainerJson()]), {
      reading: 'unclear',
      sentence: 'vault-a can register 1 VM. Registering one finds the databases in it.',
    });
    assert.match((await read([])).sentence, /found no VM/);
    assert.equal((await discoverSql.settle(contextOf({}).context, record)).found, 'unclear');
  });

  it('is offered for protectable containers, where VMs are not', () => {
    const tokens = ['protectableContainers', 'discover'];
    assert.deepEqual(
      [discoverSql, discoverVms].map(({ when }) => !when.none?.some((token) => tokens.includes(token))),
      [true, false],
    );
  });
});

describe('registering a machine', () => {
  it('puts the container under the id and name that Azure gave, with the machine that Azure named', async () => {
    const odd = protectableContainerJson();
    odd['id'] = `${vaultId}/backupFabrics/Azure/protectableContainers/VMAppContainer;Compute;sql-rg;süß 100%`;
    const target = containerTarget(odd, 'protectableContainer');
    const { request, intent } = await registerContainer.build(contextOf({}).context, target, {});
    const id = `${vaultId}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;sql-rg;süß 100%`;
    assert.equal(lineOf(request), `PUT ${id}`);
    assert.deepEqual(bodyOf(request), {
      properties: {
        friendlyName: 'sql-01',
        backupManagementType: 'AzureWorkload',
        containerType: 'VMAppContainer',
        sourceResourceId: machineId,
        workloadType: 'SQLDataBase',
        operationType: 'Register',
      },
    });
    assert.deepEqual(intent, { containerId: id });
    assert.equal(registerContainer.describe(target).id, id, 'what it becomes is what is acted on');
  });

  it('is refused for what is registered already, is of another type, or names no machine', async () => {
    const build = (routes: Routes, properties?: JsonObject): Promise<unknown> =>
      registerContainer.build(contextOf(routes).context, protectable(properties), {});
    await assert.rejects(build(registered), refused('StateChanged', /registered already/, /Refresh/));
    await assert.rejects(build({}, { protectableContainerType: 'StorageContainer' }), refused('NotRegistrable', /StorageContainer/));
    await assert.rejects(
      build({}, { containerId: '' }),
      (error) => error instanceof BackupError && error.facts.code === 'NoSource' && /sql-01/.test(error.message),
    );
  });

  it('goes on where the vault knows of an earlier registration that has ended, and not where it cannot be seen', async () => {
    const ended = { [containerId]: containerJson({ registrationStatus: 'SoftDeleted' }) };
    assert.match(lineOf((await registerContainer.build(contextOf(ended).context, protectable(), {})).request), /^PUT /);
    await assert.rejects(registerContainer.build(contextOf({ [containerId]: 403 }).context, protectable(), {}), /403/);
  });

  it('again: with the id, machine and workload of the container as it is now', async () => {
    const moved = containerJson({ sourceResourceId: `${machineId}-new` });
    const { request } = await reregisterContainer.build(contextOf({ [containerId]: moved }).context, containerTarget(), {});
    assert.equal(lineOf(request), `PUT ${containerId}`);
    const { properties } = bodyOf(request) as { properties: JsonObject };
    assert.equal(properties['operationType'], 'Reregister');
    assert.equal(properties['sourceResourceId'], `${machineId}-new`);
    assert.equal(properties['workloadType'], 'SQLDataBase');
    const hana = containerJson({}, [inquiryJson('SQL', 0, noSysadmin), inquiryJson('SAPHana', 1)]);
    const other = await reregisterContainer.build(contextOf({ [containerId]: hana }).context, containerTarget(), {});
    assert.equal((bodyOf(other.request) as { properties: JsonObject }).properties['workloadType'], 'SAPHanaDatabase');
  });
});

describe('inquiring a container', () => {
  it('posts to the container’s inquire, filtered for its workload', async () => {
    const { request, intent } = await inquireContainer.build(contextOf(registered).context, containerTarget(), {});
    assert.equal(lineOf(request), `POST ${containerId}/inquire`);
    assert.equal(
      new URL(request.url).searchParams.get('$filter'),
      "backupManagementType eq 'AzureWorkload' and workloadType eq 'SQLDataBase'",
    );
    assert.match(request.url, /\?api-version=[^&]+&(%24|\$)filter=/);
    assert.equal(request.body, undefined);
    assert.equal(intent['lastUpdatedTime'], '2026-03-01T10:02:00.1234567Z');
  });
});

describe('a container that was deleted meanwhile', () => {
  for (const action of [reregisterContainer, inquireContainer, unregisterContainer]) {
    it(`${action.id}: named, with Refresh`, async () => {
      const gone = { [containerId]: 404, [itemsList]: { value: [] } };
      await assert.rejects(
        action.build(contextOf(gone).context, containerTarget(), {}),
        refused('ContainerGone', /not registered with the vault vault-a any more/, /Refresh the tree/),
      );
      const ended = { [containerId]: containerJson({ registrationStatus: 'NotRegistered' }), [itemsList]: { value: [] } };
      await assert.rejects(action.build(contextOf(ended).context, containerTarget(), {}), refused('ContainerGone', /\(not registered\)/));
      // Microsoft's published answer to a read of such a container has no word on it.
      const silent = { [containerId]: containerJson({ registrationStatus: '' }), [itemsList]: { value: [] } };
      assert.equal((await action.build(contextOf(silent).context, containerTarget(), {})).intent['containerId'], containerId);
    });
  }
});

describe('unregistering', () => {
  it('deletes an empty container', async () => {
    const { request, intent } = await unregisterContainer.build(contextOf(registered).context, containerTarget(), {});
    assert.equal(lineOf(request), `DELETE ${containerId}`);
    assert.deepEqual(intent, { containerId });
    const said = await unregisterContainer.consequences?.(contextOf(registered).context, [containerTarget()], {});
    assert.match(said?.join(' ') ?? '', /forgets the machine.*registered again/);
  });

  it('is refused while the vault keeps backups of it, each kind named with what to do', async () => {
    const items = [
      databaseJson('erp'),
      databaseJson('crm', stoppedProperties),
      databaseJson('old', softDeletedProperties),
      ...['a', 'b', 'c', 'd'].map((name) => databaseJson(name, { protectionState: 'IRPending' })),
      databaseJson('elsewhere', {}, containerId.replace('sql-01', 'sql-02')),
    ];
    const kept = { ...registered, [itemsList]: { value: items } };
    const because = refused(
      'ItemsInContainer',
      /1 soft-deleted \(old\), 1 with stopped protection \(crm\), 5 protected \(erp, a, b and 2 more\)/,
      /wait until soft delete/,
      /Stop Protection and Delete Data/,
    );
    await assert.rejects(unregisterContainer.build(contextOf(kept).context, containerTarget(), {}), because);
    await assert.rejects(
      async () => unregisterContainer.consequences?.(contextOf(kept).context, [containerTarget()], {}),
      because,
      'told before the question, not after it',
    );
    const others = { ...registered, [itemsList]: { value: items.slice(-1) } };
    assert.match(lineOf((await unregisterContainer.build(contextOf(others).context, containerTarget(), {})).request), /^DELETE/);
  });

  it('of several, asks first and tells each one’s reason with its result', async () => {
    const kept = { ...registered, [itemsList]: { value: [databaseJson('erp')] } };
    const said = await unregisterContainer.consequences?.(contextOf(kept).context, [containerTarget(), containerTarget()], {});
    assert.match(said?.join(' ') ?? '', /They can be registered again/);
  });

  it('is not sent where the items cannot be listed', async () => {
    await assert.rejects(unregisterContainer.build(contextOf({ ...registered, [itemsList]: 403 }).context, containerTarget(), {}), /403/);
    const unreadable = { ...registered, [itemsList]: { value: [{ name: 'no id' }] } };
    await assert.rejects(unregisterContainer.build(contextOf(unreadable).context, containerTarget(), {}), /cannot be read/);
  });

  it('is refused for an Azure VM’s own container', async () => {
    const vm = { ...registered, [containerId]: containerJson({ containerType: 'Microsoft.Compute/virtualMachines' }) };
    await assert.rejects(
      unregisterContainer.build(contextOf(vm).context, containerTarget(), {}),
      refused('NotRegistrable', /virtualMachines/),
    );
  });
});

describe('reading a container back', () => {
  const read = async (action: Action<Container>, answer: Answer): ReturnType<typeof action.readBack> =>
    action.readBack(contextOf({ [containerId]: answer }).context, await sent(action, action === registerContainer ? {} : registered));
  const later = { lastUpdatedTime: '2026-03-01T10:09:00Z' };

  it('tells what was found, workload by workload', async () => {
    assert.deepEqual(await read(registerContainer, containerJson()), {
      reading: 'asAsked',
      sentence: 'sql-01 is registered with vault-a. SQL Server: 4 databases found.',
    });
    const two = containerJson(later, [inquiryJson('SQL', 1), inquiryJson('SAPHana', 0)]);
    assert.match((await read(inquireContainer, two)).sentence, /SQL Server: 1 database found\. SAP HANA: 0 items found\.$/);
    assert.match((await read(registerContainer, containerJson({}, []))).sentence, /names no databases in it yet/);
  });

  it('warns of a missing right, once, with the statement that grants it', async () => {
    const lacking = containerJson(later, [inquiryJson('SQL', 3, noSysadmin, 'UserErrorSQLNoSysadminMembership')], noSysadmin);
    for (const action of [registerContainer, inquireContainer]) {
      const { reading, sentence, warnings } = await read(action, lacking);
      assert.equal(reading, 'asAsked');
      assert.match(sentence, /SQL Server: 3 databases found, with trouble: Azure Backup service creates/);
      const [warning, ...others] = warnings ?? [];
      assert.deepEqual(others, []);
      assert.equal(warning?.code, 'UserErrorSQLNoSysadminMembership');
      assert.match(warning.remedies?.join(' ') ?? '', /Ensure that SQL sysadmin.*Copy the statement.*Rediscover Databases/);
      assert.match(warning.statement?.title ?? '', /T-SQL, on each SQL Server instance/);
      assert.match(warning.statement?.text ?? '', /CREATE LOGIN \[NT SERVICE\\AzureWLBackupPluginSvc\] FROM WINDOWS/);
      assert.match(warning.statement?.text ?? '', /ALTER SERVER ROLE \[sysadmin\] ADD MEMBER \[NT SERVICE\\AzureWLBackupPluginSvc\]/);
    }
  });

  it('adds what the machine said, in one line, and offers no statement where none mends it', async () => {
    const error = { code: 'UserErrorOpeningSQLConnection', message: 'Cannot connect.', recommendations: ['See the guide.'] };
    const { warnings } = await read(
      registerContainer,
      containerJson({}, [inquiryJson('SQL', 3, error, `Exception:\nthe server ${'x'.repeat(500)}`)]),
    );
    assert.match(warnings?.[0]?.message ?? '', /^Cannot connect\. \(Exception: the server x+…\)$/);
    assert.ok((warnings?.[0]?.message.length ?? 0) < 330);
    assert.equal(warnings?.[0]?.statement, undefined);
  });

  it('tells of a look that failed without a reason, and of one that failed as a whole', async () => {
    const silent = { type: 'SQL', inquiryValidation: { status: 'Failed' } };
    const { warnings } = await read(registerContainer, containerJson({}, [silent]));
    assert.equal(warnings?.[0]?.code, 'InquiryFailed');
    const whole = await read(registerContainer, containerJson({}, [], { code: 'VMNotInRunningStateUserError', message: 'The VM is off.' }));
    assert.match(whole.sentence, /The discovery of databases failed: The VM is off\./);
    assert.equal(whole.warnings?.[0]?.code, 'VMNotInRunningStateUserError');
  });

  it('a look that left no trace is unclear; a registration is what it is', async () => {
    assert.equal((await read(inquireContainer, containerJson())).reading, 'unclear');
    assert.equal((await read(inquireContainer, containerJson(later))).reading, 'asAsked');
    assert.equal((await read(registerContainer, containerJson({ lastUpdatedTime: '' }))).reading, 'asAsked');
  });

  it('differs where it is not registered', async () => {
    for (const answer of [404, containerJson({ registrationStatus: 'NotRegistered' })]) {
      const { reading, sentence } = await read(registerContainer, answer);
      assert.equal(reading, 'different', sentence);
      assert.match(sentence, /sql-01 .*(not registered)/);
    }
  });

  it('unregistered is what the vault does not have or does not have registered', async () => {
    assert.equal((await read(unregisterContainer, 404)).reading, 'asAsked');
    assert.equal((await read(unregisterContainer, containerJson({ registrationStatus: 'NotRegistered' }))).reading, 'asAsked');
    const still = await read(unregisterContainer, containerJson());
    assert.equal(still.reading, 'different');
    assert.match(still.sentence, /vault-a still has it/);
  });

  it('a failure to look is an error, never "gone"', async () => {
    await assert.rejects(read(unregisterContainer, 403));
    await assert.rejects(read(registerContainer, 500));
  });
});

describe('settling what got no answer, by looking only', () => {
  const settle = async (action: Action<Container>, answer: Answer): Promise<Settlement> =>
    action.settle(contextOf({ [containerId]: answer }).context, await sent(action, action === registerContainer ? {} : registered));

  /** The engine goes on from what was found: the next answer ends it. */
  const ends = (action: Action<Container>, settled: Settlement): void => {
    assert.equal(settled.found, 'started', settled.because);
    const tracker = trackers.get(action.tracker);
    assert.ok(tracker);
    assert.ok(new URL(tracker.poll(settled.tracking).url).pathname.endsWith(containersList.slice(-26)), 'a list that is there in any case');
    assert.equal(tracker.step(settled.tracking, { status: 200, headers: {}, body: { value: [] } }, nowMs).status, 'succeeded');
  };

  it('register: done where it is registered, unclear while it is not: that takes minutes', async () => {
    ends(registerContainer, await settle(registerContainer, containerJson()));
    for (const answer of [404, containerJson({ registrationStatus: 'Registering' })]) {
      assert.equal((await settle(registerContainer, answer)).found, 'unclear');
    }
  });

  it('unregister: done where it is gone, unclear while it is there', async () => {
    ends(unregisterContainer, await settle(unregisterContainer, 404));
    assert.equal((await settle(unregisterContainer, containerJson())).found, 'unclear');
  });

  it('inquire and re-register: done where Azure wrote down a new time, else unclear and harmless', async () => {
    for (const action of [inquireContainer, reregisterContainer]) {
      ends(action, await settle(action, containerJson({ lastUpdatedTime: '2026-03-01T11:00:00Z' })));
      const same = await settle(action, containerJson());
      assert.equal(same.found, 'unclear');
      assert.match(same.because, /again does no harm/);
      assert.equal((await settle(action, 404)).found, 'unclear');
    }
  });

  it('a failure to look is an error, never "absent"', async () => {
    for (const action of [registerContainer, reregisterContainer, inquireContainer, unregisterContainer]) {
      await assert.rejects(settle(action, 403), action.id);
    }
  });
});
