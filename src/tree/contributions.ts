/**
 * What the tree contributes to package.json, as data in the manifest's own shape; the manifest is generated from it
 * (beside the action table) and a test fails where the two disagree.
 */
import { capabilities, rows, whenClauseOf } from '../inventory/tokens.ts';
import { contextKeys, offeredCommands, treeCommands, type TreeCommand, viewIds } from './ids.ts';

interface CommandContribution {
  readonly command: TreeCommand;
  readonly title: string;
  readonly category: 'Azure Backup';
  readonly icon?: string;
  readonly enablement?: string;
}

interface MenuEntry {
  readonly command: string;
  readonly when: string;
  readonly group?: string;
}

interface WelcomeContribution {
  readonly view: string;
  readonly contents: string;
  readonly when: string;
}

const category = 'Azure Backup' as const;
const inView = `view == ${viewIds.resources}`;
const onNode = (...all: string[]): string => `${inView} && ${whenClauseOf({ all })}`;
const state = (...kinds: string[]): string => kinds.map((kind) => `${contextKeys.connection} == ${kind}`).join(' || ');

const commands: readonly CommandContribution[] = [
  { command: treeCommands.refresh, title: 'Refresh All', category, icon: '$(refresh)' },
  { command: treeCommands.refreshNode, title: 'Refresh', category, icon: '$(refresh)' },
  { command: treeCommands.cancelLoading, title: 'Cancel Loading', category, icon: '$(debug-stop)', enablement: contextKeys.loading },
  { command: treeCommands.retry, title: 'Retry', category, icon: '$(refresh)' },
  { command: treeCommands.loadMore, title: 'Load More', category, icon: '$(fold-down)' },
  { command: treeCommands.filter, title: 'Filter Resources...', category, icon: '$(filter)' },
  { command: treeCommands.clearFilter, title: 'Clear Filter', category, icon: '$(filter-filled)', enablement: contextKeys.filtered },
  { command: treeCommands.openInPortal, title: 'Open in Portal', category, icon: '$(link-external)' },
  { command: treeCommands.copyResourceId, title: 'Copy Resource ID', category, icon: '$(copy)' },
  { command: treeCommands.viewJson, title: 'View JSON', category, icon: '$(json)' },
  { command: treeCommands.showDetails, title: 'Show Error Details', category, icon: '$(info)' },
  { command: treeCommands.copyStatement, title: 'Copy the Statement', category, icon: '$(copy)' },
];

const viewTitle: readonly MenuEntry[] = [
  { command: treeCommands.cancelLoading, when: `${inView} && ${contextKeys.loading}`, group: 'navigation@1' },
  { command: treeCommands.filter, when: `${inView} && !${contextKeys.filtered}`, group: 'navigation@2' },
  { command: treeCommands.clearFilter, when: `${inView} && ${contextKeys.filtered}`, group: 'navigation@2' },
  { command: treeCommands.refresh, when: inView, group: 'navigation@3' },
  { command: treeCommands.filter, when: `${inView} && ${contextKeys.filtered}`, group: '1_filter@1' },
];

const itemContext: readonly MenuEntry[] = [
  // On what a vault knows of a VM, after all that is done with the vault.
  { command: offeredCommands.createRestorePoint, when: onNode(capabilities.ofVm), group: '6_restorePoints@1' },
  { command: treeCommands.copyStatement, when: onNode(capabilities.statement), group: 'inline@1' },
  { command: treeCommands.copyStatement, when: onNode(capabilities.statement), group: '1_mend@1' },
  { command: treeCommands.openInPortal, when: onNode(capabilities.portal), group: '7_look@1' },
  { command: treeCommands.viewJson, when: onNode(capabilities.resource), group: '7_look@2' },
  { command: treeCommands.viewJson, when: onNode(capabilities.listed), group: '7_look@2' },
  { command: treeCommands.copyResourceId, when: onNode(capabilities.resource), group: '8_copy@1' },
  { command: treeCommands.refreshNode, when: onNode(capabilities.refreshable), group: '9_refresh@1' },
  { command: treeCommands.refreshNode, when: onNode(capabilities.refreshable), group: 'inline@9' },
  { command: treeCommands.retry, when: onNode(rows.error), group: 'inline@1' },
  { command: treeCommands.retry, when: onNode(rows.error), group: '1_retry@1' },
  { command: treeCommands.retry, when: onNode(rows.cancelledRow), group: 'inline@1' },
  { command: treeCommands.retry, when: onNode(rows.cancelledRow), group: '1_retry@1' },
  { command: treeCommands.showDetails, when: onNode(rows.error), group: 'inline@2' },
  { command: treeCommands.showDetails, when: onNode(rows.error), group: '1_retry@2' },
  { command: treeCommands.cancelLoading, when: onNode(rows.loading), group: 'inline@1' },
  { command: treeCommands.loadMore, when: onNode(rows.loadMore), group: 'inline@1' },
];

/** They act on a row that was clicked: from the palette there is none. */
const commandPalette: readonly MenuEntry[] = [
  treeCommands.refreshNode,
  treeCommands.retry,
  treeCommands.loadMore,
  treeCommands.showDetails,
  treeCommands.openInPortal,
  treeCommands.copyResourceId,
  treeCommands.viewJson,
  treeCommands.copyStatement,
].map((command) => ({ command, when: 'false' }));

const signInOrSandbox = `[Sign In to Azure](command:${offeredCommands.signIn})\n[Use the Sandbox](command:${offeredCommands.useSandbox})`;

const whatTheSandboxIs =
  'The sandbox is a small Azure of its own on this machine: vaults, VMs, policies and jobs to try everything on, without a subscription.';

const viewsWelcome: readonly WelcomeContribution[] = [
  {
    view: viewIds.resources,
    contents: `See, run and follow Azure Backup from here.\n${signInOrSandbox}\n${whatTheSandboxIs}`,
    when: state('disconnected'),
  },
  {
    view: viewIds.resources,
    contents: `You are signed out of Azure. Sign in to see your vaults, or try everything in the sandbox.\n${signInOrSandbox}\n${whatTheSandboxIs}`,
    when: state('signedOut'),
  },
  {
    view: viewIds.resources,
    contents: `No connection to the cloud could be made.\n[Retry](command:${treeCommands.refresh})\n${signInOrSandbox}`,
    when: state('failed'),
  },
];

export const treeContributions = {
  viewsContainers: { activitybar: [{ id: viewIds.container, title: 'Backup Explorer', icon: 'media/view-container.svg' }] },
  views: {
    [viewIds.container]: [
      { id: viewIds.resources, name: 'Backup Explorer', contextualTitle: 'Backup Explorer', icon: 'media/view-container.svg' },
    ],
  },
  viewsWelcome,
  commands,
  menus: { 'view/title': viewTitle, 'view/item/context': itemContext, commandPalette },
} as const;
