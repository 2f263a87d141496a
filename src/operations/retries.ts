/** What of those that failed is still to be tried again: kept in step, so that a row need not look through all operations. */
import type { OperationRecord } from '../core/operation.ts';
import { isNoTry, mayBeRetried, targetKeyOf } from './fates.ts';

/** Where an operation stands in the sets below. */
interface Place {
  readonly own: string;
  readonly again?: string;
  readonly same?: string;
}

/** Told of operations in any order. */
export class Retries {
  readonly #places = new Map<string, Place>();
  /** By what is tried again and target: ids of the operations of it. */
  readonly #own = new Sets();
  /** By the same: ids of the operations that tried it again. */
  readonly #again = new Sets();
  /** By what was asked for: ids of all that did. */
  readonly #same = new Sets();
  /** By id. */
  readonly #madeAt = new Map<string, string>();

  constructor(records: readonly OperationRecord[] = []) {
    records.forEach((record) => this.note(record));
  }

  /** @returns ids of the operations of which something else may be true now */
  note(record: OperationRecord): string[] {
    const { id, batch, target, createdAt } = record;
    if (this.#places.has(id)) {
      return [];
    }
    const what = targetKeyOf(target);
    const same = isNoTry(record) ? undefined : askedKeyOf(record);
    const place: Place = {
      own: `${triedIdOf(record)}\n${what}`,
      ...(batch?.retryOf === undefined || isNoTry(record) ? {} : { again: `${batch.retryOf}\n${what}` }),
      ...(same === undefined ? {} : { same }),
    };
    const touched = this.#touched(place);
    this.#places.set(id, place);
    this.#madeAt.set(id, createdAt);
    this.#own.add(place.own, id);
    this.#again.add(place.again, id);
    this.#same.add(place.same, id);
    return touched;
  }

  /** @returns as `note` */
  forget(id: string): string[] {
    const place = this.#places.get(id);
    if (!place) {
      return [];
    }
    this.#places.delete(id);
    this.#madeAt.delete(id);
    this.#own.drop(place.own, id);
    this.#again.drop(place.again, id);
    this.#same.drop(place.same, id);
    return this.#touched(place);
  }

  /** True of one that failed or was never sent, and that nothing was started in place of since. */
  isOpen(record: OperationRecord): boolean {
    return canBeRetried(record) && this.triedBy(record) === undefined;
  }

  /** Id of the newest operation that was started in its place: to try it again, or by a person who asked for the very same. */
  triedBy({ id, createdAt }: OperationRecord): string | undefined {
    const place = this.#places.get(id);
    const newer = this.#same.of(place?.same).filter((other) => this.#isNewer(other, createdAt));
    return [...this.#again.of(place?.own), ...newer].reduce<string | undefined>(
      (newest, other) => (newest === undefined || !this.#isNewer(newest, this.#madeAt.get(other) ?? '') ? other : newest),
      undefined,
    );
  }

  #isNewer(id: string, than: string): boolean {
    return (this.#madeAt.get(id) ?? '') > than;
  }

  #touched({ again, same }: Place): string[] {
    return [...new Set([...this.#own.of(again), ...this.#same.of(same)])];
  }
}

/**
 * Those that may be started again: they failed, or were never sent, and nothing was started in their place since. One of
 * unknown outcome is none of them: it may have started.
 * @param triedId of a batch, or of an operation that was started alone
 */
export function toRetry(records: readonly OperationRecord[], triedId: string, retries = new Retries(records)): OperationRecord[] {
  return records.filter((record) => triedIdOf(record) === triedId && retries.isOpen(record));
}

/** True of one that failed or was never sent, whatever was started since; where it was started alone, what was asked for must be known. */
export function canBeRetried(record: OperationRecord): boolean {
  return mayBeRetried(record) && (record.batch !== undefined || record.asked !== undefined);
}

/** Keys of the targets that are not to be started again: of one target some operations may have come out well. */
export function notToRetry(records: readonly OperationRecord[], triedId: string): ReadonlySet<string> {
  const open = new Set(toRetry(records, triedId));
  const own = records.filter((record) => triedIdOf(record) === triedId || (record.batch?.retryOf === triedId && !isNoTry(record)));
  return new Set(own.filter((record) => !open.has(record)).map(({ target }) => targetKeyOf(target)));
}

/** Under which id it is tried again (`OperationBatch.retryOf`): that of its batch, or its own. */
export function triedIdOf({ id, batch }: Pick<OperationRecord, 'id' | 'batch'>): string {
  return batch?.id ?? id;
}

/** True of one that is tried again by itself: with no others, or alone of those that failed with others. */
export function isAlone({ batch }: Pick<OperationRecord, 'batch'>): boolean {
  return batch === undefined || batch.size === 1;
}

/** The same for two that ask for the very same; undefined where it is not known what was asked for. */
export function askedKeyOf({ actionId, cloud, target, asked }: OperationRecord): string | undefined {
  if (asked === undefined) {
    return undefined;
  }
  const answers = Object.entries(asked.answers).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([actionId, cloud, targetKeyOf(target), answers]);
}

/** Ids by a key; under no key there are none. */
class Sets {
  readonly #sets = new Map<string, Set<string>>();

  of(key: string | undefined): string[] {
    return key === undefined ? [] : [...(this.#sets.get(key) ?? [])];
  }

  add(key: string | undefined, id: string): void {
    if (key === undefined) {
      return;
    }
    const known = this.#sets.get(key);
    if (known) {
      known.add(id);
    } else {
      this.#sets.set(key, new Set([id]));
    }
  }

  drop(key: string | undefined, id: string): void {
    const known = key === undefined ? undefined : this.#sets.get(key);
    known?.delete(id);
    if (key !== undefined && known?.size === 0) {
      this.#sets.delete(key);
    }
  }
}
