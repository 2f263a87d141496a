/** Never lost, never repeated: what is done to machines with SQL Server, against ways in which an answer can be spoiled. */
import assert from 'node:assert/strict';
import { delay } from '../../../src/core/cancellation.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { createIntent, protectionIntentIdOf } from '../../../src/providers/recoveryServices/containerRequests.ts';
import type { Container, ProtectableItem, Vault } from '../../../src/providers/recoveryServices/model.ts';
import type { SpoiledCloud } from './spoiledCloud.ts';
import { provesAll } from './spoiledTable.ts';
import {
  cloudFor,
  isRefusedFirst,
  isUnheard,
  listsAfter,
  messageOf,
  ofFollowing,
  ofSending,
  onlyThis,
  questionsAfter,
  readingAfter,
  sayings,
  settled,
  together,
  type FollowingRow,
  type SendingRow,
  type Spoiling,
} from './spoilings.ts';

/** What an action is done to, and how to see at the service itself whether it happened. */
interface Case {
  readonly actionId: string;
  readonly target: ActionTarget;
  readonly answers?: Readonly<Record<string, string>>;
  /** True where looking proves that it did not happen; else that stays unknown. */
  readonly provable?: true;
  /** Absent where the service keeps no trace of it. */
  readonly happened?: () => Promise<boolean>;
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
    { actionId: 'discoverSql', target: { kind: 'vault', id: vault.id, name: vault.name, model: vault } },
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

async function sending(cloud: SpoiledCloud, one: Case, row: SendingRow): Promise<void> {
  const { fault, taken, told } = row;
  const { record, attempts, effects } = await cloud.run(one.actionId, one.target, one.answers ?? {}, (request) => [
    onlyThis(request, fault),
  ]);
  assert.equal(effects, taken ? 1 : 0, `it took effect ${effects} times: ${sayings(record)}`);
  assert.ok(isRefusedFirst(row) || attempts === 1, `it was sent ${attempts} times`);
  if (!taken) {
    assert.equal(record.status, one.provable || told ? 'failed' : 'unknown', sayings(record));
    assert.equal((await one.happened?.()) ?? false, false);
    if (told) {
      assert.match(record.error?.message ?? '', told);
    }
    return;
  }
  if (one.happened === undefined) {
    assert.equal(record.status, isUnheard(row) ? 'unknown' : 'succeeded', sayings(record));
    return;
  }
  const end = record.status === 'unknown' ? await lookedAgain(cloud, one.happened, record) : record;
  assert.match(end.status, /^succeeded/, sayings(end));
  assert.equal(await one.happened(), true);
}

/** What takes minutes cannot be found out in the first seconds: a person looks again when it is there. */
async function lookedAgain(cloud: SpoiledCloud, happened: () => Promise<boolean>, { id }: OperationRecord): Promise<OperationRecord> {
  await settled('what was taken', happened);
  await cloud.engine.lookAgain(id);
  for (const until = Date.now() + patienceMs; ; await delay(20)) {
    const record = cloud.engine.get(id);
    assert.ok(record);
    if (hasEnded(record.status) || Date.now() > until) {
      return record;
    }
  }
}

async function following(cloud: SpoiledCloud, one: Case, { fault }: FollowingRow): Promise<void> {
  const { record, effects } = await cloud.run(one.actionId, one.target, one.answers ?? {}, () => [
    questionsAfter(fault),
    listsAfter(fault),
    readingAfter(fault),
  ]);
  assert.equal(effects, 1, 'it took effect once');
  assert.match(record.status, /^succeeded/, sayings(record));
  assert.equal((await one.happened?.()) ?? true, true, 'what the service says');
}

/** Every action, one after the other in a sandbox of their own. What went wrong comes back, a line for each. */
async function every(fault: Spoiling, check: (cloud: SpoiledCloud, one: Case) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  const cloud = await cloudFor(fault, 1_000);
  try {
    for (const one of await casesOf(cloud, await vaultOf(cloud))) {
      await check(cloud, one).catch((error: unknown) => problems.push(`${one.actionId}: ${messageOf(error)}`));
    }
  } finally {
    await cloud.close();
  }
  return problems;
}

describe('containers and auto-protection, whatever becomes of the answers', function () {
  this.timeout(300_000);
  together(
    [
      ...ofSending.map((row) => ({ title: `sending: ${row.name}`, run: () => every(row.fault, (cloud, one) => sending(cloud, one, row)) })),
      ...ofFollowing.map((row) => ({
        title: `following: ${row.name}`,
        run: () => every(row.fault, (cloud, one) => following(cloud, one, row)),
      })),
    ],
    6,
  );
  provesAll('containers');
});
