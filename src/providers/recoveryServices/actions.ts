/** What can be done with Azure Backup, in the order of the documentation. */
import type { AnyAction } from '../action.ts';
import { autoProtect, stopAutoProtect } from './actions/autoProtection.ts';
import { backUpDatabase } from './actions/backUpDatabase.ts';
import { backUpNow } from './actions/backUpNow.ts';
import { discoverSql, discoverVms } from './actions/discover.ts';
import { inquireContainer } from './actions/inquireContainer.ts';
import { cancelJob, followJob } from './actions/jobActions.ts';
import { changePolicy, resumeProtection } from './actions/policyActions.ts';
import { protectDatabase } from './actions/protectDatabase.ts';
import { protectVm } from './actions/protectVm.ts';
import { registerContainer, reregisterContainer } from './actions/registerContainer.ts';
import { stopDeleteData, stopKeepData, undelete } from './actions/stopActions.ts';
import { unregisterContainer } from './actions/unregisterContainer.ts';

export const recoveryServicesActions: readonly AnyAction[] = [
  discoverVms,
  discoverSql,
  registerContainer,
  reregisterContainer,
  inquireContainer,
  unregisterContainer,
  protectVm,
  protectDatabase,
  autoProtect,
  stopAutoProtect,
  backUpNow,
  backUpDatabase,
  changePolicy,
  stopKeepData,
  resumeProtection,
  stopDeleteData,
  undelete,
  cancelJob,
  followJob,
];
