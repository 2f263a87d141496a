/** Every id that the tree contributes, in one table: a command that is contributed and never registered cannot compile. */
export const viewIds = {
  container: 'azureBackup',
  resources: 'azureBackup.resources',
} as const;

export const treeCommands = {
  refresh: 'azureBackup.refresh',
  refreshNode: 'azureBackup.refreshNode',
  cancelLoading: 'azureBackup.cancelLoading',
  retry: 'azureBackup.retry',
  loadMore: 'azureBackup.loadMore',
  filter: 'azureBackup.filter',
  clearFilter: 'azureBackup.clearFilter',
  openInPortal: 'azureBackup.openInPortal',
  copyResourceId: 'azureBackup.copyResourceId',
  viewJson: 'azureBackup.viewJson',
  showDetails: 'azureBackup.showErrorDetails',
  copyStatement: 'azureBackup.copyStatement',
} as const;

export type TreeCommand = (typeof treeCommands)[keyof typeof treeCommands];

/** Commands of other rooms that the view's welcome, its rows and their menus offer. */
export const offeredCommands = {
  signIn: 'azureBackup.signIn',
  useSandbox: 'azureBackup.useSandbox',
  createRestorePoint: 'azureBackup.createRestorePoint',
} as const;

export const contextKeys = {
  /** `ConnectionState.kind`; set by the connection. */
  connection: 'azureBackup.connection',
  loading: 'azureBackup.loading',
  filtered: 'azureBackup.filtered',
} as const;

/** Scheme of the read-only documents of View JSON. */
export const jsonScheme = 'azurebackup-json';
