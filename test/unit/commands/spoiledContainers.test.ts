/** Never lost, never repeated: what is done to machines with SQL Server, against ways in which an answer can be spoiled. */
import assert from 'node:assert/strict';
import { delay } from '../../../src/core/cancellation.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { createIntent, protectionIntentIdOf } from '../../../src/providers/recoveryServices/containerRequests.ts';
import type { Container, ProtectableItem, Vault } from '../../../src/providers/recoveryServices/model.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { decodedPath, SpoiledCloud } from './spoiledCloud.ts';

/** What an action is done to, and how to see at the service itself whether it happened. */
interface Case {
  readonly actionId: string;
  readonly target: ActionTarget;
  readonly answers?: Readonly<Record<string, string>>;
  /** True where looking proves that it did not happen; else that stays unknown. */
  readonly provable?: true;
  happened(): Promise<boolean>;
}

const patienceMs = 20_000;

async function vaultOf(cloud: SpoiledCloud): Promise<Vault> {
  const all = await Promise.all(cloud.sandbox.endpoint.subscriptionIds.map((id) => api.listVaults(cloud.arm, `/subscriptions/${id}`)));
  const vault = all.flatMap(({ items }) => items).find(({ name }) => name === 'rsv-sql-weu');
  assert.ok(vault);
  return vault;
}

async function casesOf(cloud: SpoiledCloud, vault: Vault): Promise<readonly Case[]> {
  const { arm } = cloud;
  const containers = async (): Promise<readonly Container[]> =>
    (await api.listContainers(arm, vault.id, { types: ['AzureWorkload'] })).items;
  const listed = await containers();
  const found = (await api.listProtectableContainers(arm, vault.id)).items;
  const instances = (await api.listProtectableItems(arm, vault.id, { types: ['AzureWorkload'] })).items.filter(
    ({ role }) => role === 'instance',
  );
  const one = <Model extends { readonly id: string; readonly friendlyName: string }>(
    kind: string,
    models: readonly Model[],
    name: string,
  ): ActionTarget<Model> => {
    const model = models.find(({ friendlyName }) => friendlyName === name);
    assert.ok(model, name);
    return { kind, id: model.id, name, model };
  };
  const has = async (name: string): Promise<boolean> => (await containers()).some(({ friendlyName }) => friendlyName === name);
  const updated = (target: ActionTarget<Container>) => async (): Promise<boolean> =>
    (await api.getContainer(arm, target.id)).lastUpdatedTime !== target.model.lastUpdatedTime;
  const instanceOf = (server: string): ActionTarget<ProtectableItem> =>
    one(
      'protectableItem',
      instances.filter(({ serverName }) => serverName === server),
      'MSSQLSERVER',
    );
  const intents = async (target: ActionTarget): Promise<boolean> =>
    (await api.listProtectionIntents(arm, vault.id)).items.some(({ itemId }) => itemId?.toLowerCase() === target.id.toLowerCase());
  const policy = `${vault.id}/backupPolicies/HourlyLogBackup`;
  const [free, taken] = [instanceOf('sql-orders-01'), instanceOf('sql-orders-02')];
  const there = protectionIntentIdOf(vault.id, '249d9b07-d2ef-4202-aa64-65f35418564e');
  assert.equal((await arm.send(await createIntent(arm.environment, there, taken, policy))).status, 200);
  const [again, inquired] = [one('container', listed, 'sql-sales-01'), one('container', listed, 'sql-orders-01')];
  return [
    { actionId: 'registerContainer', target: one('protectableContainer', found, 'sql-crm-01'), happened: () => has('sql-crm-01') },
    { actionId: 'reregisterContainer', target: again, happened: updated(again) },
    { actionId: 'inquireContainer', target: inquired, happened: updated(inquired) },
    {
      actionId: 'unregisterContainer',
      target: one('container', listed, 'sql-legacy-01'),
      happened: async () => !(await has('sql-legacy-01')),
    },
    { actionId: 'autoProtect', target: free, answers: { policy }, provable: true, happened: () => intents(free) },
    { actionId: 'stopAutoProtect', target: taken, provable: true, happened: async () => !(await intents(taken)) },
  ];
}

/** A fault without the place that it hits. */
type Spoiling = FaultInput extends infer Each ? (Each extends unknown ? Omit<Each, 'path' | 'pathPattern' | 'method'> : never) : never;

const ofSending: readonly { readonly name: string; readonly fault: Spoiling; readonly taken: boolean }[] = [
  { name: 'the connection breaks before it is taken', fault: { kind: 'resetBefore' }, taken: false },
  { name: 'the connection breaks after it was taken', fault: { kind: 'resetAfter' }, taken: true },
  { name: '500, not taken', fault: { kind: 'error', status: 500 }, taken: false },
  { name: '500, taken', fault: { kind: 'error', status: 500, takesEffect: true }, taken: true },
  { name: 'a torn answer', fault: { kind: 'truncate' }, taken: true },
];

const ofFollowing: readonly { readonly name: string; readonly fault: Spoiling }[] = [
  { name: 'the connection breaks', fault: { kind: 'resetBefore', count: 6 } },
  { name: '500 with an empty message', fault: { kind: 'error', status: 500, code: 'CloudStorageUnexpectedError', message: '', count: 6 } },
  { name: 'torn JSON', fault: { kind: 'truncate', count: 3 } },
  { name: 'not found at first', fault: { kind: 'error', status: 404, count: 3 } },
];

const told = ({ status, error, outcome, warnings, trace }: OperationRecord): string =>
  JSON.stringify({ status, error, outcome, warnings, trace });

async function sending(cloud: SpoiledCloud, one: Case, { fault, taken }: (typeof ofSending)[number]): Promise<void> {
  const { record, attempts, effects } = await cloud.run(one.actionId, one.target, one.answers ?? {}, (request) => [
    { ...fault, method: request.method, path: decodedPath(request.url) },
  ]);
  assert.deepEqual([attempts, effects], [1, taken ? 1 : 0], told(record));
  if (!taken) {
    assert.equal(record.status, one.provable ? 'failed' : 'unknown', told(record));
    assert.equal(await one.happened(), false);
    return;
  }
  const end = record.status === 'unknown' ? await lookedAgain(cloud, one, record) : record;
  assert.match(end.status, /^succeeded/, told(end));
  assert.equal(await one.happened(), true);
}

/** What takes minutes cannot be found out in the first seconds: a person looks again when it is there. */
async function lookedAgain(cloud: SpoiledCloud, one: Case, { id }: OperationRecord): Promise<OperationRecord> {
  for (const until = Date.now() + patienceMs; !(await one.happened()); await delay(20)) {
    assert.ok(Date.now() < until, 'it was taken and never happened');
  }
  await cloud.engine.lookAgain(id);
  for (const until = Date.now() + patienceMs; ; await delay(20)) {
    const record = cloud.engine.get(id);
    assert.ok(record);
    if (hasEnded(record.status) || Date.now() > until) {
      return record;
    }
  }
}

async function following(cloud: SpoiledCloud, one: Case, { fault }: (typeof ofFollowing)[number]): Promise<void> {
  const { record, effects } = await cloud.run(one.actionId, one.target, one.answers ?? {}, () => [
    { ...fault, method: 'GET', pathPattern: '/(operationsStatus|operationResults|backupOperationResults)/[^/]+$' },
  ]);
  assert.equal(effects, 1, 'it took effect once');
  assert.match(record.status, /^succeeded/, told(record));
  assert.equal(await one.happened(), true, 'what the service says');
}

/** Every action, one after the other in a sandbox of their own. What went wrong comes back, a line for each. */
async function every(check: (cloud: SpoiledCloud, one: Case) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  const cloud = await SpoiledCloud.open(200, 10_000);
  try {
    for (const one of await casesOf(cloud, await vaultOf(cloud))) {
      try {
        await check(cloud, one);
      } catch (error) {
        problems.push(`${one.actionId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await cloud.close();
  }
  return problems;
}

/** Nearly all of the time goes by in waiting, so some rows wait side by side, each with its sandbox. */
const sideBySide = 3;

const rows: readonly { readonly title: string; readonly check: (cloud: SpoiledCloud, one: Case) => Promise<void> }[] = [
  ...ofSending.map((row) => ({ title: `sending: ${row.name}`, check: (cloud: SpoiledCloud, one: Case) => sending(cloud, one, row) })),
  ...ofFollowing.map((row) => ({ title: `following: ${row.name}`, check: (cloud: SpoiledCloud, one: Case) => following(cloud, one, row) })),
];

describe('containers and auto-protection, whatever becomes of the answers', function () {
  this.timeout(90_000);
  const results = new Map<string, Promise<readonly string[]>>();
  before(() => {
    const lanes = Array.from({ length: sideBySide }, () => Promise.resolve<unknown>(undefined));
    rows.forEach(({ title, check }, at) => {
      const result = (lanes[at % sideBySide] ?? Promise.resolve()).then(() => every(check));
      results.set(title, result);
      // Its own test tells what was wrong; the next row of the lane goes on.
      lanes[at % sideBySide] = result.catch(() => undefined);
    });
  });
  for (const { title } of rows) {
    it(title, async () => assert.deepEqual(await results.get(title), []));
  }
});
