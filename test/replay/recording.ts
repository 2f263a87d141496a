/** Finds and reads files of recorded traffic. Knows their format and no recording by name. */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import { isObject } from '../../src/core/json.ts';
import { readInteraction, shape, type Interaction } from './interaction.ts';
import { inOrder } from './order.ts';

export type { Interaction } from './interaction.ts';

export interface Recording {
  readonly file: string;
  /** In the order in which they can have happened, which their indexes follow. */
  readonly interactions: readonly Interaction[];
  /** Index to position in the file, of those that stood elsewhere. */
  readonly moved?: ReadonlyMap<number, number>;
  /** What of the file cannot be played, one sentence each. */
  readonly broken: readonly string[];
}

/** Bytes. Beyond, no text is long enough; the largest recording that was seen has 1 MB. */
const largest = 256 * 1024 * 1024;

/**
 * The files behind paths: of folders every `.json` below, sorted, links followed, each folder once. What is no file stays
 * as it is, for its reading to say so: a path that does not exist, a folder that holds no recording or may not be read.
 */
export async function recordingFiles(paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const one of paths) {
    const below = (await isFolder(one)) ? await filesBelow(one, new Set()) : [one];
    all.push(...(below.length > 0 ? below : [one]));
  }
  return [...new Set(all)];
}

async function filesBelow(folder: string, seen: Set<string>): Promise<string[]> {
  const files: string[] = [];
  try {
    const real = await realpath(folder);
    if (seen.has(real)) {
      return [];
    }
    seen.add(real);
    for (const name of (await readdir(folder)).sort()) {
      const inner = path.join(folder, name);
      if (await isFolder(inner)) {
        files.push(...(await filesBelow(inner, seen)));
      } else if (name.toLowerCase().endsWith('.json')) {
        files.push(inner);
      }
    }
  } catch {
    // Its reading says why.
    files.push(folder);
  }
  return files;
}

const isFolder = async (one: string): Promise<boolean> => (await stat(one).catch(() => undefined))?.isDirectory() ?? false;

/** @throws Error with a sentence where the file is no recording at all. */
export async function readRecording(file: string): Promise<Recording> {
  const parsed = parse(decode(await bytesOf(file)));
  const all = isObject(parsed) ? parsed['interactions'] : undefined;
  if (!Array.isArray(all)) {
    const got = isObject(parsed) && all !== undefined ? `${shape(all)} there` : shape(parsed);
    throw new Error(`is no recording: expected an object with "interactions", a list, got ${got}`);
  }
  const interactions: Interaction[] = [];
  const broken: string[] = [];
  all.forEach((raw, index) => {
    const read = readInteraction(raw, index);
    if (typeof read === 'string') {
      broken.push(`interaction ${index}: ${read}`);
    } else {
      interactions.push(read);
    }
  });
  return { file, ...inOrder(interactions), broken };
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) {
      const names = await readdir(file);
      throw new Error(
        `is a folder without recordings: expected .json files below it, got ${names.length === 0 ? 'nothing' : 'other files'}`,
      );
    }
    if (!found.isFile()) {
      throw new Error('is no file: expected a file of JSON, or a folder of such files');
    }
    if (found.size > largest) {
      throw new Error(`is too large: expected at most ${largest >> 20} MB, got ${Math.ceil(found.size / 2 ** 20)} MB`);
    }
    return await readFile(file);
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    throw reason === undefined ? error : new Error(reason, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of its path is a file',
  EACCES: 'cannot be read: you have no right to',
  EPERM: 'cannot be read: you have no right to',
  ELOOP: 'cannot be read: it is a link that leads back to itself',
  ENAMETOOLONG: 'does not exist: its name is too long',
};

/** Some tools of Windows write UTF-16 with a byte order mark. */
function decode(bytes: Buffer): string {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    throw new Error('is compressed (gzip): unpack it first');
  }
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error(`is no text: expected ${encoding.toUpperCase()}`, { cause: error });
  }
}

function parse(text: string): unknown {
  if (text.trim() === '') {
    throw new Error('is empty: expected an object with "interactions", a list');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
