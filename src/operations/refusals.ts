/** Why the engine does not do what it was asked to. */
import { BackupError } from '../core/errors.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { OperationPlan } from './types.ts';

/** @param plan `cloud`: where it was meant for another service than the connected cloud */
export function nothingConnected({ title, cloud }: Pick<OperationPlan, 'cloud' | 'title'>): BackupError {
  const remedies = [cloud === undefined ? 'Sign in, or choose a cloud.' : `Connect to ${cloud}, then try again.`];
  return new BackupError(`"${title}" was not started: ${cloud ?? 'no cloud'} is ${cloud === undefined ? '' : 'not '}connected.`, {
    code: 'NotConnected',
    remedies,
  });
}

export function notConnected(record: OperationRecord): BackupError {
  return new BackupError(`"${record.title}" belongs to ${record.cloud}, which is not connected.`, {
    code: 'NotConnected',
    resource: record.target.name,
    remedies: [`Connect to ${record.cloud} to follow it.`],
  });
}

export function noSuchOperation(id: string): BackupError {
  return new BackupError('This operation is no longer in the list.', { code: 'UnknownOperation', resource: id });
}

export function otherWindow(record: OperationRecord): BackupError {
  return new BackupError(`Another window follows "${record.title}". Do it there, or close that window.`, {
    code: 'OtherWindow',
    resource: record.target.name,
  });
}

/** It is shown as that window left it. */
export function changedElsewhere(record: OperationRecord): BackupError {
  return new BackupError(`Another window has got on with "${record.title}" meanwhile: see how it stands now.`, {
    code: 'OtherWindow',
    resource: record.target.name,
  });
}

/** Of what waits, the journal alone is what a later window has to send. */
export function notWhole(plan: OperationPlan): BackupError {
  return new BackupError(`"${plan.title}" was not started: its request holds a secret, which is not written down, so it cannot wait.`, {
    code: 'NotStorable',
    resource: plan.target.name,
  });
}

export function alreadyQueued(plan: OperationPlan): BackupError {
  return new BackupError(`"${plan.title}" was not started: the very same is being done or waits for its turn already.`, {
    code: 'AlreadyQueued',
    resource: plan.target.name,
    remedies: ['Look at the Jobs panel.', 'To make another one, choose another name.'],
  });
}

/** Code of one that was to be tried again when another window had just done so: there is nothing left to try. */
export const triedElsewhereCode = 'TriedElsewhere';

export function triedElsewhere({ title, target }: OperationPlan): BackupError {
  return new BackupError(`"${title}" was not started: it was tried again already, in another window.`, {
    code: triedElsewhereCode,
    resource: target.name,
    remedies: ['Look at the Jobs panel.'],
  });
}

/** Code of one whose request got no answer, and of which looking found nothing. */
export const notStartedCode = 'NotStarted';

/** Code of one that was to be tried again when the request of before had begun after all. */
export const startedAfterAllCode = 'StartedAfterAll';

export function startedAfterAll({ title, target }: OperationPlan): BackupError {
  return new BackupError(`"${title}" was not started again: the request of before, which got no answer, has begun or may have.`, {
    code: startedAfterAllCode,
    resource: target.name,
    remedies: ['Look at it in the Jobs panel: it is followed there, or can be looked for again.'],
  });
}

/** Code of one that was to be tried again while another window did so. */
export const underWayElsewhereCode = 'RetryUnderWay';

export function underWayElsewhere({ title, target }: OperationPlan): BackupError {
  return new BackupError(`"${title}" was not started: another window is just trying it again, and does not come to an end.`, {
    code: underWayElsewhereCode,
    resource: target.name,
    remedies: ['Look at the Jobs panel, then try it again.'],
  });
}

export function noTracker(plan: OperationPlan, tracker: string): BackupError {
  return new BackupError(`"${plan.title}" was not started: there is no tracker "${tracker}" to follow it with.`, {
    code: 'NoTracker',
    resource: plan.target.name,
  });
}
