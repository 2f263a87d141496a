/** What is looked at before API Management is asked to back up or to restore, a line each, in the order in which they are shown. */
import { BackupError } from '../../core/errors.ts';
import type { Check } from '../action.ts';
import { withRemedies } from '../arm/asking.ts';
import { refusal } from './answers.ts';
import { backupCheck, freeNameCheck, nameLabel, skuCheck } from './preflight/blob.ts';
import { restCheck, tierCheck, workspacesCheck } from './preflight/service.ts';
import { accessCheck, containerCheck, firewallCheck } from './preflight/storage.ts';
import { fail, type Look, type Subject } from './preflight/subject.ts';

const common: readonly Look[] = [tierCheck, workspacesCheck, restCheck, containerCheck, accessCheck, firewallCheck];

/** Before a backup. @throws CancelledError */
export function checksOfBackup(subject: Subject): Promise<readonly Check[]> {
  return all([...common, freeNameCheck], subject);
}

/** Before a restore. @param sourceId see `skuCheck` */
export function checksOfRestore(subject: Subject, sourceId: string | undefined): Promise<readonly Check[]> {
  return all([...common, backupCheck, skuCheck(sourceId)], subject);
}

function all(looks: readonly Look[], subject: Subject): Promise<readonly Check[]> {
  return Promise.all(looks.map(async (look) => look(subject)));
}

/** An answer that cannot be used at all is a line like the others: the wizard stays, to go back and answer otherwise. */
export async function orFailed(check: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof BackupError)) {
      throw error;
    }
    return [fail('Answers', withRemedies(error))];
  }
}

/** @throws BackupError `PreflightFailed` with what failed, where something did */
export function requirePassed(checks: readonly Check[], attempted: string, resource: string): void {
  const failed = checks.filter(({ state }) => state === 'fail');
  if (failed.length > 0) {
    const reasons = failed.map(({ label, detail }) => `${label}: ${detail}.`).join(' ');
    throw refusal(
      'PreflightFailed',
      `Nothing was sent, because it would not work. ${reasons}`,
      'Mend that, then try again.',
      attempted,
      resource,
    );
  }
}

/** True where it was seen that nothing has the name. */
export function nameWasFree(checks: readonly Check[]): boolean {
  return checks.some(({ label, state }) => label === nameLabel && state === 'pass');
}
