/** Follows an accepted operation: asks, lets its tracker step, journals, asks again; reads back at the end. */
import type { ArmResponse } from '../cloud/types.ts';
import { codeOf, messageOf, toErrorRecord, type ErrorRecord } from '../core/errors.ts';
import { hasEnded, type TrackStep } from '../core/operation.ts';
import { about, bounded, isNoAnswer, troubled } from './asking.ts';
import { isoTime } from './clock.ts';
import { timing, type EngineContext } from './context.ts';
import { decide } from './decide.ts';
import { takeFirstStep } from './firstStep.ts';
import { insisted, isDecided } from './insistence.ts';
import { phaseOf } from './phase.ts';
import type { Changes, Entry } from './store.ts';

/** Failures of what is asked beside the question how it goes, after which it is gone on without. */
const mostBeside = 3;

export async function poll(context: EngineContext, entry: Entry): Promise<void> {
  const { record, tracking } = entry;
  const name = phaseOf(record).tracker;
  const tracker = context.options.trackers.get(name);
  const client = context.client(entry);
  if (!client) {
    return;
  }
  if (!tracker || tracking === undefined) {
    const error: ErrorRecord = {
      code: 'NotFollowable',
      message: `This version cannot follow "${record.title}": it knows no tracker "${name}" or its state is missing.`,
      remedies: ['Look at the job in the vault, and remove this entry.'],
    };
    await context.store.update(entry, { trouble: { kind: 'paused', since: isoTime(context.clock.now()), error }, nextPollAt: undefined });
    return;
  }
  let step: TrackStep;
  try {
    const attempted = `follow "${record.title}"`;
    const question = tracker.poll(tracking);
    const isEnough = question.isBeside === true && entry.failures >= mostBeside;
    const response = await bounded(context.clock, timing.pollMs, entry.abort.signal, (signal) =>
      client.poll(question.url, {
        ...about(record, attempted),
        signal,
        priority: 'background',
      }),
    ).catch((error: unknown): ArmResponse => {
      if (isEnough && codeOf(error) === 'UnusableAnswer') {
        return { url: question.url, status: 502, headers: {}, text: '' };
      }
      throw error;
    });
    const isRefusedBeside = question.isBeside === true && response.status === 403;
    if (!isRefusedBeside && !isEnough && (isNoAnswer(response) || response.status === 401 || response.status === 403)) {
      const error = await context.options.explain(response, attempted, record.target.name);
      const before = record.trouble?.insists;
      const insists = insisted(before, response, toErrorRecord(error), question.insistMs, context.clock.now());
      if (!isDecided(before, insists, context.clock.now())) {
        await troubled(context, entry, error, insists);
        return;
      }
    }
    step = tracker.step(tracking, response, context.clock.now());
  } catch (error) {
    await troubled(context, entry, error, record.trouble?.insists);
    return;
  }
  await takeStep(context, entry, step);
}

/** Journals a step and goes on, or ends. */
export async function takeStep(context: EngineContext, entry: Entry, step: TrackStep): Promise<void> {
  const { first } = phaseOf(entry.record);
  if (first) {
    await takeFirstStep(context, entry, first, step);
    return;
  }
  if (step.readBackDecides === true) {
    await decide(context, entry, step);
    return;
  }
  entry.failures = 0;
  entry.unread = 0;
  if (hasEnded(step.status)) {
    await finish(context, entry, step);
    return;
  }
  const waitMs = Math.max(waitOf(step), step.next ? context.paceMs(entry, step.next.url) : 0);
  entry.tracking = step.state;
  await context.store.update(entry, {
    status: step.status,
    tracking: step.state,
    nextPollAt: isoTime(context.clock.now() + waitMs),
    trouble: undefined,
    ...saidBy(step),
  });
  context.schedule(entry, waitMs);
}

/** Milliseconds until it wants to be asked again. */
export function waitOf({ delayMs }: TrackStep): number {
  return Math.min(Math.max(delayMs ?? timing.defaultWaitMs, timing.shortestWaitMs), timing.longestWaitMs);
}

export function saidBy(step: TrackStep): Changes {
  return {
    ...(step.progress ? { progress: step.progress } : {}),
    ...(step.job ? { job: step.job } : {}),
    ...(step.error ? { error: step.error } : {}),
    ...(step.warnings ? { warnings: step.warnings } : {}),
  };
}

/**
 * The end is journaled with what was read back, not before: a process that is killed while reading back asks the
 * service once more and comes to the same end.
 */
async function finish(context: EngineContext, entry: Entry, step: TrackStep): Promise<void> {
  const succeeded = step.status === 'succeeded' || step.status === 'succeededWithWarnings';
  const said = saidBy(step);
  if (succeeded && entry.tracking !== undefined) {
    const progress = { ...(step.progress ?? entry.record.progress), message: `Reading ${entry.record.target.name} back` };
    await context.store.update(entry, { ...said, progress, trouble: undefined });
  }
  const read = succeeded ? await readBack(context, entry) : {};
  if (entry.abort.signal.aborted) {
    return;
  }
  if (read.differs !== undefined && entry.record.isInferred === true) {
    await endOfAnother(context, entry, read.differs);
    return;
  }
  const found = read.warnings ?? [];
  const warnings = [...(step.warnings ?? []), ...found];
  await end(context, entry, {
    ...said,
    status: found.length > 0 ? 'succeededWithWarnings' : step.status,
    tracking: step.state,
    progress: step.progress ?? entry.record.progress,
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(read.outcome === undefined ? {} : { outcome: read.outcome }),
  });
}

/** What was found by looking has ended well and did not do what was asked: it proves nothing of this request. */
async function endOfAnother(context: EngineContext, entry: Entry, sentence: string): Promise<void> {
  entry.tracking = undefined;
  await end(context, entry, {
    status: 'unknown',
    tracking: undefined,
    isInferred: undefined,
    error: {
      code: 'OutcomeUnknown',
      message: `No answer came to the request. What was found by looking has ended, and may have been started by somebody else: ${sentence}`,
      remedies: ['Look again in a while.', 'Look at the jobs of the vault before you start it anew.'],
    },
  });
}

/** Ends an operation in whatever way `changes.status` says. */
export async function end(context: EngineContext, entry: Entry, changes: Changes): Promise<void> {
  const { message: _waiting, ...progress } = changes.progress ?? entry.record.progress;
  const job = changes.job ?? entry.record.job;
  const { first } = entry.record;
  // An end that is no success leaves what was made before it: that is said.
  const left = first?.done && !first.there && (changes.status === 'failed' || changes.status === 'cancelled');
  await context.store.update(entry, {
    ...(left ? { outcome: `Done before that: ${first.title}.` } : {}),
    ...changes,
    progress,
    // Azure leaves its jobs marked as cancellable when they have ended.
    ...(job ? { job: { ...job, cancellable: false } } : {}),
    endedAt: isoTime(context.clock.now()),
    nextPollAt: undefined,
    trouble: undefined,
  });
  if (entry.followedBy === 'here') {
    await context.store.release(entry);
    context.ended(entry);
  }
}

interface Read {
  readonly outcome?: string;
  readonly warnings?: readonly ErrorRecord[];
  /** What is not as it was asked. */
  readonly differs?: string;
}

async function readBack(context: EngineContext, entry: Entry): Promise<Read> {
  const { record } = entry;
  const follower = context.options.followers.get(record.actionId);
  const client = context.client(entry);
  if (!follower) {
    // A job that somebody else started: nothing was asked here that could be compared.
    return {};
  }
  if (!client) {
    return { outcome: `It succeeded, but ${record.target.name} was not read back: its cloud is no longer connected.` };
  }
  try {
    const read = await bounded(context.clock, timing.readBackMs, entry.abort.signal, (signal) => follower.readBack(client, record, signal));
    const { sentence, warnings = [] } = read;
    return read.reading === 'different'
      ? { outcome: sentence, differs: sentence, warnings: [{ code: 'ReadBackDiffers', message: sentence }, ...warnings] }
      : { outcome: sentence, warnings };
  } catch (error) {
    // The job has decided; what could not be read is said, and is no failure of the operation.
    return { outcome: `It succeeded, but ${record.target.name} could not be read back: ${messageOf(error)}` };
  }
}
