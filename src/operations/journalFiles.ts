/** File operations in the journal's folder whose failures mean something else than usual. */
import { mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { codeOf } from '../core/errors.ts';

/** False where it is still there. */
export async function removed(file: string): Promise<boolean> {
  try {
    await ignoreAbsent(unlink(file));
    return true;
  } catch {
    return false;
  }
}

/** Takes back what a full disk let through, so that the next line does not start behind half of this one. */
export async function writeWhole(handle: FileHandle, line: Buffer, before: number): Promise<void> {
  try {
    await handle.writeFile(line);
  } catch (error) {
    await handle.truncate(before).catch(() => undefined);
    throw error;
  }
}

/** A new file's name is in its folder's data. Windows cannot open folders, and journals names by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the folder where it is not there, also where it was removed meanwhile. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      throw error;
    }
    await mkdir(folder, { recursive: true });
    return work();
  }
}

/** Undefined where there is no such file or folder. */
export async function ignoreAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
