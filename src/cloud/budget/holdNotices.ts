/** What a click waits for, while it does. */
export interface HoldNotice {
  /** For the person who waits: what they wait for. */
  readonly text: string;
  /** Milliseconds from now until it goes on. */
  readonly waitMs: number;
  /** Resolves when nobody waits for it any more. */
  readonly over: Promise<void>;
}

/** A wait that nobody would notice is not told. */
export const shortestToldMs = 2_000;

/** Tells once, while clicks wait for one limit, what they wait for. */
export class HoldNotices {
  readonly #label: string;
  readonly #tell: ((notice: HoldNotice) => void) | undefined;
  readonly #open = new Map<string, () => void>();

  constructor(label: string, tell: ((notice: HoldNotice) => void) | undefined) {
    this.#label = label;
    this.#tell = tell;
  }

  /** @param waitMs until the first of `clicks` may go; 0 where it may, Infinity where it is not known */
  update(key: string, clicks: number, waitMs: number): void {
    if (clicks === 0) {
      this.#end(key);
    } else if (this.#tell && waitMs >= shortestToldMs && Number.isFinite(waitMs) && !this.#open.has(key)) {
      const over = new Promise<void>((resolve) => this.#open.set(key, resolve));
      this.#tell({ text: `${this.#label} takes no more requests of this kind for now`, waitMs, over });
    }
  }

  #end(key: string): void {
    this.#open.get(key)?.();
    this.#open.delete(key);
  }
}
