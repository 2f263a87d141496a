import type { RequestPriority } from '../types.ts';
import type { Reading } from './readings.ts';

/** How one limit is guarded, in milliseconds of the cloud's own time. */
export interface BudgetPace {
  /** Between the first two background requests that look whether there is more again; doubled with each. */
  readonly firstProbeMs: number;
  readonly longestProbeMs: number;
}

/** A request that was let in; given back when it has ended. */
export interface Stay {
  /** Refusals before it began: what was sent before one knows nothing of what it said. */
  readonly epoch: number;
  readonly tests: boolean;
}

/** A quarter of a limit is a person's, up to this many requests. */
const share = 0.25;
const largestReserve = 100;
/** What one gateway counts differs from what the next one counts by this part of the limit, with nothing filled up between. */
const jitter = 0.1;
/** Whatever a refusal says. */
const longestBlockMs = 24 * 3_600_000;

/**
 * One limit, as far as it is known: what the newest answer said is left, and how long the cloud wants to hear nothing. Several
 * of its gateways count each for itself, so what is left may go up at any time; and others use it too, so it may go down.
 */
export class Budget {
  readonly #pace: BudgetPace;
  /** The largest that was ever seen. */
  #limit = 0;
  #remaining: number | undefined;
  #resetAt = 0;
  #inFlight = 0;
  #blockedUntil = 0;
  #epoch = 0;
  /** After a refusal one request goes ahead alone, and the others follow when it was taken. */
  #test: 'none' | 'due' | 'sent' = 'none';
  #probeAt = 0;
  #probeMs: number;
  #toldHold = false;

  constructor(pace: BudgetPace) {
    this.#pace = pace;
    this.#probeMs = pace.firstProbeMs;
  }

  /** Nothing is known that would be lost with it. */
  isIdle(now: number): boolean {
    this.#expire(now);
    return this.#inFlight === 0 && this.#remaining === undefined && this.#blockedUntil <= now;
  }

  /** Milliseconds that the cloud still refuses everything; 0 where it does not. */
  blockedMs(now: number): number {
    return Math.max(0, this.#blockedUntil - now);
  }

  /** True where what is left is a person's. */
  isKept(now: number): boolean {
    const left = this.left(now);
    return left !== undefined && left <= this.#reserve;
  }

  get #reserve(): number {
    return Math.min(largestReserve, Math.ceil(this.#limit * share));
  }

  /** What may still be sent by the newest answer and what is on its way since; undefined where nothing is known. */
  left(now: number): number | undefined {
    this.#expire(now);
    return this.#remaining === undefined ? undefined : Math.max(0, this.#remaining - this.#inFlight);
  }

  /** Milliseconds until a request may enter: 0 for at once, Infinity where it depends on one that is on its way. */
  gateMs(priority: RequestPriority, now: number): number {
    if (this.#blockedUntil > now) {
      return this.#blockedUntil - now;
    }
    if (this.#test !== 'none') {
      return this.#test === 'sent' ? Infinity : 0;
    }
    return priority === 'background' && this.isKept(now) ? Math.max(0, this.#probeAt - now) : 0;
  }

  /** True the first time that it is asked since requests were last let through. */
  beginsToHold(): boolean {
    const begins = !this.#toldHold;
    this.#toldHold = true;
    return begins;
  }

  enter(priority: RequestPriority, now: number): Stay {
    const tests = this.#test === 'due';
    if (tests) {
      this.#test = 'sent';
    } else if (priority === 'background' && this.isKept(now)) {
      this.#probeAt = now + this.#probeMs;
      this.#probeMs = Math.min(this.#pace.longestProbeMs, this.#probeMs * 2);
    }
    this.#inFlight += 1;
    return { epoch: this.#epoch, tests };
  }

  /** @param isAnswered false where no answer came */
  leave(stay: Stay, isAnswered: boolean, reading: Reading | undefined, now: number): void {
    this.#inFlight -= 1;
    if (stay.tests && stay.epoch === this.#epoch) {
      this.#test = isAnswered ? 'none' : 'due';
    }
    if (stay.epoch !== this.#epoch) {
      return;
    }
    if (reading) {
      this.#read(reading, now);
    } else if (this.#remaining !== undefined) {
      this.#remaining = Math.max(0, this.#remaining - 1);
    }
  }

  /** The cloud refused one. Called after its `leave`. `waitMs`: where the refusal named a time. */
  block(waitMs: number | undefined, limit: number | undefined, now: number): void {
    const ms = Math.min(longestBlockMs, waitMs ?? this.#probeMs);
    this.#probeMs = waitMs === undefined ? Math.min(this.#pace.longestProbeMs, this.#probeMs * 2) : this.#probeMs;
    this.#blockedUntil = Math.max(this.#blockedUntil, now + ms);
    this.#remaining = undefined;
    this.#limit = limit ?? this.#limit;
    this.#epoch += 1;
    this.#test = 'due';
  }

  /** Milliseconds between background requests so that what is left beside the reserve lasts until there is more. */
  paceMs(now: number): number {
    if (this.#blockedUntil > now) {
      return this.#blockedUntil - now;
    }
    const left = this.left(now);
    if (left === undefined) {
      return 0;
    }
    const untilReset = this.#resetAt - now;
    const spare = left - this.#reserve;
    return spare > 0 ? untilReset / spare : Math.min(untilReset, Math.max(this.#probeAt - now, this.#pace.firstProbeMs));
  }

  #read({ remaining, windowMs, resetsInMs }: Reading, now: number): void {
    this.#limit = Math.max(this.#limit, remaining + 1);
    if (resetsInMs !== undefined) {
      this.#resetAt = now + resetsInMs;
    } else if (this.#remaining === undefined || remaining > this.#remaining + Math.max(this.#inFlight + 1, this.#limit * jitter)) {
      // First seen, or filled up meanwhile: when it began to be counted is not known, so it is taken to be now.
      this.#resetAt = now + windowMs;
    }
    this.#remaining = remaining;
    if (remaining - this.#inFlight > this.#reserve) {
      this.#open();
    }
  }

  #expire(now: number): void {
    if (this.#remaining !== undefined && now >= this.#resetAt) {
      this.#remaining = undefined;
      this.#open();
    }
  }

  #open(): void {
    this.#probeMs = this.#pace.firstProbeMs;
    this.#probeAt = 0;
    this.#toldHold = false;
  }
}
