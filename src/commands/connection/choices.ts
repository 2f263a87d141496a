import * as vscode from 'vscode';
import type { ConnectionControl } from '../../cloud/connectionVscode.ts';
import { cloudKinds, cloudLabel, environmentOf } from '../../cloud/environments.ts';
import { isGuid, isTenant } from '../../cloud/settings.ts';
import type { CloudKind } from '../../cloud/types.ts';
import { asDetail, asLabel } from '../plainText.ts';

interface IdItem extends vscode.QuickPickItem {
  readonly id: string;
}

/** Undefined where the person gave up, or has to fill in a setting first. */
export async function askCloud(control: ConnectionControl, options: { sandbox: boolean }): Promise<CloudKind | undefined> {
  const current = vscode.workspace.getConfiguration('azureBackup').get('cloud');
  const items = cloudKinds
    .filter((kind) => options.sandbox || kind !== 'sandbox')
    .map((kind) => ({ cloud: kind, label: cloudLabel(kind), description: kind === current ? 'current' : '', detail: cloudDetail(kind) }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Choose Cloud', placeHolder: 'The cloud to work with' });
  if (picked?.cloud !== 'custom') {
    return picked?.cloud;
  }
  const custom = vscode.workspace.getConfiguration('azureBackup').get<object>('customCloud') ?? {};
  if (Object.keys(custom).length === 0) {
    const open = 'Open Settings';
    const message = 'A custom cloud needs its addresses first: fill in azureBackup.customCloud, then choose it again.';
    if ((await vscode.window.showInformationMessage(message, open)) === open) {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'azureBackup.customCloud');
    }
    return undefined;
  }
  // Fails here where they cannot be used, before the setting is written.
  environmentOf('custom', custom);
  control.log.info('A custom cloud was chosen');
  return 'custom';
}

function cloudDetail(kind: CloudKind): string {
  if (kind === 'sandbox') {
    return 'A small Azure of its own on this machine, to try everything on';
  }
  return kind === 'custom' ? 'The addresses in azureBackup.customCloud' : environmentOf(kind, undefined).resourceManagerEndpoint;
}

/** Ids of tenants, empty for all; undefined where the person gave up. */
export async function askTenants(control: ConnectionControl): Promise<readonly string[] | undefined> {
  const chosen = control.settings().tenants;
  const load = async (signal: AbortSignal): Promise<IdItem[]> => {
    const tenants = await control.connection.tenants(signal);
    return tenants
      .filter((tenant) => isTenant(tenant.tenantId))
      .map(({ tenantId, name }) => ({
        id: tenantId,
        label: asLabel(name),
        description: tenantId,
        picked: chosen.length === 0 || chosen.includes(tenantId.toLowerCase()),
      }));
  };
  return askIds(load, { title: 'Select Tenants', placeHolder: 'Tenants whose subscriptions are listed', chosen });
}

/** Ids of subscriptions, empty for all; undefined where the person gave up. */
export async function askSubscriptions(control: ConnectionControl): Promise<readonly string[] | undefined> {
  const chosen = control.settings().subscriptions;
  const load = async (signal: AbortSignal): Promise<IdItem[]> => {
    const subscriptions = await control.connection.allSubscriptions(signal);
    return subscriptions
      .filter(({ subscriptionId }) => isGuid(subscriptionId))
      .map(({ subscriptionId, name, state }) => ({
        id: subscriptionId,
        label: asLabel(name),
        description: subscriptionId,
        ...(state === 'Enabled' ? {} : { detail: asDetail(state) }),
        picked: chosen.length === 0 || chosen.includes(subscriptionId.toLowerCase()),
      }));
  };
  return askIds(load, { title: 'Select Subscriptions', placeHolder: 'Subscriptions to work with', chosen });
}

async function askIds(
  load: (signal: AbortSignal) => Promise<IdItem[]>,
  options: { title: string; placeHolder: string; chosen: readonly string[] },
): Promise<readonly string[] | undefined> {
  // Loaded before the picker opens: an error is then an error message, not an empty list.
  const items = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `${options.title}: loading`, cancellable: true },
    async (_progress, token) => {
      const abort = new AbortController();
      const listener = token.onCancellationRequested(() => abort.abort());
      try {
        return await load(abort.signal);
      } finally {
        listener.dispose();
      }
    },
  );
  if (items.length === 0) {
    await vscode.window.showInformationMessage(`${options.title}: this sign-in sees none.`);
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: options.title,
    placeHolder: options.placeHolder,
    canPickMany: true,
    matchOnDescription: true,
  });
  if (!picked) {
    return undefined;
  }
  if (picked.length === 0) {
    await vscode.window.showInformationMessage(`${options.title}: none was chosen, so nothing was changed.`);
    return undefined;
  }
  // What this sign-in cannot see stays chosen: it may belong to another account.
  const visible = new Set(items.map((item) => item.id.toLowerCase()));
  const elsewhere = options.chosen.filter((id) => !visible.has(id));
  return picked.length === items.length && elsewhere.length === 0 ? [] : [...picked.map((item) => item.id), ...elsewhere];
}
