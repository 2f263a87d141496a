import type { Follower } from '../operations/types.ts';
import type { AnySendAction } from '../providers/action.ts';
import { actionIds } from '../providers/actionIds.ts';

/**
 * What the engine needs of each action, by action id: how to read back, and how to settle what got no answer.
 * The actions are loaded when the first operation needs one.
 */
export function followersOf(now: () => number = Date.now): ReadonlyMap<string, Follower> {
  return new Map(
    actionIds.map((id): [string, Follower] => [
      id,
      {
        readBack: async (arm, record, signal) => (await sending(id)).readBack({ arm, signal, now }, record),
        settle: async (arm, record, signal) => (await sending(id)).settle({ arm, signal, now }, record),
        settleFirst: async (arm, record, signal) => {
          const action = await sending(id);
          if (!action.settleFirst) {
            throw new TypeError(`The action ${id} sends nothing before its request, so there is nothing of that to look for`);
          }
          return action.settleFirst({ arm, signal, now }, record);
        },
      },
    ]),
  );
}

async function sending(id: string): Promise<AnySendAction> {
  const { actionById } = await import('../providers/actionTable.ts');
  const action = actionById(id);
  if (action?.does !== 'send') {
    throw new TypeError(`The action ${id} sends nothing, so there is nothing of it to follow`);
  }
  return action;
}
