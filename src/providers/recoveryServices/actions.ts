/** What can be done with Azure Backup, in the order of the documentation. */
import type { AnyAction } from '../action.ts';
import { backUpNow } from './actions/backUpNow.ts';
import { discoverSql, discoverVms } from './actions/discover.ts';
import { cancelJob, followJob } from './actions/jobActions.ts';
import { changePolicy, resumeProtection } from './actions/policyActions.ts';
import { protectVm } from './actions/protectVm.ts';
import { stopDeleteData, stopKeepData, undelete } from './actions/stopActions.ts';

export const recoveryServicesActions: readonly AnyAction[] = [
  discoverVms,
  discoverSql,
  protectVm,
  backUpNow,
  changePolicy,
  stopKeepData,
  resumeProtection,
  stopDeleteData,
  undelete,
  cancelJob,
  followJob,
];
