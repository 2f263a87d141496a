import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface AuthorityFile {
  /** Absolute. */
  readonly path: string;
  /** Removes what `writeAuthorityFile` made, at once: it runs in `exit` handlers too. */
  remove(): void;
}

/**
 * Writes the authority's certificate where clients can be pointed at it: into a new directory that only this user can
 * enter, or into `directory`, which is made where it does not exist.
 */
export async function writeAuthorityFile(pem: string, directory: string | undefined): Promise<AuthorityFile> {
  const folder = directory === undefined ? await mkdtemp(join(tmpdir(), 'backup-explorer-sandbox-')) : resolve(directory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'sandbox-ca.pem');
  await writeFile(path, pem, { mode: 0o600 });
  const made = directory === undefined ? folder : path;
  return { path, remove: () => rmSync(made, { recursive: true, force: true }) };
}
