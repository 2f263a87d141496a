/**
 * Links to disks of restore points that were handed out: not the links, only that they were, until when, and to what.
 * In memory: after a reload nobody knows of them, and they end by themselves.
 */
import { armIdKey } from '../../core/armId.ts';
import { Emitter, type Disposable, type Event } from '../../core/events.ts';
import type { Given } from '../action.ts';

export class GivenLinks implements Disposable {
  readonly #given = new Map<string, Given>();
  readonly #changed = new Emitter<void>();
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A link was handed out, revoked or forgotten, or `list` found that one has ended: no clock runs here, who counts down asks. */
  readonly onDidChange: Event<void> = this.#changed.event;

  /** A second link to one disk is the first one made to last longer (Azure's rule), so that there is one for each. */
  add(given: Given): void {
    this.#given.set(armIdKey(given.target.id), given);
    this.#changed.fire();
  }

  /** Those that still open something, the first to end first. */
  list(): readonly Given[] {
    const nowMs = this.#now();
    const before = this.#given.size;
    for (const [key, { expiresAtMs }] of this.#given) {
      if (expiresAtMs <= nowMs) {
        this.#given.delete(key);
      }
    }
    if (this.#given.size < before) {
      this.#changed.fire();
    }
    return [...this.#given.values()].sort((a, b) => a.expiresAtMs - b.expiresAtMs);
  }

  /** @param id of the disk restore point */
  of(id: string): Given | undefined {
    return this.list().find((given) => armIdKey(given.target.id) === armIdKey(id));
  }

  /** It was revoked. */
  forget(id: string): void {
    if (this.#given.delete(armIdKey(id))) {
      this.#changed.fire();
    }
  }

  dispose(): void {
    this.#given.clear();
    this.#changed.dispose();
  }
}
