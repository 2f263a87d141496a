import { mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { codeOf } from '../../core/errors.ts';

/** A file's text; undefined where it does not exist. */
export function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: unknown) => unlessMissing(error, undefined));
}

/** Names in a folder; none where it does not exist. */
export function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: unknown) => unlessMissing(error, []));
}

export async function removeFile(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => unlessMissing(error, undefined));
}

/** Makes the folder, for this user only. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

/** A new file that only this user can read. @throws where it exists. */
export async function createFile(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}

/** Readers see the file as it was or as it will be, nothing between. Only this user can read it. */
export async function replaceFile(file: string, text: string, unique: string): Promise<void> {
  const draft = `${file}.${unique}.tmp`;
  try {
    await createFile(draft, text);
    await rename(draft, file);
  } catch (error) {
    await removeFile(draft);
    throw error;
  }
}

function unlessMissing<T>(error: unknown, otherwise: T): T {
  if (codeOf(error) === 'ENOENT') {
    return otherwise;
  }
  throw error;
}
