/** The faults of a sandbox, each at the step of an action that it is for. */
import type { Follower } from '../../../src/operations/types.ts';
import type { FaultPlan } from '../../../src/sandbox/faults/plan.ts';
import { parseFaults, type FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { noteHit } from './spoiledTable.ts';
import type { Placed } from './spoilings.ts';

export class StepFaults {
  readonly #plan: () => FaultPlan;
  /** Called when the end is known, before anything is read back. */
  #atReading: () => void = () => undefined;
  /** Notes a hit of the fault of the same index. */
  #placed: readonly (() => void)[] = [];

  constructor(plan: () => FaultPlan) {
    this.#plan = plan;
  }

  /** From now on these, and no others; what was hit of those before is noted. */
  replace(faults: readonly FaultInput[]): void {
    for (const [index, { hits }] of this.#plan().list().entries()) {
      if (hits > 0) {
        this.#placed[index]?.();
      }
    }
    this.#placed = [];
    this.#plan().replace(parseFaults(faults).faults);
  }

  /** While `work` goes on. What is for no step is there for all of them, and noted nowhere. */
  async during<T>(actionId: string, faults: readonly (Placed | FaultInput)[], work: () => Promise<T>): Promise<T> {
    const placed = faults.flatMap((fault) => ('step' in fault ? [fault] : []));
    const place = (some: readonly Placed[]): void => {
      this.replace(some.map(({ fault }) => fault));
      this.#placed = some.map((one) => () => noteHit(actionId, one));
    };
    if (placed.length === 0) {
      this.replace(faults.flatMap((fault) => ('step' in fault ? [] : [fault])));
    } else {
      place(placed.filter(({ step }) => step !== 'reading back'));
      this.#atReading = () => {
        this.#atReading = () => undefined;
        place(placed.filter(({ step }) => step === 'reading back'));
      };
    }
    try {
      return await work();
    } finally {
      this.#atReading = () => undefined;
      this.replace([]);
    }
  }

  /** The same followers; when one of them is to read back, its step has come. */
  watching(followers: ReadonlyMap<string, Follower>): ReadonlyMap<string, Follower> {
    const watched = (follower: Follower): Follower => ({
      ...follower,
      readBack: (...args) => {
        this.#atReading();
        return follower.readBack(...args);
      },
    });
    return new Map([...followers].map(([id, follower]) => [id, watched(follower)]));
  }
}
