/**
 * Which window follows an operation, told by files, because windows share nothing else.
 *
 * `<id>.owner.<n>` names the window that took the operation as the n-th; only one window can create a given one.
 * An owner counts while its process lives and its beat (`<window>.beat`, touched every few seconds) is fresh; after
 * that any window may create number n + 1. Nothing contested is ever renamed or overwritten, so no two can win.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { codeOf } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import type { Clock } from './clock.ts';

const beatEveryMs = 5_000;
/** Long enough for a window that is stopped in a debugger or short of memory. */
const deadAfterMs = 45_000;
const sweptAfterMs = 24 * 3_600_000;

export interface OwnershipOptions {
  readonly folder: string;
  readonly clock: Clock;
  /** Replaced in tests; else whether a process of this machine runs. */
  readonly isAlive?: (pid: number) => boolean;
}

export class Ownership {
  readonly window: string = randomUUID();
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #isAlive: (pid: number) => boolean;
  readonly #owned = new Map<string, string>();
  #beating: Promise<void> | undefined;
  #beat: { dispose(): void } | undefined;

  constructor(options: OwnershipOptions) {
    this.#folder = options.folder;
    this.#clock = options.clock;
    this.#isAlive = options.isAlive ?? processIsAlive;
  }

  /** Tries to become the one that follows `id`; false where another living window does. */
  async claim(id: string): Promise<boolean> {
    if (await this.stillOwns(id)) {
      return true;
    }
    await mkdir(this.#folder, { recursive: true });
    await this.#startBeating();
    const held = await this.#newestOwner(id);
    if (held && !(await this.#isDead(held.file))) {
      return false;
    }
    const file = path.join(this.#folder, `${id}.owner.${(held?.number ?? 0) + 1}`);
    try {
      await writeFile(file, JSON.stringify({ window: this.window, pid: process.pid, host: hostname() }), { flag: 'wx' });
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        return false;
      }
      throw error;
    }
    this.#owned.set(id, file);
    if (held) {
      await unlinkIfThere(held.file);
    }
    return true;
  }

  /** False as soon as another window has taken it, e.g. after this machine slept longer than the others waited. */
  async stillOwns(id: string): Promise<boolean> {
    const file = this.#owned.get(id);
    if (file === undefined) {
      return false;
    }
    const newest = await this.#newestOwner(id);
    if (newest?.file === file) {
      return true;
    }
    this.#owned.delete(id);
    return false;
  }

  async release(id: string): Promise<void> {
    const file = this.#owned.get(id);
    this.#owned.delete(id);
    if (file !== undefined) {
      await unlinkIfThere(file);
    }
  }

  /** Removes what windows left behind that died long ago. */
  async sweep(): Promise<void> {
    const names = (await readdirIfThere(this.#folder)).filter((name) => name.endsWith('.beat'));
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

  async #newestOwner(id: string): Promise<{ file: string; number: number } | undefined> {
    const prefix = `${id}.owner.`;
    const numbers = (await readdirIfThere(this.#folder))
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)))
      .filter(Number.isSafeInteger);
    if (numbers.length === 0) {
      return undefined;
    }
    const number = Math.max(...numbers);
    return { file: path.join(this.#folder, `${prefix}${number}`), number };
  }

  async #isDead(ownerFile: string): Promise<boolean> {
    let owner: unknown;
    let takenAt: number;
    try {
      takenAt = (await stat(ownerFile)).mtimeMs;
      owner = parse(await readFile(ownerFile, 'utf8'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') {
        return true;
      }
      throw error;
    }
    if (!isObject(owner) || typeof owner['window'] !== 'string') {
      // Being written this moment, or left half-written by a window that died of it.
      return Date.now() - takenAt > deadAfterMs;
    }
    if (owner['host'] === hostname() && typeof owner['pid'] === 'number' && !this.#isAlive(owner['pid'])) {
      return true;
    }
    const beat = await beatOf(this.#beatFile(owner['window']));
    return beat === undefined || this.#clock.now() - beat > deadAfterMs;
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
    const file = this.#beatFile(this.window);
    await (await open(file, 'w')).close();
    await this.#touch(file);
    this.#scheduleBeat(file);
  }

  #scheduleBeat(file: string): void {
    this.#beat = this.#clock.after(beatEveryMs, () => {
      // A beat that cannot be written makes others take over, which is what should happen then.
      void this.#touch(file)
        .catch(() => undefined)
        .then(() => (this.#beating ? this.#scheduleBeat(file) : undefined));
    });
  }

  #touch(file: string): Promise<void> {
    const seconds = this.#clock.now() / 1000;
    return utimes(file, seconds, seconds);
  }

  #beatFile(window: string): string {
    return path.join(this.#folder, `${window}.beat`);
  }
}

async function readdirIfThere(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

async function beatOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function unlinkIfThere(file: string): Promise<void> {
  try {
    await unlink(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw error;
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return codeOf(error) === 'EPERM';
  }
}
