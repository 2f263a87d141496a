/** A registered machine is forgotten by its vault; never while the vault keeps backups of it. */
import { sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { BackupError } from '../../../core/errors.ts';
import { containerStates, itemStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget } from '../../action.ts';
import { listProtectedItems } from '../api.ts';
import { unregisterContainer as unregisterRequest } from '../containerRequests.ts';
import type { Container, ProtectedItem } from '../model.ts';
import { trackerNames } from '../tracking.ts';
import { containerOrNone, describeContainer, foundThere, isRegistered, registeredContainer } from './containers.ts';
import { fact, readOptions } from '../../arm/asking.ts';
import { isStopped, vaultIdOf } from './looking.ts';

/** Names in a sentence; the rest are counted. */
const mostNames = 3;

export const unregisterContainer: Action<Container> = {
  does: 'send',
  id: 'unregisterContainer',
  title: 'Unregister',
  summary: 'Takes machines out of a vault; refused while the vault keeps backups of them.',
  nothing: 'This vault has no registered machine with SQL Server.',
  system: 'recoveryServices',
  targetKind: targetKinds.container,
  when: { all: [kinds.container, containerStates.registrable], none: [containerStates.softDeletedContainer, itemStates.busy] },
  many: true,
  group: '4_stop@4',
  assurance: 'confirm',
  async consequences(context, targets) {
    const [only, ...others] = targets;
    if (only && others.length === 0) {
      // Better told now than after the question. Of several, each is told with its own result.
      await needEmpty(context, only, attemptedOf(only));
    }
    const they = others.length === 0 ? 'It' : 'They';
    return [
      `The vault forgets ${others.length === 0 ? 'the machine' : 'the machines'} and the databases that it found there. Nothing in SQL Server changes.`,
      `${they} can be registered again, with this vault or another one.`,
    ];
  },
  questions: [],
  tracker: trackerNames.armOperation,

  describe: ({ model }) => describeContainer(model, model.id),

  async build(context, target) {
    const attempted = attemptedOf(target);
    const container = await registeredContainer(context, target, attempted);
    await needEmpty(context, target, attempted);
    return { request: await unregisterRequest(context.arm.environment, container.id), intent: { containerId: container.id } };
  },

  async readBack(context, record) {
    const container = await containerOrNone(context, fact(record, 'containerId'), readOptions(context, record));
    const name = displayName(record.target.name);
    const vault = displayName(record.target.containerName ?? '');
    return container && isRegistered(container)
      ? { reading: 'different', sentence: `${name} should not be registered any more, but ${vault} still has it.` }
      : { reading: 'asAsked', sentence: `${name} is not registered with ${vault} any more.` };
  },

  /** It takes a while, and the container stays registered until its end: that it is there proves nothing. */
  async settle(context, record) {
    const container = await containerOrNone(context, fact(record, 'containerId'), readOptions(context, record));
    const name = displayName(record.target.name);
    return container && isRegistered(container)
      ? {
          found: 'unclear',
          because: `${name} is still registered, which it also is while Azure works on it. Unregistering again does no harm.`,
        }
      : foundThere(record, `${name} is not registered any more.`);
  },
};

function attemptedOf(target: ActionTarget<Container>): string {
  return `unregister ${displayName(target.model.friendlyName)}`;
}

interface Obstacle {
  readonly what: string;
  readonly remedy: string;
  matches(item: ProtectedItem): boolean;
}

const deleteFirst = 'Choose Stop Protection and Delete Data on each that is protected or stopped.';

/** The first that matches counts. */
const obstacles: readonly Obstacle[] = [
  {
    what: 'soft-deleted',
    remedy:
      'Soft-deleted ones: wait until soft delete lets them go, or undelete them and delete them again where the vault’s soft delete is off.',
    matches: (item) => item.isScheduledForDeferredDelete,
  },
  {
    what: 'with stopped protection',
    remedy: deleteFirst,
    matches: isStopped,
  },
  {
    what: 'protected',
    remedy: deleteFirst,
    matches: () => true,
  },
];

/** @throws BackupError `ItemsInContainer` naming what the vault keeps of it, and what to do about each */
async function needEmpty(context: ActionContext, target: ActionTarget<Container>, attempted: string): Promise<void> {
  const vaultId = vaultIdOf(target.model);
  const { items, problems } = await listProtectedItems(
    context.arm,
    vaultId,
    { backupManagementType: 'AzureWorkload' },
    readOptions(context, target),
  );
  const kept = items.filter((item) => sameArmId(item.containerId, target.id));
  if (kept.length === 0) {
    if (problems[0]) {
      // What cannot be read may be of this container.
      throw problems[0].error;
    }
    return;
  }
  const found = obstacles
    .map((obstacle) => ({ obstacle, items: kept.filter((item) => obstacles.find((one) => one.matches(item)) === obstacle) }))
    .filter((one) => one.items.length > 0);
  const parts = found.map(({ obstacle, items: of }) => `${of.length} ${obstacle.what} (${namesOf(of)})`);
  throw new BackupError(
    `${displayName(target.model.friendlyName)} cannot be unregistered while the vault keeps backups of its databases: ${parts.join(', ')}. Nothing was sent.`,
    { code: 'ItemsInContainer', attempted, resource: target.id, remedies: [...new Set(found.map(({ obstacle }) => obstacle.remedy))] },
  );
}

function namesOf(items: readonly ProtectedItem[]): string {
  const names = items.slice(0, mostNames).map((item) => displayName(item.friendlyName, 60));
  return items.length > mostNames ? `${names.join(', ')} and ${items.length - mostNames} more` : names.join(', ');
}
