import type { OperationRecord } from '../core/operation.ts';
import { mayBeRetried, targetKeyOf } from '../operations/fates.ts';

/** What of those that failed is still to be tried again: kept in step, so that a row need not look through all operations. */
export class Retries {
  /** By operation id: where it stands in the other two. */
  readonly #places = new Map<string, { readonly own: string; readonly again?: string }>();
  /** By batch and target: ids of the operations of it. */
  readonly #own = new Map<string, Set<string>>();
  /** By batch and target: ids of the operations that tried it again. */
  readonly #again = new Map<string, Set<string>>();

  /** @returns ids of the operations of which something else may be true now */
  note({ id, batch, target }: OperationRecord): string[] {
    if (!batch || this.#places.has(id)) {
      return [];
    }
    const what = targetKeyOf(target);
    const own = `${batch.id}\n${what}`;
    addTo(this.#own, own, id);
    if (batch.retryOf === undefined) {
      this.#places.set(id, { own });
      return [];
    }
    const again = `${batch.retryOf}\n${what}`;
    addTo(this.#again, again, id);
    this.#places.set(id, { own, again });
    return [...(this.#own.get(again) ?? [])];
  }

  /** @returns as `note` */
  forget(id: string): string[] {
    const place = this.#places.get(id);
    if (!place) {
      return [];
    }
    this.#places.delete(id);
    dropFrom(this.#own, place.own, id);
    if (place.again === undefined) {
      return [];
    }
    dropFrom(this.#again, place.again, id);
    return [...(this.#own.get(place.again) ?? [])];
  }

  /** Of one of a batch that failed or was never sent: whether it was tried again since. Undefined of all others. */
  wasTriedAgain(record: OperationRecord): boolean | undefined {
    return record.batch && mayBeRetried(record) ? this.#again.has(`${record.batch.id}\n${targetKeyOf(record.target)}`) : undefined;
  }
}

function addTo(sets: Map<string, Set<string>>, key: string, id: string): void {
  const known = sets.get(key);
  if (known) {
    known.add(id);
  } else {
    sets.set(key, new Set([id]));
  }
}

function dropFrom(sets: Map<string, Set<string>>, key: string, id: string): void {
  const known = sets.get(key);
  known?.delete(id);
  if (known?.size === 0) {
    sets.delete(key);
  }
}
