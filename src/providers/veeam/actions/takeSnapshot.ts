import { displayName } from '../../../core/displayText.ts';
import { BackupError, messageOf } from '../../../core/errors.ts';
import { arrayAt } from '../../../core/json.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import type { Action, ActionContext, ActionTarget, Choice, ReadBack, Settlement } from '../../action.ts';
import { fact, statusOf } from '../../arm/asking.ts';
import { kinds, machineStates, targetKinds } from '../../tokens.ts';
import { versionNumber } from '../addresses.ts';
import { getMachine, listPoints, listServiceAccounts, listSnapshotSessions, type On } from '../api.ts';
import { on } from '../asking.ts';
import { applianceId } from '../ids.ts';
import type { VeeamMachine } from '../model.ts';
import { takeSnapshot as snapshotRequest } from '../requests.ts';
import { sessionTracker, sessionTracking } from '../tracking.ts';

/** The answer where the appliance is to choose. */
const ownChoice = '-';

export const takeVeeamSnapshot: Action<VeeamMachine> = {
  does: 'send',
  id: 'takeVeeamSnapshot',
  title: 'Take Veeam Snapshot',
  summary: 'Has a Veeam Backup for Microsoft Azure appliance take a snapshot of one or many VMs, and follows its session with its log.',
  nothing: 'No appliance was added that knows a VM of which a snapshot could be taken.',
  system: 'veeam',
  targetKind: targetKinds.veeamMachine,
  when: { all: [kinds.veeamMachine], none: [machineStates.deletedInAzure] },
  many: true,
  inlineIcon: 'device-camera',
  group: '1_snapshot@1',
  assurance: 'none',
  tracker: sessionTracker.name,
  questions: [
    {
      type: 'pick',
      id: 'account',
      title: 'Service account',
      placeholder: 'The service account with which the appliance works in Azure',
      // All targets of one choice stand on one appliance mostly; those of others choose by themselves.
      asked: (targets) => new Set(targets.map(({ model }) => model.origin)).size === 1,
      load: (context, targets) => accountChoices(context, targets),
      empty: 'The appliance has no service account.',
    },
  ],
  cloudOf: ({ model }) => model.origin,
  describe: ({ id, model }) => ({
    id,
    name: model.name,
    kind: 'VM',
    ...(model.resourceGroup === undefined ? {} : { where: model.resourceGroup }),
    containerId: applianceId(model.origin),
    containerName: new URL(model.origin).host,
  }),

  async build(context, { model }, answers) {
    const { origin, machineId, name } = model;
    const asked = on(context, origin);
    const machine = await present(asked, model);
    const version = asked.client.apiVersion();
    const account = answers['account'];
    return {
      request: snapshotRequest(origin, version, machineId, account === undefined || account === ownChoice ? undefined : account),
      intent: {
        origin,
        machine: machineId,
        name,
        // What shows it as busy in the tree of Azure too.
        ...(machine.azureId === undefined ? {} : { machineId: machine.azureId }),
        known: await knownSessions(asked, machineId),
      },
    };
  },

  readBack,
  settle,
};

/** The appliance's own choice first: it knows which account protects the VM. */
async function accountChoices(context: ActionContext, targets: readonly ActionTarget<VeeamMachine>[]): Promise<readonly Choice[]> {
  const own: Choice = {
    value: ownChoice,
    label: 'As the appliance chooses',
    detail: 'The account that it uses for this VM.',
    recommended: true,
  };
  const [target] = targets;
  const asked = target && on(context, target.model.origin);
  if (!asked || versionNumber(asked.client.apiVersion()) < 3) {
    return [own];
  }
  try {
    const accounts = await listServiceAccounts(asked);
    return [own, ...accounts.map(({ id, name }): Choice => ({ value: id, label: name, description: id }))];
  } catch (error) {
    if (!(error instanceof BackupError) || ![400, 403, 404].includes(statusOf(error) ?? 0)) {
      throw error;
    }
    // Who may take snapshots may not be allowed to see the accounts.
    return [own, { value: '', label: 'Other accounts cannot be listed', detail: messageOf(error), note: true }];
  }
}

/** @throws BackupError `VmGone` where the appliance, or Azure, does not have it any more */
async function present(asked: On, { machineId, name, origin }: VeeamMachine): Promise<VeeamMachine> {
  const gone = (why: string, cause?: unknown): BackupError =>
    new BackupError(
      `${displayName(name)} is gone: ${why}`,
      {
        code: 'VmGone',
        attempted: 'take a snapshot',
        resource: `${name} on ${new URL(origin).host}`,
        remedies: ['Refresh the VMs of the appliance. A new VM of the same name is another one to Veeam.'],
      },
      cause === undefined ? undefined : { cause },
    );
  let machine: VeeamMachine;
  try {
    machine = await getMachine(asked, machineId, name);
  } catch (error) {
    throw statusOf(error) === 404 ? gone('the appliance does not know it any more.', error) : error;
  }
  if (machine.isDeleted) {
    throw gone('the appliance says that it was deleted in Azure.');
  }
  return machine;
}

/** Ids of the sessions that there are before anything is sent; null where the appliance does not tell. */
async function knownSessions(asked: On, machineId: string): Promise<string[] | null> {
  try {
    return (await listSnapshotSessions(asked, machineId)).items.map(({ sessionId }) => sessionId);
  } catch (error) {
    const status = statusOf(error);
    if (status === 400 || status === 403 || status === 404) {
      return null;
    }
    throw error;
  }
}

/** A session of this VM that was not there before the request was made. */
async function settle(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const asked = on(context, fact(record, 'origin'));
  const name = displayName(fact(record, 'name'));
  if (record.intent['known'] === null) {
    return { found: 'unclear', because: `the appliance does not tell which sessions there are of ${name}.` };
  }
  const known = new Set(arrayAt(record.intent, 'known'));
  const { items, problems } = await listSnapshotSessions(asked, fact(record, 'machine'));
  const [first] = items
    .filter(({ sessionId }) => !known.has(sessionId))
    .sort((a, b) => (a.startTime ?? '~').localeCompare(b.startTime ?? '~'));
  if (first) {
    return {
      found: 'started',
      tracking: sessionTracking(first, asked.client.apiVersion()),
      because: `The appliance has a new snapshot session of ${name}: ${first.sessionId}.`,
    };
  }
  return problems.length > 0
    ? { found: 'unclear', because: `sessions of ${name} could not be read.` }
    : { found: 'absent', because: `the appliance has no new snapshot session of ${name}.` };
}

/** The session has decided; that there is a restore point of it is the proof. */
async function readBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const asked = on(context, fact(record, 'origin'));
  const name = displayName(fact(record, 'name'));
  let points: Awaited<ReturnType<typeof listPoints>>;
  try {
    points = await listPoints(asked, fact(record, 'machine'));
  } catch (error) {
    const status = statusOf(error);
    if (status === 400 || status === 403 || status === 404) {
      return { reading: 'unclear', sentence: `The session ended well. The appliance does not list the restore points of ${name}.` };
    }
    throw error;
  }
  const own = points.find(({ sessionId }) => sessionId !== undefined && sessionId === record.job?.name);
  if (own) {
    return {
      reading: 'asAsked',
      sentence: `${name} has a snapshot${own.time === undefined ? '' : ` of ${own.time.slice(0, 16).replace('T', ' ')} UTC`}.`,
    };
  }
  return points.some(({ sessionId }) => sessionId !== undefined)
    ? { reading: 'different', sentence: `The session ended well, but the appliance lists no restore point of it for ${name}.` }
    : { reading: 'unclear', sentence: `The session ended well. Which restore points of ${name} it made, the appliance does not tell.` };
}
