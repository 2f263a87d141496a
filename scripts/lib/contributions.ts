/** What package.json contributes, and the documentation's commands table, made of the tables in src. Pure: writes nothing. */
import type { AnyAction } from '../../src/providers/action.ts';
import { commandIdOf, paletteCommandIdOf, paletteTitles } from '../../src/providers/actionIds.ts';
import { whenClauseOf } from '../../src/providers/tokens.ts';
import { viewIds } from '../../src/tree/ids.ts';

const category = 'Azure Backup';

interface CommandEntry {
  readonly command: string;
  readonly title: string;
  readonly category?: string;
  readonly icon?: string;
  readonly enablement?: string;
}

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

/** One room's part of the manifest, in the manifest's own shape. */
export interface Contributions {
  readonly commands?: readonly CommandEntry[];
  readonly menus?: Readonly<Record<string, readonly MenuEntry[]>>;
  readonly views?: Readonly<Record<string, readonly object[]>>;
  readonly viewsContainers?: Readonly<Record<string, readonly object[]>>;
  readonly viewsWelcome?: readonly object[];
  readonly keybindings?: readonly object[];
  readonly walkthroughs?: readonly object[];
}

/** Parts of `contributes` that are made here; the rest (configuration) belongs to others. */
const generatedKeys = ['viewsContainers', 'views', 'viewsWelcome', 'commands', 'menus', 'keybindings', 'walkthroughs'] as const;

/** As in menus: an ellipsis where something is asked before anything happens. */
export function menuTitle(action: AnyAction): string {
  return withEllipsis(action, action.title);
}

/** As in the palette, where it is called otherwise there. */
export function paletteTitle(action: AnyAction): string | undefined {
  const title = paletteTitles[action.id];
  return title === undefined ? undefined : withEllipsis(action, title);
}

function withEllipsis(action: AnyAction, title: string): string {
  const asks = action.does !== 'follow' && (action.questions.length > 0 || (action.does !== 'remember' && action.assurance !== 'none'));
  return asks ? `${title}...` : title;
}

/** The table's part: a command each, in the context menu of the rows it applies to, inline where it has an icon. */
export function contributionsOfActions(actions: readonly AnyAction[]): Contributions {
  const whenOf = (action: AnyAction): string => `view == ${viewIds.resources} && ${whenClauseOf(action.when)}`;
  const menu = actions.map((action) => ({ command: commandIdOf(action), when: whenOf(action), group: action.group }));
  const inline = actions
    .filter((action) => action.inlineIcon !== undefined)
    .map((action) => ({ command: commandIdOf(action), when: whenOf(action), group: `inline@${inlineOrder(action)}` }));
  const renamed = actions.flatMap((action) => {
    const title = paletteTitle(action);
    return title === undefined ? [] : [{ action, title }];
  });
  return {
    commands: [
      ...actions.map((action) => ({
        command: commandIdOf(action),
        title: menuTitle(action),
        category,
        ...(action.inlineIcon === undefined ? {} : { icon: `$(${action.inlineIcon})` }),
      })),
      ...renamed.map(({ action, title }) => ({ command: paletteCommandIdOf(action), title, category })),
    ],
    menus: {
      'view/item/context': [...menu, ...inline],
      commandPalette: renamed.map(({ action }) => ({ command: commandIdOf(action), when: 'false' })),
    },
  };
}

/** Left of the tree's own Refresh, which stands last. */
function inlineOrder(action: AnyAction): number {
  return Number(/@(\d+)$/.exec(action.group)?.[1] ?? 1);
}

/** All parts as one, in the order given. @throws Error where two parts contribute one command */
export function merged(parts: readonly Contributions[]): Contributions {
  const commands = parts.flatMap((part) => part.commands ?? []);
  const doubled = commands.find((one, at) => commands.findIndex((other) => other.command === one.command) !== at);
  if (doubled) {
    throw new Error(`Two parts contribute the command ${doubled.command}`);
  }
  return withoutEmpty({
    viewsContainers: mergedLists(parts.map((part) => part.viewsContainers)),
    views: mergedLists(parts.map((part) => part.views)),
    viewsWelcome: parts.flatMap((part) => part.viewsWelcome ?? []),
    commands,
    menus: mergedLists(parts.map((part) => part.menus)),
    keybindings: parts.flatMap((part) => part.keybindings ?? []),
    walkthroughs: parts.flatMap((part) => part.walkthroughs ?? []),
  });
}

function mergedLists<Entry>(lists: readonly (Readonly<Record<string, readonly Entry[]>> | undefined)[]): Record<string, readonly Entry[]> {
  const all: Record<string, Entry[]> = {};
  for (const list of lists) {
    for (const [key, entries] of Object.entries(list ?? {})) {
      (all[key] ??= []).push(...entries);
    }
  }
  return all;
}

function withoutEmpty(contributions: Contributions): Contributions {
  return Object.fromEntries(Object.entries(contributions).filter(([, value]) => Object.keys(value as object).length > 0));
}

/** package.json's text with the generated parts in place; everything else, order included, stays as it is. */
export function packageJsonWith(text: string, contributions: Contributions): string {
  const manifest = JSON.parse(text) as { contributes?: Record<string, unknown> };
  const others = Object.entries(manifest.contributes ?? {}).filter(([key]) => !(generatedKeys as readonly string[]).includes(key));
  manifest.contributes = { ...contributions, ...Object.fromEntries(others) };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

export interface DocumentedCommand {
  readonly title: string;
  readonly summary: string;
  /** Where it is found beside the palette. */
  readonly on: string;
}

/** Padded as Prettier pads it, so that a formatted file is not out of date. */
export function commandsTable(commands: readonly DocumentedCommand[]): string {
  return markdownTable(
    ['Command', 'On', 'What it does'],
    commands.map(({ title, summary, on }) => [title, on, summary]),
  );
}

interface SettingsManifest {
  readonly contributes: {
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { readonly default: unknown; readonly description?: string; readonly markdownDescription?: string }>
      >;
    };
  };
}

/** @param packageJson the manifest's text: the settings are written by hand there. */
export function settingsTable(packageJson: string): string {
  const { contributes } = JSON.parse(packageJson) as SettingsManifest;
  return markdownTable(
    ['Setting', 'Default', 'What it is'],
    Object.entries(contributes.configuration.properties).map(([name, setting]) => [
      `\`${name}\``,
      `\`${JSON.stringify(setting.default)}\``,
      // `#name#` is a link in VS Code's own settings page only.
      (setting.markdownDescription ?? setting.description ?? '').replaceAll(/`#([^#`]+)#`/g, '`$1`').replaceAll('\n', ' '),
    ]),
  );
}

function markdownTable(head: readonly string[], body: readonly (readonly string[])[]): string {
  const rows = [head, ...body.map((row) => row.map((text) => text.replaceAll('|', '\\|')))];
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.slice(1).map(line)].join('\n');
}

/** Puts a table between the markers of its name. @throws Error where the text lacks them. */
export function withTable(text: string, table: string, file: string, name: 'commands' | 'settings' = 'commands'): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`${file} has no ${start} ... ${end}`);
  }
  return `${text.slice(0, from + start.length)}\n\n${table}\n\n${text.slice(to)}`;
}
