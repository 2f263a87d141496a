import type { RequestPriority } from '../types.ts';
import { Budget, type BudgetPace, type Stay } from './budget.ts';
import { readingsOf, throttleOf, type AnswerOfCloud, type Reading, type Throttle } from './readings.ts';
import type { RequestScope } from './scope.ts';

/** A request's places in the two limits that it counts against. */
export interface Claim {
  readonly action: { readonly budget: Budget; readonly stay: Stay };
  readonly kind: { readonly budget: Budget; readonly stay: Stay };
}

/** Why requests are held back. */
export interface HoldReason {
  /** Milliseconds after which it is worth asking again. */
  readonly waitMs: number;
  /** What the cloud said; undefined where what is left is kept for clicks. */
  readonly refusal?: Throttle;
}

export interface Refusal extends Throttle {
  readonly waitMs: number;
}

/** Of Azure's time. An hour's budget is looked at again after a second, and then ever less often; a bucket fills up fast. */
const paces: Readonly<Record<keyof Claim, BudgetPace>> = {
  action: { firstProbeMs: 1_000, longestProbeMs: 300_000 },
  kind: { firstProbeMs: 250, longestProbeMs: 5_000 },
};
/** Limits that are kept before those that say nothing any more are dropped. */
const kept = 2_000;

interface Page {
  readonly budget: Budget;
  refusal?: Throttle;
}

/** All limits that are known of one cloud: of each action in each subscription, and of all requests of a kind there. */
export class BudgetBook {
  readonly #speed: number;
  readonly #pages = new Map<string, Page>();
  #sweepAt = kept;

  constructor(speed: number) {
    this.#speed = speed;
  }

  /** Milliseconds until a request may be sent, as `Budget.gateMs`. */
  gateMs(scope: RequestScope, priority: RequestPriority, now: number): number {
    return Math.max(...this.#pagesOf(scope).map((page) => page?.budget.gateMs(priority, now) ?? 0));
  }

  claim(scope: RequestScope, priority: RequestPriority, now: number): Claim {
    const action = this.#page(scope.actionKey, 'action', now).budget;
    const kind = this.#page(scope.kindKey, 'kind', now).budget;
    return { action: { budget: action, stay: action.enter(priority, now) }, kind: { budget: kind, stay: kind.enter(priority, now) } };
  }

  /** Learns from the end of a request. @returns the cloud's refusal, where it was one */
  settle(scope: RequestScope, claim: Claim, answer: AnswerOfCloud | undefined, now: number): Refusal | undefined {
    const readings = answer ? readingsOf(answer.headers) : {};
    for (const on of ['action', 'kind'] as const) {
      const { budget, stay } = claim[on];
      budget.leave(stay, answer !== undefined, this.#scaled(readings[on]), now);
    }
    const throttle = answer && throttleOf(answer);
    if (!throttle) {
      return undefined;
    }
    const { budget } = claim[throttle.on];
    budget.block(throttle.waitMs, throttle.limit, now);
    const page = this.#pages.get(throttle.on === 'kind' ? scope.kindKey : scope.actionKey);
    if (page?.budget === budget) {
      page.refusal = throttle;
    }
    return { ...throttle, waitMs: budget.blockedMs(now) };
  }

  /** What stands in the way of a request that `gateMs` does not let through. */
  reasonOf(scope: RequestScope, now: number): HoldReason {
    const [longest] = this.#pagesOf(scope)
      .flatMap((page) => (page?.refusal ? { waitMs: page.budget.blockedMs(now), refusal: page.refusal } : []))
      .filter(({ waitMs }) => waitMs > 0)
      .toSorted((a, b) => b.waitMs - a.waitMs);
    return longest ?? { waitMs: this.gateMs(scope, 'background', now) };
  }

  /** The limit of which nothing but a person's share is left; undefined where there is none. */
  keptForClicks(scope: RequestScope, now: number): Budget | undefined {
    return this.#pagesOf(scope).find((page) => page?.budget.isKept(now))?.budget;
  }

  /** Milliseconds between background requests. A bucket of all requests fills up faster than anybody follows jobs, unless it refuses. */
  paceMs(scope: RequestScope, now: number): number {
    const [action, kind] = this.#pagesOf(scope);
    return Math.max(action?.budget.paceMs(now) ?? 0, kind?.budget.blockedMs(now) ?? 0);
  }

  #pagesOf(scope: RequestScope): readonly [Page | undefined, Page | undefined] {
    return [this.#pages.get(scope.actionKey), this.#pages.get(scope.kindKey)];
  }

  #page(key: string, on: keyof Claim, now: number): Page {
    let page = this.#pages.get(key);
    if (!page) {
      this.#sweep(now);
      const { firstProbeMs, longestProbeMs } = paces[on];
      page = { budget: new Budget({ firstProbeMs: firstProbeMs / this.#speed, longestProbeMs: longestProbeMs / this.#speed }) };
      this.#pages.set(key, page);
    }
    return page;
  }

  #sweep(now: number): void {
    if (this.#pages.size < this.#sweepAt) {
      return;
    }
    for (const [key, { budget }] of this.#pages) {
      if (budget.isIdle(now)) {
        this.#pages.delete(key);
      }
    }
    // Not at every request where all of them are in use.
    this.#sweepAt = Math.max(kept, this.#pages.size * 2);
  }

  #scaled(reading: Reading | undefined): Reading | undefined {
    return reading && { ...reading, windowMs: reading.windowMs / this.#speed };
  }
}
