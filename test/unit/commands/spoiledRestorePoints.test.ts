/** Never lost, never repeated: VM restore points from their collection to its deletion, against each way to spoil an answer. */
import assert from 'node:assert/strict';
import { BackupError, toErrorRecord } from '../../../src/core/errors.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { answerOfMany, type ActionTarget, type HandedOut } from '../../../src/providers/action.ts';
import { getDiskLink } from '../../../src/providers/restorePoints/actions/diskLinks.ts';
import * as api from '../../../src/providers/restorePoints/api.ts';
import { disksOf, type DiskRestorePoint, type RestorePoint } from '../../../src/providers/restorePoints/model.ts';
import { beginAccess } from '../../../src/providers/restorePoints/requests.ts';
import type { SpoiledCloud } from './spoiledCloud.ts';
import { provesAll } from './spoiledTable.ts';
import {
  cloudFor,
  isRefusedFirst,
  isUnheard,
  messageOf,
  ofFollowing,
  ofSending,
  onlyThis,
  questionsAfter,
  readingAfter,
  sayings,
  together,
  type SendingRow,
  type Spoiling,
} from './spoilings.ts';

const machineName = 'vm-cache-01';
const region = 'swedencentral';

type Answers = Readonly<Record<string, string>>;

interface Step {
  readonly actionId: string;
  readonly target: () => Promise<ActionTarget>;
  readonly answers: Answers;
  /** What the service has of it; it has changed where the step happened. Absent where it tells nothing. */
  readonly trace?: () => Promise<unknown>;
  /** True where what follows is the same as in another step. */
  readonly followsAlike?: true;
  /** True where the request that comes first is the one that is spoiled. */
  readonly hitsFirst?: true;
  /** The path of what it makes, which is asked how that goes. */
  readonly asks?: string;
  /** The answers of the next attempt, where what comes first was made and the rest was not. */
  readonly plain?: Answers;
}

class Walk {
  readonly #cloud: SpoiledCloud;
  readonly #machine: ActionTarget;
  readonly #group: string;

  constructor(cloud: SpoiledCloud, machine: ActionTarget) {
    this.#cloud = cloud;
    this.#machine = machine;
    this.#group = machine.id.slice(0, machine.id.indexOf('/providers/'));
  }

  static async in(cloud: SpoiledCloud): Promise<Walk> {
    const all = await Promise.all(
      cloud.sandbox.endpoint.subscriptionIds.map((id) => api.readAll(cloud.arm, api.lists.virtualMachines(`/subscriptions/${id}`))),
    );
    const model = all.flatMap(({ items }) => items).find(({ name }) => name === machineName);
    assert.ok(model);
    return new Walk(cloud, { kind: 'virtualMachine', id: model.id, name: model.name, model });
  }

  get steps(): readonly Step[] {
    const machine = (): Promise<ActionTarget> => Promise.resolve(this.#machine);
    const collection = (name: string) => (): Promise<ActionTarget> => this.#collection(name);
    const point = (of: string, name: string) => (): Promise<ActionTarget> => this.#point(of, name);
    const newPoint = { collection: 'new', pointName: 'p1', consistency: 'CrashConsistent' };
    const aPoint = '/restorePoints/[^/]+$';
    const copy = { region, collection: 'new' };
    const there = (name: string) => (): Promise<unknown> => this.#statusOf(this.#collectionId(name));
    const pointThere = (of: string, name: string) => (): Promise<unknown> => this.#statusOf(this.#pointId(of, name));
    return [
      {
        actionId: 'createCollection',
        target: machine,
        answers: { source: 'machine', collectionName: 'own' },
        trace: there('own'),
      },
      {
        actionId: 'createRestorePoint',
        target: machine,
        answers: { ...newPoint, collectionName: 'one-go' },
        trace: pointThere('one-go', 'p1'),
        asks: aPoint,
        hitsFirst: true,
        followsAlike: true,
      },
      {
        actionId: 'createRestorePoint',
        target: machine,
        answers: { ...newPoint, collectionName: 'in-one-go' },
        trace: pointThere('in-one-go', 'p1'),
        asks: aPoint,
        plain: { ...newPoint, collection: this.#collectionId('in-one-go') },
      },
      {
        actionId: 'addRestorePoint',
        target: collection('own'),
        answers: { pointName: 'p1', consistency: 'CrashConsistent' },
        trace: pointThere('own', 'p1'),
        asks: aPoint,
      },
      {
        actionId: 'editCollectionTags',
        target: collection('own'),
        answers: { tags: 'owner=web shop' },
        trace: async () => (await api.getCollection(this.#cloud.arm, this.#collectionId('own'))).tags,
      },
      {
        actionId: 'copyRestorePoint',
        target: point('own', 'p1'),
        answers: { ...copy, collectionName: 'copies', pointName: 'c1' },
        trace: pointThere('copies', 'c1'),
        asks: aPoint,
        plain: { region, collection: this.#collectionId('copies'), pointName: 'c1' },
      },
      {
        actionId: 'restoreDisks',
        target: point('own', 'p1'),
        answers: { disks: '', group: this.#group, ending: '-restored' },
        trace: async () => (await api.readAll(this.#cloud.arm, api.lists.disks(this.#group))).items.length,
      },
      { actionId: 'revokeDiskLink', target: async () => this.#disk(), answers: {} },
      { actionId: 'deleteRestorePoint', target: point('copies', 'c1'), answers: {}, trace: pointThere('copies', 'c1') },
      // Azure keeps one copy of a point in a region.
      {
        actionId: 'copyCollection',
        target: collection('own'),
        answers: { region, collection: this.#collectionId('copies'), points: answerOfMany([this.#pointId('own', 'p1')]) },
        trace: pointThere('copies', 'p1'),
        asks: aPoint,
      },
      { actionId: 'deleteCollection', target: collection('own'), answers: {}, trace: there('own') },
    ];
  }

  async sending(step: Step, row: SendingRow): Promise<void> {
    const before = await step.trace?.();
    const { record, first, attempts, effects, queued } = await this.#run(step, step.answers, row);
    const taken = row.taken || queued;
    const hit = step.hitsFirst ? first : { attempts, effects };
    assert.equal(hit.effects, taken ? 1 : 0, `it took effect ${hit.effects} times: ${sayings(record)}`);
    assert.ok(isRefusedFirst(row) || hit.attempts === 1, `it was sent ${hit.attempts} times`);
    assert.ok(first.effects <= 1 && effects <= 1, `it took effect ${first.effects} and ${effects} times`);
    if (step.hitsFirst) {
      assert.equal(effects, taken ? 1 : 0, `what follows took effect ${effects} times: ${sayings(record)}`);
    }
    // What is made has a name of ours, so that looking proves it; of links Azure tells nothing.
    const truth = taken ? 'succeeded' : 'failed';
    assert.equal(record.status, step.trace === undefined && isUnheard(row) ? 'unknown' : truth, sayings(record));
    if (row.told && !queued) {
      assert.match(record.error?.message ?? '', row.told);
    }
    if (taken) {
      assert.ok(step.trace === undefined || !same(await step.trace(), before), 'what the service says');
    } else {
      assert.deepEqual(await step.trace?.(), before, 'what the service says');
      const again = await this.#run(step, step.plain ?? step.answers);
      assert.equal(again.record.status, 'succeeded', `unspoiled: ${sayings(again.record)}`);
    }
  }

  async following(step: Step, fault: Spoiling): Promise<void> {
    const before = await step.trace?.();
    const { record, first, effects } = await this.#cloud.run(step.actionId, await step.target(), await this.#answers(step), () => [
      questionsAfter(fault),
      ...(step.asks === undefined ? [] : [questionsAfter(fault, step.asks)]),
      readingAfter(fault),
    ]);
    assert.ok(effects === 1 && first.effects <= 1, `it took effect ${effects} times: ${sayings(record)}`);
    assert.equal(record.status, 'succeeded', sayings(record));
    assert.ok(step.trace === undefined || !same(await step.trace(), before), 'what the service says');
  }

  /** A link that is asked for past the engine: nobody repeats it, and nobody says that it is there where it is not. */
  async handOut(row: SendingRow): Promise<void> {
    const disk = await this.#disk();
    const request = await beginAccess(this.#cloud.arm.environment, disk.id, 900);
    const from = this.#cloud.sandbox.ledger.count;
    const [given, error] = await this.#cloud.spoiled('getDiskLink', [onlyThis(request, row.fault)], () => this.#link(disk));
    const { attempts, effects } = this.#cloud.sentSince(from, request);
    assert.equal(effects, row.taken ? 1 : 0, `it took effect ${effects} times`);
    assert.ok(isRefusedFirst(row) || attempts === 1, `it was sent ${attempts} times`);
    assert.ok(row.taken || given === undefined, 'a link was given that is not there');
    if (row.taken && !isUnheard(row)) {
      assert.equal(error, undefined, JSON.stringify(error && toErrorRecord(error)));
    }
    if (row.told) {
      assert.match(messageOf(error), row.told);
    }
    isPlain(error, given);
    // Asked once more, it is there: the same one, where it was there before.
    const [again, failed] = await this.#link(disk);
    assert.ok(again, messageOf(failed));
    assert.ok(given === undefined || given.secret === again.secret);
  }

  async handOutFollowed(fault: Spoiling): Promise<void> {
    const disk = await this.#disk();
    const request = await beginAccess(this.#cloud.arm.environment, disk.id, 900);
    const from = this.#cloud.sandbox.ledger.count;
    const [given, error] = await this.#cloud.spoiled('getDiskLink', [questionsAfter(fault)], () => this.#link(disk));
    assert.deepEqual(this.#cloud.sentSince(from, request), { attempts: 1, effects: 1 });
    assert.equal(error, undefined, messageOf(error));
    isPlain(error, given);
  }

  async #link(disk: ActionTarget<DiskRestorePoint>): Promise<readonly [HandedOut | undefined, unknown]> {
    const context = { arm: this.#cloud.arm, signal: AbortSignal.timeout(20_000), now: Date.now };
    return getDiskLink.handOut(context, disk, { duration: '900' }).then(
      (given) => [given, undefined] as const,
      (error: unknown) => [undefined, error] as const,
    );
  }

  /** `queued`: a limit refused it again and again, it waited unsent as what has a lane does, and was sent when the limit was gone. */
  async #run(
    step: Step,
    answers: Answers,
    row?: SendingRow,
  ): Promise<Awaited<ReturnType<SpoiledCloud['run']>> & { readonly queued: boolean }> {
    let queued = false;
    const ran = await this.#cloud.run(
      step.actionId,
      await step.target(),
      await this.#answers({ ...step, answers }),
      (request, first) => {
        const hit = step.hitsFirst ? first : request;
        return row === undefined || hit === undefined ? [] : [onlyThis(hit, row.fault)];
      },
      async (id) => {
        if (row?.fault.kind === 'throttle') {
          const { status } = await this.#cloud.until(id, (record) => hasEnded(record.status) || waitsForLimit(record));
          queued = !hasEnded(status);
          this.#cloud.spoil();
        }
      },
    );
    assert.ok(!queued || ran.record.lane !== undefined, `what has no lane was queued: ${sayings(ran.record)}`);
    return { ...ran, queued };
  }

  /** Disks have names that Azure gives. */
  async #answers({ actionId, answers }: Pick<Step, 'actionId' | 'answers'>): Promise<Answers> {
    return actionId === 'restoreDisks' ? { ...answers, disks: answerOfMany([(await this.#disk()).id]) } : answers;
  }

  async #collection(name: string): Promise<ActionTarget> {
    const model = await api.getCollection(this.#cloud.arm, this.#collectionId(name));
    return { kind: 'restorePointCollection', id: model.id, name: model.name, model };
  }

  async #point(of: string, name: string): Promise<ActionTarget<RestorePoint>> {
    const model = await api.getRestorePoint(this.#cloud.arm, this.#pointId(of, name));
    return { kind: 'restorePoint', id: model.id, name: model.name, model };
  }

  async #disk(): Promise<ActionTarget<DiskRestorePoint>> {
    const { model: point } = await this.#point('own', 'p1');
    const model = await api.getDiskRestorePoint(this.#cloud.arm, disksOf(point)[0]?.diskRestorePointId ?? '');
    return { kind: 'diskRestorePoint', id: model.id, name: model.name, model };
  }

  async #statusOf(id: string): Promise<number> {
    const { arm } = this.#cloud;
    return (await arm.poll(`${arm.environment.resourceManagerEndpoint}${id}?api-version=2024-07-01`)).status;
  }

  #collectionId(name: string): string {
    return `${this.#group}/providers/Microsoft.Compute/restorePointCollections/${name}`;
  }

  #pointId(of: string, name: string): string {
    return `${this.#collectionId(of)}/restorePoints/${name}`;
  }
}

const waitsForLimit = ({ progress }: OperationRecord): boolean => /until the limits of the service allow it/.test(progress.message ?? '');

const same = (one: unknown, two: unknown): boolean => JSON.stringify(one) === JSON.stringify(two);

/** An error says nothing of a link, and is one that a person can read. */
function isPlain(error: unknown, given: HandedOut | undefined): void {
  if (error === undefined) {
    assert.match(given?.secret ?? '', /^https:\/\/.*[?&]sig=/);
    return;
  }
  assert.ok(error instanceof BackupError, messageOf(error));
  assert.doesNotMatch(JSON.stringify([toErrorRecord(error), String(error.stack)]), /sig=|accessSAS/i);
}

/** All steps, one after another; what went wrong comes back, a line for each. */
async function walk(
  fault: Spoiling,
  only: (step: Step) => boolean,
  check: (walk: Walk, step: Step) => Promise<void>,
  handOut: (walk: Walk) => Promise<void>,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const cloud = await cloudFor(fault, 7_200);
  try {
    const one = await Walk.in(cloud);
    for (const step of one.steps.filter(only)) {
      const what = step.hitsFirst ? `${step.actionId}, what comes first` : step.actionId;
      if (step.actionId === 'revokeDiskLink') {
        await handOut(one).catch((error: unknown) => problems.push(`getDiskLink: ${messageOf(error)}`));
      }
      await check(one, step).catch((error: unknown) => problems.push(`${what}: ${messageOf(error)}`));
    }
  } finally {
    await cloud.close();
  }
  return problems;
}

describe('VM restore points, whatever becomes of the answers', function () {
  this.timeout(300_000);
  together(
    [
      ...ofSending.map((row) => ({
        title: `sending: ${row.name}`,
        run: () =>
          walk(
            row.fault,
            () => true,
            (one, step) => one.sending(step, row),
            (one) => one.handOut(row),
          ),
      })),
      ...ofFollowing.map(({ name: title, fault }) => ({
        title: `following: ${title}`,
        run: () =>
          walk(
            fault,
            (step) => !step.followsAlike,
            (one, step) => one.following(step, fault),
            (one) => one.handOutFollowed(fault),
          ),
      })),
    ],
    6,
  );
  provesAll('restorePoints');
});
