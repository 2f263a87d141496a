/** Takes note of operations that wait for their turn, or for what has to be there first. */
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import type { EngineContext } from './context.ts';
import { isoTime } from './clock.ts';
import { newRecord } from './newRecord.ts';
import { isWholeWhenStored } from './redact.ts';
import { alreadyQueued, notWhole } from './refusals.ts';
import type { OperationPlan } from './types.ts';

/** One of a batch is sent when its turn comes, unless it holds a secret, which no journal can keep until then. */
export function queued(plan: OperationPlan): OperationPlan {
  const { batch, request } = plan;
  return batch && batch.size > 1 && isWholeWhenStored(request) ? { ...plan, batch: { ...batch, isQueued: true } } : plan;
}

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
    const ahead = plan.lane && store.list().some((record) => isOfLane(record, plan.lane?.key, cloud));
    const lane = plan.lane && { ...plan.lane, ...(ahead ? { waitsSince: isoTime(clock.now()) } : {}) };
    const entry = await store.create(
      newRecord(this.#newId(), cloud, this.#newest, { ...plan, ...(lane ? { lane } : {}), status: 'planned' }),
    );
    this.#context.schedule(entry, 0);
    return entry.record;
  }
}

/** True for one that has not ended. */
function isOfLane({ status, lane, cloud }: OperationRecord, key: string | undefined, inCloud: string): boolean {
  return !hasEnded(status) && cloud === inCloud && lane?.key === key;
}

function isSame(record: OperationRecord, plan: OperationPlan, inCloud: string): boolean {
  const { request } = record;
  return (
    isOfLane(record, plan.lane?.key, inCloud) &&
    request?.method === plan.request.method &&
    request.url.toLowerCase() === plan.request.url.toLowerCase()
  );
}
