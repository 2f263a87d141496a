import assert from 'node:assert/strict';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import type { AnySendAction } from '../../../src/providers/action.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import { makeCertificates } from '../../../src/sandbox/identity/certificates.ts';
import { replayChanges, type ChangeResult } from '../../replay/changes/changes.ts';
import type { ActionOf } from '../../replay/changes/run.ts';
import { readInteraction, type Interaction } from '../../replay/interaction.ts';
import { startServer, type ReplayServer } from '../../replay/server.ts';

const cloud = 'https://management.azure.com';
const group = '/subscriptions/s1/resourceGroups/rg';
const vault = `${group}/providers/Microsoft.RecoveryServices/vaults/v1`;
const vm = (name: string): string => `${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
const inVault = (name: string, kind: string, type: string): string =>
  `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;${name}/${kind}/${type};iaasvmcontainerv2;rg;${name}`;
const itemId = inVault('web', 'protectedItems', 'VM');
const policyId = (name: string): string => `${vault}/backupPolicies/${name}`;
const container = `${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg;sql-01`;

interface Raw {
  request: { method: string; url: string; body?: unknown };
  response: { status: number; headers?: Record<string, string>; body?: unknown };
  repeat?: number;
}

const get = (path: string, body: unknown, status = 200): Raw => ({
  request: { method: 'GET', url: `${cloud}${path}?api-version=2031-01-01` },
  response: { status, body },
});
const send = (method: string, path: string, body: unknown, response: Raw['response']): Raw => ({
  request: { method, url: `${cloud}${path}${path.includes('?') ? '&' : '?'}api-version=2031-01-01`, body },
  response,
});
const accepted = (path: string, id: string): Raw['response'] => ({
  status: 202,
  headers: {
    'Azure-AsyncOperation': `${cloud}${path}/operationsStatus/${id}?api-version=2031-01-01`,
    Location: `${cloud}${path}/operationResults/${id}?api-version=2031-01-01`,
  },
});
const state = (id: string, status: string, more: object = {}): Raw =>
  get(`${vault}/backupOperations/${id}`, { id, name: id, status, startTime: '2025-05-28T10:50:00Z', ...more });
const named = (job: string): object => ({ properties: { objectType: 'OperationStatusJobExtendedInfo', jobId: job } });
const job = (id: string, status: string, operation = 'Backup', more: object = {}): Raw =>
  get(`${vault}/backupJobs/${id}`, {
    id: `${vault}/backupJobs/${id}`,
    name: id,
    properties: { status, operation, entityFriendlyName: 'web', startTime: '2025-05-28T10:50:01Z', ...more },
  });
const item = (properties: object = {}, name = 'web'): object => ({
  id: inVault(name, 'protectedItems', 'VM'),
  name: `VM;iaasvmcontainerv2;rg;${name}`,
  properties: {
    friendlyName: name,
    protectedItemType: 'Microsoft.Compute/virtualMachines',
    backupManagementType: 'AzureIaasVM',
    sourceResourceId: vm(name),
    protectionState: 'Protected',
    policyId: policyId('Daily'),
    ...properties,
  },
});
const vmBody = (policy: string, more: object = {}, name = 'web'): object => ({
  properties: { protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: vm(name), policyId: policy, ...more },
});
const backup = (body: object = {}): Raw =>
  send(
    'POST',
    `${itemId}/backup`,
    { properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: '2025-06-27T10:50:00.1234567Z', ...body } },
    accepted(itemId, 'op1'),
  );
const backedUp = (end: string, more: object = {}): Raw[] => [
  get(itemId, item()),
  backup(),
  state('op1', 'InProgress'),
  state('op1', 'Succeeded', named('job1')),
  job('job1', 'InProgress'),
  job('job1', end, 'Backup', more),
];

describe('Replay of changes', function () {
  this.timeout(60_000);
  let server: ReplayServer;
  before(async () => {
    server = await startServer(await makeCertificates(Date.now()));
  });
  after(() => server.close());

  function play(raws: readonly Raw[], actionOf?: ActionOf): Promise<readonly ChangeResult[]> {
    const interactions = raws.map((raw, index): Interaction => {
      const read = readInteraction(raw, index);
      assert.ok(typeof read !== 'string', 'it is an interaction');
      return read;
    });
    return replayChanges({ file: 'made here', interactions, broken: [] }, server, actionOf);
  }

  /** What of ours was done, how it went, and how it ended. */
  const told = (results: readonly ChangeResult[]): string[] =>
    results.map(({ what, outcome, end, differences }) => [`${what} ${outcome}`, end, ...differences].filter(Boolean).join(': '));

  const changed = [state('op1', 'Succeeded', named('job1')), job('job1', 'Completed', 'ConfigureBackup')];
  const passes: [string, readonly Raw[], readonly string[]][] = [
    ['a backup, to its job’s end', backedUp('Completed'), ['backUpNow passed: succeeded, job job1']],
    [
      'discoveries of VMs, with the filter that says so and without one',
      ["?$filter=backupManagementType%20eq%20'AzureIaasVM'", ''].flatMap((filter, at) => {
        const results = `${vault}/backupFabrics/Azure/operationResults/look${at}`;
        const location = { Location: `${cloud}${results}?api-version=2031-01-01` };
        const asked = send('POST', `${vault}/backupFabrics/Azure/refreshContainers${filter}`, undefined, {
          status: 202,
          headers: location,
        });
        return [asked, get(results, undefined, 204)];
      }),
      ['discoverVms passed: succeeded', 'discoverVms passed: succeeded'],
    ],
    [
      'a job that failed',
      backedUp('Failed', { errorDetails: [{ errorCode: 1, errorTitle: 'UserErrorX', errorString: 'No.' }] }),
      ['backUpNow passed: failed (UserErrorX), job job1'],
    ],
    ['a job whose end was not recorded', backedUp('InProgress'), ['backUpNow passed: not recorded (running as far as it goes, job job1)']],
    ['a change after which nothing was recorded', [backup()], ['backUpNow passed: not recorded (accepted as far as it goes)']],
    [
      'an operation that failed',
      [backup(), state('op1', 'Failed', { error: { code: 'UserErrorY', message: 'No.' } })],
      ['backUpNow passed: failed (UserErrorY)'],
    ],
    [
      'a refusal',
      [{ ...backup(), response: { status: 409, body: { error: { code: 'Conflict', message: 'No.' } } } }],
      ['backUpNow passed: failed (Conflict)'],
    ],
    [
      'an answer of nobody',
      [{ ...backup(), response: { status: 502, body: '<html>' } }],
      ['backUpNow passed: not recorded (sending as far as it goes)'],
    ],
    [
      'protecting what a list named, then another policy, stopping and resuming, the item looked at in between or not',
      [
        get(`${vault}/backupProtectableItems`, {
          value: [
            {
              id: inVault('web', 'protectableItems', 'vm'),
              name: 'iaasvmcontainerv2;rg;web',
              properties: { protectableItemType: 'Microsoft.Compute/virtualMachines', friendlyName: 'web', virtualMachineId: vm('web') },
            },
          ],
        }),
        send('PUT', inVault('web', 'protectedItems', 'vm'), vmBody(policyId('Daily')), accepted(itemId, 'op1')),
        ...changed,
        get(itemId, item({ protectionState: 'IRPending' })),
        send('PUT', itemId.toUpperCase(), vmBody(policyId('Weekly')), accepted(itemId, 'op2')),
        state('op2', 'Succeeded', named('job2')),
        job('job2', 'Completed', 'ConfigureBackup'),
        get(`${vault}/backupProtectedItems`, { value: [item({ policyId: policyId('weekly') })] }),
        send('PUT', itemId, vmBody('', { protectionState: 'ProtectionStopped' }), accepted(itemId, 'op3')),
        state('op3', 'Succeeded', named('job3')),
        job('job3', 'CompletedWithWarnings', 'DisableBackup', { errorDetails: [{ errorCode: 2, errorTitle: 'W', errorString: 'Hm.' }] }),
        send('PUT', itemId, vmBody(policyId('Weekly')), accepted(itemId, 'op4')),
        state('op4', 'Succeeded', named('job4')),
        job('job4', 'Completed', 'ConfigureBackup'),
      ],
      [
        'protectVm passed: succeeded, job job1',
        'changePolicy passed: succeeded, job job2',
        'stopKeepData passed: succeededWithWarnings, job job3',
        'resumeProtection passed: succeeded, job job4',
      ],
    ],
    [
      'deleting, undeleting and cancelling, of what nobody looked at',
      [
        send('DELETE', itemId, undefined, accepted(itemId, 'op1')),
        ...changed.slice(0, 1),
        job('job1', 'Completed', 'DeleteBackupData'),
        send('PUT', itemId, vmBody('', { isRehydrate: true, protectionState: 'ProtectionStopped' }), accepted(itemId, 'op2')),
        state('op2', 'Succeeded', named('job2')),
        job('job2', 'Completed', 'Undelete'),
        send('POST', `${vault}/backupJobs/job7/cancel`, undefined, {
          status: 202,
          headers: { location: `${cloud}${vault}/backupJobs/job7/operationResults/op9` },
        }),
        get(`${vault}/backupJobs/job7/operationResults/op9`, null, 202),
        get(`${vault}/backupJobs/job7/operationResults/op9`, null, 204),
        job('job7', 'Cancelling'),
      ],
      ['stopDeleteData passed: succeeded, job job1', 'undelete passed: succeeded, job job2', 'cancelJob passed: succeeded'],
    ],
    [
      'two changes of one target at once, and one of its namesake in another group',
      [
        get(`${vault}/backupProtectedItems`, { value: [item()] }),
        send('PUT', itemId, vmBody(policyId('Weekly')), accepted(itemId, 'op2')),
        backup(),
        send('DELETE', itemId.replaceAll(';rg;', ';other;'), undefined, accepted(itemId.replaceAll(';rg;', ';other;'), 'op3')),
        state('op3', 'Succeeded', named('job3')),
        state('op1', 'Succeeded', named('job1')),
        state('op2', 'Succeeded', named('job2')),
        job('job2', 'Completed', 'ConfigureBackup'),
        job('job1', 'Completed'),
        job('job3', 'Failed', 'DeleteBackupData', { errorDetails: [{ errorCode: 3, errorTitle: 'UserErrorZ', errorString: 'No.' }] }),
      ],
      [
        'changePolicy passed: succeeded, job job2',
        'backUpNow passed: succeeded, job job1',
        'stopDeleteData passed: failed (UserErrorZ), job job3',
      ],
    ],
    [
      'a machine that is registered, looked into and forgotten, followed by its results',
      [
        send(
          'PUT',
          container,
          {
            properties: {
              containerType: 'VMAppContainer',
              backupManagementType: 'AzureWorkload',
              workloadType: 'SQLDataBase',
              sourceResourceId: vm('SQL-01'),
            },
          },
          accepted(container, 'op1'),
        ),
        { ...get(`${container}/operationResults/op1`, {}, 202), repeat: 80 },
        get(`${container}/operationResults/op1`, {
          id: container,
          properties: { registrationStatus: 'Registered', friendlyName: 'sql-01' },
        }),
        send('POST', `${container}/inquire?$filter=workloadType eq 'SQLDataBase' and backupManagementType eq 'AzureWorkload'`, undefined, {
          status: 202,
          headers: { location: `${cloud}${container}/operationResults/op2` },
        }),
        get(`${container}/operationResults/op2`, null, 204),
        send('DELETE', container, undefined, accepted(container, 'op3')),
        get(`${container}/operationsStatus/op3`, { status: 'Failed', error: { code: 'BMSUserErrorX', message: 'No.' } }),
      ],
      ['registerContainer passed: succeeded', 'inquireContainer passed: succeeded', 'unregisterContainer passed: failed (BMSUserErrorX)'],
    ],
    [
      'auto-protection, whose name is its maker’s own',
      [
        send(
          'PUT',
          `${vault}/backupFabrics/Azure/backupProtectionIntent/0f1e2d3c-0000-0000-0000-000000000001`,
          {
            properties: {
              protectionIntentItemType: 'RecoveryServiceVaultItem',
              backupManagementType: 'AzureWorkload',
              itemId: `${container}/protectableItems/sqlinstance;mssqlserver`,
              policyId: policyId('HourlyLogBackup'),
            },
          },
          { status: 200, body: { id: `${vault}/backupFabrics/Azure/backupProtectionIntent/0f1e2d3c-0000-0000-0000-000000000001` } },
        ),
        send('DELETE', `${vault}/backupFabrics/Azure/backupProtectionIntent/0f1e2d3c-0000-0000-0000-000000000001`, undefined, {
          status: 204,
        }),
      ],
      ['autoProtect passed: succeeded', 'stopAutoProtect passed: succeeded'],
    ],
    [
      'nothing that no action does',
      [
        send('PUT', itemId, vmBody(policyId('Daily'), { extendedProperties: { diskExclusionProperties: {} } }), accepted(itemId, 'op1')),
        send('PUT', policyId('Daily'), {}, { status: 200 }),
        send('DELETE', vault, undefined, { status: 200 }),
      ],
      [
        'PUT Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems (extendedProperties: some disks only) unsupported',
        'PUT Microsoft.RecoveryServices/vaults/backupPolicies unsupported',
        'DELETE Microsoft.RecoveryServices/vaults unsupported',
      ],
    ],
  ];
  for (const [title, raws, expected] of passes) {
    it(`passes ${title}`, async () => {
      assert.deepEqual(told(await play(raws)), expected);
    });
  }

  /** The action table with one action whose requests are spoiled. */
  const spoiled =
    (spoil: (request: PreparedRequest) => PreparedRequest, more: Partial<AnySendAction> = {}): ActionOf =>
    (id) => {
      const action = actionById(id) as AnySendAction;
      const build: AnySendAction['build'] = async (...given) => {
        const built = await action.build(...given);
        return { ...built, request: spoil(built.request) };
      };
      return { ...action, ...more, build };
    };
  const body = (change: (properties: Record<string, unknown>) => object): ActionOf =>
    spoiled((request) => {
      const { properties } = JSON.parse(request.body ?? '') as { properties: Record<string, unknown> };
      return { ...request, body: JSON.stringify({ properties: change(properties) }) };
    });
  const same = (request: PreparedRequest): PreparedRequest => request;

  const failures: [string, readonly Raw[], ActionOf | undefined, RegExp][] = [
    [
      'a request to another path',
      backedUp('Completed'),
      spoiled((request) => ({ ...request, url: request.url.replace('/backup?', '/backups?') })),
      /the path: recorded .*\/backup, ours .*\/backups/,
    ],
    ['another method', backedUp('Completed'), spoiled((request) => ({ ...request, method: 'PUT' })), /the method: recorded POST, ours PUT/],
    [
      'another query',
      backedUp('Completed'),
      spoiled((request) => ({ ...request, url: `${request.url}&$filter=a eq 'b'` })),
      /the query's filter: recorded none, ours a eq 'b'/,
    ],
    [
      'a member of the body that differs',
      backedUp('Completed'),
      body((properties) => ({ ...properties, objectType: 'AzureFileShareBackupRequest' })),
      /the body's properties\.objectType: recorded "IaasVMBackupRequest", ours "AzureFileShareBackupRequest"/,
    ],
    [
      'a moment that differs by a second',
      backedUp('Completed'),
      body((properties) => ({ ...properties, recoveryPointExpiryTimeInUTC: '2025-06-27T10:50:01.123Z' })),
      /properties\.recoveryPointExpiryTimeInUTC/,
    ],
    [
      'a member that is missing',
      backedUp('Completed'),
      body(({ objectType }) => ({ objectType })),
      /properties\.recoveryPointExpiryTimeInUTC: recorded .*, ours none/,
    ],
    [
      'a member too many, recorded or ours',
      [
        {
          ...backup(),
          request: {
            ...backup().request,
            body: { properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: '2025-06-27T10:50:00Z', more: 1 } },
          },
        },
      ],
      body((properties) => ({ ...properties, ours: true })),
      /properties\.more: recorded 1, ours none\n.*properties\.ours: recorded none, ours true/,
    ],
    ['a job that is not followed', backedUp('Completed'), spoiled(same, { tracker: 'arm.operation' }), /the job: recorded job1, ours none/],
    [
      'another end than the job’s',
      backedUp('Failed', { errorDetails: [{ errorCode: 1, errorTitle: 'UserErrorX', errorString: 'No.' }] }),
      spoiled(same, { tracker: 'arm.operation' }),
      /the end: recorded failed, ours succeeded/,
    ],
    [
      'an end where none was recorded',
      backedUp('InProgress'),
      spoiled(same, { tracker: 'arm.operation' }),
      /the end: not recorded, ours succeeded/,
    ],
    [
      'what is read back and is not what was asked',
      [
        send('PUT', itemId, vmBody('', { protectionState: 'ProtectionStopped' }), accepted(itemId, 'op1')),
        state('op1', 'Succeeded', named('job1')),
        job('job1', 'Completed', 'DisableBackup'),
        get(itemId, item()),
      ],
      undefined,
      /what was read back is not what was asked: Protection of web should have stopped/,
    ],
    [
      'a change that our action refuses and Azure took',
      [get(itemId, item({ protectionState: 'ProtectionStopped', policyId: '' })), ...backedUp('Completed').slice(1)],
      undefined,
      /our action does not send it: .*its protection is stopped/,
    ],
  ];
  for (const [title, raws, actionOf, reason] of failures) {
    it(`fails ${title}`, async () => {
      const [result] = (await play(raws, actionOf)).filter(({ outcome }) => outcome !== 'unsupported');
      assert.equal(result?.outcome, 'failed');
      assert.match(result.differences.join('\n'), reason);
    });
  }
});
