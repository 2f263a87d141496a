/** Commands of the views, for the manifest and for registration: one table, so that they cannot disagree. */
export interface ViewCommand {
  readonly id: string;
  readonly title: string;
  /** Codicon, where it stands in a title bar. */
  readonly icon?: string;
}

export const viewCommands = {
  showJobs: { id: 'azureBackup.showJobs', title: 'Show Jobs', icon: 'list-selection' },
} as const satisfies Readonly<Record<string, ViewCommand>>;

/** View type of the Jobs panel; its `onWebviewPanel:` activation event brings it back after a reload. */
export const jobsViewType = 'azureBackup.jobs';
