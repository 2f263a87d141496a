import { CancelledError, isCancelled, throwIfCancelled } from '../../core/cancellation.ts';
import { BackupError, toErrorRecord } from '../../core/errors.ts';
import type { OperationAsked, OperationBatch, OperationRecord, OperationTarget } from '../../core/operation.ts';
import type { ActionContext, ActionTarget, Answers, AnySendAction, BuiltAction } from '../../providers/action.ts';
import type { CommandServices } from '../services.ts';

/** What one operation is done to. One target of an action may lead to several. */
export interface Item {
  readonly target: OperationTarget;
  readonly tenantId?: string;
  /** Origin of the appliance that it is sent to; the connected cloud where absent. */
  readonly cloud?: string;
  readonly asked?: OperationAsked;
}

/** A target of an action with the answers that are for it. */
export interface Ask {
  readonly target: ActionTarget;
  readonly answers: Answers;
}

/** One that could not be started. Where its turn did not come because the person cancelled, the error is a `CancelledError`. */
export interface Unstarted extends Item {
  readonly error: unknown;
}

export interface Done<Made> extends Item {
  readonly done: Made;
}

/** Called after each: how many of all are through. */
export type Progress = (done: number, of: number) => void;

const builtAtOnce = 4;

/**
 * Builds the requests for each target, some at a time, the results in the order of the targets; a target that is refused
 * does not keep the others from going on. @throws CancelledError as soon as the person cancels: then nothing is sent
 */
export async function buildAll(
  action: AnySendAction,
  asks: readonly Ask[],
  context: ActionContext,
  progress: Progress = () => undefined,
): Promise<(Done<BuiltAction> | Unstarted)[]> {
  const results: (readonly (Done<BuiltAction> | Unstarted)[])[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < asks.length; at = next++) {
      throwIfCancelled(context.signal);
      results[at] = await builtOf(action, asks[at] as Ask, context);
      progress(++done, asks.length);
    }
  };
  await Promise.all(Array.from({ length: builtAtOnce }, worker));
  throwIfCancelled(context.signal);
  return results.flat();
}

async function builtOf(
  action: AnySendAction,
  { target, answers }: Ask,
  context: ActionContext,
): Promise<readonly (Done<BuiltAction> | Unstarted)[]> {
  const where = {
    ...(target.tenantId === undefined ? {} : { tenantId: target.tenantId }),
    ...(action.cloudOf ? { cloud: action.cloudOf(target) } : {}),
    asked: { targetId: target.id, answers: withoutSecrets(action, answers) },
  };
  const item = { target: action.describe(target), ...where };
  try {
    if (action.buildEach) {
      const each = await action.buildEach(context, target, answers);
      return each.map((built) => ({ target: built.target, ...where, done: built }));
    }
    return [{ ...item, done: await action.build(context, target, answers) }];
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    return [{ ...item, error }];
  }
}

/** What may be written down. */
function withoutSecrets({ questions }: AnySendAction, answers: Answers): Answers {
  const secret = new Set(questions.filter(({ type }) => type === 'secret').map(({ id }) => id));
  return Object.fromEntries(Object.entries(answers).filter(([id]) => !secret.has(id)));
}

/** What is started with one choice. */
export interface Start {
  readonly action: AnySendAction;
  /** Where several are: all of them, those that cannot be started too. */
  readonly batch?: OperationBatch;
}

/** Hands each request to the engine as an operation of its own, in order; what has been handed over goes on when the person cancels. */
export async function startAll(
  services: Pick<CommandServices, 'engine'>,
  { action, batch }: Start,
  built: readonly Done<BuiltAction>[],
  signal: AbortSignal,
  progress: Progress = () => undefined,
): Promise<(Done<OperationRecord> | Unstarted)[]> {
  const results: (Done<OperationRecord> | Unstarted)[] = [];
  /** Lanes whose first operation, which makes the place for the others, was not started. */
  const without = new Map<string, unknown>();
  let isCancelledHere = false;
  for (const { done: made, ...item } of built) {
    if (signal.aborted || isCancelledHere) {
      results.push({ ...item, error: new CancelledError('It was cancelled before its turn') });
      continue;
    }
    const { request, intent, first, lane } = made;
    if (lane && without.has(lane.key)) {
      results.push({ ...item, error: withoutPlace(without.get(lane.key)) });
      continue;
    }
    try {
      const done = await services.engine.start({
        ...common(action, item),
        request: made.atSending ? await made.atSending(signal) : request,
        intent,
        ...(first === undefined ? {} : { first }),
        ...(lane === undefined ? {} : { lane }),
        ...(batch === undefined ? {} : { batch }),
      });
      results.push({ ...item, done });
    } catch (error) {
      // Those that are started go on, and none of the others may be lost beside them.
      isCancelledHere = isCancelled(error);
      if (first && lane) {
        without.set(lane.key, error);
      }
      results.push({ ...item, error });
    }
    progress(results.length, built.length);
  }
  return results;
}

function withoutPlace(cause: unknown): BackupError {
  const message = 'Nothing was started: what makes the place for it was not started either.';
  return new BackupError(message, { code: 'NotSent', remedies: ['See there why not, then try again.'] }, { cause });
}

/** Those of a batch that were not started stand beside the others, so that none is lost. */
export async function noteUnstarted(
  services: Pick<CommandServices, 'engine'>,
  { action, batch }: Start,
  unstarted: readonly Unstarted[],
  connected: () => string,
): Promise<void> {
  if (batch === undefined) {
    return;
  }
  for (const { error, ...item } of unstarted) {
    await services.engine.noteUnstarted({
      ...common(action, item),
      batch,
      cloud: item.cloud ?? connected(),
      ...(isCancelled(error) ? {} : { error: toErrorRecord(error) }),
    });
  }
}

function common(action: AnySendAction, item: Item): Pick<OperationRecord, 'actionId' | 'title' | 'tracker'> & Item {
  return { actionId: action.id, title: action.title, ...item, tracker: action.tracker };
}
