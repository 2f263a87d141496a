/** Never lost, never repeated: each action against each way in which an answer can be spoiled. */
import assert from 'node:assert/strict';
import { delay } from '../../../src/core/cancellation.ts';
import type { OperationRecord, PreparedRequest } from '../../../src/core/operation.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { jobState, protectedItemState, type ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { backupNow } from '../../../src/providers/recoveryServices/requests.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { decodedPath, SpoiledCloud } from './spoiledCloud.ts';

const vaultName = 'rsv-webshop-weu';
const dayMs = 86_400_000;

/** What an action is done to, and how to see at the service itself whether it happened. */
interface Case {
  readonly actionId: string;
  readonly target: ActionTarget;
  readonly answers: Readonly<Record<string, string>>;
  /** Undefined where the service keeps no trace of it. */
  happened(): Promise<boolean | undefined>;
}

async function vaultOf(cloud: SpoiledCloud, name = vaultName): Promise<ActionTarget> {
  for (const id of cloud.sandbox.endpoint.subscriptionIds) {
    const vault = (await api.listVaults(cloud.arm, `/subscriptions/${id}`)).items.find((one) => one.name === name);
    if (vault) {
      return { kind: 'vault', id: vault.id, name: vault.name, model: vault };
    }
  }
  throw new Error(`The sandbox has no vault ${name}`);
}

async function stateOf(cloud: SpoiledCloud, id: string): Promise<string> {
  return protectedItemState(await api.getProtectedItem(cloud.arm, id), Date.now()).kind;
}

const casesOf: Readonly<Record<string, (cloud: SpoiledCloud, vault: ActionTarget) => Promise<Case>>> = {
  discoverVms: (_cloud, vault) =>
    Promise.resolve({ actionId: 'discoverVms', target: vault, answers: {}, happened: () => Promise.resolve(undefined) }),

  async protectVm(cloud, vault) {
    const found = (await api.listProtectableItems(cloud.arm, vault.id, { types: ['AzureIaasVM'] })).items;
    const model = found.find(({ friendlyName }) => friendlyName === 'jumpbox');
    assert.ok(model);
    return {
      actionId: 'protectVm',
      target: { kind: 'protectableItem', id: model.id, name: model.friendlyName, model },
      answers: { policy: `${vault.id}/backupPolicies/DefaultPolicy` },
      happened: async () => (await items(cloud, vault)).some(({ friendlyName }) => friendlyName === 'jumpbox'),
    };
  },

  async backUpNow(cloud, vault) {
    const target = await item(cloud, vault, 'vm-web-01');
    const before = (await backupsOf(cloud, vault)).length;
    return {
      actionId: 'backUpNow',
      target,
      answers: { expiry: new Date(Date.now() + 30 * dayMs).toISOString() },
      happened: async () => (await backupsOf(cloud, vault)).length === before + 1,
    };
  },

  async changePolicy(cloud, vault) {
    const target = await item(cloud, vault, 'vm-web-02');
    return {
      actionId: 'changePolicy',
      target,
      answers: { policy: `${vault.id}/backupPolicies/EnhancedPolicy` },
      happened: async () => /enhancedpolicy$/i.test((await api.getProtectedItem(cloud.arm, target.id)).policyId ?? ''),
    };
  },

  async stopKeepData(cloud, vault) {
    const target = await item(cloud, vault, 'vm-web-03');
    return { actionId: 'stopKeepData', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) === 'stopped' };
  },

  async resumeProtection(cloud, vault) {
    const target = await item(cloud, vault, 'vm-cache-01');
    return {
      actionId: 'resumeProtection',
      target,
      answers: { policy: `${vault.id}/backupPolicies/DefaultPolicy` },
      happened: async () => (await stateOf(cloud, target.id)) !== 'stopped',
    };
  },

  async stopDeleteData(cloud, vault) {
    const target = await item(cloud, vault, 'vm-api-01');
    return { actionId: 'stopDeleteData', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) === 'softDeleted' };
  },

  async undelete(cloud, vault) {
    const target = await item(cloud, vault, 'vm-api-02');
    return { actionId: 'undelete', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) !== 'softDeleted' };
  },

  async cancelJob(cloud, vault) {
    const { model } = (await item(cloud, vault, 'vm-web-02')) as ActionTarget<ProtectedItem>;
    const answer = await cloud.arm.send(await backupNow(cloud.arm.environment, model, new Date(Date.now() + dayMs)));
    // One that its policy has just started does as well.
    assert.match(`${answer.status} ${answer.text}`, /^202|UserErrorBackupOperationInProgress/);
    const running = async (): Promise<ActionTarget | undefined> => {
      const jobs = (await api.listJobs(cloud.arm, vault.id)).items;
      const job = jobs.find((one) => one.entityFriendlyName === 'vm-web-02' && jobState(one) === 'running');
      return job && { kind: 'job', id: job.id, name: job.name, model: job };
    };
    let target = await running();
    for (; !target; target = await running()) {
      await delay(10);
    }
    const { id } = target;
    return {
      actionId: 'cancelJob',
      target,
      answers: {},
      happened: async () => /^cancel/i.test((await api.getJob(cloud.arm, id)).status ?? ''),
    };
  },
};

/** The same of databases, of a vault that has a server; every server has a `master`. */
const databaseCasesOf: typeof casesOf = {
  async protectDatabase(cloud) {
    const erp = await vaultOf(cloud, 'rsv-erp-weu');
    const found = (await api.listProtectableItems(cloud.arm, erp.id, { types: ['AzureWorkload'] })).items;
    const model = found.find(({ friendlyName, role }) => friendlyName === 'Reporting' && role === 'database');
    assert.ok(model);
    return {
      actionId: 'protectDatabase',
      target: { kind: 'protectableItem', id: model.id, name: model.friendlyName, model },
      answers: { policy: `${erp.id}/backupPolicies/HourlyLogBackup` },
      happened: async () => (await databases(cloud, erp)).some(({ friendlyName }) => friendlyName === 'Reporting'),
    };
  },

  async backUpDatabase(cloud) {
    const erp = await vaultOf(cloud, 'rsv-erp-weu');
    const target = await database(cloud, erp, 'NorthwindERP');
    const copies = async (): Promise<number> =>
      (await api.listRecoveryPoints(cloud.arm, target.id)).items.filter(({ ruleName }) => ruleName === 'On-Demand').length;
    const before = await copies();
    return {
      actionId: 'backUpDatabase',
      target,
      answers: { backupType: 'CopyOnlyFull', compression: 'no', expiry: new Date(Date.now() + 30 * dayMs).toISOString() },
      happened: async () => (await copies()) === before + 1,
    };
  },

  async changePolicyOfDatabase(cloud) {
    const target = await database(cloud, await vaultOf(cloud, 'rsv-erp-weu'), 'Payroll');
    const policyId = `${(target.model as ProtectedItem).vaultId ?? ''}/backupPolicies/HourlyLogBackup`;
    return {
      actionId: 'changePolicy',
      target,
      answers: { policy: policyId },
      happened: async () => /hourlylogbackup$/i.test((await api.getProtectedItem(cloud.arm, target.id)).policyId ?? ''),
    };
  },

  async deleteDatabase(cloud) {
    const target = await database(cloud, await vaultOf(cloud, 'rsv-erp-weu'), 'msdb');
    return { actionId: 'stopDeleteData', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) === 'softDeleted' };
  },
};

async function databases(cloud: SpoiledCloud, vault: ActionTarget): Promise<readonly ProtectedItem[]> {
  return (await api.listProtectedItems(cloud.arm, vault.id, { backupManagementType: 'AzureWorkload' })).items;
}

async function database(cloud: SpoiledCloud, vault: ActionTarget, name: string): Promise<ActionTarget> {
  const model = (await databases(cloud, vault)).find(({ friendlyName }) => friendlyName === name);
  assert.ok(model, name);
  return { kind: 'protectedItem', id: model.id, name, model };
}

async function items(cloud: SpoiledCloud, vault: ActionTarget): Promise<readonly ProtectedItem[]> {
  return (await api.listProtectedItems(cloud.arm, vault.id, { backupManagementType: 'AzureIaasVM' })).items;
}

async function item(cloud: SpoiledCloud, vault: ActionTarget, name: string): Promise<ActionTarget> {
  const model = (await items(cloud, vault)).find(({ friendlyName }) => friendlyName === name);
  assert.ok(model, name);
  return { kind: 'protectedItem', id: model.id, name, model };
}

async function backupsOf(cloud: SpoiledCloud, vault: ActionTarget): Promise<readonly unknown[]> {
  const jobs = (await api.listJobs(cloud.arm, vault.id)).items;
  return jobs.filter((job) => job.entityFriendlyName === 'vm-web-01' && job.operation === 'Backup');
}

/** A fault without the place that it hits. */
type Spoiling = FaultInput extends infer Each ? (Each extends unknown ? Omit<Each, 'path' | 'pathPattern' | 'method'> : never) : never;

/** What hits the request that changes something. */
const ofSending: readonly { readonly name: string; readonly fault: Spoiling; readonly taken: boolean; readonly told?: RegExp }[] = [
  { name: 'the connection breaks before it is taken', fault: { kind: 'resetBefore' }, taken: false },
  { name: 'the connection breaks after it was taken', fault: { kind: 'resetAfter' }, taken: true },
  { name: '500, not taken', fault: { kind: 'error', status: 500 }, taken: false },
  { name: '500, taken', fault: { kind: 'error', status: 500, takesEffect: true }, taken: true },
  { name: '503, taken', fault: { kind: 'error', status: 503, takesEffect: true }, taken: true },
  { name: 'a web page of a gateway', fault: { kind: 'htmlError' }, taken: false },
  { name: 'no answer in time, taken', fault: { kind: 'slow', ms: 900 }, taken: true },
  { name: 'a torn answer', fault: { kind: 'truncate' }, taken: true },
  { name: 'throttled once', fault: { kind: 'throttle', retryAfterSeconds: 0 }, taken: true },
  {
    name: 'throttled again and again',
    fault: { kind: 'throttle', retryAfterSeconds: 0, count: 'unlimited' },
    taken: false,
    told: /429|Throttled/,
  },
  { name: 'the token has expired', fault: { kind: 'expireToken' }, taken: true },
  { name: 'the token has expired, with a challenge', fault: { kind: 'expireToken', challenge: true }, taken: true },
  { name: 'no permission', fault: { kind: 'error', status: 403, count: 'unlimited' }, taken: false, told: /AuthorizationFailed/ },
  { name: 'another operation is in the way', fault: { kind: 'error', status: 409 }, taken: false, told: /Conflict/ },
];

/** What hits the questions after it; more often than the pipeline asks again by itself. */
const ofFollowing: readonly { readonly name: string; readonly fault: Spoiling }[] = [
  { name: 'the connection breaks', fault: { kind: 'resetBefore', count: 6 } },
  { name: '500 with an empty message', fault: { kind: 'error', status: 500, code: 'CloudStorageUnexpectedError', message: '', count: 6 } },
  { name: '503', fault: { kind: 'error', status: 503, count: 6 } },
  { name: 'a web page of a gateway', fault: { kind: 'htmlError', count: 6 } },
  { name: 'no answer in time', fault: { kind: 'slow', ms: 500, count: 2 } },
  { name: 'torn JSON', fault: { kind: 'truncate', count: 3 } },
  { name: 'throttled', fault: { kind: 'throttle', retryAfterSeconds: 0, count: 6 } },
  { name: 'not found at first', fault: { kind: 'error', status: 404, count: 3 } },
  { name: 'the token has expired', fault: { kind: 'expireToken' } },
];

const sayings = (record: OperationRecord): string => JSON.stringify({ error: record.error, outcome: record.outcome, trace: record.trace });

function onlyThis(request: PreparedRequest, fault: Spoiling): FaultInput {
  const pathPattern = `^${decodedPath(request.url).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  return { ...fault, method: request.method, pathPattern };
}

function questionsAfter(fault: Spoiling): FaultInput {
  const pathPattern = '/(operationsStatus|operationResults|backupOperations|backupOperationResults|backupJobs)/[^/]+$';
  return { ...fault, method: 'GET', pathPattern };
}

/** Slow enough that a backup still runs when it is cancelled, on a busy machine too. */
const speed = 200;
const atOnce = 6;

/** Runs every action, one after another, in a sandbox of its own. What went wrong comes back, a line for each. */
async function everyAction(fault: Spoiling, check: (cloud: SpoiledCloud, one: Case) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  const cloud = await SpoiledCloud.open(speed, fault.kind === 'slow' ? 500 : 10_000);
  try {
    const vault = await vaultOf(cloud);
    for (const [name, make] of Object.entries({ ...casesOf, ...databaseCasesOf })) {
      try {
        await check(cloud, await make(cloud, vault));
      } catch (error) {
        problems.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await cloud.close();
  }
  return problems;
}

async function sending(cloud: SpoiledCloud, one: Case, { fault, taken, told }: (typeof ofSending)[number]): Promise<void> {
  const { record, attempts, effects } = await cloud.run(one.actionId, one.target, one.answers, (request) => [onlyThis(request, fault)]);
  assert.equal(effects, taken ? 1 : 0, `it took effect ${effects} times: ${sayings(record)}`);
  assert.equal((await one.happened()) ?? taken, taken, 'what the service says');
  const refusedFirst = fault.kind === 'throttle' || fault.kind === 'expireToken';
  assert.ok(refusedFirst || attempts === 1, `it was sent ${attempts} times`);
  // Nobody can find out what the service keeps no trace of.
  const lost = one.actionId === 'discoverVms' && told === undefined && !refusedFirst && fault.kind !== 'truncate';
  assert.equal(record.status, lost ? 'unknown' : taken ? 'succeeded' : 'failed', sayings(record));
  if (told) {
    assert.match(record.error?.message ?? '', told);
  }
}

async function following(cloud: SpoiledCloud, one: Case, { fault }: (typeof ofFollowing)[number]): Promise<void> {
  const { record, effects } = await cloud.run(one.actionId, one.target, one.answers, () => [questionsAfter(fault)]);
  assert.equal(effects, 1, 'it took effect once');
  assert.equal((await one.happened()) ?? true, true, 'what the service says');
  assert.equal(record.status, 'succeeded', sayings(record));
}

describe('every action, whatever becomes of its answers', function () {
  this.timeout(90_000);
  const works = [
    ...ofSending.map((row) => ({
      title: `sending: ${row.name}`,
      run: () => everyAction(row.fault, (cloud, one) => sending(cloud, one, row)),
    })),
    ...ofFollowing.map((row) => ({
      title: `following: ${row.name}`,
      run: () => everyAction(row.fault, (cloud, one) => following(cloud, one, row)),
    })),
  ];
  const outcomes = new Map<string, Promise<readonly string[]>>();

  before(() => {
    // Some at a time: they mostly wait.
    const lanes = Array.from({ length: atOnce }, () => Promise.resolve<readonly string[]>([]));
    for (const [at, { title, run }] of works.entries()) {
      const lane = at % atOnce;
      const outcome = (lanes[lane] ?? Promise.resolve()).then(run).catch((error: unknown) => [String(error)]);
      lanes[lane] = outcome;
      outcomes.set(title, outcome);
    }
  });

  for (const { title } of works) {
    it(title, async () => {
      assert.deepEqual(await outcomes.get(title), []);
    });
  }
});
