/** The lists that were read, each kept under the node that it belongs to until it is forgotten. */
import { BackupError } from '../core/errors.ts';
import { PagedList, type ListSource } from './pagedList.ts';

/** Key of a list: the node that it belongs to, so that forgetting a node finds all lists below it. */
export type ListKey = string;

/** A list that a level is fuller with and can be shown without: its refusal is a problem of the level, not its end. */
export interface SideList<R> {
  /** True once it came or was refused: nothing is left to wait for. */
  readonly settled: boolean;
  readonly records: readonly R[];
  /** Where it goes on. */
  readonly next: string | undefined;
  readonly problems: readonly BackupError[];
  /** Asks for it where that was not done yet. @throws CancelledError, and what is no refusal */
  load(signal: AbortSignal): Promise<void>;
  more(next: string, signal: AbortSignal): Promise<void>;
}

export class Lists {
  readonly #lists = new Map<ListKey, PagedList<never>>();
  readonly #refusals = new Map<ListKey, BackupError>();

  get<R>(key: ListKey, source: () => ListSource<R>): PagedList<R> {
    const known = this.#lists.get(key) as PagedList<R> | undefined;
    if (known) {
      return known;
    }
    const list = new PagedList(source());
    this.#lists.set(key, list as PagedList<never>);
    return list;
  }

  /** A list that is there already and holds something read. */
  loaded<R>(key: ListKey): PagedList<R> | undefined {
    const list = this.#lists.get(key) as PagedList<R> | undefined;
    return list?.loaded ? list : undefined;
  }

  beside<R>(key: ListKey, source: () => ListSource<R>): SideList<R> {
    const list = this.get(key, source);
    const refusals = this.#refusals;
    return {
      get settled() {
        return list.loaded || refusals.has(key);
      },
      get records() {
        return list.records;
      },
      get next() {
        return list.next;
      },
      get problems() {
        const refusal = refusals.get(key);
        return refusal && !list.loaded ? [refusal] : list.problems;
      },
      load: async (signal) => {
        if (list.loaded || refusals.has(key)) {
          return;
        }
        try {
          await list.first(signal);
        } catch (error) {
          if (!(error instanceof BackupError)) {
            throw error;
          }
          refusals.set(key, error);
        }
      },
      more: async (next, signal) => void (await list.more(next, signal)),
    };
  }

  /** Forgets the lists whose key `gone` says to. Whoever waits for one still gets what it brings. */
  forget(gone: (key: ListKey) => boolean): void {
    for (const key of new Set([...this.#lists.keys(), ...this.#refusals.keys()])) {
      if (gone(key)) {
        this.#lists.delete(key);
        this.#refusals.delete(key);
      }
    }
  }
}
