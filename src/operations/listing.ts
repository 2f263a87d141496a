/** Which numbers of owner files each operation has: one reading of the folder for all that ask at the same time. */
import { readdir } from 'node:fs/promises';
import { ignoreAbsent } from './journalFiles.ts';

const named = /^(.+)\.owner\.(\d+)$/;

type Owners = ReadonlyMap<string, readonly number[]>;

export class Listing {
  readonly #folder: string;
  #running: Promise<Owners> | undefined;
  #next: Promise<Owners> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Ascending; as of a reading that began after this call. None where there is no such folder. */
  async owners(id: string): Promise<readonly number[]> {
    return (await this.#read()).get(id) ?? [];
  }

  /** One that is under way began before whoever asks now: those share the next. */
  #read(): Promise<Owners> {
    this.#next ??= (this.#running ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => {
        const reading = ownersIn(this.#folder);
        this.#running = reading;
        this.#next = undefined;
        return reading;
      });
    return this.#next;
  }
}

async function ownersIn(folder: string): Promise<Owners> {
  const owners = new Map<string, number[]>();
  for (const name of (await ignoreAbsent(readdir(folder))) ?? []) {
    const [, id, digits] = named.exec(name) ?? [];
    const number = Number(digits);
    if (id === undefined || !Number.isSafeInteger(number)) {
      continue;
    }
    const others = owners.get(id);
    if (others) {
      others.push(number);
    } else {
      owners.set(id, [number]);
    }
  }
  for (const numbers of owners.values()) {
    numbers.sort((a, b) => a - b);
  }
  return owners;
}
