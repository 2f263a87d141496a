import type { RowAction, RowView } from '../../../src/views/protocol.ts';

/** How what can be done with a row is called and looks, on buttons and in the menu. */
export const actionLooks: Readonly<Record<RowAction, { readonly label: (view: RowView) => string; readonly icon: string }>> = {
  cancel: { label: (view) => (view.queued || view.unsent ? 'Cancel' : 'Cancel Job'), icon: 'debug-stop' },
  stopWatching: { label: () => 'Stop Watching', icon: 'eye-closed' },
  followAgain: { label: () => 'Follow Again', icon: 'eye' },
  retry: { label: () => 'Ask Now', icon: 'refresh' },
  lookAgain: { label: () => 'Look Again', icon: 'search' },
  tryAgain: { label: () => 'Try Again', icon: 'debug-restart' },
  follow: { label: () => 'Follow', icon: 'eye' },
  openInTree: { label: () => 'Show in Tree', icon: 'list-tree' },
  openJson: { label: () => 'View JSON', icon: 'json' },
  copy: { label: () => 'Copy Details', icon: 'copy' },
  remove: { label: () => 'Remove from List', icon: 'close' },
};
