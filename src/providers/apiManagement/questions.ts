/** The questions about where a backup is, and what it is called. */
import { lastSegment, sameArmId, segmentOf } from '../../core/armId.ts';
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import type { ActionContext, ActionTarget, Answers, Choice, PickQuestion, TextQuestion } from '../action.ts';
import { readOptions, withRemedies } from '../arm/asking.ts';
import { listBackups, lists, readAll, readAllOfSubscription } from './api.ts';
import { accountIdIn, proposeBackup, refuseAccount, refuseBackup, refuseContainer } from './names.ts';
import { ageOf, expiryText, sameRegion, type ApiBackup, type ApiService, type StorageAccount } from './model.ts';
import { placeKey, placeOf, type BackupPlace } from './place.ts';
import { placeIn, typed } from './answers.ts';

const accountQuestion: PickQuestion<ApiService> = {
  type: 'pick',
  id: 'account',
  title: 'The storage account',
  empty: 'There is no storage account that can be chosen.',
  load: async (context, [target]) => {
    if (target === undefined) {
      return [];
    }
    const known = rememberedPlace(context, target.id);
    const scope = `/subscriptions/${segmentOf(target.id, 'subscriptions') ?? ''}`;
    const other = { value: typed, label: 'Another account...', detail: 'Type its name, or the resource ID of one in another subscription' };
    return listed(other, async () => {
      const { items } = await readAllOfSubscription(context.arm, scope, lists.accounts, readOptions(context, target));
      return items
        .filter(({ blobEndpoint }) => blobEndpoint !== undefined)
        .map((account) => ({
          ...accountChoice(account, target.model),
          ...(sameArmId(account.id, known?.accountId) ? { recommended: true } : {}),
        }))
        .sort((a, b) => a.label.localeCompare(b.label));
    });
  },
};

function accountChoice(account: StorageAccount, service: ApiService): Choice {
  const facts = [
    account.closed ? 'behind a firewall' : '',
    account.takesKeys ? '' : 'takes no keys',
    sameRegion(account.location, service.location) ? 'region of the service' : '',
  ].filter(Boolean);
  return {
    value: account.id,
    label: account.name,
    description: [account.location, account.resourceGroup].filter(Boolean).join(' · '),
    ...(facts.length === 0 ? {} : { detail: `${facts.join(', ').replace(/^./, (first) => first.toUpperCase())}` }),
  };
}

const accountTypedQuestion: TextQuestion<ApiService> = {
  type: 'text',
  id: 'accountTyped',
  title: 'Name or resource ID of the storage account',
  asked: (_targets, answers) => answers['account'] === typed,
  propose: () => '',
  refuse: refuseAccount,
};

const containerQuestion: PickQuestion<ApiService> = {
  type: 'pick',
  id: 'container',
  title: 'The container',
  empty: 'There is no container that can be chosen.',
  asked: (_targets, answers) => accountIdOf(answers) !== undefined,
  load: async (context, [target], answers) => {
    const accountId = accountIdOf(answers);
    if (target === undefined || accountId === undefined) {
      return [];
    }
    const known = rememberedPlace(context, target.id);
    const remembered = sameArmId(known?.accountId, accountId) ? known?.container : undefined;
    const other = { value: typed, label: 'Another container...', detail: 'Type its name; it must exist in the account' };
    return listed(other, async () => {
      const { items } = await readAll(context.arm, lists.containers(accountId), readOptions(context, target));
      // `$logs`, `$web`: the account's own.
      const own = items.filter(({ name }) => !name.startsWith('$'));
      return own.map(({ name }) => ({ value: name, label: name, ...(name === remembered ? { recommended: true } : {}) }));
    });
  },
};

const containerTypedQuestion: TextQuestion<ApiService> = {
  type: 'text',
  id: 'containerTyped',
  title: 'Name of the container, which must exist',
  asked: (_targets, answers) => answers['container'] === typed || accountIdOf(answers) === undefined,
  propose: () => '',
  refuse: refuseContainer,
};

/** In this order: each asks of the one before. */
export const placeQuestions = [accountQuestion, accountTypedQuestion, containerQuestion, containerTypedQuestion] as const;

export const backupNameQuestion: TextQuestion<ApiService> = {
  type: 'text',
  id: 'backupName',
  title: 'Name of the backup',
  propose: (nowMs, [target]) => proposeBackup(target?.name ?? '', nowMs),
  refuse: refuseBackup,
};

/** What a list that holds no end of blobs is cut to. */
const mostBackups = 1_000;

export const backupQuestion: PickQuestion<ApiService> = {
  type: 'pick',
  id: 'backup',
  title: 'The backup to restore',
  empty: 'There is no backup in this container that can be restored.',
  load: async (context, [target], answers) => {
    if (target === undefined) {
      return [];
    }
    const other = { value: typed, label: 'Another backup...', detail: 'Type its name' };
    return listed(other, async () => {
      const { place } = await placeIn(context, target, target.id, answers);
      const found = await newestBackups(context, target, place);
      return found.map((backup) => backupChoice(backup, context.now()));
    });
  },
};

async function newestBackups(context: ActionContext, target: ActionTarget, place: BackupPlace): Promise<readonly ApiBackup[]> {
  const found: ApiBackup[] = [];
  let next: string | undefined;
  do {
    const page = await listBackups(context.arm, target.id, place, {
      ...readOptions(context, target),
      ...(next === undefined ? {} : { next }),
    });
    found.push(...page.items);
    next = page.next;
  } while (next !== undefined && found.length < mostBackups);
  return found.sort((a, b) => (b.madeAt ?? '').localeCompare(a.madeAt ?? ''));
}

function backupChoice(backup: ApiBackup, nowMs: number): Choice {
  const age = ageOf(backup, nowMs);
  return {
    value: backup.name,
    label: displayName(backup.name),
    description: expiryText(age),
    ...(age.kind === 'expired' ? { note: true, detail: 'Azure restores a backup for 30 days.' } : {}),
  };
}

export const backupTypedQuestion: TextQuestion<ApiService> = {
  type: 'text',
  id: 'backupTyped',
  title: 'Name of the backup',
  asked: (_targets, answers) => answers['backup'] === typed,
  propose: () => '',
  refuse: refuseBackup,
};

/** What was chosen, or the ID that was typed; undefined where only a name was. */
export function accountIdOf(answers: Answers): string | undefined {
  const chosen = answers['account'];
  return chosen === undefined ? undefined : chosen === typed ? accountIdIn(answers['accountTyped'] ?? '') : chosen;
}

function rememberedPlace({ remembered, arm }: ActionContext, serviceId: string): BackupPlace | undefined {
  return placeOf(remembered?.get(placeKey(arm.environment.resourceManagerEndpoint, serviceId)));
}

/** A list that may not be read is no end: what is not in it can still be typed. */
async function listed(other: Choice, load: () => Promise<readonly Choice[]>): Promise<readonly Choice[]> {
  try {
    return [...(await load()), other];
  } catch (error) {
    if (!(error instanceof BackupError)) {
      throw error;
    }
    return [{ value: '', label: 'They cannot be listed', detail: withRemedies(error), note: true }, other];
  }
}

/** For a service among others: where, of which tier. */
export function whereOf({ id, location, tier }: ApiService): string {
  return [tier, location, segmentOf(id, 'resourceGroups') ?? lastSegment(id)].filter(Boolean).join(' · ');
}
