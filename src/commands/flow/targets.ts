import { armIdKey } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import { appliesTo, type ActionTarget, type AnyAction } from '../../providers/action.ts';
import { listed } from '../plainText.ts';

/**
 * The targets of the nodes that a person picked, and the names of those that the action does not apply to: a menu is
 * chosen by the clicked row alone, and the selection may hold others.
 * @throws BackupError `NothingToDo` where it applies to none, `OneAtATime` where it takes one and got more
 */
export function targetsOf(
  action: AnyAction,
  nodes: readonly InventoryNode[],
): { readonly targets: readonly ActionTarget[]; readonly leftOut: readonly string[] } {
  const taken = new Map<string, ActionTarget>();
  const leftOut: string[] = [];
  for (const node of nodes) {
    const target = targetIn(action, node);
    if (target) {
      // A server's target is its container, which has a row of its own; done to both, it is done once.
      taken.set(`${target.kind} ${armIdKey(target.id)}`, target);
    } else {
      leftOut.push(node.label);
    }
  }
  const targets = [...taken.values()];
  if (nodes.length > 0 && targets.length === 0) {
    throw new BackupError(`${action.title} does not apply to ${listed(leftOut)}.`, {
      code: 'NothingToDo',
      attempted: action.title,
      remedies: ['Refresh the tree: the state may have changed since it was shown.'],
    });
  }
  if (targets.length > 1 && action.onlyOne !== undefined) {
    throw new BackupError(`${action.title} is done to one at a time, and ${targets.length} are selected: ${action.onlyOne}.`, {
      code: 'OneAtATime',
      attempted: action.title,
      remedies: ['Select one and try again.'],
    });
  }
  return { targets, leftOut };
}

function targetIn(action: AnyAction, { target, tokens, also }: InventoryNode): ActionTarget | undefined {
  return target && appliesTo(action, tokens) ? target : also && appliesTo(action, also.tokens) ? also.target : undefined;
}
