/** Restoring a backup: into the service that was clicked, or of the backup that was clicked into a service of the same tier. */
import { sameArmId, segmentOf } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { backupAges, kinds, serviceStates, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, Answers, BuiltAction, Choice, PickQuestion } from '../../action.ts';
import { readOptions } from '../../arm/asking.ts';
import { accountAt, accessIn, backupNameIn, placeIn, refusal, type FoundPlace } from '../answers.ts';
import { accessQuestion, keyQuestion } from '../accessQuestions.ts';
import { lists, readAllOfSubscription } from '../api.ts';
import { tierHasBackups, type ApiBackup, type ApiService } from '../model.ts';
import { readRestoreBack, settleRestore } from '../outcome.ts';
import { checksOfRestore, orFailed, requirePassed } from '../preflight.ts';
import type { Subject } from '../preflight/subject.ts';
import { accountIdOf, backupQuestion, backupTypedQuestion, placeQuestions, whereOf } from '../questions.ts';
import { apiManagementTracker } from '../tracking.ts';
import { freshService, serviceTarget, transfer } from './transfer.ts';

const shared = {
  does: 'send',
  system: 'apiManagement',
  many: false,
  assurance: 'typeName',
  tracker: apiManagementTracker.name,
  readBack: readRestoreBack,
  settle: settleRestore,
} as const;

export const restoreService: Action<ApiService> = {
  ...shared,
  id: 'restoreService',
  title: 'Restore',
  summary:
    'Replaces what is in an API Management service by a backup of it, or of another service of the same tier; asks for the name of the service.',
  nothing: 'There is no API Management service here that has backups: Developer, Basic, Standard and Premium do.',
  targetKind: targetKinds.apiManagementService,
  when: { all: [serviceStates.canBackUp] },
  group: '1_backup@2',
  questions: [
    ...placeQuestions,
    backupQuestion,
    backupTypedQuestion,
    accessQuestion(
      ([target]) => target?.id,
      (_targets, answers) => accountIdOf(answers),
    ),
    keyQuestion,
  ],
  preflight: async (context, [target], answers) =>
    target === undefined ? [] : orFailed(async () => checksOfRestore(await intoTarget(context, target, answers), undefined)),
  consequences: (_context, [target], answers) =>
    Promise.resolve(target === undefined ? [] : consequencesOf(target.name, backupNameIn(answers, 'backup'))),
  describe: serviceTarget,

  async build(context, target, answers) {
    const subject = await intoTarget(context, target, answers);
    return built(subject, undefined);
  },
};

/** The answer of the service that is restored into: its id. */
const into = 'into';

export const restoreBackup: Action<ApiBackup> = {
  ...shared,
  id: 'restoreBackup',
  title: 'Restore',
  summary: 'Restores a backup into the API Management service below which it is listed, or into another one of the same tier.',
  nothing: 'There is no backup here: choose where the backups of the service are.',
  targetKind: targetKinds.apiManagementBackup,
  onlyOne: 'only the last restore would remain',
  when: { all: [kinds.apiManagementBackup], none: [backupAges.expired] },
  inlineIcon: 'discard',
  group: '1_backup@1',
  questions: [
    intoQuestion(),
    accessQuestion<ApiBackup>(
      ([target], answers) => intoOf(answers) ?? target?.model.serviceId,
      ([target]) => target?.model.place.accountId,
    ),
    keyQuestion,
  ],
  typedName: ([target], answers) => segmentOf(intoOf(answers) ?? target?.model.serviceId ?? '', 'service') ?? '',
  preflight: async (context, [target], answers) =>
    target === undefined ? [] : orFailed(async () => checksOfRestore(await intoAnother(context, target, answers), target.model.serviceId)),
  consequences: (_context, [target], answers) =>
    Promise.resolve(
      target === undefined ? [] : consequencesOf(segmentOf(intoOf(answers) ?? target.model.serviceId, 'service') ?? '', target.name),
    ),
  describe: ({ id, name, model }) => ({
    id,
    name,
    kind: 'API Management backup',
    where: `${model.place.account}/${model.place.container}`,
    containerId: model.serviceId,
  }),

  /** @throws BackupError as `buildEach` */
  async build(context, target, answers) {
    return built(await intoAnother(context, target, answers), target.model.serviceId);
  },

  /** One operation, on the service that is restored into. */
  async buildEach(context, target, answers) {
    const subject = await intoAnother(context, target, answers);
    return [{ ...(await built(subject, target.model.serviceId)), target: serviceTarget(subject.service) }];
  },
};

async function built(subject: Subject, sourceId: string | undefined): Promise<BuiltAction> {
  requirePassed(await checksOfRestore(subject, sourceId), attemptedOn(subject.service), subject.service.id);
  return transfer('restore', subject, {});
}

function attemptedOn({ name }: { readonly name: string }): string {
  return `restore ${displayName(name)}`;
}

function intoOf(answers: Answers): string | undefined {
  const chosen = answers[into];
  return chosen === undefined || chosen === '' ? undefined : chosen;
}

/** The service itself first; others of the subscription only where the tier is the same. */
function intoQuestion(): PickQuestion<ApiBackup> {
  return {
    type: 'pick',
    id: into,
    title: 'The service to restore into: what it holds now is replaced',
    empty: 'There is no API Management service that it can be restored into.',
    load: async (context, [target]) => {
      if (target === undefined) {
        return [];
      }
      const { serviceId } = target.model;
      const scope = `/subscriptions/${segmentOf(serviceId, 'subscriptions') ?? ''}`;
      const { items } = await readAllOfSubscription(context.arm, scope, lists.services, readOptions(context, target));
      const own = items.find(({ id }) => sameArmId(id, serviceId));
      const others = items.filter((service) => service !== own).sort((a, b) => a.name.localeCompare(b.name));
      // Those that cannot take it are named last, each with the reason.
      return [...(own === undefined ? [] : [own]), ...others]
        .map((service) => intoChoice(service, own))
        .sort((a, b) => Number(a.note ?? false) - Number(b.note ?? false));
    },
  };
}

function intoChoice(service: ApiService, own: ApiService | undefined): Choice {
  const because =
    tierHasBackups(service.tier) === false
      ? 'This tier has no restore.'
      : own !== undefined && service.tier?.toLowerCase() !== own.tier?.toLowerCase()
        ? `Only a service of the same tier takes the backup: ${own.name} is ${own.tier ?? 'of no known tier'}.`
        : undefined;
  return {
    value: service.id,
    label: displayName(service.name),
    description: whereOf(service),
    ...(service === own ? { detail: 'The service below which the backup is listed', recommended: true } : {}),
    ...(because === undefined ? {} : { detail: because, note: true }),
  };
}

async function intoTarget(context: ActionContext, target: ActionTarget<ApiService>, answers: Answers): Promise<Subject> {
  return subjectOf(
    context,
    target,
    target.id,
    () => placeIn(context, target, target.id, answers),
    backupNameIn(answers, 'backup'),
    answers,
  );
}

async function intoAnother(context: ActionContext, target: ActionTarget<ApiBackup>, answers: Answers): Promise<Subject> {
  const serviceId = intoOf(answers);
  if (serviceId === undefined) {
    throw refusal('AnswerMissing', 'No service was chosen.', 'Choose the service to restore into.', `restore ${displayName(target.name)}`);
  }
  const { place, name } = target.model;
  const { accountId } = place;
  const at = (): Promise<FoundPlace> =>
    accountId === undefined
      ? Promise.resolve({ place, because: 'only the name of the account is known' })
      : accountAt(context, target, accountId, place.container);
  return subjectOf(context, target, serviceId, at, name, answers);
}

async function subjectOf(
  context: ActionContext,
  of: ActionTarget,
  serviceId: string,
  find: () => Promise<FoundPlace>,
  backupName: string,
  answers: Answers,
): Promise<Subject> {
  const [service, at] = await Promise.all([freshService(context, of, serviceId, 'restore it'), find()]);
  return { context, of, service, at, access: accessIn(service, answers), backupName };
}

function consequencesOf(service: string, backup: string): readonly string[] {
  const name = displayName(service);
  return [
    `Everything in ${name} (APIs, policies, products, users, subscriptions and their keys, named values) is replaced by what is in ${displayName(backup)}; what was made since is lost.`,
    'It takes half an hour and more, and changes made meanwhile may be overwritten: start no other management operation.',
    'Custom domain names with their certificates, the virtual network and managed identities stay as they are; usage data does not come back.',
  ];
}
