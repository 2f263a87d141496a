/**
 * One window at a time, across processes.
 *
 * Who wants the lock puts a file of its own beside those of the others and then looks: alone, it has the lock; else it
 * takes its file back and waits. As each puts before it looks, no two can find themselves alone. A file whose process
 * has died, or that is older than any holding may take, counts for nothing, and as names are never used twice anybody
 * may remove it.
 */
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { delay } from '../../core/cancellation.ts';
import { codeOf } from '../../core/errors.ts';
import { processRuns } from '../../core/processes.ts';
import { createFile, makeFolder, namesIn, removeFile } from './files.ts';

/** No start takes longer. */
const staleAfterMs = 60_000;
const lookEveryMs = 40;

/** Runs the work while no other window does with the same folder and name. @throws CancelledError; what the work throws. */
export async function withLock<T>(folder: string, name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  await makeFolder(folder);
  const prefix = `${name}.lock.`;
  const own = `${prefix}${process.pid}.${randomUUID()}`;
  while (!(await taken(folder, prefix, own))) {
    // Two that met wait differently long.
    await delay(lookEveryMs * (1 + Math.random()), signal);
  }
  try {
    return await work();
  } finally {
    await removeFile(join(folder, own));
  }
}

async function taken(folder: string, prefix: string, own: string): Promise<boolean> {
  if (await othersHold(folder, prefix, own)) {
    return false;
  }
  const file = join(folder, own);
  await createFile(file, '');
  if (await othersHold(folder, prefix, own)) {
    await removeFile(file);
    return false;
  }
  return true;
}

async function othersHold(folder: string, prefix: string, own: string): Promise<boolean> {
  let held = false;
  for (const name of await namesIn(folder)) {
    if (!name.startsWith(prefix) || name === own) {
      continue;
    }
    if (await isStale(join(folder, name), Number(name.slice(prefix.length).split('.', 1)[0]))) {
      await removeFile(join(folder, name));
    } else {
      held = true;
    }
  }
  return held;
}

async function isStale(file: string, pid: number): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0 || !processRuns(pid)) {
    return true;
  }
  try {
    return Date.now() - (await stat(file)).mtimeMs > staleAfterMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return true;
    }
    throw error;
  }
}
