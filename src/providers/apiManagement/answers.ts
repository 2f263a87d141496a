/** What the answers of a wizard come to: the place, the name, the access. Looks at what they name; sends nothing. */
import { lastSegment, sameArmId, segmentOf } from '../../core/armId.ts';
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { ActionContext, Answers } from '../action.ts';
import { readOptions, statusOf } from '../arm/asking.ts';
import { getAccount, lists, readAllOfSubscription } from './api.ts';
import type { ApiService, ServiceIdentity, StorageAccount } from './model.ts';
import { accountIdIn, refuseAccount, refuseBackup, refuseContainer, refuseKey } from './names.ts';
import type { BackupPlace } from './place.ts';

/** The answer for one that is typed: no name of a container, account or backup begins so. */
export const typed = ':typed';

/** Values of the access question. */
export const accessValues = {
  system: 'system',
  user: (identityId: string) => `user:${identityId}`,
  /** A key that is fetched with the person's own right when it is sent. */
  ownKey: 'ownKey',
  key: 'key',
} as const;

export interface FoundPlace {
  readonly place: BackupPlace;
  /** As it is now; absent where it may not be read, or is of another subscription and only its name was typed. */
  readonly account?: StorageAccount;
  /** Why there is no `account`. */
  readonly because?: string;
}

export interface Of {
  readonly tenantId?: string;
}

/** @throws BackupError `AnswerMissing`, `NameRefused`, `AccountGone` */
export async function placeIn(context: ActionContext, of: Of, serviceId: string, answers: Answers): Promise<FoundPlace> {
  const container = chosen(answers, 'container', 'containerTyped', refuseContainer, 'container');
  const name = chosen(answers, 'account', 'accountTyped', refuseAccount, 'storage account');
  const id = name.startsWith('/') ? (accountIdIn(name) ?? name) : undefined;
  return id === undefined ? byName(context, of, serviceId, name, container) : accountAt(context, of, id, container);
}

/** The place of an account of which the id is known. @throws BackupError `AccountGone` */
export async function accountAt(context: ActionContext, of: Of, accountId: string, container: string): Promise<FoundPlace> {
  const bare = { account: lastSegment(accountId), accountId, container };
  try {
    return placed(await getAccount(context.arm, accountId, readOptions(context, of)), container);
  } catch (error) {
    if (!(error instanceof BackupError)) {
      throw error;
    }
    if (statusOf(error) === 404) {
      const sentence = `The storage account ${displayName(bare.account)} does not exist.`;
      throw refusal('AccountGone', sentence, 'Choose another one.', 'look at the storage account', accountId, error);
    }
    return { place: bare, because: error.message };
  }
}

async function byName(context: ActionContext, of: Of, serviceId: string, name: string, container: string): Promise<FoundPlace> {
  const scope = `/subscriptions/${segmentOf(serviceId, 'subscriptions') ?? ''}`;
  try {
    const { items } = await readAllOfSubscription(context.arm, scope, lists.accounts, readOptions(context, of));
    const found = items.find((account) => account.name.toLowerCase() === name.toLowerCase());
    return found
      ? placed(found, container)
      : { place: { account: name, container }, because: 'no account of that name is in the subscription of the service' };
  } catch (error) {
    if (!(error instanceof BackupError)) {
      throw error;
    }
    return { place: { account: name, container }, because: error.message };
  }
}

function placed(account: StorageAccount, container: string): FoundPlace {
  const { id, name, blobEndpoint } = account;
  return { account, place: { account: name, accountId: id, container, ...(blobEndpoint === undefined ? {} : { endpoint: blobEndpoint }) } };
}

/** @throws BackupError `AnswerMissing`, `NameRefused` */
export function backupNameIn(answers: Answers, id: 'backupName' | 'backup'): string {
  return id === 'backupName'
    ? checked(answers['backupName'], refuseBackup, 'name of the backup')
    : chosen(answers, 'backup', 'backupTyped', refuseBackup, 'backup');
}

/** How the service gets at the blob, as far as it is known before sending. */
export type ChosenAccess =
  | { readonly kind: 'identity'; readonly identity: ServiceIdentity }
  | { readonly kind: 'ownKey' }
  | { readonly kind: 'key'; readonly key: string };

/** @throws BackupError `AnswerMissing`, `IdentityGone`, `NameRefused` for a text that is no key, without it */
export function accessIn(service: ApiService, answers: Answers): ChosenAccess {
  const said = answers['access'];
  switch (said) {
    case accessValues.ownKey:
      return { kind: 'ownKey' };
    case accessValues.key:
      return { kind: 'key', key: checked(answers['accessKey'], refuseKey, 'access key') };
    case undefined:
      throw refusal('AnswerMissing', 'No access was chosen.', 'Choose a managed identity, or a key.', 'choose the access');
    default: {
      const identity = service.identities.find(({ user }) =>
        user === undefined ? said === accessValues.system : said.startsWith('user:') && sameArmId(user.id, said.slice('user:'.length)),
      );
      if (identity === undefined || (identity.user !== undefined && identity.user.clientId === undefined)) {
        const sentence = `${displayName(service.name)} does not have the managed identity that was chosen (any more).`;
        throw refusal('IdentityGone', sentence, 'Choose another one.', 'choose the access', service.id);
      }
      return { kind: 'identity', identity };
    }
  }
}

/** What was chosen of a list, or else typed. */
function chosen(answers: Answers, id: string, typedId: string, refuse: (text: string) => string | undefined, what: string): string {
  const picked = answers[id];
  // Of a list: Azure has named it so, whatever our own rules for new ones are.
  return picked !== undefined && picked !== typed && picked !== '' ? picked : checked(answers[typedId], refuse, what);
}

function checked(text: string | undefined, refuse: (text: string) => string | undefined, what: string): string {
  const plain = text?.trim();
  if (plain === undefined || plain === '') {
    throw refusal('AnswerMissing', `No ${what} was chosen.`, 'Start again and choose one.', `choose the ${what}`);
  }
  const because = refuse(plain);
  if (because !== undefined) {
    throw refusal('NameRefused', because, 'Start again with another one.', `choose the ${what}`);
  }
  return plain;
}

export function refusal(
  code: string,
  sentence: string,
  remedy: string,
  attempted: string,
  resource?: string,
  cause?: unknown,
): BackupError {
  return new BackupError(
    sentence,
    { code, attempted, remedies: [remedy], ...(resource === undefined ? {} : { resource }) },
    cause === undefined ? {} : { cause },
  );
}
