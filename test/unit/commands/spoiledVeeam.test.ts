/** Never lost, never repeated: snapshots of a Veeam appliance and the stopping of their sessions, against each way to spoil an answer. */
import assert from 'node:assert/strict';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/veeam/api.ts';
import { sessionState, type VeeamMachine } from '../../../src/providers/veeam/model.ts';
import type { SpoiledCloud } from './spoiledCloud.ts';
import { Pool } from './pool.ts';
import { provesAll } from './spoiledTable.ts';
import {
  cloudFor,
  isRefusedFirst,
  messageOf,
  ofFollowing,
  ofSending,
  onlyThis,
  questionsAfter,
  readingAfter,
  sayings,
  together,
  type FollowingRow,
  type SendingRow,
  type Spoiling,
} from './spoilings.ts';

/** A snapshot takes a quarter of a second then. */
const speed = 200;
const answers = { account: '-' };

async function machineOf({ appliance: { client, origin } }: SpoiledCloud): Promise<ActionTarget<VeeamMachine>> {
  const query = api.lists.machines(origin, client.apiVersion(), 'vm-web-01');
  const [model] = (await client.page(query.path)).items.map(query.read);
  assert.ok(model);
  return { kind: 'veeamMachine', id: model.id, name: model.name, model };
}

async function sessionsOf(
  { appliance: { client, origin } }: SpoiledCloud,
  { model }: ActionTarget<VeeamMachine>,
): Promise<readonly string[]> {
  const { items } = await api.listSnapshotSessions({ client, origin, signal: AbortSignal.timeout(20_000) }, model.machineId);
  return items.map((session) => sessionState(session));
}

async function sending(cloud: SpoiledCloud, row: SendingRow): Promise<void> {
  const machine = await machineOf(cloud);
  const before = (await sessionsOf(cloud, machine)).length;
  const { record, attempts, effects } = await cloud.run('takeVeeamSnapshot', machine, answers, (request) => [onlyThis(request, row.fault)]);
  assert.equal(effects, row.taken ? 1 : 0, `it took effect ${effects} times: ${sayings(record)}`);
  assert.ok(isRefusedFirst(row) || attempts === 1, `it was sent ${attempts} times`);
  // The sessions of the VM are known from before: a new one proves that it was taken, and that there is none that it was not.
  assert.equal(record.status, row.taken ? 'succeeded' : 'failed', sayings(record));
  assert.equal((await sessionsOf(cloud, machine)).length, before + effects);
  assert.ok(row.taken || (record.error?.message ?? '').length > 20, sayings(record));
}

const ofLog = '/jobSessions/[^/]+/log$';

async function following(cloud: SpoiledCloud, fault: Spoiling): Promise<void> {
  const { record, effects } = await cloud.run('takeVeeamSnapshot', await machineOf(cloud), answers, () => [
    questionsAfter(fault, '/jobSessions/[^/]+$'),
    questionsAfter(fault, ofLog),
    readingAfter(fault),
  ]);
  assert.equal(effects, 1, 'it took effect once');
  assert.equal(record.status, 'succeeded', sayings(record));
  // A log that is not there keeps nobody from knowing how the session is.
  assert.ok(('status' in fault && fault.status === 404) || (record.progress.tasks ?? []).length > 0, 'its log was read');
}

/** Whoever may see sessions need not see their logs; and what is broken stays so. */
const withoutLog: readonly { readonly name: string; readonly fault: Spoiling }[] = [
  { name: 'may not be read', fault: { kind: 'error', status: 403, count: 'unlimited' } },
  { name: 'always fails', fault: { kind: 'error', status: 500, count: 'unlimited' } },
  { name: 'is never JSON', fault: { kind: 'truncate', count: 'unlimited' } },
];

async function followingWithoutLog(cloud: SpoiledCloud, fault: Spoiling): Promise<void> {
  const { record } = await cloud.run('takeVeeamSnapshot', await machineOf(cloud), answers, () => [questionsAfter(fault, ofLog)]);
  assert.equal(record.status, 'succeeded', sayings(record));
  assert.equal(record.progress.tasks?.length ?? 0, 0);
}

/** A stop that got no answer says so, and may be asked for again; how the session ends, the session says. */
async function stopping(cloud: SpoiledCloud, { fault, taken, name }: SendingRow): Promise<void> {
  const machine = await machineOf(cloud);
  let told: unknown;
  let again: unknown;
  // It does not end before it is stopped, however busy the machine is.
  cloud.sandbox.clock.hold();
  const { record } = await cloud.run(
    'takeVeeamSnapshot',
    machine,
    answers,
    () => [{ step: 'stopping', spoiling: fault, fault: { ...fault, method: 'POST', pathPattern: '/jobSessions/[^/]+/stop$' } }],
    async (id) => {
      await cloud.until(id, ({ job }) => job?.cancellable === true);
      told = await cloud.engine.cancel(id).then(
        () => undefined,
        (error: unknown) => error,
      );
      cloud.spoil();
      const { cancelRequestedAt, endedAt } = cloud.engine.get(id) ?? {};
      assert.ok(
        endedAt !== undefined || (cancelRequestedAt === undefined) === (told !== undefined),
        'it is asked for again only where it may not have come',
      );
      if (!taken) {
        again = await cloud.engine.cancel(id).then(
          () => undefined,
          (error: unknown) => error,
        );
      }
      cloud.sandbox.clock.release();
    },
  );
  assert.ok(taken || told !== undefined, `${name}: nothing was said`);
  assert.equal(again, undefined, messageOf(again));
  assert.equal(record.status, 'cancelled', sayings(record));
  assert.equal((await sessionsOf(cloud, machine)).filter((state) => state === 'running').length, 0);
}

describe('snapshots of a Veeam appliance, whatever becomes of the answers', function () {
  this.timeout(300_000);
  const clouds = new Pool<SpoiledCloud>(
    (kind) => cloudFor(kind === 'slow' ? { kind, ms: 900 } : { kind: 'truncate' }, speed),
    (cloud) => cloud.close(),
  );
  after(() => clouds.close());
  const tried = (fault: Spoiling, check: (cloud: SpoiledCloud) => Promise<void>) => (): Promise<readonly string[]> =>
    clouds.use(fault.kind === 'slow' ? 'slow' : 'prompt', async (cloud) => {
      const problem = await check(cloud).then(() => undefined, messageOf);
      cloud.sandbox.clock.release();
      cloud.spoil();
      return problem === undefined ? [] : [problem];
    });
  together(
    [
      ...ofSending.map((row) => ({ title: `sending: ${row.name}`, run: tried(row.fault, (cloud) => sending(cloud, row)) })),
      ...ofSending.map((row) => ({ title: `stopping: ${row.name}`, run: tried(row.fault, (cloud) => stopping(cloud, row)) })),
      ...withoutLog.map(({ name, fault }) => ({
        title: `following: the log ${name}`,
        run: tried(fault, (cloud) => followingWithoutLog(cloud, fault)),
      })),
      ...ofFollowing.map(({ name, fault }: FollowingRow) => ({
        title: `following: ${name}`,
        run: tried(fault, (cloud) => following(cloud, fault)),
      })),
    ],
    3,
  );
  provesAll('veeam');
});
