/** Which files are generated from which tables. */
import { readFileSync } from 'node:fs';
import { flowCommands } from '../../src/commands/commandIds.ts';
import { veeamCommands, veeamContributions } from '../../src/commands/veeam/commandIds.ts';
import { connectionCommands } from '../../src/commands/connection/commandIds.ts';
import { walkthroughs } from '../../src/commands/walkthrough.ts';
import { actionTable } from '../../src/providers/actionTable.ts';
import { contextKeys, treeCommands, type TreeCommand, viewIds } from '../../src/tree/ids.ts';
import { treeContributions } from '../../src/tree/contributions.ts';
import { type ViewCommand, viewCommands } from '../../src/views/viewCommands.ts';
import {
  commandsTable,
  type Contributions,
  contributionsOfActions,
  type DocumentedCommand,
  menuTitle,
  paletteTitle,
  merged,
  packageJsonWith,
  settingsTable,
  withTable,
} from './contributions.ts';

const category = 'Azure Backup';
const inView = `view == ${viewIds.resources}`;
const isConnected = `${contextKeys.connection} == connected`;

const flowContributions: Contributions = {
  commands: Object.values(flowCommands).map(({ command, title }) => ({ command, title, category })),
  walkthroughs,
};

const connectionContributions: Contributions = {
  commands: Object.values(connectionCommands).map(({ command, title }) => ({ command, title, category })),
  menus: {
    'view/title': [
      { command: connectionCommands.selectSubscriptions.command, when: `${inView} && ${isConnected}`, group: '2_connection@1' },
      { command: connectionCommands.selectTenants.command, when: `${inView} && ${isConnected}`, group: '2_connection@2' },
      { command: connectionCommands.chooseCloud.command, when: inView, group: '2_connection@3' },
      { command: connectionCommands.signIn.command, when: `${inView} && !(${isConnected})`, group: '2_connection@4' },
      { command: connectionCommands.signOut.command, when: `${inView} && ${isConnected}`, group: '2_connection@5' },
      { command: connectionCommands.showLog.command, when: inView, group: '3_log@1' },
    ],
  },
};

const viewContributions: Contributions = {
  commands: Object.values<ViewCommand>(viewCommands).map(({ id, title, icon }) => ({
    command: id,
    title,
    category,
    ...(icon === undefined ? {} : { icon: `$(${icon})` }),
  })),
  menus: { 'view/title': [{ command: viewCommands.showJobs.id, when: inView, group: 'navigation@0' }] },
};

export const contributions: Contributions = merged([
  contributionsOfActions(actionTable),
  flowContributions,
  connectionContributions,
  veeamContributions(inView, category),
  viewContributions,
  treeContributions,
]);

const rowNames: Readonly<Record<string, string>> = {
  vault: 'vault',
  protectableContainer: 'protectable container',
  container: 'container',
  protectableItem: 'protectable item',
  protectedItem: 'protected item',
  job: 'job',
  veeamMachine: 'VM of a Veeam appliance, VM that one knows',
  veeamSession: 'session of a Veeam appliance',
  virtualMachine: 'virtual machine',
  restorePointCollection: 'restore point collection',
  restorePoint: 'restore point',
  diskRestorePoint: 'disk of a restore point',
};

/** Of the view's own commands, those that a person looks up; a row's Retry or Load More explains itself. */
const treeRows: Readonly<Partial<Record<TreeCommand, Pick<DocumentedCommand, 'on' | 'summary'>>>> = {
  [treeCommands.refresh]: { on: 'view title', summary: 'Reads everything anew.' },
  [treeCommands.refreshNode]: { on: 'every row', summary: 'Reads what stands below a row anew.' },
  [treeCommands.filter]: { on: 'view title', summary: 'Leaves only rows whose text holds what you type, and the way to them.' },
  [treeCommands.cancelLoading]: { on: 'view title, a row that loads', summary: 'Stops loading; Retry goes on.' },
  [treeCommands.openInPortal]: { on: 'every resource', summary: 'Opens it in the portal of the cloud, where there is one.' },
  [treeCommands.viewJson]: { on: 'every resource', summary: 'Shows it as the service gives it now, read-only.' },
  [treeCommands.copyResourceId]: { on: 'every resource, several at once', summary: 'Copies the ids as the service spells them.' },
};

const documented: readonly DocumentedCommand[] = [
  ...actionTable.map((action) => ({
    title: menuTitle(action),
    summary: action.summary,
    on: [
      rowNames[action.targetKind] ?? action.targetKind,
      action.onlyOne !== undefined
        ? `one at a time: ${action.onlyOne}`
        : action.many
          ? 'several at once'
          : 'several at once, asked one by one',
      ...(paletteTitle(action) === undefined ? [] : [`palette: ${paletteTitle(action)}`]),
    ].join(', '),
  })),
  ...[...Object.values(flowCommands), ...Object.values(connectionCommands)].map(({ title, summary }) => ({
    title,
    summary,
    on: 'palette',
  })),
  ...Object.values(veeamCommands).map(({ title, summary, on }) => ({ title, summary, on })),
  ...Object.values<ViewCommand>(viewCommands).map(({ title, summary, icon }) => ({
    title,
    on: icon === undefined ? 'palette, Jobs panel' : 'view title, status bar, palette',
    summary,
  })),
  ...treeContributions.commands.flatMap(({ command, title }) => {
    const row = treeRows[command];
    return row ? [{ title, ...row }] : [];
  }),
];

export interface GeneratedFile {
  readonly file: URL;
  readonly made: (before: string) => string;
}

const manifest = new URL('../../package.json', import.meta.url);

export const generatedFiles: readonly GeneratedFile[] = [
  { file: manifest, made: (text) => packageJsonWith(text, contributions) },
  {
    file: new URL('../../README.md', import.meta.url),
    made: (text) =>
      withTable(
        withTable(text, commandsTable(documented), 'README.md'),
        settingsTable(readFileSync(manifest, 'utf8')),
        'README.md',
        'settings',
      ),
  },
  {
    file: new URL('../../docs/commands.md', import.meta.url),
    made: (text) => withTable(text, commandsTable(documented), 'docs/commands.md'),
  },
];
