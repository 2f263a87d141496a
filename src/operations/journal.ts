/**
 * Operations on disk: one append-only file of lines each (`<id>.jsonl`, see journalLines.ts), the newest whole line counts.
 * Appending, and never writing over, is what lets a kill at any byte cost at most the step that was being written.
 * Records come in as `storable` made them; nothing here looks inside them but at id, status and times.
 */
import { open, readdir, readFile, rename, stat, truncate, unlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BackupError, messageOf } from '../core/errors.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { ignoreAbsent, inFolder, removed, syncFolder, writeWhole } from './journalFiles.ts';
import { encodeLine, readLines } from './journalLines.ts';

const extension = '.jsonl';
/** Of what takes the place of a file when it is whole. */
const leftover = '.new';
const damaged = '.damaged';
const leftoverAgeMs = 3_600_000;
/** A followed operation writes a line each step; past this its file is rewritten with the newest line alone. */
const compactPastBytes = 512 * 1024;
const readAtOnce = 16;
/** A first line is one write of a few kilobytes. */
const writingMs = 20;

/** What ended operations may keep on disk. */
export interface JournalBounds {
  readonly endedCount: number;
  readonly endedBytes: number;
  readonly endedAgeMs: number;
}

const defaultBounds: JournalBounds = { endedCount: 2_000, endedBytes: 16 * 1024 * 1024, endedAgeMs: 30 * 24 * 3_600_000 };

/** What was read of the folder. */
export interface JournalContents {
  readonly records: readonly OperationRecord[];
  /** One for each damaged file: what is lost, what is kept. */
  readonly damages: readonly BackupError[];
}

export class Journal {
  readonly folder: string;
  readonly #bounds: JournalBounds;

  constructor(folder: string, bounds: JournalBounds = defaultBounds) {
    this.folder = folder;
    this.#bounds = bounds;
  }

  /** Everything that is readable. A folder that does not exist holds nothing. @throws BackupError `JournalUnreadable`. */
  async load(): Promise<JournalContents> {
    const records: OperationRecord[] = [];
    const damages: BackupError[] = [];
    const names = await this.#names();
    for (let at = 0; at < names.length; at += readAtOnce) {
      const some = names.slice(at, at + readAtOnce);
      const read = await Promise.all(some.map((name) => this.#read(name)));
      for (const [index, name] of some.entries()) {
        const found = read[index];
        if (found?.record) {
          records.push(found.record);
        } else if (found && !found.otherVersion && found.damagedBytes > 0 && (await this.#stays(name, found.damagedBytes))) {
          damages.push(await this.#setAside(name));
        }
      }
    }
    return { records, damages };
  }

  /** The newest whole record of one operation, as another window may have left it. */
  async read(id: string): Promise<OperationRecord | undefined> {
    return (await this.#read(id + extension))?.record;
  }

  /** Which operations have a file. */
  async ids(): Promise<readonly string[]> {
    return (await this.#names()).map((name) => name.slice(0, -extension.length));
  }

  /** Size and time of an operation's file, to see what other windows changed; undefined where it has none. */
  async stamp(id: string): Promise<string | undefined> {
    const found = await ignoreAbsent(stat(this.#file(id)));
    return found && `${found.size}:${found.mtimeMs}`;
  }

  /** Cuts out what a killed process left half-written, so that the next line starts on its own. Only for the owner. */
  async repair(id: string): Promise<BackupError | undefined> {
    const found = await this.#read(id + extension);
    if (!found || found.damagedBytes === 0 || found.otherVersion) {
      return undefined;
    }
    await truncate(this.#file(id), found.goodBytes);
    const rest = await this.#read(id + extension);
    if (rest?.record && rest.damagedBytes > 0) {
      await this.#compact(this.#file(id), encodeLine(rest.record));
    }
    return new BackupError(
      `The journal of "${found.record?.title ?? id}" held ${found.damagedBytes} damaged bytes; they were cut out and the newest whole step is used.`,
      { code: 'JournalDamaged', attempted: 'read the journal of operations', resource: this.#file(id) },
    );
  }

  /** On disk, not only handed to the system, when it resolves. @throws BackupError `JournalUnwritable`. */
  async append(record: OperationRecord): Promise<void> {
    const file = this.#file(record.id);
    const line = encodeLine(record);
    let before: number | undefined;
    let isWhole = false;
    try {
      const handle = await inFolder(this.folder, () => open(file, 'a'));
      try {
        before = (await handle.stat()).size;
        await writeWhole(handle, line, before);
        isWhole = true;
        await handle.datasync();
      } finally {
        await handle.close();
      }
      if (before === 0) {
        await syncFolder(this.folder);
      }
    } catch (error) {
      // What is told to be not written must not be found by a window to come: where it cannot be taken away again, it is
      // written, and its next step, without which nothing is sent, finds out whether the disk holds.
      if (before !== 0 || (await removed(file)) || !isWhole) {
        throw this.unwritable(error);
      }
    }
    if (before > 0 && (hasEnded(record.status) || before + line.length > compactPastBytes)) {
      await this.#compact(file, line);
    }
  }

  async remove(id: string): Promise<void> {
    try {
      await ignoreAbsent(unlink(this.#file(id)));
    } catch (error) {
      throw this.unwritable(error);
    }
  }

  /** Removes the oldest ended operations past the bounds, but none whose batch still runs; returns their ids. */
  async prune(records: readonly OperationRecord[], nowMs: number): Promise<readonly string[]> {
    const running = new Set(records.filter((record) => !hasEnded(record.status)).map((record) => record.batch?.id));
    const ended = records
      .filter((record) => hasEnded(record.status) && !(record.batch && running.has(record.batch.id)))
      .sort((a, b) => (b.endedAt ?? b.updatedAt).localeCompare(a.endedAt ?? a.updatedAt));
    const removed: string[] = [];
    let bytes = 0;
    for (const [index, record] of ended.entries()) {
      bytes += (await ignoreAbsent(stat(this.#file(record.id))))?.size ?? 0;
      const age = nowMs - Date.parse(record.endedAt ?? record.updatedAt);
      if (index >= this.#bounds.endedCount || bytes > this.#bounds.endedBytes || age > this.#bounds.endedAgeMs) {
        await this.remove(record.id);
        removed.push(record.id);
      }
    }
    return removed;
  }

  /** Removes what killed windows left half-made, and damaged files that nobody has looked at for as long as ended operations are kept. */
  async sweep(nowMs: number): Promise<void> {
    const names = (await ignoreAbsent(readdir(this.folder))) ?? [];
    for (const name of names.filter((each) => each.endsWith(leftover) || each.endsWith(damaged))) {
      const file = path.join(this.folder, name);
      const age = nowMs - ((await ignoreAbsent(stat(file)))?.mtimeMs ?? nowMs);
      if (age > (name.endsWith(leftover) ? leftoverAgeMs : this.#bounds.endedAgeMs)) {
        await ignoreAbsent(unlink(file));
      }
    }
  }

  /** The sentence for any failure to write here. */
  unwritable(error: unknown): BackupError {
    return new BackupError(
      `The journal of operations in ${this.folder} cannot be written: ${messageOf(error)}`,
      {
        code: 'JournalUnwritable',
        attempted: 'write the journal of operations',
        resource: this.folder,
        remedies: ['Free space on that disk, or make the folder writable, and try again.'],
      },
      { cause: error },
    );
  }

  async #names(): Promise<string[]> {
    try {
      return ((await ignoreAbsent(readdir(this.folder))) ?? []).filter((name) => name.endsWith(extension));
    } catch (error) {
      throw new BackupError(
        `The journal of operations in ${this.folder} cannot be read: ${messageOf(error)}`,
        { code: 'JournalUnreadable', attempted: 'read the journal of operations', remedies: ['Check the permissions of that folder.'] },
        { cause: error },
      );
    }
  }

  async #read(name: string): Promise<ReturnType<typeof readLines> | undefined> {
    const bytes = await ignoreAbsent(readFile(path.join(this.folder, name)));
    return bytes === undefined ? undefined : readLines(bytes, name.slice(0, -extension.length));
  }

  /**
   * A file without one whole line of its operation. The first one is on disk before anything is sent, so such a file says
   * either that nothing was sent or that the disk lost it; it is kept for a person to look at, under another name.
   */
  async #setAside(name: string): Promise<BackupError> {
    const kept = path.join(this.folder, name + damaged);
    await ignoreAbsent(rename(path.join(this.folder, name), kept));
    return new BackupError(
      `A journal file of operations holds no readable record and was set aside as ${kept}. If it was being written when the window closed, nothing had been sent.`,
      {
        code: 'JournalDamaged',
        attempted: 'read the journal of operations',
        resource: kept,
        remedies: ['Look at the jobs of the vaults for what is running.', 'Delete the file when you do not need it.'],
      },
    );
  }

  /** False for one that another window was just writing. */
  async #stays(name: string, damagedBytes: number): Promise<boolean> {
    await setTimeout(writingMs);
    const again = await this.#read(name);
    return again !== undefined && again.record === undefined && again.damagedBytes === damagedBytes;
  }

  /** The line is already in the file, so a crash or failure here loses nothing. Never rejects: the next step tries again. */
  async #compact(file: string, line: Buffer): Promise<void> {
    const temporary = `${file}${leftover}`;
    try {
      const handle = await open(temporary, 'w');
      try {
        await handle.writeFile(line);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      // Windows refuses while another window reads the file.
      await rename(temporary, file);
    } catch {
      await unlink(temporary).catch(() => undefined);
    }
  }

  #file(id: string): string {
    return path.join(this.folder, id + extension);
  }
}
