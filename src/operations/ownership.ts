/**
 * Which window follows an operation, told by files, because windows share nothing else.
 *
 * `<id>.owner.<n>` names the window that took the operation as the n-th; only one window can create a given one.
 * An owner counts while its process lives and its beat (`<window>.beat`, touched every few seconds) is fresh; after
 * that any window may create number n + 1, and then takes the older ones away. Nothing contested is ever renamed or
 * overwritten. Whoever has created a file looks at the folder once more before it believes itself the owner: what was
 * known before may be out of date, where this process was stopped meanwhile.
 *
 * Whether a file is still this window's is asked before each line that is written. Its inode and times tell: what takes
 * its name later is newer, and where they changed, as they do on some network disks, its text is read.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, readdir, readFile, stat, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { codeOf } from '../core/errors.ts';
import { isObject, parsedJson } from '../core/json.ts';
import { processRuns } from '../core/processes.ts';
import type { Clock } from './clock.ts';
import { ignoreAbsent, inFolder } from './journalFiles.ts';
import { Listing } from './listing.ts';

const beatEveryMs = 5_000;
/** Long enough for a window that is stopped in a debugger or short of memory. */
const deadAfterMs = 45_000;
/** Well before others take over. */
const silentAfterMs = 20_000;
/** The others have woken up too by then. */
const beatsAfterSilence = 2;
const sweptAfterMs = 24 * 3_600_000;

export interface OwnershipOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Replaced in tests; else whether a process of this machine runs. */
  readonly isAlive?: (pid: number) => boolean;
}

interface Owned {
  readonly number: number;
  /** Of the file as this window knows it; see `stampOf`. */
  stamp: string;
}

export class Ownership {
  readonly window: string = randomUUID();
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #isAlive: (pid: number) => boolean;
  /** By id: this window's owner file. */
  readonly #owned = new Map<string, Owned>();
  readonly #listing: Listing;
  /** Since when owner files were seen that name nobody. */
  readonly #unreadable = new Map<string, number>();
  /** When this window's beat was last written; undefined before the first. Milliseconds since the epoch. */
  #beatAt: number | undefined;
  /** Until it judges others by their beats again. */
  #beatsToGo = 0;
  #beating: Promise<void> | undefined;
  #beat: { dispose(): void } | undefined;

  constructor(options: OwnershipOptions) {
    this.#folder = options.folder;
    this.#listing = new Listing(options.folder);
    this.#clock = options.clock;
    this.#isAlive = options.isAlive ?? processRuns;
  }

  /** Tries to become the one that follows `id`; false where another living window does, or may. */
  async claim(id: string): Promise<boolean> {
    if (await this.stillOwns(id)) {
      return true;
    }
    await this.#startBeating();
    const known = await this.#listing.owners(id);
    const held = known.at(-1);
    if (held !== undefined && !(await this.#isDead(this.#ownerFile(id, held)))) {
      return false;
    }
    const number = (held ?? 0) + 1;
    const stamp = await this.#create(id, number);
    if (stamp === undefined) {
      return false;
    }
    const others = (await this.#listing.owners(id)).filter((other) => other !== number);
    if (others.some((other) => !known.includes(other))) {
      // Two have decided by what each knew: none of them gets it by that, and a later look finds it free.
      await unlinkIfThere(this.#ownerFile(id, number));
      return false;
    }
    this.#owned.set(id, { number, stamp });
    for (const other of others) {
      await unlinkIfThere(this.#ownerFile(id, other));
    }
    return true;
  }

  /** For an id that this window has just made up, so that nobody else can know of it. */
  async claimNew(id: string): Promise<boolean> {
    await this.#startBeating();
    const stamp = await this.#create(id, 1);
    if (stamp === undefined) {
      return false;
    }
    this.#owned.set(id, { number: 1, stamp });
    return true;
  }

  /** False as soon as another window has taken it, e.g. after this machine slept longer than the others waited. */
  async stillOwns(id: string): Promise<boolean> {
    const owned = this.#owned.get(id);
    if (!owned) {
      return false;
    }
    // In this order: whoever takes it makes the next file before it takes this one away.
    const isTaken = await isThere(this.#ownerFile(id, owned.number + 1));
    if (!isTaken && (await this.#isMine(id, owned))) {
      return true;
    }
    this.#owned.delete(id);
    return false;
  }

  /** True where this window was silent for so long that others may have taken what it owns: it slept, or the clock jumped. */
  get mayHaveLost(): boolean {
    return this.#beatAt !== undefined && Math.abs(this.#clock.now() - this.#beatAt) > silentAfterMs;
  }

  async release(id: string): Promise<void> {
    const owned = this.#owned.get(id);
    // After a long silence the file of that name may be another window's.
    if (owned && (await this.#isMine(id, owned))) {
      await unlinkIfThere(this.#ownerFile(id, owned.number));
    }
    this.#owned.delete(id);
  }

  /** Removes what windows left behind that died long ago. */
  async sweep(): Promise<void> {
    const names = ((await ignoreAbsent(readdir(this.#folder))) ?? []).filter((name) => name.endsWith('.beat'));
    for (const file of names.map((name) => path.join(this.#folder, name))) {
      const beat = await beatOf(file);
      if (beat !== undefined && this.#clock.now() - beat > sweptAfterMs) {
        await unlinkIfThere(file);
      }
    }
  }

  /** Stops the beat and gives all back, so that another window goes on at once. */
  async dispose(): Promise<void> {
    this.#beating = undefined;
    this.#beat?.dispose();
    // What cannot be given back is taken over when its beat has gone stale.
    await Promise.allSettled([...this.#owned.keys()].map((id) => this.release(id)));
    await Promise.allSettled([unlinkIfThere(this.#beatFile(this.window))]);
  }

  #ownerFile(id: string, number: number): string {
    return path.join(this.#folder, `${id}.owner.${number}`);
  }

  /** The new file's stamp; undefined where there is such a file already. */
  async #create(id: string, number: number): Promise<string | undefined> {
    const text = JSON.stringify({ window: this.window, pid: process.pid, host: hostname() });
    let handle: FileHandle;
    try {
      handle = await inFolder(this.#folder, () => open(this.#ownerFile(id, number), 'wx'));
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        return undefined;
      }
      throw error;
    }
    try {
      await handle.writeFile(text);
      return await stampOf(handle);
    } finally {
      await handle.close();
    }
  }

  /** Numbers begin anew when an operation was given back: the name of the file alone does not tell whose it is. */
  async #isMine(id: string, owned: Owned): Promise<boolean> {
    const file = this.#ownerFile(id, owned.number);
    const found = await ignoreAbsent(stat(file, { bigint: true }));
    if (!found || stamped(found) === owned.stamp) {
      return found !== undefined;
    }
    const handle = await ignoreAbsent(open(file, 'r'));
    try {
      const owner = parsedJson(await handle?.readFile('utf8'));
      if (!handle || !isObject(owner) || owner['window'] !== this.window) {
        return false;
      }
      owned.stamp = await stampOf(handle);
      return true;
    } finally {
      await handle?.close();
    }
  }

  async #isDead(ownerFile: string): Promise<boolean> {
    const text = await ignoreAbsent(readFile(ownerFile, 'utf8'));
    if (text === undefined) {
      return true;
    }
    const owner = parsedJson(text);
    if (!isObject(owner) || typeof owner['window'] !== 'string') {
      // Being written this moment, or left half-written by a window that died of it.
      const since = this.#unreadable.get(ownerFile) ?? this.#clock.now();
      this.#unreadable.set(ownerFile, since);
      return Math.abs(this.#clock.now() - since) > deadAfterMs;
    }
    if (owner['host'] === hostname() && typeof owner['pid'] === 'number' && !this.#isAlive(owner['pid'])) {
      return true;
    }
    const beat = await beatOf(this.#beatFile(owner['window']));
    if (beat === undefined) {
      return true;
    }
    // Whoever slept itself cannot tell one that died from one that slept too.
    const canTell = this.#beatsToGo === 0 && !this.mayHaveLost;
    return canTell && Math.abs(this.#clock.now() - beat) > deadAfterMs;
  }

  /** The beat stands on disk before the first owner file does, else another window would think this one dead. */
  #startBeating(): Promise<void> {
    this.#beating ??= this.#firstBeat().catch((error: unknown) => {
      this.#beating = undefined;
      throw error;
    });
    return this.#beating;
  }

  async #firstBeat(): Promise<void> {
    await this.#touch();
    this.#scheduleBeat();
  }

  #scheduleBeat(): void {
    this.#beat = this.#clock.after(beatEveryMs, () => {
      this.#beatsToGo = this.mayHaveLost ? beatsAfterSilence : Math.max(0, this.#beatsToGo - 1);
      // A beat that cannot be written makes others take over, which is what should happen then.
      void this.#touch()
        .catch(() => undefined)
        .then(() => (this.#beating ? this.#scheduleBeat() : undefined));
    });
  }

  async #touch(): Promise<void> {
    const file = this.#beatFile(this.window);
    // Made anew where it is gone: what sleeps for days is swept away by others.
    await (await inFolder(this.#folder, () => open(file, 'a'))).close();
    const now = this.#clock.now();
    await utimes(file, now / 1000, now / 1000);
    this.#beatAt = now;
  }

  #beatFile(window: string): string {
    return path.join(this.#folder, `${window}.beat`);
  }
}

/** No two files of one name have the same: the later one is made more than `silentAfterMs` after the earlier one. */
function stamped({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return `${ino}:${size}:${mtimeNs}:${ctimeNs}`;
}

async function stampOf(handle: FileHandle): Promise<string> {
  return stamped(await handle.stat({ bigint: true }));
}

async function isThere(file: string): Promise<boolean> {
  return (await beatOf(file)) !== undefined;
}

async function beatOf(file: string): Promise<number | undefined> {
  return (await ignoreAbsent(stat(file)))?.mtimeMs;
}

async function unlinkIfThere(file: string): Promise<void> {
  await ignoreAbsent(unlink(file));
}

/** An id to be claimed for what is no operation, such as `lane-…`: what it is about is named after resources, a file is not. */
export function lockName(kind: string, about: string): string {
  return `${kind}-${createHash('sha256').update(about).digest('hex').slice(0, 32)}`;
}
