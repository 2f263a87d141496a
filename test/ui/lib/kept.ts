import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type VsCodeWindow } from './window.ts';

/**
 * Where a text stands in what a window keeps: files of its data folder (journals, logs, settings), and what the
 * browser keeps for it (the state of extensions, secrets). Empty where it stands nowhere.
 */
export async function whereKept(window: VsCodeWindow, text: string): Promise<string[]> {
  const files = readdirSync(window.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
  const browser = await inBrowser(window);
  return [...files, ...browser.filter(({ value }) => value.includes(text)).map(({ name }) => `browser: ${name}`)];
}

/** All that `window` has put into the browser, each with its name. */
async function inBrowser({ page }: VsCodeWindow): Promise<{ name: string; value: string }[]> {
  return page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('The browser gave no reason.'));
      });
    const decoder = new TextDecoder();
    const plain = (_key: string, value: unknown): unknown =>
      ArrayBuffer.isView(value) || value instanceof ArrayBuffer ? decoder.decode(value) : value;
    const kept = Object.entries({ ...localStorage, ...sessionStorage }).map(([name, value]) => ({ name, value: String(value) }));
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const values = database.transaction(store).objectStore(store);
        const [keys, all] = await Promise.all([done(values.getAllKeys()), done(values.getAll() as IDBRequest<unknown[]>)]);
        all.forEach((value, at) =>
          kept.push({ name: `${name}/${store}/${JSON.stringify(keys[at])}`, value: JSON.stringify(value, plain) }),
        );
      }
      database.close();
    }
    return kept;
  });
}
