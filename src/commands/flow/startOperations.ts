import { CancelledError, isCancelled, throwIfCancelled } from '../../core/cancellation.ts';
import { toErrorRecord } from '../../core/errors.ts';
import type { OperationBatch, OperationRecord } from '../../core/operation.ts';
import type { ActionContext, ActionTarget, Answers, AnySendAction, BuiltAction } from '../../providers/action.ts';
import type { CommandServices } from '../services.ts';

/** What became of one target. Of one whose turn did not come because the person cancelled, the error is a `CancelledError`. */
export type ItemResult<Done> =
  { readonly target: ActionTarget; readonly done: Done } | { readonly target: ActionTarget; readonly error: unknown };

/** Called after each: how many of all are through. */
export type Progress = (done: number, of: number) => void;

const builtAtOnce = 4;

/**
 * Builds a request for each target, some at a time, the results in the order of the targets; a target that is refused
 * does not keep the others from going on. @throws CancelledError as soon as the person cancels: then nothing is sent
 */
export async function buildAll(
  action: AnySendAction,
  targets: readonly ActionTarget[],
  answers: Answers,
  context: ActionContext,
  progress: Progress = () => undefined,
): Promise<ItemResult<BuiltAction>[]> {
  const results: ItemResult<BuiltAction>[] = [];
  let next = 0;
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < targets.length; at = next++) {
      const target = targets[at] as ActionTarget;
      throwIfCancelled(context.signal);
      results[at] = await resultOf(target, () => action.build(context, target, answers));
      progress(++done, targets.length);
    }
  };
  await Promise.all(Array.from({ length: builtAtOnce }, worker));
  throwIfCancelled(context.signal);
  return results;
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
  built: readonly { readonly target: ActionTarget; readonly done: BuiltAction }[],
  signal: AbortSignal,
  progress: Progress = () => undefined,
): Promise<ItemResult<OperationRecord>[]> {
  const results: ItemResult<OperationRecord>[] = [];
  for (const { target, done: made } of built) {
    if (signal.aborted) {
      results.push({ target, error: new CancelledError('It was cancelled before its turn') });
      continue;
    }
    const start = (): Promise<OperationRecord> =>
      services.engine.start({ ...common(action, target), ...made, ...(batch === undefined ? {} : { batch }) });
    results.push(await resultOf(target, start));
    progress(results.length, built.length);
  }
  return results;
}

/** Those of a batch that were not started stand beside the others, so that none is lost. */
export async function noteUnstarted(
  services: Pick<CommandServices, 'engine'>,
  { action, batch }: Start,
  unstarted: readonly { readonly target: ActionTarget; readonly error: unknown }[],
  cloud: string,
): Promise<void> {
  if (batch === undefined) {
    return;
  }
  for (const { target, error } of unstarted) {
    await services.engine.noteUnstarted({
      ...common(action, target),
      batch,
      cloud,
      ...(isCancelled(error) ? {} : { error: toErrorRecord(error) }),
    });
  }
}

function common(
  action: AnySendAction,
  target: ActionTarget,
): Pick<OperationRecord, 'actionId' | 'title' | 'target' | 'tracker'> & { readonly tenantId?: string } {
  return {
    actionId: action.id,
    title: action.title,
    target: action.describe(target),
    ...(target.tenantId === undefined ? {} : { tenantId: target.tenantId }),
    tracker: action.tracker,
  };
}

async function resultOf<Done>(target: ActionTarget, work: () => Promise<Done>): Promise<ItemResult<Done>> {
  try {
    return { target, done: await work() };
  } catch (error) {
    if (isCancelled(error)) {
      throw error;
    }
    return { target, error };
  }
}
