import type { ApplianceClient, ArmClient, ServiceClient } from '../cloud/types.ts';
import type { Follower } from '../operations/types.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { ActionContext, AnySendAction } from '../providers/action.ts';
import { actionIds } from '../providers/actionIds.ts';

/**
 * What the engine needs of each action, by action id: how to read back, and how to settle what got no answer.
 * The actions are loaded when the first operation needs one.
 */
export function followersOf(now: () => number = Date.now): ReadonlyMap<string, Follower> {
  const context = (client: ServiceClient, record: OperationRecord, signal: AbortSignal): ActionContext => ({
    get arm() {
      if (!isArm(client)) {
        throw new TypeError(`"${record.title}" was sent to ${record.cloud}, which is no resource manager`);
      }
      return client;
    },
    // The engine's own client, which notes what is asked in the operation's timeline.
    appliance: (origin) => (origin === record.cloud && isAppliance(client) ? client : undefined),
    signal,
    now,
  });
  return new Map(
    actionIds.map((id): [string, Follower] => [
      id,
      {
        readBack: async (client, record, signal) => (await sending(id)).readBack(context(client, record, signal), record),
        settle: async (client, record, signal) => (await sending(id)).settle(context(client, record, signal), record),
        settleFirst: async (client, record, signal) => {
          const action = await sending(id);
          if (!action.settleFirst) {
            throw new TypeError(`The action ${id} sends nothing before its request, so there is nothing of that to look for`);
          }
          return action.settleFirst(context(client, record, signal), record);
        },
      },
    ]),
  );
}

function isArm(client: ServiceClient): client is ArmClient {
  return 'environment' in client;
}

function isAppliance(client: ServiceClient): client is ApplianceClient {
  return 'apiVersion' in client;
}

async function sending(id: string): Promise<AnySendAction> {
  const { actionById } = await import('../providers/actionTable.ts');
  const action = actionById(id);
  if (action?.does !== 'send') {
    throw new TypeError(`The action ${id} sends nothing, so there is nothing of it to follow`);
  }
  return action;
}
