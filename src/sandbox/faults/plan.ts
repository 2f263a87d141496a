import { globToRegExp } from './pattern.ts';
import type { Fault } from './schema.ts';

/** The faults that hit one request: any number of slow ones, and at most one other. */
export interface FaultVerdict {
  /** Milliseconds to hold the answer back. */
  readonly slowMs: number;
  readonly fault?: Exclude<Fault, { kind: 'slow' }>;
}

/** A fault with what is left of it, as the control endpoint lists it. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly skipLeft: number;
  readonly countLeft: number | 'unlimited';
  readonly hits: number;
}

interface Entry {
  readonly fault: Fault;
  readonly matches: (method: string, path: string) => boolean;
  skipLeft: number;
  countLeft: number;
  hits: number;
}

/** Faults in their order; the first that matches and is not used up hits. */
export class FaultPlan {
  #entries: Entry[] = [];

  constructor(faults: readonly Fault[] = []) {
    this.replace(faults);
  }

  /** Forgets all there were, with their counts. */
  replace(faults: readonly Fault[]): void {
    this.#entries = faults.map(toEntry);
  }

  add(faults: readonly Fault[]): void {
    this.#entries.push(...faults.map(toEntry));
  }

  list(): readonly PlannedFault[] {
    return this.#entries.map(({ fault, skipLeft, countLeft, hits }) => ({
      fault,
      skipLeft,
      countLeft: Number.isFinite(countLeft) ? countLeft : 'unlimited',
      hits,
    }));
  }

  /** Decides for one request and counts it. @param path decoded, slashes folded. */
  take(method: string, path: string): FaultVerdict {
    let slowMs = 0;
    for (const entry of this.#entries) {
      if (entry.countLeft <= 0 || !entry.matches(method, path)) {
        continue;
      }
      if (entry.skipLeft > 0) {
        entry.skipLeft -= 1;
        continue;
      }
      entry.countLeft -= 1;
      entry.hits += 1;
      if (entry.fault.kind !== 'slow') {
        return { slowMs, fault: entry.fault };
      }
      slowMs += entry.fault.ms;
    }
    return { slowMs };
  }
}

function toEntry(fault: Fault): Entry {
  const path = fault.path === undefined ? new RegExp(fault.pathPattern ?? '', 'i') : globToRegExp(fault.path);
  const method = fault.method.toUpperCase();
  return {
    fault,
    matches: (asked, at) => (method === '*' || method === asked.toUpperCase()) && path.test(at),
    skipLeft: fault.skip,
    countLeft: fault.count === 'unlimited' ? Number.POSITIVE_INFINITY : fault.count,
    hits: 0,
  };
}
