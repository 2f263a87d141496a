/**
 * What runs and what is just being sent in each of the systems, while nobody can be reached for a while, and when the
 * sandbox has been restarted meanwhile: each is told as it is, or as unknown, and is begun once.
 */
import assert from 'node:assert/strict';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { blobsServe, FiveSystems } from './fiveSystems.ts';
import { SpoiledCloud, type Prepared } from './spoiledCloud.ts';
import { onlyThis, sayings, settled } from './spoilings.ts';

type Named = Readonly<Record<string, Prepared>>;

/** Every other request of every client, sign-in too. */
const gone = { kind: 'resetBefore', path: '**', method: '*', count: 'unlimited' } as const;

describe('each system, with nobody to answer', function () {
  this.timeout(300_000);
  let cloud: SpoiledCloud;
  let systems: FiveSystems;
  before(async () => {
    // Whatever runs takes seconds at least; where that is not long enough, time is held.
    cloud = await SpoiledCloud.openLasting(300);
    systems = new FiveSystems(cloud);
    await blobsServe(cloud);
  });
  // What one broke off is not the next one's.
  afterEach(() => cloud.spoil());
  after(() => cloud.close());

  const each = async <T>(all: Named, work: (one: Prepared, name: string) => Promise<T>): Promise<Record<string, T>> =>
    Object.fromEntries(await Promise.all(Object.entries(all).map(async ([name, one]) => [name, await work(one, name)] as const)));

  const until = async (ids: Readonly<Record<string, string>>, is: (record: OperationRecord) => boolean): Promise<OperationRecord[]> =>
    Promise.all(Object.values(ids).map((id) => cloud.until(id, is)));

  async function makeCollection(machine: string, collectionName: string): Promise<void> {
    const { record } = await cloud.run('createCollection', await systems.machine(machine), { source: 'machine', collectionName }, () => []);
    assert.equal(record.status, 'succeeded', sayings(record));
  }

  /** What was being asked while the certificate became another one says so, and pauses: a person clicks "Ask Now". */
  const endsOf = (ids: Readonly<Record<string, string>>): Promise<OperationRecord[]> =>
    until(ids, ({ id, status, trouble }) => {
      if (trouble?.kind === 'paused') {
        void cloud.engine.retry(id);
      }
      return hasEnded(status);
    });

  /** To the sandbox that was put in the place of the one before. */
  function nothingSent(): void {
    assert.deepEqual(
      cloud.sandbox.ledger.list().filter(({ method, path }) => !['GET', 'HEAD'].includes(method) && !/token$/i.test(path)),
      [],
      'something was sent again',
    );
  }

  /** Those with jobs have theirs; then time is held, so that none ends. */
  async function underWay(withJob: Named, others: Named): Promise<Record<string, string>> {
    const first = await each(withJob, ({ start }) => start());
    await until(first, ({ job }) => job !== undefined);
    cloud.sandbox.clock.hold();
    const second = await each(others, ({ start }) => start());
    await until(
      second,
      ({ status, first: before }) => ['accepted', 'running'].includes(status) && (before === undefined || before.done === true),
    );
    return { ...first, ...second };
  }

  it('ends as it does, begun once, when connections were refused: what ran, what was taken without an answer, what never left', async () => {
    const from = cloud.sandbox.ledger.count;
    await makeCollection('vm-web-01', 'two');
    await makeCollection('vm-web-02', 'late');
    const jobs = { machine: await systems.machineBackup('vm-web-01') };
    const others = {
      registration: await systems.registration('sql-crm-01'),
      point: await systems.restorePoint('vm-cache-01', 'one'),
      service: await systems.serviceBackup('apim-northwind-weu', 'ran.apimbackup'),
      snapshot: await systems.snapshot('vm-web-01'),
    };
    const lost: Named = {
      machine: await systems.machineBackup('vm-web-03'),
      database: await systems.databaseBackup('Sales'),
      point: await systems.anotherPoint('vm-web-01', 'two', 'p1'),
      service: await systems.serviceBackup('apim-orders-weu', 'lost.apimbackup'),
      snapshot: await systems.snapshot('vm-web-02'),
    };
    const late: Named = {
      machine: await systems.machineBackup('vm-api-01'),
      registration: await systems.registration('sql-multi-01'),
      point: await systems.anotherPoint('vm-web-02', 'late', 'p1'),
      service: await systems.serviceBackup('apim-northwind-neu', 'late.apimbackup'),
      snapshot: await systems.snapshot('fileserver01'),
    };
    const running = await underWay(jobs, others);
    const sentOf = ({ request }: Prepared) => cloud.sentSince(from, request);

    cloud.spoil(...Object.values(lost).map(({ request }) => onlyThis(request, { kind: 'resetAfter' }).fault), gone);
    const taken = await each(lost, ({ start }) => start());
    const due = Object.values({ ...jobs, ...others, ...prefixed(lost) });
    // Snapshots of an appliance all go to one address.
    const dueOf = ({ request: { url } }: Prepared) => due.filter(({ request }) => request.url === url).length;
    const areSent = () => due.every((one) => sentOf(one).effects === dueOf(one));
    await settled('what was sent', () => Promise.resolve(areSent()));
    const plugIn = await cloud.sandbox.unplug();
    cloud.spoil();
    const refused = ({ trouble }: OperationRecord): boolean => trouble?.error.code === 'EndpointUnreachable';
    for (const { status } of await until({ ...running, ...prefixed(taken) }, refused)) {
      assert.equal(hasEnded(status), false, 'an end was made up');
    }
    for (const { status, error } of await until(await each(late, ({ start }) => start()), ({ status }) => hasEnded(status))) {
      assert.deepEqual([status, error?.code], ['failed', 'NotSent'], JSON.stringify(error));
    }
    cloud.sandbox.clock.release();
    await plugIn();

    for (const record of await until({ ...running, ...prefixed(taken) }, ({ status }) => hasEnded(status))) {
      assert.match(record.status, /^succeeded/, sayings(record));
    }
    for (const one of [...due, ...Object.values(late)]) {
      const { method, url } = one.request;
      assert.deepEqual(sentOf(one), { attempts: dueOf(one), effects: dueOf(one) }, `${method} ${url}`);
    }
  });

  it('is unknown when the sandbox was restarted: what the new one has says nothing of what was begun in the old one', async () => {
    const jobs = { machine: await systems.machineBackup('vm-web-02'), database: await systems.databaseBackup('Sales') };
    const others = {
      registration: await systems.registration('sql-multi-01'),
      point: await systems.restorePoint('vm-cache-01', 'three'),
      seenPoint: await systems.anotherPoint('vm-web-01', 'two', 'p3'),
      service: await systems.serviceBackup('apim-northwind-weu', 'gone.apimbackup'),
      snapshot: await systems.snapshot('vm-web-01'),
    };
    const ids = await underWay(jobs, others);
    await cloud.restart();
    const ends = await endsOf(ids);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ends.map(() => 'unknown'),
      ends.map(sayings).join('\n'),
    );
    nothingSent();
  });

  it('is told as the new sandbox has it, or as unknown, when that came before anybody could look for a request without an answer', async () => {
    await makeCollection('vm-web-01', 'four');
    const lost: Named = {
      machine: await systems.machineBackup('vm-web-03'),
      database: await systems.databaseBackup('Sales'),
      registration: await systems.registration('sql-crm-01'),
      point: await systems.anotherPoint('vm-web-01', 'four', 'p1'),
      service: await systems.serviceBackup('apim-orders-weu', 'torn.apimbackup'),
      snapshot: await systems.snapshot('vm-web-02'),
    };
    const from = cloud.sandbox.ledger.count;
    cloud.spoil(...Object.values(lost).map(({ request }) => onlyThis(request, { kind: 'resetAfter' }).fault), gone);
    const ids = await each(lost, ({ start }) => start());
    const isSent = ({ request }: Prepared): boolean => cloud.sentSince(from, request).effects === 1;
    await settled('what was sent', () => Promise.resolve(Object.values(lost).every(isSent)));
    await cloud.restart();
    // In this world it was never asked for. Where what is asked for can be looked up, that is found; of the rest nobody can tell.
    const ends = Object.fromEntries((await endsOf(ids)).map(({ actionId, status, error }) => [actionId, `${status}: ${error?.code}`]));
    assert.deepEqual(ends, {
      backUpNow: 'failed: NotStarted',
      backUpDatabase: 'failed: NotStarted',
      registerContainer: 'unknown: OutcomeUnknown',
      addRestorePoint: 'failed: NotStarted',
      backUpService: 'unknown: OutcomeUnknown',
      takeVeeamSnapshot: 'failed: NotStarted',
    });
    nothingSent();
  });
});

/** So that they stand beside those of the same names. */
const prefixed = <T>(all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [`lost ${name}`, one]));
