import { displayName } from '../../../core/displayText.ts';
import { serviceStates, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, Answers } from '../../action.ts';
import { accessIn, backupNameIn, placeIn } from '../answers.ts';
import { accessQuestion, keyQuestion } from '../accessQuestions.ts';
import type { ApiService } from '../model.ts';
import { readBackupBack, settleBackup } from '../outcome.ts';
import { checksOfBackup, nameWasFree, orFailed, requirePassed } from '../preflight.ts';
import type { Subject } from '../preflight/subject.ts';
import { accountIdOf, backupNameQuestion, placeQuestions } from '../questions.ts';
import { apiManagementTracker } from '../tracking.ts';
import { freshService, serviceTarget, transfer } from './transfer.ts';

export const backUpService: Action<ApiService> = {
  does: 'send',
  id: 'backUpService',
  title: 'Back Up',
  summary:
    'Backs up an API Management service into a container of a storage account, with a managed identity or an access key; looks first whether it can work.',
  nothing: 'There is no API Management service here that has backups: Developer, Basic, Standard and Premium do.',
  system: 'apiManagement',
  targetKind: targetKinds.apiManagementService,
  when: { all: [serviceStates.canBackUp] },
  many: false,
  inlineIcon: 'cloud-upload',
  group: '1_backup@1',
  assurance: 'confirm',
  tracker: apiManagementTracker.name,
  questions: [
    ...placeQuestions,
    backupNameQuestion,
    accessQuestion(
      ([target]) => target?.id,
      (_targets, answers) => accountIdOf(answers),
    ),
    keyQuestion,
  ],
  preflight: async (context, [target], answers) =>
    target === undefined ? [] : orFailed(async () => checksOfBackup(await subjectOf(context, target, answers, attemptedOn(target)))),

  consequences: (_context, [target]) =>
    Promise.resolve([
      'It takes some minutes. Do not scale the service, change its domain names or start any other management operation meanwhile.',
      'What is changed in its APIs, policies or developer portal meanwhile may not be in the backup.',
      'Not in a backup: usage data of reports, certificates of custom domains and of authorities, contents of the developer portal, settings of the virtual network and of managed identities.',
      `It can be restored for 30 days, into a service of the same tier${target?.model.tier === undefined ? '' : ` (${target.model.tier})`}. Azure does not delete the blob then: that is yours to do.`,
    ]),
  describe: serviceTarget,

  async build(context, target, answers) {
    const attempted = attemptedOn(target);
    const subject = await subjectOf(context, target, answers, attempted);
    const checks = await checksOfBackup(subject);
    requirePassed(checks, attempted, target.id);
    return transfer('backup', subject, { nameWasFree: nameWasFree(checks) });
  },

  readBack: readBackupBack,
  settle: settleBackup,
};

function attemptedOn({ name }: ActionTarget): string {
  return `back up ${displayName(name)}`;
}

async function subjectOf(context: ActionContext, target: ActionTarget<ApiService>, answers: Answers, attempted: string): Promise<Subject> {
  const [service, at] = await Promise.all([
    freshService(context, target, target.id, attempted),
    placeIn(context, target, target.id, answers),
  ]);
  return { context, of: target, service, at, access: accessIn(service, answers), backupName: backupNameIn(answers, 'backupName') };
}
