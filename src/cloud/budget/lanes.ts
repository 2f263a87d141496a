import type { RequestPriority } from '../types.ts';
import type { RequestScope } from './scope.ts';

/** A request that waits to be let in. */
export interface Waiting {
  readonly scope: RequestScope;
  readonly priority: RequestPriority;
  /** When it came, among all. */
  readonly order: number;
}

/** What waits for one action in one subscription: what lets the first one in lets the next one in. */
export interface Lane<W extends Waiting> {
  readonly key: string;
  readonly scope: RequestScope;
  /** In the order in which they came. */
  readonly click: Set<W>;
  readonly background: Set<W>;
}

/** Who waits, a queue for each action and priority: to look who is next takes as long as there are queues, not requests. */
export class Lanes<W extends Waiting> {
  readonly #lanes = new Map<string, Lane<W>>();

  get all(): Iterable<Lane<W>> {
    return this.#lanes.values();
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  of(scope: RequestScope): Lane<W> | undefined {
    return this.#lanes.get(scope.actionKey);
  }

  add(waiting: W): Lane<W> {
    const key = waiting.scope.actionKey;
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { key, scope: waiting.scope, click: new Set(), background: new Set() };
      this.#lanes.set(key, lane);
    }
    lane[waiting.priority].add(waiting);
    return lane;
  }

  remove(waiting: W): void {
    const lane = this.of(waiting.scope);
    lane?.[waiting.priority].delete(waiting);
    if (lane && lane.click.size === 0 && lane.background.size === 0) {
      this.#lanes.delete(lane.key);
    }
  }

  /** The one of a priority that came first, among the queues that `mayGo` lets go. */
  first(priority: RequestPriority, mayGo: (lane: Lane<W>) => boolean): W | undefined {
    let found: W | undefined;
    for (const lane of this.#lanes.values()) {
      const [head] = lane[priority];
      if (head && (!found || head.order < found.order) && mayGo(lane)) {
        found = head;
      }
    }
    return found;
  }
}
