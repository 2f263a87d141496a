/**
 * What only one window of this machine may tell, told by files: whoever can create the file tells. A file stays longer
 * than the journal keeps what it is about, so that a window of tomorrow does not tell it again.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../core/errors.ts';

const extension = '.told';
/** A day more than the journal keeps what has ended. */
const keptMs = 31 * 24 * 3_600_000;

export class Once {
  readonly #folder: string;
  /** Told here, where the folder cannot be written. */
  readonly #unsaved = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** True for the first that asks for `key`, and false for everybody ever after. Never rejects. */
  async claim(key: string): Promise<boolean> {
    // A name of our own making: what stands in a journal must not choose a path.
    const name = createHash('sha256').update(key).digest('hex').slice(0, 32) + extension;
    const made = await madeOnce(this.#folder, path.join(this.#folder, name));
    if (made !== undefined) {
      return made;
    }
    // Told twice, by two windows with the same broken disk, is better than not at all.
    const first = !this.#unsaved.has(key);
    this.#unsaved.add(key);
    return first;
  }

  /** Removes those that are about nothing any more. Never rejects: what stays is swept another day. */
  async sweep(nowMs: number): Promise<void> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => name.endsWith(extension));
    for (const file of names.map((name) => path.join(this.#folder, name))) {
      const madeAt = (await stat(file).catch(() => undefined))?.mtimeMs;
      if (madeAt !== undefined && nowMs - madeAt > keptMs) {
        await unlink(file).catch(() => undefined);
      }
    }
  }
}

/** True where the file was made, false where it was there already, undefined where it can be neither. */
async function madeOnce(folder: string, file: string): Promise<boolean | undefined> {
  try {
    await mkdir(folder, { recursive: true });
  } catch {
    return undefined;
  }
  try {
    await writeFile(file, '', { flag: 'wx' });
    return true;
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? false : undefined;
  }
}
