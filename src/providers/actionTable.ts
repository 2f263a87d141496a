/**
 * The one table of what a person can do. Commands, menus, palette, wizards, confirmations, previews, documentation and
 * tests are made of it; adding an action is adding an entry.
 */
import type { AnyAction } from './action.ts';
import { apiManagementActions } from './apiManagement/actions.ts';
import { recoveryServicesActions } from './recoveryServices/actions.ts';
import { restorePointActions } from './restorePoints/actions.ts';
import { veeamActions } from './veeam/actions.ts';

export const actionTable: readonly AnyAction[] = [
  ...recoveryServicesActions,
  ...restorePointActions,
  ...apiManagementActions,
  ...veeamActions,
];

export function actionById(id: string): AnyAction | undefined {
  return actionTable.find((action) => action.id === id);
}
