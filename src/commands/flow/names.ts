import type { OperationTarget } from '../../core/operation.ts';
import { tellingApart } from '../../core/targetText.ts';
import type { ActionTarget, AnyAction } from '../../providers/action.ts';

/** A name for each target, in their order; namesakes with where they are. */
export function namesOf(action: AnyAction, targets: readonly ActionTarget[]): string[] {
  return tellingApart(
    targets.map((target): Pick<OperationTarget, 'name' | 'where'> => (action.does === 'follow' ? target : action.describe(target))),
  );
}
