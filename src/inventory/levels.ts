import { throwIfCancelled } from '../core/cancellation.ts';
import type { PagedList } from './pagedList.ts';
import type { InventoryNode, NodePage } from './types.ts';

/** A node and how to make it anew: with the clock, and with what runs on it, as they are then. */
export interface Built {
  readonly node: InventoryNode;
  readonly rebuild: () => InventoryNode;
}

/** What a node holds. */
export interface Level {
  readonly loaded: boolean;
  /** Makes sure that there is a first page. @throws BackupError, CancelledError */
  load(signal: AbortSignal): Promise<void>;
  /** The nodes of the next page alone. @throws BackupError, CancelledError */
  more(next: string, signal: AbortSignal): Promise<{ readonly nodes: readonly Built[]; readonly next?: string }>;
  /** All that is loaded. */
  nodes(): readonly Built[];
  readonly next: string | undefined;
  readonly problems: NodePage['problems'];
  readonly empty: NodePage['empty'];
  readonly soFar?: NodePage['soFar'];
}

interface ListLook<R> {
  build(record: R): InventoryNode;
  /** Which of the list's records belong here; all where absent. */
  belongs?(record: R): boolean;
  readonly empty: NodePage['empty'];
  soFar?(): string;
}

/** The records of a list, or some of them, as nodes. */
export function listLevel<R>(list: PagedList<R>, look: ListLook<R>): Level {
  const belongs = (record: R): boolean => look.belongs?.(record) ?? true;
  const built = (records: readonly R[]): Built[] =>
    records.filter(belongs).map((record) => ({ node: look.build(record), rebuild: () => look.build(record) }));
  return {
    get loaded() {
      return list.loaded;
    },
    load: (signal) => list.first(signal),
    more: async (next, signal) => {
      // Where several levels share a list, a page may bring nothing for this one: on until it does.
      for (let at: string | undefined = next; at !== undefined;) {
        throwIfCancelled(signal);
        const { added, next: after }: { added: readonly R[]; next?: string } = await list.more(at, signal);
        if (added.some(belongs)) {
          return { nodes: built(added), ...(after === undefined ? {} : { next: after }) };
        }
        at = after;
      }
      return { nodes: [] };
    },
    nodes: () => built(list.records),
    get next() {
      return list.next;
    },
    get problems() {
      return list.problems;
    },
    empty: look.empty,
    get soFar() {
      return look.soFar?.();
    },
  };
}

/** Groups that are made of what their list holds. */
export function groupedLevel<R>(list: PagedList<R>, groups: (records: readonly R[]) => readonly Built[], empty: NodePage['empty']): Level {
  return {
    get loaded() {
      return list.loaded;
    },
    load: (signal) => list.first(signal),
    more: async (next, signal) => {
      const { next: after } = await list.more(next, signal);
      return { nodes: groups(list.records), ...(after === undefined ? {} : { next: after }) };
    },
    nodes: () => groups(list.records),
    get next() {
      return list.next;
    },
    get problems() {
      return list.problems;
    },
    empty,
  };
}

/** Nodes that are always there; nothing is asked for them. */
export function fixedLevel(nodes: () => readonly Built[], empty?: NodePage['empty']): Level {
  return {
    loaded: true,
    load: () => Promise.resolve(),
    more: () => Promise.resolve({ nodes: [] }),
    nodes,
    next: undefined,
    problems: undefined,
    empty,
  };
}
