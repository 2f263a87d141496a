/**
 * The other windows of this machine: shows what they follow as they journal it, and takes over what they left.
 * Looks when the folder tells of a change, and at intervals only while another window has something running.
 */
import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import type { Clock } from './clock.ts';
import type { OperationStore } from './store.ts';

const lookEveryMs = 5_000;
/** A step of a neighbour is several file events. */
const settleMs = 300;
/** What this window writes is told as a change too: of its time, looking takes no more than one part in so many. */
const partOfTime = 20;

export interface NeighbourOptions {
  readonly store: OperationStore;
  readonly clock: Clock;
  readonly watchFolder?: (folder: string, onChange: () => void) => { dispose(): void };
  /** Follows a record that nobody follows; resolves when it is known who does. */
  readonly adopt: (record: OperationRecord) => Promise<void>;
}

export class Neighbours {
  readonly #options: NeighbourOptions;
  #stamps: ReadonlyMap<string, string> = new Map();
  #watch: { dispose(): void } | undefined;
  #soon: { dispose(): void } | undefined;
  #later: { dispose(): void } | undefined;
  #looking: Promise<void> = Promise.resolve();
  #disposed = false;
  /** Milliseconds that the last look took: with thousands of files it takes long. */
  #tookMs = 0;

  constructor(options: NeighbourOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { folder } = this.#options.store.journal;
    try {
      await mkdir(folder, { recursive: true });
      this.#watch = (this.#options.watchFolder ?? watchFolder)(folder, () => this.#hint());
    } catch (error) {
      // Without a folder there are no neighbours either; that it cannot be made is told when something is started.
      this.#options.store.problem.fire(this.#options.store.journal.unwritable(error));
    }
    // The folder was read a moment ago: only what changes from now on is news.
    this.#stamps = await this.#stampsOf(await this.#options.store.journal.ids().catch(() => []));
    this.#scheduleNext();
  }

  /** One look after the other; never rejects. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look()).catch((error: unknown) => console.error(error));
    return this.#looking;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#watch?.dispose();
    this.#soon?.dispose();
    this.#later?.dispose();
    await this.#looking;
  }

  #hint(): void {
    const waitMs = Math.min(lookEveryMs, Math.max(settleMs, this.#tookMs * partOfTime));
    this.#soon ??= this.#options.clock.after(waitMs, () => {
      this.#soon = undefined;
      void this.look();
    });
  }

  async #look(): Promise<void> {
    if (this.#disposed) {
      return;
    }
    const { store, clock } = this.#options;
    const begun = clock.now();
    // What comes while the folder is read may have no file in it yet.
    const before = [...store.entries];
    const ids = await store.journal.ids();
    const stamps = await this.#stampsOf(ids);
    this.#tookMs = clock.now() - begun;
    for (const [id, stamp] of stamps) {
      const entry = store.entries.get(id);
      const changed = this.#stamps.get(id) !== stamp;
      if (entry?.followedBy === 'here' || (entry && !changed && entry.followedBy === 'nobody')) {
        continue;
      }
      await this.#lookAt(id, changed);
    }
    const there = new Set(ids);
    for (const [id, entry] of before) {
      if (!there.has(id) && store.entries.get(id) === entry && entry.followedBy !== 'here' && !entry.unsaved) {
        store.forget(id);
      }
    }
    this.#stamps = stamps;
    this.#scheduleNext();
  }

  /** Of what is followed here nobody else writes: thousands of those cost nothing. */
  async #stampsOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { entries, journal } = this.#options.store;
    const stamps = new Map<string, string>();
    for (const id of ids.filter((each) => entries.get(each)?.followedBy !== 'here')) {
      const stamp = await journal.stamp(id);
      if (stamp !== undefined) {
        stamps.set(id, stamp);
      }
    }
    return stamps;
  }

  async #lookAt(id: string, changed: boolean): Promise<void> {
    const { store, adopt } = this.#options;
    const known = store.entries.get(id);
    const record = changed || !known ? await store.journal.read(id) : known.record;
    // While it was read, this window may have begun to follow it.
    const entry = store.entries.get(id);
    if (!record || entry?.followedBy === 'here') {
      return;
    }
    if (!entry) {
      store.put(record, hasEnded(record.status) ? 'nobody' : 'otherWindow');
      store.changed.fire(record);
    } else if (changed) {
      store.take(entry, record);
    }
    if (!hasEnded(record.status)) {
      await adopt(record);
    }
  }

  #scheduleNext(): void {
    this.#later?.dispose();
    this.#later = undefined;
    const others = [...this.#options.store.entries.values()].some((entry) => entry.followedBy === 'otherWindow');
    if (others && !this.#disposed) {
      this.#later = this.#options.clock.after(lookEveryMs, () => void this.look());
    }
  }
}

function watchFolder(folder: string, onChange: () => void): { dispose(): void } {
  const watcher = watch(folder, { persistent: false }, onChange);
  // Where a system cannot watch, the intervals remain.
  watcher.on('error', () => watcher.close());
  return { dispose: () => watcher.close() };
}
