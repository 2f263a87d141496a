/** What this process does on the disk below a folder, seen call by call before it is done, and refused where a test says so. */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

export interface DiskCall {
  /** `open`, `unlink`, ...; of an open file `write`, `datasync`, `close`, ... */
  readonly name: string;
  readonly file: string;
  /** What is written. */
  readonly data?: Buffer;
}

/** Called before each; what it throws or rejects with is what the caller gets, and nothing is done. */
export type Watcher = (call: DiskCall) => void | Promise<void>;

const ofFolder = ['mkdir', 'open', 'readdir', 'readFile', 'rename', 'stat', 'truncate', 'unlink', 'utimes', 'writeFile'] as const;
const ofHandle = ['writeFile', 'datasync', 'sync', 'truncate', 'stat', 'close'] as const;
/** These change something on the disk. */
const changing = new Set(['mkdir', 'open', 'rename', 'truncate', 'unlink', 'utimes', 'writeFile', 'datasync', 'sync']);

type Method = (...args: unknown[]) => Promise<unknown>;

export class WatchedDisk {
  readonly calls: DiskCall[] = [];
  watcher: Watcher | undefined;
  readonly #original = new Map<string, Method>();

  constructor(folder: string, watcher?: Watcher) {
    this.watcher = watcher;
    const methods = fs as unknown as Record<string, Method>;
    for (const name of ofFolder) {
      const original = methods[name] as Method;
      this.#original.set(name, original);
      methods[name] = async (...args) => {
        const file = String(args[0]);
        if (file !== folder && !file.startsWith(folder + path.sep)) {
          return original(...args);
        }
        await this.#note({ name, file, ...dataOf(name, args[1]) });
        const made = await original(...args);
        return name === 'open' ? this.#watched(made as fs.FileHandle, file) : made;
      };
    }
    syncBuiltinESMExports();
  }

  count(name: string): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  [Symbol.dispose](): void {
    for (const [name, original] of this.#original) {
      (fs as unknown as Record<string, Method>)[name] = original;
    }
    syncBuiltinESMExports();
  }

  async #note(call: DiskCall): Promise<void> {
    this.calls.push(call);
    await this.watcher?.(call);
  }

  #watched(handle: fs.FileHandle, file: string): fs.FileHandle {
    for (const name of ofHandle) {
      const original = (handle[name] as unknown as Method).bind(handle);
      (handle as unknown as Record<string, Method>)[name] = async (...args) => {
        // One that is not closed would stay open for good.
        await (name === 'close' ? undefined : this.#note({ name, file, ...dataOf(name, args[0]) }));
        return original(...args);
      };
    }
    return handle;
  }
}

function dataOf(name: string, data: unknown): { data?: Buffer } {
  return name === 'writeFile' && (typeof data === 'string' || Buffer.isBuffer(data)) ? { data: Buffer.from(data) } : {};
}

export function isChange({ name }: DiskCall): boolean {
  return changing.has(name);
}

/** As the system refuses. */
export function refusal(code: 'ENOSPC' | 'EROFS' | 'EIO' | 'EACCES' | 'EFBIG'): Error {
  return Object.assign(new Error(`${code}: refused by the test`), { code });
}
