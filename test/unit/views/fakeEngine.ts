import { Emitter } from '../../../src/core/events.ts';
import type { BackupError } from '../../../src/core/errors.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import type { FollowPlan, OperationEngine, Standing } from '../../../src/operations/types.ts';

/** An engine's outside: holds records, notes what is asked of it. */
export class FakeEngine implements OperationEngine {
  records = new Map<string, OperationRecord>();
  standings = new Map<string, Standing>();
  readonly asked: string[] = [];
  readonly changed = new Emitter<OperationRecord>();
  readonly ended = new Emitter<OperationRecord>();
  readonly removed = new Emitter<string>();
  readonly problem = new Emitter<BackupError>();
  readonly onDidChange = this.changed.event;
  readonly onDidEnd = this.ended.event;
  readonly onDidRemove = this.removed.event;
  readonly onProblem = this.problem.event;
  refusal: Error | undefined;

  put(record: OperationRecord): void {
    this.records.set(record.id, record);
    this.changed.fire(record);
  }
  list(): readonly OperationRecord[] {
    return [...this.records.values()];
  }
  get(id: string): OperationRecord | undefined {
    return this.records.get(id);
  }
  standing(id: string): Standing {
    return this.standings.get(id) ?? { followedBy: 'here', notConnected: false };
  }
  start(): Promise<OperationRecord> {
    return Promise.reject(new Error('not for views'));
  }
  noteUnstarted(): Promise<OperationRecord> {
    return Promise.reject(new Error('not for views'));
  }
  /** What any window has told. */
  told = new Set<string>();
  tellOnce(key: string): Promise<boolean> {
    const first = !this.told.has(key);
    this.told.add(key);
    return Promise.resolve(first);
  }
  async follow(plan: FollowPlan): Promise<OperationRecord> {
    await this.#ask('follow', plan.job.id);
    const record = aRecord('followed', { job: plan.job, ...(plan.startedAt === undefined ? {} : { startedAt: plan.startedAt }) });
    this.put(record);
    return record;
  }
  resume(): Promise<void> {
    return Promise.resolve();
  }
  cancel(id: string): Promise<void> {
    return this.#ask('cancel', id);
  }
  stopWatching(id: string): Promise<void> {
    return this.#ask('stopWatching', id);
  }
  followAgain(id: string): Promise<void> {
    return this.#ask('followAgain', id);
  }
  lookAgain(id: string): Promise<void> {
    return this.#ask('lookAgain', id);
  }
  retry(id: string): Promise<void> {
    return this.#ask('retry', id);
  }
  async remove(id: string): Promise<void> {
    await this.#ask('remove', id);
    this.records.delete(id);
    this.removed.fire(id);
  }
  /** Ids of the operations that somebody looks at. */
  watched: string[] = [];
  watch(id?: string): { dispose(): void } {
    if (id !== undefined) {
      this.watched.push(id);
    }
    return { dispose: () => (this.watched = this.watched.filter((each) => each !== id)) };
  }
  dispose(): Promise<void> {
    return Promise.resolve();
  }

  #ask(what: string, id: string): Promise<void> {
    this.asked.push(`${what} ${id}`);
    return this.refusal ? Promise.reject(this.refusal) : Promise.resolve();
  }
}

export const targetId = '/subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v/items/vm-1';

export function aRecord(id: string, parts: Partial<OperationRecord> = {}): OperationRecord {
  return newRecord(id, 'https://management.azure.com', Date.parse('2026-03-01T12:00:00Z'), {
    actionId: 'backUpNow',
    title: 'Back Up Now',
    target: { id: targetId, name: 'vm-1', kind: 'protected item', containerName: 'vault-1' },
    tracker: 'job',
    intent: {},
    status: 'running',
    ...parts,
  });
}
