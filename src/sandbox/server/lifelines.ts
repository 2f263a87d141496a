import { randomUUID } from 'node:crypto';

/** Whoever uses the sandbox, for as long as it is connected. */
export interface Lifeline {
  readonly id: string;
  /** Called when it is over, for whatever reason. */
  readonly onOver: () => void;
}

/**
 * Keeps a sandbox that several windows share for as long as one of them is there, or may come back.
 *
 * A lifeline that breaks keeps its place for the time to linger, so that a window can reload; one that is released
 * gives it up at once. The next one to come takes over the oldest place that is waiting. The start is such a waiting
 * place too. When nobody holds and nothing waits, `abandoned` resolves, once.
 */
export class Lifelines {
  readonly abandoned: Promise<void>;
  readonly #lingerMs: number | undefined;
  readonly #held = new Map<string, Lifeline>();
  readonly #waiting: NodeJS.Timeout[] = [];
  #abandon: () => void = () => undefined;

  /** @param lingerMs milliseconds; where it is undefined, nothing is ever abandoned */
  constructor(lingerMs: number | undefined) {
    this.#lingerMs = lingerMs;
    this.abandoned = new Promise((resolve) => (this.#abandon = resolve));
    this.#wait();
  }

  hold(onOver: () => void): Lifeline {
    clearTimeout(this.#waiting.shift());
    const lifeline = { id: randomUUID(), onOver };
    this.#held.set(lifeline.id, lifeline);
    return lifeline;
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Its connection is gone: its window may come back. */
  cut(id: string): void {
    if (this.#take(id)) {
      this.#wait();
    }
  }

  /** Its window is done with the sandbox. */
  release(id: string): void {
    if (this.#take(id)) {
      this.#look();
    }
  }

  /** Ends the waiting, for a sandbox that closes anyway. */
  close(): void {
    for (const timer of this.#waiting.splice(0)) {
      clearTimeout(timer);
    }
  }

  #take(id: string): boolean {
    const lifeline = this.#held.get(id);
    this.#held.delete(id);
    lifeline?.onOver();
    return lifeline !== undefined;
  }

  #wait(): void {
    if (this.#lingerMs === undefined) {
      return;
    }
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(timer), 1);
      this.#look();
    }, this.#lingerMs);
    timer.unref();
    this.#waiting.push(timer);
  }

  #look(): void {
    if (this.#lingerMs !== undefined && this.#held.size === 0 && this.#waiting.length === 0) {
      this.#abandon();
    }
  }
}
