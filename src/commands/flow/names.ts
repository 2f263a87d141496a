import type { OperationTarget } from '../../core/operation.ts';
import { targetText, tellingApart } from '../../core/targetText.ts';
import type { ActionTarget, AnyAction } from '../../providers/action.ts';
import { listed } from '../plainText.ts';

/** A name for each target, in their order; namesakes with where they are. */
export function namesOf(action: AnyAction, targets: readonly ActionTarget[]): string[] {
  return tellingApart(targets.map((target) => described(action, target)));
}

/** What a confirmation names: one alone with where it is, as `msdb` is on every instance and nothing beside it tells which is meant. */
export function namesInFull(action: AnyAction, targets: readonly ActionTarget[]): string {
  const [only, ...others] = targets;
  return only && others.length === 0 ? targetText(described(action, only)) : listed(namesOf(action, targets));
}

function described(action: AnyAction, target: ActionTarget): Pick<OperationTarget, 'name' | 'where'> {
  return action.does === 'follow' ? target : action.describe(target);
}
