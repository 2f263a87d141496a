/** The ends of protection, and the way back from the harder one. */
import { displayName } from '../../../core/displayText.ts';
import { capabilities, itemStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionTarget } from '../../action.ts';
import { protectedItemState, type ProtectedItem } from '../model.ts';
import { deleteItem, stopKeepData as stopRequest, undelete as undeleteRequest } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { describeItem, freshItem, isStopped, refuse } from './looking.ts';
import { itemAtEnd, stateSentence } from './reading.ts';
import { jobFacts, settleByJobs } from './settling.ts';
import { fateOfDeletedData } from './softDelete.ts';

const shared = {
  does: 'send',
  system: 'recoveryServices',
  targetKind: targetKinds.protectedItem,
  questions: [],
  tracker: trackerNames.job,
  describe: ({ model }: ActionTarget<ProtectedItem>) => describeItem(model),
} as const;

export const stopKeepData: Action<ProtectedItem> = {
  ...shared,
  id: 'stopKeepData',
  title: 'Stop Protection and Keep Data',
  summary: 'Ends the backups of VMs or SQL databases; the recovery points stay.',
  nothing: 'This vault has no protected VM or SQL database.',
  when: { all: [kinds.protectedItem, capabilities.changeable], none: [itemStates.stopped, itemStates.softDeleted] },
  many: true,
  group: '4_stop@1',
  assurance: 'confirm',
  consequences: (_context, targets) =>
    Promise.resolve([
      `${targets.length === 1 ? 'It is' : 'They are'} not backed up any more: no new recovery points are made.`,
      'The recovery points that there are stay, and go on costing storage, until you delete them.',
      'You can resume the protection with a policy later.',
    ]),

  async build(context, target) {
    const attempted = `stop the protection of ${displayName(target.model.friendlyName)}`;
    const { item, seenAt } = await freshItem(context, target, attempted);
    if (isStopped(item) || item.isScheduledForDeferredDelete) {
      throw refuse(item, 'is not protected any more', 'Refresh the tree.', attempted);
    }
    return {
      request: await stopRequest(context.arm.environment, item),
      intent: { ...jobFacts(item), itemId: target.id, seenAt, jobOperation: 'DisableBackup' },
    };
  },

  async readBack(context, record) {
    const item = await itemAtEnd(context, record);
    const name = displayName(record.target.name);
    if (!item) {
      return { reading: 'different', sentence: `${name} is not in the vault any more.` };
    }
    return isStopped(item)
      ? { reading: 'asAsked', sentence: `Protection of ${name} is stopped; its recovery points are kept.` }
      : { reading: 'different', sentence: `Protection of ${name} should have stopped, but ${stateSentence(item, context)}` };
  },

  settle: (context, record) =>
    settleByJobs(context, record, { operation: 'DisableBackup', tookEffect: (item) => item !== undefined && isStopped(item) }),
};

export const stopDeleteData: Action<ProtectedItem> = {
  ...shared,
  id: 'stopDeleteData',
  title: 'Stop Protection and Delete Data',
  summary: 'Ends the backups of a VM or SQL database and deletes its recovery points; says first what soft delete makes of that.',
  nothing: 'This vault has no VM or SQL database whose backup data could be deleted.',
  when: { all: [kinds.protectedItem, capabilities.changeable], none: [itemStates.softDeleted] },
  many: false,
  group: '4_stop@2',
  assurance: 'typeName',
  async consequences(context, targets) {
    const [target] = targets;
    return target
      ? [`Backups of ${nameAndPlace(target)} stop and all its recovery points are deleted.`, await fateOfDeletedData(context, target)]
      : [];
  },

  async build(context, target) {
    const attempted = `delete the backup data of ${displayName(target.model.friendlyName)}`;
    const { item, seenAt } = await freshItem(context, target, attempted);
    if (item.isScheduledForDeferredDelete) {
      throw refuse(item, 'is deleted already, and kept by soft delete', 'Wait until soft delete lets it go, or undelete it.', attempted);
    }
    return {
      request: await deleteItem(context.arm.environment, item),
      intent: { ...jobFacts(item), itemId: target.id, seenAt, jobOperation: 'DeleteBackupData' },
    };
  },

  async readBack(context, record) {
    const item = await itemAtEnd(context, record);
    const name = displayName(record.target.name);
    if (!item) {
      return { reading: 'asAsked', sentence: `The backup data of ${name} is gone for good.` };
    }
    const state = protectedItemState(item, context.now());
    if (state.kind !== 'softDeleted') {
      return { reading: 'different', sentence: `The backup data of ${name} should be deleted, but ${stateSentence(item, context)}` };
    }
    const left = state.daysLeft === undefined ? '' : ` for ${state.daysLeft} more days`;
    return {
      reading: 'asAsked',
      sentence: `The backup data of ${name} is deleted; soft delete keeps it${left}, and it can be undeleted until then.`,
    };
  },

  settle: (context, record) =>
    settleByJobs(context, record, {
      operation: 'DeleteBackupData',
      tookEffect: (item) => item === undefined || item.isScheduledForDeferredDelete,
    }),
};

export const undelete: Action<ProtectedItem> = {
  ...shared,
  id: 'undelete',
  title: 'Undelete',
  summary: 'Takes soft-deleted backup data back; protection stays stopped until it is resumed.',
  nothing: 'This vault keeps no deleted backups of VMs or SQL databases.',
  when: { all: [kinds.protectedItem, capabilities.changeable, itemStates.softDeleted] },
  many: true,
  inlineIcon: 'discard',
  group: '4_stop@3',
  assurance: 'none',

  async build(context, target) {
    const attempted = `undelete ${displayName(target.model.friendlyName)}`;
    const { item, seenAt } = await freshItem(context, target, attempted);
    if (!item.isScheduledForDeferredDelete) {
      throw refuse(item, 'is not deleted', 'Refresh the tree.', attempted);
    }
    return {
      request: await undeleteRequest(context.arm.environment, item),
      intent: { ...jobFacts(item), itemId: target.id, seenAt, jobOperation: 'Undelete' },
    };
  },

  async readBack(context, record) {
    const item = await itemAtEnd(context, record);
    const name = displayName(record.target.name);
    if (item && !item.isScheduledForDeferredDelete) {
      return { reading: 'asAsked', sentence: `${name} is back with its recovery points. Its protection is stopped until you resume it.` };
    }
    return {
      reading: 'different',
      sentence: item
        ? `${name} should be back, but ${stateSentence(item, context)}`
        : `${name} is not in the vault: it could not be brought back.`,
    };
  },

  settle: (context, record) =>
    settleByJobs(context, record, {
      operation: 'Undelete',
      tookEffect: (item) => item !== undefined && !item.isScheduledForDeferredDelete,
    }),
};

/** `msdb (MSSQLSERVER on erp-db-01)`: every server has databases of the same names, and this one's data will be gone. */
function nameAndPlace({ name, model }: ActionTarget<ProtectedItem>): string {
  const { where } = describeItem(model);
  return where === undefined ? displayName(name) : `${displayName(name)} (${displayName(where)})`;
}
