/** The operations of this window in memory, and the one way in which they change: on disk first, then told. */
import { BackupError, toErrorRecord, type ErrorRecord } from '../core/errors.ts';
import { Emitter } from '../core/events.ts';
import type { JsonObject } from '../core/json.ts';
import { hasEnded, type OperationRecord, type RequestTrace } from '../core/operation.ts';
import { isoTime, type Clock } from './clock.ts';
import type { Journal } from './journal.ts';
import type { Ownership } from './ownership.ts';
import { secretsIn, storable } from './redact.ts';
import { withStep } from './steps.ts';

const traceLength = 50;
/** A disk that was full, or a folder that could not be written, is tried again this often. */
const saveAgainMs = 15_000;

/** Members to set; `undefined` takes one away. */
export type Changes = { readonly [K in keyof OperationRecord]?: OperationRecord[K] | undefined };

/** One operation and what only this process knows of it. */
export interface Entry {
  /** As journaled. */
  record: OperationRecord;
  /** The tracker's state with its signed URLs. */
  tracking: JsonObject | undefined;
  /** Of its request, in memory alone: what a service says back must not be written down. */
  secrets: readonly string[];
  followedBy: 'here' | 'otherWindow' | 'nobody';
  unsaved: ErrorRecord | undefined;
  /** Requests that the next step will note. */
  newTrace: RequestTrace[];
  /** Polls without a usable answer, one after the other. */
  failures: number;
  /** Looks made for a request that got no answer. */
  looks: number;
  /** Failures of the service at reading back what decides, one after the other. */
  unread: number;
  /** Ends what runs for it here. */
  abort: AbortController;
  /** Writes of one operation go one after the other. */
  writes: Promise<unknown>;
}

export class OperationStore {
  readonly entries = new Map<string, Entry>();
  readonly changed = new Emitter<OperationRecord>();
  readonly removed = new Emitter<string>();
  readonly problem = new Emitter<BackupError>();
  readonly journal: Journal;
  readonly ownership: Ownership;
  readonly #clock: Clock;
  /** What this window owns it may claim once more: an owner file keeps only the others away. */
  readonly #locks = new Set<string>();
  #saving: { dispose(): void } | undefined;
  #disposed = false;

  constructor(journal: Journal, ownership: Ownership, clock: Clock) {
    this.journal = journal;
    this.ownership = ownership;
    this.#clock = clock;
  }

  /** Newest first. */
  list(): OperationRecord[] {
    return [...this.entries.values()]
      .map((entry) => entry.record)
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0));
  }

  put(record: OperationRecord, followedBy: Entry['followedBy']): Entry {
    const entry: Entry = {
      record,
      tracking: record.tracking,
      secrets: [],
      followedBy,
      unsaved: undefined,
      newTrace: [],
      failures: 0,
      looks: 0,
      unread: 0,
      abort: new AbortController(),
      writes: Promise.resolve(),
    };
    this.entries.set(record.id, entry);
    return entry;
  }

  /** A new operation, owned by this window and on disk. @throws BackupError `JournalUnwritable`. */
  async create(record: OperationRecord): Promise<Entry> {
    const secrets = secretsIn(record.request);
    const clean = storable(record, secrets);
    // Known here before its file is: a look at the folder must not take it for what another window left behind.
    const entry = this.put(clean, 'here');
    entry.tracking = record.tracking;
    entry.secrets = secrets;
    try {
      await this.ownership.claimNew(record.id);
      await this.journal.append(clean);
    } catch (error) {
      this.forget(record.id);
      // The failure to write is the one to tell; an owner file left behind stands in nobody's way.
      await this.ownership.release(record.id).catch(() => undefined);
      throw error instanceof BackupError ? error : this.journal.unwritable(error);
    }
    this.changed.fire(clean);
    return entry;
  }

  /** As `Ownership.claim`. @throws BackupError `JournalUnwritable`. */
  async claim(id: string): Promise<boolean> {
    try {
      return await this.ownership.claim(id);
    } catch (error) {
      throw this.journal.unwritable(error);
    }
  }

  /**
   * As `claim`, of what is no operation, such as a lane: false also where this window holds it already. `unlock` gives it back.
   * @throws BackupError `JournalUnwritable`.
   */
  async lock(name: string): Promise<boolean> {
    if (this.#locks.has(name)) {
      return false;
    }
    this.#locks.add(name);
    let isOurs = false;
    try {
      isOurs = await this.claim(name);
    } finally {
      if (!isOurs) {
        this.#locks.delete(name);
      }
    }
    return isOurs;
  }

  /** One that cannot be given back is taken over when this window has ended. Never rejects. */
  async unlock(name: string): Promise<void> {
    await this.ownership.release(name).catch(() => undefined);
    this.#locks.delete(name);
  }

  /**
   * Changes a record in memory at once and on disk after what was written before; then tells.
   * Resolves with why it is not on disk, or undefined where it is.
   */
  update(entry: Entry, changes: Changes): Promise<ErrorRecord | undefined> {
    const trace = [...entry.record.trace, ...entry.newTrace.splice(0)].slice(-traceLength);
    const now = isoTime(this.#clock.now());
    const changed = { ...entry.record, ...changes, trace, updatedAt: now } as OperationRecord;
    entry.record = storable(withStep(entry.record, changed, now), entry.secrets);
    const record = entry.record;
    const write = entry.writes.then(async () => {
      const unsaved = await this.#write(entry, record);
      this.changed.fire(entry.record);
      return unsaved;
    });
    entry.writes = write;
    return write;
  }

  /** Of one that is not followed here: as it is on disk now, not as this window last heard. @returns true where it has got on since */
  async refresh(entry: Entry): Promise<boolean> {
    const newest = entry.followedBy === 'here' || entry.unsaved ? undefined : await this.journal.read(entry.record.id);
    return newest !== undefined && this.take(entry, newest);
  }

  /** Takes what another window wrote of one that is not followed here. @returns false where it is as it was */
  take(entry: Entry, record: OperationRecord): boolean {
    if (record.updatedAt === entry.record.updatedAt && record.status === entry.record.status) {
      return false;
    }
    entry.followedBy = hasEnded(record.status) ? 'nobody' : 'otherWindow';
    entry.record = record;
    entry.tracking = record.tracking;
    this.changed.fire(record);
    return true;
  }

  /**
   * False where another window has taken it meanwhile, as it may after this one was silent for long; then its record is
   * shown as that window has it. Asked before anything is sent for it.
   */
  async confirm(entry: Entry): Promise<boolean> {
    if (!this.ownership.mayHaveLost || entry.unsaved || (await this.ownership.stillOwns(entry.record.id))) {
      return true;
    }
    await this.#lost(entry);
    this.changed.fire(entry.record);
    return false;
  }

  /** Only those that other windows do not follow. */
  async remove(entry: Entry): Promise<void> {
    entry.abort.abort();
    await entry.writes;
    await this.journal.remove(entry.record.id);
    await this.ownership.release(entry.record.id);
    this.forget(entry.record.id);
  }

  forget(id: string): void {
    if (this.entries.delete(id)) {
      this.removed.fire(id);
    }
  }

  async #write(entry: Entry, record: OperationRecord): Promise<ErrorRecord | undefined> {
    const before = entry.unsaved;
    try {
      // Where the folder could not be written before, nobody is the owner yet: claiming is for that case.
      const owner = before ? await this.ownership.claim(record.id) : await this.ownership.stillOwns(record.id);
      if (!owner) {
        return this.#lost(entry);
      }
      await this.journal.append(record);
      entry.unsaved = undefined;
    } catch (error) {
      const problem = error instanceof BackupError ? error : this.journal.unwritable(error);
      this.noteUnsaved(entry, problem);
      if (!before) {
        this.problem.fire(problem);
      }
    }
    return entry.unsaved;
  }

  /** It stays in memory, which is shown, and is tried again until it is on disk. */
  noteUnsaved(entry: Entry, problem: BackupError): void {
    entry.unsaved = toErrorRecord(problem);
    if (!this.#disposed) {
      this.#saving ??= this.#clock.after(saveAgainMs, () => void this.#saveAgain());
    }
  }

  async #saveAgain(): Promise<void> {
    this.#saving = undefined;
    for (const entry of [...this.entries.values()].filter(({ unsaved }) => unsaved !== undefined)) {
      const write = entry.writes.then(async () => {
        if (!entry.unsaved || this.#disposed || (await this.#write(entry, entry.record))) {
          return;
        }
        await this.release(entry);
        this.changed.fire(entry.record);
      });
      entry.writes = write;
      await write;
      if (entry.unsaved) {
        // The next ones would meet the same.
        this.noteUnsaved(entry, new BackupError(entry.unsaved.message, entry.unsaved));
        return;
      }
    }
  }

  /** Tries nothing again. */
  dispose(): void {
    this.#disposed = true;
    this.#saving?.dispose();
  }

  /** Another window took it over (this one was stopped for long): it is that window's now. */
  async #lost(entry: Entry): Promise<ErrorRecord> {
    entry.followedBy = 'otherWindow';
    entry.unsaved = undefined;
    entry.abort.abort();
    const theirs = await this.journal.read(entry.record.id);
    if (theirs) {
      entry.record = theirs;
      entry.tracking = theirs.tracking;
    }
    return { code: 'TakenOver', message: 'Another window follows this operation now.' };
  }

  /** Ended operations need no owner, once their end is on disk: until then another window would take them for running. */
  async release(entry: Entry): Promise<void> {
    if (!hasEnded(entry.record.status) || entry.unsaved) {
      return;
    }
    entry.followedBy = 'nobody';
    try {
      await this.ownership.release(entry.record.id);
    } catch (error) {
      if (!entry.unsaved) {
        this.problem.fire(this.journal.unwritable(error));
      }
    }
  }
}
