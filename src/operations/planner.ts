/** Takes note of operations that wait for their turn, or for what has to be there first. */
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { newRecord } from './newRecord.ts';
import { isWholeWhenStored } from './redact.ts';
import { alreadyQueued, notWhole } from './refusals.ts';
import type { OperationPlan } from './types.ts';

export class Planner {
  readonly #context: EngineContext;
  readonly #newId: () => string;
  /** When the last one was made. Milliseconds since the epoch. */
  #newest = 0;

  constructor(context: EngineContext, newId: () => string) {
    this.#context = context;
    this.#newId = newId;
  }

  /**
   * On disk as `planned`, and to be gone on with from there.
   * @throws BackupError `NotStorable`, `AlreadyQueued`, `JournalUnwritable`, with nothing written
   */
  async plan(cloud: string, plan: OperationPlan): Promise<OperationRecord> {
    const { store, clock } = this.#context;
    if (![plan.request, ...(plan.first ? [plan.first.request] : [])].every(isWholeWhenStored)) {
      throw notWhole(plan);
    }
    if (plan.lane && store.list().some((record) => isSame(record, plan, cloud))) {
      throw alreadyQueued(plan);
    }
    // Two of one moment have an order too.
    this.#newest = Math.max(clock.now(), this.#newest + 1);
    const entry = await store.create(newRecord(this.#newId(), cloud, this.#newest, { ...plan, status: 'planned' }));
    this.#context.schedule(entry, 0);
    return entry.record;
  }
}

function isSame({ status, lane, request, cloud }: OperationRecord, plan: OperationPlan, inCloud: string): boolean {
  return (
    !hasEnded(status) &&
    cloud === inCloud &&
    lane?.key === plan.lane?.key &&
    request?.method === plan.request.method &&
    request.url.toLowerCase() === plan.request.url.toLowerCase()
  );
}
