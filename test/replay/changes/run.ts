/** One recorded change, made anew by our own action and followed by our own engine. */
import { codeOf, messageOf } from '../../../src/core/errors.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import type { ActionContext, AnyAction, AnySendAction, BuiltAction, BuiltOperation } from '../../../src/providers/action.ts';
import type { ActionId } from '../../../src/providers/actionIds.ts';
import { remediesFor } from '../../../src/providers/remedies.ts';
import { trackers } from '../../../src/providers/trackers.ts';
import type { Interaction } from '../recording.ts';
import type { ReplayServer } from '../server.ts';
import { LeapingClock } from './clock.ts';
import { differencesOf } from './compare.ts';
import { expectedEndOf, type ExpectedEnd } from './expectedEnd.ts';
import { handOutAgain } from './handOut.ts';
import { momentOf } from './moment.ts';
import { Stage } from './stage.ts';
import type { RebuiltChange } from './systems.ts';
import type { World } from './world.ts';

/** Of real time: only for an engine that stands still, which is a difference. */
const patienceMs = 30_000;

/** The action table; a test puts a broken action in its place to see that the replay tells. */
export type ActionOf = (id: ActionId) => AnyAction | undefined;

/** Pauses for a person that are gone on from. */
const mostAsked = 100;

export interface Rebuilt {
  readonly differences: readonly string[];
  readonly end: string;
}

/** @param folder for the journal, which may be shared by all changes */
export async function rebuild(
  change: Interaction,
  rebuilt: RebuiltChange,
  world: World,
  server: ReplayServer,
  folder: string,
  actionOf: ActionOf,
): Promise<Rebuilt> {
  const action = actionOf(rebuilt.actionId);
  if (action?.does === 'handOut') {
    return handOutAgain(action, change, rebuilt, world, server);
  }
  if (action?.does !== 'send') {
    throw new TypeError(`The action ${rebuilt.actionId} sends nothing that could be compared`);
  }
  const clock = new LeapingClock(momentOf(change, world));
  let over: () => void = () => undefined;
  const recordingEnds = new Promise<void>((resolve) => (over = resolve));
  const stage = new Stage(change, rebuilt, world, () => over());
  server.answerWith(stage.script);
  let built: BuiltOperation;
  try {
    built = await buildOne(action, rebuilt, change, { arm: server.arm, signal: AbortSignal.timeout(patienceMs), now: () => clock.now() });
  } catch (error) {
    // Where the recording lacks what our action reads first, it refused for no reason of Azure's.
    return change.status >= 400 && codeOf(error) !== 'NotRecorded'
      ? { differences: [], end: `not sent: ${messageOf(error)}` }
      : { differences: [`our action does not send it: ${messageOf(error)}`], end: 'not sent' };
  } finally {
    server.play([]);
  }
  const differences = differencesOf(change, built.request, rebuilt.ownName);
  if (stage.changes.length > 0) {
    differences.push(`our action sent something before it was to: ${stage.changes.map(({ method }) => method).join(', ')}`);
  }
  stage.open(rebuilt.ownName ? built.request.url : undefined);
  server.answerWith(stage.script);
  const engine = new Engine({
    folder,
    clock,
    arm: () => server.arm,
    trackers,
    followers: followersOf(() => clock.now()),
    canceller: (record) => cancellingRequest(record, () => server.arm.environment),
    explain: refusalExplainer(remediesFor),
    watchFolder: () => ({ dispose: () => undefined }),
  });
  try {
    engine.watch();
    const record = await followed(engine, clock, action, built, recordingEnds);
    const expected = expectedEndOf(change, world);
    differences.push(...differencesOfEnd(record, expected));
    if (stage.changes.length !== 1) {
      differences.push(`our engine sent ${stage.changes.length} changes instead of one`);
    }
    return { differences, end: endText(record, expected) };
  } finally {
    await engine.dispose();
    server.play([]);
  }
}

async function buildOne(
  action: AnySendAction,
  rebuilt: RebuiltChange,
  change: Interaction,
  context: ActionContext,
): Promise<BuiltOperation> {
  if (!action.buildEach) {
    const made: BuiltAction = await action.build(context, rebuilt.target, rebuilt.answers);
    return { ...made, target: action.describe(rebuilt.target) };
  }
  const all = await action.buildEach(context, rebuilt.target, rebuilt.answers);
  // Of several requests, the one that was recorded; where none is it, the first shows what differs.
  const fitting = all.find(({ request }) => differencesOf(change, request, rebuilt.ownName).length === 0) ?? all[0];
  if (!fitting) {
    throw new TypeError(`The action ${rebuilt.actionId} made no request`);
  }
  return fitting;
}

/** The operation at its end, or where the recording ends. @throws Error where the engine stands still */
async function followed(
  engine: Engine,
  clock: LeapingClock,
  action: AnySendAction,
  { request, atSending, intent, first, lane, target }: BuiltOperation,
  recordingEnds: Promise<void>,
): Promise<OperationRecord> {
  let asked = 0;
  // Each engine has a journal of its own, and this one operation in it.
  const ended = new Promise<void>((resolve) => {
    engine.onDidChange((record) => {
      const isPaused = record.trouble?.kind === 'paused';
      if (hasEnded(record.status) || (isPaused && asked >= mostAsked)) {
        resolve();
      } else if (isPaused) {
        // What a person does who has helped: asking again.
        asked++;
        setImmediate(() => void engine.retry(record.id));
      } else {
        // Once it is scheduled, which comes right after it was told.
        setImmediate(() => clock.leapTo(Date.parse(record.nextPollAt ?? '') || clock.now()));
      }
    });
  });
  const { id: started } = await engine.start({
    actionId: action.id,
    title: action.title,
    target,
    request: atSending ? await atSending(AbortSignal.timeout(patienceMs)) : request,
    tracker: action.tracker,
    intent,
    ...(first === undefined ? {} : { first }),
    ...(lane === undefined ? {} : { lane }),
  });
  let timer: NodeJS.Timeout | undefined;
  const still = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Our engine stands still: ${JSON.stringify(engine.get(started)?.progress)}`)), patienceMs);
  });
  await Promise.race([ended, recordingEnds, still]).finally(() => clearTimeout(timer));
  const record = engine.get(started);
  if (!record) {
    throw new Error('Our engine lost the operation');
  }
  return record;
}

function differencesOfEnd(record: OperationRecord, recorded: ExpectedEnd): string[] {
  const { jobs } = recorded;
  const found = jobs?.find(({ job }) => job === record.job?.name.toLowerCase());
  if (jobs && record.job && !found) {
    return [`the job: Azure named none, and ours, ${record.job.name}, is none of the recorded ones that it could be`];
  }
  const expected: ExpectedEnd = found ?? recorded;
  if (expected.isUnclear) {
    return [];
  }
  const differences: string[] = [];
  const { status, job, error, warnings = [] } = record;
  const read = warnings.find(({ code }) => code === 'ReadBackDiffers');
  if (read) {
    differences.push(`what was read back is not what was asked: ${read.message}`);
  }
  if (expected.job !== undefined && job?.name.toLowerCase() !== expected.job.toLowerCase()) {
    differences.push(`the job: recorded ${expected.job}, ours ${job?.name ?? 'none'}`);
  }
  if (expected.status === undefined) {
    if (hasEnded(status) && !(expected.isInsisted && status !== 'succeeded')) {
      differences.push(`the end: not recorded, ours ${endOf(record)}`);
    }
    return differences;
  }
  // What is read back may bring a warning where the service itself told of none.
  const warned = expected.status === 'succeeded' && status === 'succeededWithWarnings' && warnings.length > 0;
  if (status !== expected.status && !warned) {
    differences.push(`the end: recorded ${expected.status}${expected.code ? ` (${expected.code})` : ''}, ours ${endOf(record)}`);
  } else if (expected.code !== undefined && error?.code !== expected.code) {
    differences.push(`the error: recorded ${expected.code}, ours ${error?.code ?? 'none'}`);
  }
  return differences;
}

function endOf({ status, error }: OperationRecord): string {
  return error && status !== 'succeeded' ? `${status} (${error.code}: ${error.message})` : status;
}

function endText(record: OperationRecord, expected: ExpectedEnd): string {
  const job = record.job ? `, job ${record.job.name}` : '';
  if (expected.isUnclear || (expected.status === undefined && !hasEnded(record.status))) {
    return `not recorded (${record.status} as far as it goes${job})`;
  }
  return `${record.status}${record.error ? ` (${record.error.code})` : ''}${job}`;
}
