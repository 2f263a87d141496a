/** What backing up and restoring have in common: the answers looked up, the request, what is journaled. */
import { lastSegment, segmentOf } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { OperationTarget } from '../../../core/operation.ts';
import type { ActionContext, BuiltAction } from '../../action.ts';
import { readOptions, statusOf } from '../../arm/asking.ts';
import { refusal, type Of } from '../answers.ts';
import { getService } from '../api.ts';
import type { ApiService } from '../model.ts';
import { placeJson } from '../place.ts';
import type { Subject } from '../preflight/subject.ts';
import { fetchKey, transferRequest, type Access } from '../requests.ts';

/** Stands in the request until the key is fetched: shown to nobody, and sent never. */
const notYet = '(fetched when it is sent)';

/** @param facts for reading back and settling */
export function transfer(verb: 'backup' | 'restore', subject: Subject, facts: JsonObject): BuiltAction {
  const { context, of, service, at, access, backupName } = subject;
  const { environment } = context.arm;
  const requestWith = (one: Access): BuiltAction['request'] => transferRequest(environment, verb, service.id, at.place, backupName, one);
  const intent = {
    serviceId: service.id,
    ...placeJson(at.place),
    backupName,
    access: access.kind,
    seenAt: new Date(context.now()).toISOString(),
    ...facts,
  };
  switch (access.kind) {
    case 'key':
      return { request: requestWith(access), intent };
    case 'ownKey': {
      const { accountId, account } = at.place;
      if (accountId === undefined) {
        const sentence = `The key of ${displayName(account)} cannot be fetched: only its name is known.`;
        throw refusal('AnswerMissing', sentence, 'Choose the account from the list, or type its resource ID.', 'fetch the access key');
      }
      return {
        request: requestWith({ kind: 'key', key: notYet }),
        atSending: async (signal) =>
          requestWith({ kind: 'key', key: await fetchKey(context.arm, accountId, { ...readOptions(context, of), signal }) }),
        intent,
      };
    }
    case 'identity': {
      const { user } = access.identity;
      const named: Access = user === undefined ? { kind: 'systemIdentity' } : { kind: 'userIdentity', clientId: user.clientId ?? '' };
      return { request: requestWith(named), intent };
    }
  }
}

/** @throws BackupError `ServiceGone` */
export async function freshService(context: ActionContext, of: Of, serviceId: string, attempted: string): Promise<ApiService> {
  try {
    return await getService(context.arm, serviceId, readOptions(context, of));
  } catch (error) {
    if (statusOf(error) === 404) {
      const sentence = `The API Management service ${displayName(lastSegment(serviceId))} does not exist any more.`;
      throw refusal('ServiceGone', sentence, 'Refresh the tree.', attempted, serviceId, error);
    }
    throw error;
  }
}

export function serviceTarget({ id, name }: { readonly id: string; readonly name: string }): OperationTarget {
  const subscriptionId = segmentOf(id, 'subscriptions');
  return { id, name, kind: 'API Management service', ...(subscriptionId === undefined ? {} : { subscriptionId }) };
}
