/**
 * Whose turn it is in a lane, among all windows of this machine. The journal is what they share: one whose turn has come
 * says so there, and keeps the others waiting until it has ended. Deciding is done by one window at a time, which an owner
 * file tells as it does for operations (see ownership.ts).
 */
import type { ErrorRecord } from '../core/errors.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { isoTime, type Clock } from './clock.ts';
import { lockName } from './ownership.ts';
import { isQueued, mayBegin } from './phase.ts';
import { notStartedCode } from './refusals.ts';
import type { Entry, OperationStore } from './store.ts';

export type Turn =
  | { readonly is: 'come' }
  /** Waits for these, the next one first. */
  | { readonly is: 'later'; readonly ahead: readonly [OperationRecord, ...OperationRecord[]] }
  /** Another window decides this moment. */
  | { readonly is: 'busy' }
  /** That its turn has come could not be written down: so it has not. */
  | { readonly is: 'unsaved'; readonly error: ErrorRecord };

export class Lanes {
  readonly #store: OperationStore;
  readonly #clock: Clock;
  /** One decision of this window at a time. */
  #deciding: Promise<unknown> = Promise.resolve();

  constructor(store: OperationStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** For a queued one that is followed here. @throws BackupError `JournalUnwritable` */
  take(entry: Entry): Promise<Turn> {
    const turn = this.#deciding.then(() => this.#take(entry));
    this.#deciding = turn.catch(() => undefined);
    return turn;
  }

  /** Those of this window that wait for `ended`, or, without one, all that wait. */
  waiting(ended?: OperationRecord): readonly Entry[] {
    return [...this.#store.entries.values()].filter(
      ({ record, followedBy }) => followedBy === 'here' && isQueued(record) && (ended === undefined || sameLane(record, ended)),
    );
  }

  async #take(entry: Entry): Promise<Turn> {
    const { record } = entry;
    if (!record.lane || !mayBegin(entry)) {
      return { is: 'busy' };
    }
    const lock = lockOf(record);
    if (!(await this.#store.lock(lock))) {
      return { is: 'busy' };
    }
    try {
      const [first, ...others] = (await this.#others(record)).filter((other) => isAhead(other, record)).sort(inTurn);
      if (first) {
        return { is: 'later', ahead: [first, ...others] };
      }
      if (!mayBegin(entry)) {
        return { is: 'busy' };
      }
      const { key, waiting } = record.lane;
      const error = await this.#store.update(entry, { lane: { key, waiting, turnAt: isoTime(this.#clock.now()) } });
      // A machine that slept meanwhile may find that another window has decided otherwise.
      const decided = error === undefined && (await this.#store.ownership.stillOwns(lock));
      if (!decided && mayBegin(entry)) {
        await this.#store.update(entry, { lane: { key, waiting } });
      }
      return error ? { is: 'unsaved', error } : decided ? { is: 'come' } : { is: 'busy' };
    } finally {
      await this.#store.unlock(lock);
    }
  }

  /** Of this window as they are in memory; of others as they are on disk now, not as they were when this window last looked. */
  async #others(record: OperationRecord): Promise<OperationRecord[]> {
    const { entries, journal } = this.#store;
    const ids = new Set([...(await journal.ids()), ...entries.keys()]);
    const found: OperationRecord[] = [];
    for (const id of ids) {
      const known = entries.get(id);
      // What has ended stays so, but for what may be looked for again.
      if (known && (!sameLane(known.record, record) || (hasEnded(known.record.status) && !mayGoOn(known.record)))) {
        continue;
      }
      const newest = known?.followedBy === 'here' ? known.record : await journal.read(id);
      if (id !== record.id && newest && sameLane(newest, record) && !hasEnded(newest.status)) {
        found.push(newest);
      }
    }
    return found;
  }
}

/** Another window may have looked, and found it to have begun. */
function mayGoOn({ status, error }: OperationRecord): boolean {
  return status === 'unknown' || error?.code === notStartedCode;
}

function sameLane(a: OperationRecord, b: OperationRecord): boolean {
  return a.lane !== undefined && a.lane.key === b.lane?.key && a.cloud === b.cloud;
}

function isAhead(other: OperationRecord, record: OperationRecord): boolean {
  return !isQueued(other) || byAge(other, record) < 0;
}

/** The one whose turn it is, then in the order in which they were made. */
function inTurn(a: OperationRecord, b: OperationRecord): number {
  return Number(isQueued(a)) - Number(isQueued(b)) || byAge(a, b);
}

function byAge(a: OperationRecord, b: OperationRecord): number {
  return a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id);
}

function lockOf({ cloud, lane }: OperationRecord): string {
  return lockName('lane', `${cloud} ${lane?.key ?? ''}`);
}
