/** Sign in, sign out, choose the cloud, tenants, subscriptions; show the log. */
import * as vscode from 'vscode';
import type { ConnectionControl } from '../../cloud/connectionVscode.ts';
import { isCancelled } from '../../core/cancellation.ts';
import { messageText } from '../../core/displayText.ts';
import { failureText } from '../failure.ts';
import { connectionCommands } from './commandIds.ts';
import { askCloud, askSubscriptions, askTenants } from './choices.ts';

/** Tells a person of a failure; must not reject. */
export type TellFailure = (title: string, error: unknown) => Promise<void>;

/** Registers the commands of `connectionCommands`. */
export function registerConnectionCommands(
  context: Pick<vscode.ExtensionContext, 'subscriptions'>,
  control: ConnectionControl,
  tellFailure: TellFailure = (_title, error) => showError(control, error),
): void {
  const runs: Record<keyof typeof connectionCommands, (argument?: unknown) => Promise<void>> = {
    signIn: (argument) => signIn(control, typeof argument === 'string' ? argument : undefined),
    signOut: () => control.signOut(),
    chooseCloud: async () => {
      const kind = await askCloud(control, { sandbox: true });
      if (kind) {
        await withProgress('Connecting', () => control.useCloud(kind));
      }
    },
    useSandbox: () => withProgress('Starting the sandbox', () => control.useCloud('sandbox')),
    selectTenants: async () => {
      const ids = await askTenants(control);
      if (ids) {
        await control.setTenants(ids);
      }
    },
    selectSubscriptions: async () => {
      const ids = await askSubscriptions(control);
      if (ids) {
        await control.setSubscriptions(ids);
      }
    },
    showLog: () => Promise.resolve(control.log.show()),
  };
  for (const [name, { command, title }] of Object.entries(connectionCommands)) {
    const run = runs[name as keyof typeof connectionCommands];
    context.subscriptions.push(
      vscode.commands.registerCommand(command, async (argument?: unknown) => {
        try {
          await run(argument);
        } catch (error) {
          if (!isCancelled(error)) {
            control.log.error(`${title} failed: ${failureText(error)}`);
            await tellFailure(title, error);
          }
        }
      }),
    );
  }
}

async function signIn(control: ConnectionControl, tenantId: string | undefined): Promise<void> {
  // Whoever asks for Azure while the sandbox is the cloud wants to leave it.
  if (control.settings().cloud === 'sandbox') {
    const kind = await askCloud(control, { sandbox: false });
    if (!kind) {
      return;
    }
    await control.useCloud(kind);
  }
  await control.signIn(tenantId);
}

async function withProgress(title: string, run: () => Promise<void>): Promise<void> {
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, run);
}

async function showError(control: ConnectionControl, error: unknown): Promise<void> {
  const showLog = 'Show Log';
  if ((await vscode.window.showErrorMessage(messageText(failureText(error)), showLog)) === showLog) {
    control.log.show();
  }
}
