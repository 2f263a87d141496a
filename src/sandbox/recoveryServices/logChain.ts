/** A stretch of time to any moment of which a database can be restored. Milliseconds since the epoch, UTC. */
export interface LogRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The log backups of a database, as the stretches that they cover without a gap: a full backup begins a stretch, each
 * log backup makes it longer, and what breaks the chain ends it. Single log backups are not kept: Azure does not list
 * them either, and a fleet would have thousands of them a day.
 */
export class LogChain {
  #past: (() => LogRange[]) | undefined;
  #ranges: LogRange[] = [];
  #isOpen = false;

  /** @param past oldest first; its last stretch goes on. */
  constructor(past: () => LogRange[] = () => []) {
    this.#past = past;
  }

  /** Oldest first; a stretch without a log backup in it is none. */
  get ranges(): readonly LogRange[] {
    this.#load();
    return this.#ranges.filter((range) => range.end > range.start);
  }

  /** Moment that the chain has reached; undefined where there is none that a log backup could be added to. */
  get reaches(): number | undefined {
    this.#load();
    return this.#isOpen ? this.#ranges.at(-1)?.end : undefined;
  }

  /** After a full backup. One that goes on is not begun anew. */
  begin(at: number): void {
    this.#load();
    if (!this.#isOpen) {
      this.#ranges.push({ start: at, end: at });
      this.#isOpen = true;
    }
  }

  /** After a log backup. */
  extend(until: number): void {
    const reached = this.reaches;
    const last = this.#ranges.at(-1);
    if (reached !== undefined && last !== undefined && until > reached) {
      this.#ranges[this.#ranges.length - 1] = { start: last.start, end: until };
    }
  }

  /** Only a full backup can begin the next stretch. */
  break(): void {
    this.#load();
    this.#isOpen = false;
  }

  #load(): void {
    const past = this.#past;
    this.#past = undefined;
    if (past !== undefined) {
      this.#ranges = past();
      this.#isOpen = this.#ranges.length > 0;
    }
  }
}
