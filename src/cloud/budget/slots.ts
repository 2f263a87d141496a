import type { RequestPriority } from '../types.ts';
import type { RequestScope } from './scope.ts';

/** Requests at a time; those of background never take all, so that a click finds a free one. */
interface Bound {
  readonly all: number;
  readonly background: number;
}

export interface SlotLimits {
  readonly subscription: Bound;
  /** Of one provider, over all subscriptions. */
  readonly provider: Bound;
}

export const defaultSlots: SlotLimits = { subscription: { all: 8, background: 4 }, provider: { all: 16, background: 8 } };

interface Taken {
  all: number;
  background: number;
}

/** How many requests are on their way, by subscription and by provider. Those that name neither share one place of each. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #taken = new Map<string, Taken>();

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  isFree(scope: RequestScope, priority: RequestPriority): boolean {
    return this.#placesOf(scope).every(([key, bound]) => {
      const taken = this.#taken.get(key);
      return taken === undefined || (taken.all < bound.all && (priority === 'click' || taken.background < bound.background));
    });
  }

  take(scope: RequestScope, priority: RequestPriority): void {
    for (const [key] of this.#placesOf(scope)) {
      const taken = this.#taken.get(key) ?? { all: 0, background: 0 };
      taken.all += 1;
      taken.background += priority === 'background' ? 1 : 0;
      this.#taken.set(key, taken);
    }
  }

  free(scope: RequestScope, priority: RequestPriority): void {
    for (const [key] of this.#placesOf(scope)) {
      const taken = this.#taken.get(key);
      if (taken) {
        taken.all -= 1;
        taken.background -= priority === 'background' ? 1 : 0;
        if (taken.all === 0) {
          this.#taken.delete(key);
        }
      }
    }
  }

  #placesOf({ host, subscription, provider }: RequestScope): readonly (readonly [string, Bound])[] {
    return [
      [`${host} s ${subscription}`, this.#limits.subscription],
      [`${host} p ${provider}`, this.#limits.provider],
    ];
  }
}
