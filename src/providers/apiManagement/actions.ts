/** What can be done with API Management services, in the order of the documentation. */
import type { AnyAction } from '../action.ts';
import { backUpService } from './actions/backUp.ts';
import { chooseBackups } from './actions/chooseBackups.ts';
import { restoreBackup, restoreService } from './actions/restore.ts';

export const apiManagementActions: readonly AnyAction[] = [backUpService, restoreService, restoreBackup, chooseBackups];
