import { armIdKey } from '../core/armId.ts';
import { throwIfCancelled } from '../core/cancellation.ts';
import { BackupError } from '../core/errors.ts';
import { SharedLoad } from './sharedLoad.ts';

/** What a service gave of a list. */
export interface ListPart<R> {
  readonly items: readonly R[];
  readonly problems: readonly BackupError[];
  /** Opaque; absent at the end. */
  readonly next?: string;
}

export interface ListSource<R> {
  fetch(next: string | undefined, signal: AbortSignal): Promise<ListPart<R>>;
  idOf(record: R): string;
  compare(a: R, b: R): number;
  /** Records that make a page worth showing: short pages in the middle of a list are real. */
  readonly atLeast: number;
}

/** A page that was asked for: what came new, and where to go on. */
export interface Loaded<R> {
  readonly added: readonly R[];
  readonly next?: string;
}

/** A list that is read page by page and kept, sorted and without repeated ids, until it is forgotten. */
export class PagedList<R> {
  readonly #source: ListSource<R>;
  #records: readonly R[] = [];
  #problems: readonly BackupError[] = [];
  #next: string | undefined;
  #loaded = false;
  #flight: SharedLoad<Loaded<R>> | undefined;
  #keys: ReadonlySet<string> = new Set<string>();
  #visited: ReadonlySet<string> = new Set<string>();

  constructor(source: ListSource<R>) {
    this.#source = source;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get records(): readonly R[] {
    return this.#records;
  }

  get problems(): readonly BackupError[] {
    return this.#problems;
  }

  get next(): string | undefined {
    return this.#next;
  }

  /** The first page, where nothing is loaded yet. @throws BackupError, CancelledError */
  async first(signal: AbortSignal): Promise<void> {
    if (!this.#loaded) {
      await this.#load(signal);
    }
  }

  /** The page after `next`; nothing where that one has come already. @throws BackupError, CancelledError */
  async more(next: string, signal: AbortSignal): Promise<Loaded<R>> {
    if (this.#loaded && next !== this.#next) {
      return this.#next === undefined ? { added: [] } : { added: [], next: this.#next };
    }
    return this.#load(signal);
  }

  /** Ends what is under way; the list is not to be used any more. */
  abandon(): void {
    this.#flight?.abandon();
  }

  async #load(signal: AbortSignal): Promise<Loaded<R>> {
    if (this.#flight === undefined || this.#flight.abandoned) {
      const flight: SharedLoad<Loaded<R>> = new SharedLoad((shared) => this.#fetch(shared));
      this.#flight = flight;
      void flight.settled.then(() => {
        if (this.#flight === flight) {
          this.#flight = undefined;
        }
      });
    }
    return this.#flight.join(signal);
  }

  async #fetch(signal: AbortSignal): Promise<Loaded<R>> {
    const added: R[] = [];
    const problems: BackupError[] = [];
    const keys = new Set(this.#keys);
    const visited = new Set(this.#visited);
    let next = this.#next;
    do {
      const part = await this.#source.fetch(next, signal);
      problems.push(...part.problems);
      for (const record of part.items) {
        const key = armIdKey(this.#source.idOf(record));
        if (!keys.has(key)) {
          keys.add(key);
          added.push(record);
        }
      }
      next = part.next;
      if (next !== undefined && visited.has(next)) {
        problems.push(endless());
        next = undefined;
      } else if (next !== undefined) {
        visited.add(next);
      }
    } while (next !== undefined && added.length < this.#source.atLeast);
    // Whoever gave up must not find later that it was loaded after all, twice.
    throwIfCancelled(signal);
    this.#keys = keys;
    this.#visited = visited;
    this.#records = [...this.#records, ...added].sort((a, b) => this.#source.compare(a, b));
    this.#problems = [...this.#problems, ...problems];
    this.#next = next;
    this.#loaded = true;
    return next === undefined ? { added } : { added, next };
  }
}

function endless(): BackupError {
  return new BackupError('The list goes in circles: its next page is one that was read before. What came until then is shown.', {
    code: 'EndlessList',
    attempted: 'read the next page',
    remedies: ['Refresh; if it stays, the service answers wrongly.'],
  });
}
