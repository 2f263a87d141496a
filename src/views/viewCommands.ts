/** Commands of the views, for the manifest and for registration: one table, so that they cannot disagree. */
export interface ViewCommand {
  readonly id: string;
  readonly title: string;
  /** Codicon, where it stands in a title bar. */
  readonly icon?: string;
  /** One sentence for the documentation. */
  readonly summary: string;
  /** Said where there is nothing to do it to. */
  readonly nothing?: string;
}

export const viewCommands = {
  showJobs: { id: 'azureBackup.showJobs', title: 'Show Jobs', icon: 'list-selection', summary: 'Opens the Jobs panel.' },
  cancel: {
    id: 'azureBackup.cancelOperation',
    title: 'Cancel an Operation...',
    summary: 'Asks the service to end a job that can be cancelled, or takes back what has not been sent.',
    nothing: 'Nothing runs here that the service lets you cancel now.',
  },
  stopWatching: {
    id: 'azureBackup.stopWatching',
    title: 'Stop Watching an Operation...',
    summary: 'Follows an operation no more. It ends nothing: the operation goes on at the service, and can be followed again.',
    nothing: 'Nothing that is watched runs here now.',
  },
  followAgain: {
    id: 'azureBackup.followAgain',
    title: 'Follow an Operation Again...',
    summary: 'Goes on following an operation that was not watched any more.',
    nothing: 'Everything that runs here is watched.',
  },
  tryAgain: {
    id: 'azureBackup.tryAgain',
    title: 'Try an Operation Again...',
    summary: 'Starts an operation again that failed or was not sent, with the answers of then.',
    nothing: 'Nothing that was started alone failed and was not tried again already.',
  },
  retryFailed: {
    id: 'azureBackup.retryFailed',
    title: 'Retry the Failed...',
    summary: 'Starts those of a batch again that failed or were not sent, with the answers of then; what may have started is left alone.',
    nothing: 'Of what was started together nothing failed that was not tried again already.',
  },
  cancelUnsent: {
    id: 'azureBackup.cancelUnsent',
    title: 'Cancel What Is Not Sent Yet...',
    summary: 'Takes those of a batch back that still wait to be sent; what runs goes on.',
    nothing: 'Of what was started together nothing waits to be sent.',
  },
} as const satisfies Readonly<Record<string, ViewCommand>>;

/** View type of the Jobs panel; its `onWebviewPanel:` activation event brings it back after a reload. */
export const jobsViewType = 'azureBackup.jobs';
