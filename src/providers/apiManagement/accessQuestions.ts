/** The questions about how API Management gets at the blobs of a storage account. */
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { ActionTarget, Answers, Choice, PickQuestion, SecretQuestion } from '../action.ts';
import { readOptions } from '../arm/asking.ts';
import { accessValues } from './answers.ts';
import { getAccount, getService } from './api.ts';
import type { ApiService, StorageAccount } from './model.ts';
import { refuseKey } from './names.ts';

/** @param serviceOf id of the service that reads or writes the blob; undefined where there is none yet */
export function accessQuestion<Model>(
  serviceOf: (targets: readonly ActionTarget<Model>[], answers: Answers) => string | undefined,
  accountOf: (targets: readonly ActionTarget<Model>[], answers: Answers) => string | undefined,
): PickQuestion<Model> {
  return {
    type: 'pick',
    id: 'access',
    title: 'How API Management gets at the container',
    empty: 'There is no way for this service to get at the container.',
    load: async (context, targets, answers) => {
      const serviceId = serviceOf(targets, answers);
      const [target] = targets;
      if (target === undefined || serviceId === undefined) {
        return [];
      }
      const service = await getService(context.arm, serviceId, readOptions(context, target));
      const accountId = accountOf(targets, answers);
      const account =
        accountId === undefined ? undefined : await readable(getAccount(context.arm, accountId, readOptions(context, target)));
      return [...identityChoices(service), ...keyChoices(accountId, account)].map(withRecommendation);
    },
  };
}

function identityChoices(service: ApiService): readonly Choice[] {
  const choices = service.identities.flatMap(({ user }): Choice[] =>
    user === undefined
      ? [
          {
            value: accessValues.system,
            label: 'System-assigned managed identity',
            description: service.name,
            detail: 'Needs the role Storage Blob Data Contributor; passes a firewall that trusts Azure',
          },
        ]
      : [
          {
            value: accessValues.user(user.id),
            label: `User-assigned managed identity ${displayName(user.name)}`,
            detail: 'Needs the role Storage Blob Data Contributor',
          },
        ],
  );
  return choices.length > 0
    ? choices
    : [
        {
          value: '',
          label: `${displayName(service.name)} has no managed identity`,
          detail: 'Turn one on in the portal and give it the role Storage Blob Data Contributor: access with a key often fails',
          note: true,
        },
      ];
}

function keyChoices(accountId: string | undefined, account: StorageAccount | undefined): readonly Choice[] {
  const refused = account?.takesKeys === false ? { note: true, detail: 'This account takes no keys.' } : {};
  return [
    ...(accountId === undefined
      ? []
      : [
          {
            value: accessValues.ownKey,
            label: 'Access key, fetched with your own right',
            detail: 'Read when it is sent, and kept nowhere',
            ...refused,
          },
        ]),
    { value: accessValues.key, label: 'Access key, typed', detail: 'Sent, and kept nowhere', ...refused },
  ];
}

function withRecommendation(choice: Choice, _index: number, all: readonly Choice[]): Choice {
  return choice === all.find(({ note }) => !note) ? { ...choice, recommended: true } : choice;
}

/** Its type is that of any model: what is typed depends on nothing. */
export const keyQuestion: SecretQuestion<unknown> = {
  type: 'secret',
  id: 'accessKey',
  title: 'Access key of the storage account',
  placeholder: '88 characters of Base64',
  asked: (_targets, answers) => answers['access'] === accessValues.key,
  refuse: refuseKey,
};

async function readable<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof BackupError) {
      return undefined;
    }
    throw error;
  }
}
