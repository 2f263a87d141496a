/** Which rows are in the list, in which order, under which heads: pure functions, so that they can be tested anywhere. */
import type { RowState, RowView } from '../../../src/views/protocol.ts';
import { momentText } from './times.ts';

export interface ListFilter {
  /** Words that a row must all hold. */
  readonly text: string;
  /** `all`, `active`, or the state of those that ended. */
  readonly state: string;
  /** `all`, or a system's key. */
  readonly system: string;
  /** `all`, or `RowView.vaultKey`. */
  readonly vault: string;
  /** Those of one batch alone, with what of it was tried again. */
  readonly batch?: string;
}

export const allRows: ListFilter = { text: '', state: 'all', system: 'all', vault: 'all' };

export type Grouping = 'none' | 'state' | 'system' | 'vault' | 'batch';
export type Sorting = 'newest' | 'oldest' | 'state' | 'name' | 'vault' | 'progress';

export interface Arrangement {
  readonly filter: ListFilter;
  readonly group: Grouping;
  readonly sort: Sorting;
  /** Keys of groups whose rows are folded away. */
  readonly folded: ReadonlySet<string>;
}

/** One row with what is needed again and again to place it. It stays the same object when what the row shows changes. */
export interface Placed {
  view: RowView;
  /** What the filter's words are looked for in. */
  words: string;
  /** The order in which rows came. */
  readonly came: number;
}

export interface GroupLine {
  readonly kind: 'group';
  readonly key: string;
  readonly label: string;
  readonly folded: boolean;
  /** Its rows, folded away or not. */
  readonly rows: readonly Placed[];
  /** From 1, among the groups. */
  readonly at: number;
  readonly of: number;
}

export interface RowLine {
  readonly kind: 'row';
  readonly row: Placed;
  /** From 1, among the rows of its group, or of the list. */
  readonly at: number;
  readonly of: number;
}

export type Line = GroupLine | RowLine;

/** What needs a person first. */
const urgency: readonly RowState[] = ['failed', 'unknown', 'warning', 'running', 'waiting', 'cancelled', 'succeeded'];

const stateLabels: Readonly<Record<RowState, string>> = {
  failed: 'Failed',
  unknown: 'Outcome unknown',
  warning: 'With warnings',
  running: 'Running',
  waiting: 'Waiting',
  cancelled: 'Cancelled',
  succeeded: 'Succeeded',
};

/** Names as a person orders them: `vm-9` before `vm-10`. */
const byName = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

export function place(view: RowView, came: number): Placed {
  const { title, target, where, vault, stateWord, system, search } = view;
  const words = [title, target, where ?? '', vault ?? '', stateWord, system.label, search].join('\n').toLocaleLowerCase();
  return { view, words, came };
}

function wordsOf(text: string): string[] {
  return text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
}

/** @param words of `filter.text`, split once for all rows */
function fits({ view, words: held }: Placed, filter: ListFilter, words: readonly string[]): boolean {
  const { state, system, vault, batch } = filter;
  return (
    (state === 'all' || (state === 'active' ? view.active : !view.active && view.state === state)) &&
    (system === 'all' || view.system.key === system) &&
    (vault === 'all' || view.vaultKey === vault) &&
    (batch === undefined || view.batch?.id === batch || view.batch?.retryOf === batch) &&
    words.every((word) => held.includes(word))
  );
}

/** True where a row that changed may stand elsewhere, or not at all, or make a head read otherwise. */
export function moves(before: Placed, after: Placed, { filter, group, sort }: Arrangement): boolean {
  const [a, b] = [before.view, after.view];
  return (
    a.startedAt !== b.startedAt ||
    a.state !== b.state ||
    a.active !== b.active ||
    (sort === 'progress' && a.percent !== b.percent) ||
    ((sort === 'name' || sort === 'vault') && (a.target !== b.target || a.vault !== b.vault)) ||
    (group === 'vault' && a.vaultKey !== b.vaultKey) ||
    (filter.vault !== 'all' && a.vaultKey !== b.vaultKey) ||
    (filter.text !== '' && before.words !== after.words)
  );
}

export function arrange(all: Iterable<Placed>, arrangement: Arrangement): Line[] {
  const { filter, group, folded } = arrangement;
  const words = wordsOf(filter.text);
  const rows = [...all].filter((row) => fits(row, filter, words)).sort(orders[arrangement.sort]);
  if (group === 'none') {
    return rows.map((row, at) => ({ kind: 'row', row, at: at + 1, of: rows.length }));
  }
  const groups = groupsOf(rows, group);
  return groups.flatMap(({ key, label, rows: own }, at): Line[] => [
    { kind: 'group', key, label, folded: folded.has(key), rows: own, at: at + 1, of: groups.length },
    ...(folded.has(key) ? [] : own.map((row, place): RowLine => ({ kind: 'row', row, at: place + 1, of: own.length }))),
  ]);
}

/** The key of a line, the same for as long as it is the same thing. */
export function keyOf(line: Line): string {
  return line.kind === 'row' ? `row ${line.row.view.id}` : `group ${line.key}`;
}

/** The states of a group's rows: `3 failed, 40 running`, what needs a person first. */
export function countsText(rows: readonly Placed[]): string {
  const counts = new Map<RowState, number>();
  rows.forEach(({ view }) => counts.set(view.state, (counts.get(view.state) ?? 0) + 1));
  return urgency.flatMap((state) => (counts.has(state) ? [`${counts.get(state)} ${stateLabels[state].toLowerCase()}`] : [])).join(', ');
}

/** The vaults of the rows, for a person to choose from; two of one name with what tells them apart. */
export function vaultsOf(rows: Iterable<RowView>): readonly (readonly [string, string])[] {
  const names = new Map<string, string>();
  for (const { vault, vaultKey } of rows) {
    if (vault !== undefined && vaultKey !== undefined) {
      names.set(vaultKey, vault);
    }
  }
  const seen = new Map<string, number>();
  names.forEach((name) => seen.set(name, (seen.get(name) ?? 0) + 1));
  return [...names]
    .map(([key, name]): readonly [string, string] => [key, (seen.get(name) ?? 0) > 1 ? `${name} (${apart(key)})` : name])
    .sort(([, a], [, b]) => byName.compare(a, b));
}

/** Resource group and the beginning of the subscription's id: what two vaults of one name differ in. */
function apart(key: string): string {
  const [, subscription = '', group = key] = /\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)/.exec(key) ?? [];
  return subscription === '' ? group : `${group}, ${subscription.slice(0, 8)}`;
}

interface Group {
  readonly key: string;
  readonly label: string;
  readonly rows: Placed[];
}

/** In the order of the rows' own, but for states and names, which have an order of their own. */
function groupsOf(rows: readonly Placed[], by: Exclude<Grouping, 'none'>): Group[] {
  const groups = new Map<string, Group>();
  const vaults = by === 'vault' ? new Map(vaultsOf(rows.map(({ view }) => view))) : undefined;
  for (const row of rows) {
    const key = groupKey(row.view, by);
    const known = groups.get(key);
    if (known) {
      known.rows.push(row);
    } else {
      groups.set(key, { key, label: vaults?.get(key) ?? groupLabel(row.view, by), rows: [row] });
    }
  }
  const found = [...groups.values()];
  if (by === 'state') {
    return found.sort((a, b) => urgency.indexOf(a.key as RowState) - urgency.indexOf(b.key as RowState));
  }
  // Those that belong to none stand last.
  const last = (group: Group): number => (group.key === '' ? 1 : 0);
  return found.sort((a, b) => last(a) - last(b) || (by === 'batch' ? 0 : byName.compare(a.label, b.label)));
}

function groupKey(view: RowView, by: Exclude<Grouping, 'none'>): string {
  switch (by) {
    case 'state':
      return view.state;
    case 'system':
      return view.system.key;
    case 'vault':
      return view.vaultKey ?? '';
    case 'batch':
      return view.batch?.id ?? '';
  }
}

function groupLabel(view: RowView, by: Exclude<Grouping, 'none'>): string {
  switch (by) {
    case 'state':
      return stateLabels[view.state];
    case 'system':
      return view.system.label;
    case 'vault':
      return 'In no vault';
    case 'batch':
      return view.batch ? `${view.title}, ${togetherText(view.batch.size)}, ${momentText(view.startedAt, Date.now())}` : 'Started alone';
  }
}

function togetherText(size: number): string {
  return size === 1 ? 'tried again' : `${size} started together`;
}

type Order = (a: Placed, b: Placed) => number;

const newest: Order = (a, b) => b.view.startedAt - a.view.startedAt || b.came - a.came;

/** The furthest first; those without a figure after those with one, those that ended last. */
function progressRank({ active, percent }: RowView): number {
  return active ? (percent ?? -1) : -2;
}

const orders: Readonly<Record<Sorting, Order>> = {
  newest,
  oldest: (a, b) => newest(b, a),
  state: (a, b) => urgency.indexOf(a.view.state) - urgency.indexOf(b.view.state) || newest(a, b),
  name: (a, b) => byName.compare(a.view.target, b.view.target) || newest(a, b),
  vault: (a, b) => byName.compare(a.view.vault ?? '', b.view.vault ?? '') || byName.compare(a.view.target, b.view.target) || newest(a, b),
  progress: (a, b) => progressRank(b.view) - progressRank(a.view) || newest(a, b),
};
