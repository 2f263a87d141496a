/** Which files are generated from which tables. */
import { flowCommands } from '../../src/commands/commandIds.ts';
import { connectionCommands } from '../../src/commands/connection/commandIds.ts';
import { walkthroughs } from '../../src/commands/walkthrough.ts';
import { actionTable } from '../../src/providers/actionTable.ts';
import { contextKeys, viewIds } from '../../src/tree/ids.ts';
import { treeContributions } from '../../src/tree/contributions.ts';
import { type ViewCommand, viewCommands } from '../../src/views/viewCommands.ts';
import {
  commandsTable,
  type Contributions,
  contributionsOfActions,
  type DocumentedCommand,
  menuTitle,
  merged,
  packageJsonWith,
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
  viewContributions,
  treeContributions,
]);

const rowNames: Readonly<Record<string, string>> = {
  vault: 'vault',
  protectableItem: 'protectable VM',
  protectedItem: 'protected VM',
  job: 'job',
};

const documented: readonly DocumentedCommand[] = [
  ...actionTable.map((action) => ({
    title: menuTitle(action),
    summary: action.summary,
    on: `${rowNames[action.targetKind] ?? action.targetKind}${action.many ? ', several at once' : ''}`,
  })),
  ...[...Object.values(flowCommands), ...Object.values(connectionCommands)].map(({ title, summary }) => ({
    title,
    summary,
    on: 'palette',
  })),
];

export interface GeneratedFile {
  readonly file: URL;
  readonly made: (before: string) => string;
}

export const generatedFiles: readonly GeneratedFile[] = [
  { file: new URL('../../package.json', import.meta.url), made: (text) => packageJsonWith(text, contributions) },
  { file: new URL('../../README.md', import.meta.url), made: (text) => withTable(text, commandsTable(documented), 'README.md') },
  {
    file: new URL('../../docs/commands.md', import.meta.url),
    made: (text) => withTable(text, commandsTable(documented), 'docs/commands.md'),
  },
];
