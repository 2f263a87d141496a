import type { systems } from './tokens.ts';

/** Those of Azure Backup, in the order of `recoveryServicesActions`. */
const recoveryServicesActionIds = [
  'discoverVms',
  'discoverSql',
  'registerContainer',
  'reregisterContainer',
  'inquireContainer',
  'unregisterContainer',
  'protectVm',
  'protectDatabase',
  'autoProtect',
  'stopAutoProtect',
  'backUpNow',
  'backUpDatabase',
  'changePolicy',
  'stopKeepData',
  'resumeProtection',
  'stopDeleteData',
  'undelete',
  'cancelJob',
  'followJob',
] as const;

/** Those of restore points, in the order of `restorePointActions`. */
export const restorePointActionIds = [
  'createRestorePoint',
  'createCollection',
  'addRestorePoint',
  'copyRestorePoint',
  'copyCollection',
  'restoreDisks',
  'getDiskLink',
  'revokeDiskLink',
  'editCollectionTags',
  'deleteRestorePoint',
  'deleteCollection',
] as const;

/** Those of API Management, in the order of `apiManagementActions`. */
const apiManagementActionIds = ['backUpService', 'restoreService', 'restoreBackup', 'chooseBackups'] as const;

/** Those of Veeam appliances, in the order of `veeamActions`. */
const veeamActionIds = ['takeVeeamSnapshot', 'followVeeamSession'] as const;

/**
 * The ids of the action table, in its order. They stand apart so that commands can be registered, and operations
 * followed, without loading what the actions do. The table's entries must be of these ids (the compiler says so), and
 * each id must have an entry (a test says so).
 */
export const actionIds = [...recoveryServicesActionIds, ...restorePointActionIds, ...apiManagementActionIds, ...veeamActionIds] as const;

/** The system of an action; undefined for what is no action of the table, such as a job that is only followed. */
export function systemOfAction(id: string): keyof typeof systems | undefined {
  const groups: readonly (readonly [keyof typeof systems, readonly string[]])[] = [
    ['recoveryServices', recoveryServicesActionIds],
    ['restorePoints', restorePointActionIds],
    ['apiManagement', apiManagementActionIds],
    ['veeam', veeamActionIds],
  ];
  return groups.find(([, ids]) => ids.includes(id))?.[0];
}

export type ActionId = (typeof actionIds)[number];

/**
 * Actions that are called the same on the rows that they apply to: in the palette, where no row tells them apart, each has
 * a command of its own with this title.
 */
export const paletteTitles: Readonly<Partial<Record<ActionId, string>>> = {
  protectVm: 'Protect VM',
  protectDatabase: 'Protect SQL Database',
  backUpNow: 'Back Up VM Now',
  backUpDatabase: 'Back Up SQL Database Now',
  backUpService: 'Back Up API Management Service',
  restoreService: 'Restore API Management Service',
  restoreBackup: 'Restore API Management Backup',
  followVeeamSession: 'Follow Veeam Session',
};

/** The id of an action's command in the palette, where `paletteTitles` has a title for it. */
export function paletteCommandIdOf(action: { readonly id: ActionId }): string {
  return `azureBackup.palette.${action.id}`;
}

/** The command id of an action. */
export function commandIdOf(action: { readonly id: ActionId }): string {
  return `azureBackup.${action.id}`;
}
