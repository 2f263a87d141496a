import type { ConnectionState } from '../cloud/types.ts';
import { displayName } from '../core/displayText.ts';
import { offeredCommands } from './ids.ts';
import type { Row } from './rows.ts';

/** The first level while there is no cloud. Nothing at all where the view's welcome speaks. */
export function connectionRows(state: ConnectionState): readonly Row[] {
  switch (state.kind) {
    case 'connecting':
      return [
        {
          type: 'loading',
          key: '!connecting',
          parent: undefined,
          label: `Connecting to ${displayName(state.label)}...`,
          cancellable: false,
        },
      ];
    case 'failed':
      return [
        { type: 'error', key: '!failed', parent: undefined, error: state.error, ofNextPage: false },
        offer('!settings', 'Open the settings', 'workbench.action.openSettings', 'azureBackup'),
        ...signInRows(),
      ];
    default:
      return [];
  }
}

/** What the view's welcome offers, as rows: it is not shown where there are others. */
export function signInRows(): readonly Row[] {
  return [
    offer('!signIn', 'Sign in to Azure', offeredCommands.signIn),
    offer('!useSandbox', 'Use the sandbox', offeredCommands.useSandbox),
  ];
}

function offer(key: string, message: string, command: string, argument?: string): Row {
  return { type: 'empty', key, parent: undefined, empty: { message, command }, ...(argument === undefined ? {} : { argument }) };
}
