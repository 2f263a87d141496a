/** What runs on which thing, of the operations that this window follows, and what they make. */
import { armIdKey, idUpTo, lastSegment } from '../core/armId.ts';
import { objectAt } from '../core/json.ts';
import type { OperationRecord } from '../core/operation.ts';

export interface RunningOperation {
  /** `Back Up Now`. */
  readonly title: string;
  /** 0 to 100, where Azure gives one. */
  readonly percent?: number;
  /** `Transfer data to vault`. */
  readonly message?: string;
  /** Not sent yet: it waits for another one of its lane. */
  readonly waiting?: boolean;
  /** It makes the thing itself: a restore point that is being made or copied. */
  readonly makes?: boolean;
}

/** What the operation that made a restore point came to: lists do not tell whether a copy is complete. */
export type MadePoint = { readonly usable: true } | { readonly usable: false; readonly reason: string; readonly disk?: string };

interface Entry {
  readonly id: string;
  readonly state: RunningOperation;
}

/** By subject, then by operation: several may stand in line for one VM. */
export class RunningMap {
  readonly #bySubject = new Map<string, Map<string, Entry>>();

  /** The one that runs, or else the first of those that wait. */
  get(id: string): RunningOperation | undefined {
    const entries = this.#bySubject.size === 0 ? undefined : this.#bySubject.get(subjectKey(id));
    if (entries === undefined) {
      return undefined;
    }
    const states = [...entries.values()].map(({ state }) => state);
    return states.findLast(({ waiting }) => waiting !== true) ?? states[0];
  }

  /** @returns true where something looks different now */
  put(record: OperationRecord): boolean {
    let changed = false;
    for (const id of idsOf(record)) {
      const key = subjectKey(id);
      const entries = this.#bySubject.get(key) ?? new Map<string, Entry>();
      const state = stateOf(record, id);
      changed ||= looks(entries.get(record.id)?.state) !== looks(state);
      entries.set(record.id, { id, state });
      this.#bySubject.set(key, entries);
    }
    return changed;
  }

  /** @returns the ids on which it ran */
  drop(operationId: string): readonly string[] {
    const dropped: string[] = [];
    for (const [key, entries] of this.#bySubject) {
      const entry = entries.get(operationId);
      if (entry !== undefined) {
        dropped.push(entry.id);
        entries.delete(operationId);
        if (entries.size === 0) {
          this.#bySubject.delete(key);
        }
      }
    }
    return dropped;
  }

  clear(): void {
    this.#bySubject.clear();
  }
}

function stateOf(record: OperationRecord, id: string): RunningOperation {
  const { percent, message } = record.progress;
  const makes = madePointOf(record);
  const waiting = isWaiting(record);
  return {
    title: record.title,
    ...(percent === undefined ? {} : { percent }),
    ...(waiting && record.lane ? { message: record.lane.waiting } : message === undefined ? {} : { message }),
    ...(waiting ? { waiting } : {}),
    ...(makes !== undefined && armIdKey(makes) === armIdKey(id) ? { makes: true } : {}),
  };
}

/** One that is alone in its lane never waits, though deciding that takes moments. */
function isWaiting({ status, lane }: OperationRecord): boolean {
  return status === 'planned' && lane?.waitsSince !== undefined && lane.turnAt === undefined;
}

function looks(state: RunningOperation | undefined): string {
  return JSON.stringify([state?.title, state?.percent, state?.message, state?.waiting]);
}

/**
 * The resource acted on, the job behind the operation, and of restore points what is made, where, and of which VM: the
 * actions name them in the intent.
 */
export function idsOf(record: OperationRecord): readonly string[] {
  const ids = [record.target.id, record.job?.id, ...intendedIds(record)].filter((id) => id !== undefined);
  return [...new Map(ids.map((id) => [subjectKey(id), id])).values()];
}

function intendedIds({ intent }: OperationRecord): readonly string[] {
  return ['pointId', 'collectionId', 'machineId'].flatMap((name) => {
    const id = intent[name];
    return typeof id === 'string' && id.startsWith('/') ? [id] : [];
  });
}

/** Which blob a service is backed up into or restored from, `ACCOUNT/CONTAINER/BLOB`; undefined for all other operations. */
export function backupBlobOf({ actionId, intent }: OperationRecord): string | undefined {
  const { account, container, backupName } = intent;
  const known = typeof account === 'string' && typeof container === 'string' && typeof backupName === 'string';
  return known && ['backUpService', 'restoreService', 'restoreBackup'].includes(actionId)
    ? `${account}/${container}/${backupName}`
    : undefined;
}

/** The restore point that the operation makes. */
export function madePointOf({ actionId, intent }: OperationRecord): string | undefined {
  const id = intent['pointId'];
  return makers.has(actionId) && typeof id === 'string' ? id : undefined;
}

const makers: ReadonlySet<string> = new Set(['createRestorePoint', 'addRestorePoint', 'copyRestorePoint', 'copyCollection']);

/** What the operation has made by now, as far as Azure has taken it; empty for operations that make nothing that the tree shows. */
export function madeSoFar(record: OperationRecord): readonly string[] {
  const taken = record.status === 'accepted' || record.status === 'running';
  const own = taken && (record.first === undefined || record.first.done === true);
  const pointId = madePointOf(record);
  const collectionId = record.intent['collectionId'];
  return [
    ...(record.first?.done && typeof collectionId === 'string' ? [collectionId] : []),
    ...(own && pointId !== undefined ? [pointId] : []),
  ];
}

/** Followed to its end and read back: usable. Where a disk could not be copied, it says which. */
export function whatCame({ status, error }: OperationRecord): MadePoint | undefined {
  if (status === 'succeeded') {
    return { usable: true };
  }
  if (status !== 'failed' || error?.code !== 'DiskCopyFailed') {
    return undefined;
  }
  const disk = objectAt({ detail: error.detail ?? null }, 'detail')['disk'];
  return { usable: false, reason: error.message, ...(typeof disk === 'string' ? { disk } : {}) };
}

/**
 * What an operation is about. A VM has one container in a vault, and it is there before and after the VM is protected,
 * so it stands for the protectable item and for the protected item that it becomes. A database has the same name in both
 * lists, and so has a machine before and after it is registered. For comparing only: it is no id.
 */
export function subjectKey(id: string): string {
  const container = idUpTo(id, 'protectionContainers');
  if (container && /^iaasvmcontainer/i.test(lastSegment(container))) {
    return armIdKey(container);
  }
  return armIdKey(id)
    .replace(/(\/backupfabrics\/[^/]+)\/protectablecontainers\//, '$1/protectioncontainers/')
    .replace(/(\/protectioncontainers\/[^/]+)\/protectableitems\//, '$1/protecteditems/');
}
