import type { Follower } from '../operations/types.ts';
import { type AnyAction, type AnySendAction } from '../providers/action.ts';
import { actionTable } from '../providers/actionTable.ts';

/** What the engine needs of each action, by action id: how to read back, and how to settle what got no answer. */
export function followersOf(actions: readonly AnyAction[] = actionTable, now: () => number = Date.now): ReadonlyMap<string, Follower> {
  return new Map(
    actions
      .filter((action): action is AnySendAction => action.does === 'send')
      .map((action) => [
        action.id,
        {
          readBack: (arm, record, signal) => action.readBack({ arm, signal, now }, record),
          settle: (arm, record, signal) => action.settle({ arm, signal, now }, record),
        } satisfies Follower,
      ]),
  );
}
