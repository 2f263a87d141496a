/**
 * Tells the end of what was started together, once: by the window that followed the last of it to its end, or, where that
 * window closed before it could, by another one. See `OperationEngine.tellOnce`.
 */
import type { Disposable } from '../core/events.ts';
import { hasEnded, isFollowed, type OperationRecord } from '../core/operation.ts';
import type { Clock } from '../operations/clock.ts';
import type { OperationEngine } from '../operations/types.ts';
import { batchOf, type Batch } from './batches.ts';

/** How long a window waits for the one that followed the last operation to tell it. */
export const othersTurnMs = 10_000;
/** Operations of a batch are started within moments of each other: what is missing after this is not to come. */
export const missingMs = 60_000;
/** What ended longer ago is no news any more. */
const newsMs = 24 * 3_600_000;

export interface BatchTellerOptions {
  readonly engine: Pick<OperationEngine, 'list' | 'get' | 'onDidChange' | 'onDidEnd' | 'onDidRemove' | 'tellOnce'>;
  readonly clock: Clock;
  readonly tell: (batch: Batch) => void;
  /** One that ends after its batch was told, e.g. because it was looked for again. */
  readonly tellAlone: (record: OperationRecord) => void;
}

export class BatchTeller implements Disposable {
  readonly #options: BatchTellerOptions;
  readonly #listening: readonly Disposable[];
  /** By batch id: when this window told it or found it told, in milliseconds since the epoch. */
  readonly #told = new Map<string, number>();
  /** By batch id: when to look again. */
  readonly #later = new Map<string, Disposable>();

  constructor(options: BatchTellerOptions) {
    this.#options = options;
    const { engine } = options;
    this.#listening = [
      engine.onDidEnd((record) => this.#ended(record)),
      engine.onDidChange((record) => {
        if (record.batch && !isFollowed(record)) {
          this.#lookLater(record.batch.id, othersTurnMs);
        }
      }),
      engine.onDidRemove(() => {
        // The last that ran may have been it, and what is gone cannot say of which batch it was.
        engine.list().forEach(({ batch }) => (batch ? this.#lookLater(batch.id, othersTurnMs) : undefined));
      }),
    ];
  }

  dispose(): void {
    this.#listening.forEach((one) => one.dispose());
    this.#later.forEach((one) => one.dispose());
    this.#later.clear();
  }

  #ended(record: OperationRecord): void {
    const { batch, endedAt } = record;
    if (!batch) {
      return;
    }
    const toldAt = this.#told.get(batch.id);
    if (toldAt === undefined) {
      void this.#look(batch.id, record);
    } else if (Date.parse(endedAt ?? '') > toldAt) {
      this.#options.tellAlone(record);
    }
  }

  #lookLater(id: string, ms: number): void {
    if (this.#told.has(id) || this.#later.has(id)) {
      return;
    }
    const timer = this.#options.clock.after(ms, () => {
      this.#later.delete(id);
      void this.#look(id);
    });
    this.#later.set(id, timer);
  }

  /** @param ended the one whose end is why it is looked */
  async #look(id: string, ended?: OperationRecord): Promise<void> {
    const { engine, clock, tell, tellAlone } = this.#options;
    const records = engine.list();
    // Asked at each end: of a thousand that were started together, all but the last find one that still runs.
    if (this.#told.has(id) || records.some((record) => record.batch?.id === id && isFollowed(record))) {
      return;
    }
    const batch = batchOf(records, id);
    if (!batch) {
      return;
    }
    const newest = Math.max(...batch.records.map(({ endedAt, updatedAt }) => Date.parse(endedAt ?? updatedAt)));
    const age = clock.now() - newest;
    if (batch.records.length < batch.size && age < missingMs) {
      this.#lookLater(id, missingMs - age);
      return;
    }
    this.#told.set(id, clock.now());
    this.#later.get(id)?.dispose();
    this.#later.delete(id);
    if (await engine.tellOnce(`batch ${id}`)) {
      if (age < newsMs) {
        tell(batch);
      }
    } else if (ended && hadEndedBefore(ended)) {
      // The others were told, and with them its end of before, before this window was there.
      tellAlone(ended);
    }
  }
}

/** True of one that was found to go on after all, when it had been told to have ended. */
function hadEndedBefore({ steps = [] }: OperationRecord): boolean {
  return steps.slice(0, -1).some(({ status }) => hasEnded(status));
}
