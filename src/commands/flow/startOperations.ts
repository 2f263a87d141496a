import { isCancelled } from '../../core/cancellation.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { ActionContext, ActionTarget, Answers, AnySendAction, BuiltAction } from '../../providers/action.ts';
import type { CommandServices } from '../services.ts';

/** What became of one target. */
export type ItemResult<Done> =
  { readonly target: ActionTarget; readonly done: Done } | { readonly target: ActionTarget; readonly error: unknown };

/** Builds a request for each target, one after another; a target that is refused does not keep the others from going on. */
export async function buildAll(
  action: AnySendAction,
  targets: readonly ActionTarget[],
  answers: Answers,
  context: ActionContext,
): Promise<ItemResult<BuiltAction>[]> {
  return each(targets, (target) => action.build(context, target, answers));
}

/** Hands each request to the engine as an operation of its own. */
export async function startAll(
  services: Pick<CommandServices, 'engine'>,
  action: AnySendAction,
  built: readonly { readonly target: ActionTarget; readonly done: BuiltAction }[],
): Promise<ItemResult<OperationRecord>[]> {
  const byTarget = new Map(built.map(({ target, done }) => [target, done]));
  return each([...byTarget.keys()], (target) => {
    const { request, intent } = byTarget.get(target) as BuiltAction;
    return services.engine.start({
      actionId: action.id,
      title: action.title,
      target: action.describe(target),
      ...(target.tenantId === undefined ? {} : { tenantId: target.tenantId }),
      request,
      tracker: action.tracker,
      intent,
    });
  });
}

async function each<Done>(targets: readonly ActionTarget[], work: (target: ActionTarget) => Promise<Done>): Promise<ItemResult<Done>[]> {
  const results: ItemResult<Done>[] = [];
  for (const target of targets) {
    try {
      results.push({ target, done: await work(target) });
    } catch (error) {
      if (isCancelled(error)) {
        throw error;
      }
      results.push({ target, error });
    }
  }
  return results;
}
