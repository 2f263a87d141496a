/**
 * Which operations are followed together, by one list, and when the list is asked next. One alone, one that somebody looks
 * at, and one that the list cannot tell of are asked for by themselves: only their own answers have tasks and percentages,
 * and of one alone those cost no more than the list would.
 */
import { segmentOf } from '../core/armId.ts';
import type { Disposable } from '../core/events.ts';
import type { SharedList } from '../core/sharedList.ts';
import type { Clock } from './clock.ts';
import { timing, type EngineOptions } from './context.ts';
import { phaseOf } from './phase.ts';
import type { Scheduler } from './scheduler.ts';
import type { Entry } from './store.ts';

/** A list that was refused is not asked for this long. */
const refusedMs = 10 * 60_000;
/** A young operation among old ones makes the list be asked so many times more often than they need it, and no more. */
const haste = 6;

export interface Group {
  /** Of the scheduler: no operation's id. */
  readonly key: string;
  readonly list: SharedList;
  /** The cloud, and what of it limits are counted for. */
  readonly subscription: string;
  /** By operation id, when each wants to be asked; Infinity for one that is being asked, or waits for a person. Milliseconds since the epoch. */
  readonly members: Map<string, number>;
  /** The earliest of them, or a moment before it. */
  dueMs: number;
  /** Not before this. */
  notBeforeMs: number;
  /** The list has had several pages. */
  isLong: boolean;
}

export interface TogetherOptions {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly trackers: EngineOptions['trackers'];
}

export class Together {
  readonly #options: TogetherOptions;
  readonly #groups = new Map<string, Group>();
  /** By operation id. */
  readonly #groupOf = new Map<string, Group>();
  /** By operation id: how many look at it. */
  readonly #looks = new Map<string, number>();
  readonly #refusedUntilMs = new Map<string, number>();

  constructor(options: TogetherOptions) {
    this.#options = options;
  }

  group(key: string): Group | undefined {
    return this.#groups.get(key);
  }

  /** When an operation is asked for next, alone or with others; replaces what was said before. */
  schedule(entry: Entry, waitMs: number): void {
    const { clock, scheduler } = this.#options;
    const { id } = entry.record;
    if (entry.record.unwatchedAt !== undefined) {
      this.leave(id);
      return;
    }
    const found = this.#listOf(entry);
    if (found?.key !== this.#groupOf.get(id)?.key) {
      this.leave(id);
    }
    if (!found) {
      scheduler.schedule(id, waitMs);
      return;
    }
    const group = this.#join(entry, found.key, found.list);
    const wantedMs = clock.now() + waitMs;
    group.members.set(id, wantedMs);
    if (group.members.size === 1) {
      scheduler.schedule(id, waitMs);
      return;
    }
    scheduler.cancel(id);
    if (group.members.size === 2) {
      // The one that was alone so far has a turn of its own no more.
      [...group.members.keys()].forEach((one) => scheduler.cancel(one));
      group.dueMs = Math.min(...group.members.values());
    }
    group.dueMs = Math.min(group.dueMs, wantedMs);
    this.#arm(group);
  }

  /** As `schedule`, where nothing is to be done for it yet. */
  scheduleIfIdle(entry: Entry, waitMs: number): void {
    const { scheduler } = this.#options;
    const { id } = entry.record;
    const group = this.#groupOf.get(id);
    const isInTurn = group !== undefined && scheduler.isBusy(group.key) && group.members.get(id) !== Infinity;
    if (!scheduler.isBusy(id) && !isInTurn) {
      this.schedule(entry, waitMs);
    }
  }

  /** By itself, now: what its list does not tell, or a person wants to know. It goes on with the others afterwards. */
  askItself(id: string): void {
    this.#options.scheduler.schedule(id, 0);
  }

  /** A round for it begins: until it has said when it wants to be asked again, the list need not be asked for its sake. */
  begun(id: string): void {
    const group = this.#groupOf.get(id);
    group?.members.set(id, Infinity);
  }

  /** It is asked for no more. */
  leave(id: string): void {
    const { scheduler } = this.#options;
    scheduler.cancel(id);
    const group = this.#groupOf.get(id);
    if (!group) {
      return;
    }
    this.#groupOf.delete(id);
    group.members.delete(id);
    if (group.members.size === 0) {
      this.#groups.delete(group.key);
    }
    if (group.members.size < 2) {
      this.#arm(group);
    }
  }

  /** Somebody looks at one operation until it is disposed: meanwhile it is asked for by itself. */
  look(entry: Entry): Disposable {
    const { clock, scheduler } = this.#options;
    const { id } = entry.record;
    this.#looks.set(id, (this.#looks.get(id) ?? 0) + 1);
    const wantedMs = this.#groupOf.get(id)?.members.get(id) ?? -Infinity;
    const isOneOfMany = (this.#groupOf.get(id)?.members.size ?? 0) > 1;
    if (isOneOfMany && !scheduler.isActive(id)) {
      // Where asking fails, looking does not make it be asked more often.
      const notBeforeMs = entry.record.trouble ? wantedMs - clock.now() : 0;
      if (notBeforeMs !== Infinity) {
        this.schedule(entry, Math.max(timing.lookMs, notBeforeMs));
      }
    }
    let isOver = false;
    return {
      dispose: () => {
        if (isOver) {
          return;
        }
        isOver = true;
        const left = (this.#looks.get(id) ?? 1) - 1;
        if (left > 0) {
          this.#looks.set(id, left);
          return;
        }
        this.#looks.delete(id);
        const waitMs = scheduler.waitOf(id);
        if (waitMs !== undefined) {
          // Where it was not asked meanwhile, it wants to be asked when it wanted before.
          this.schedule(entry, Math.max(waitMs, Math.min(wantedMs - clock.now(), refusedMs)));
        }
      },
    };
  }

  isLookedAt(id: string): boolean {
    return this.#looks.has(id);
  }

  /** The group after its list was asked and all in it have said what they want. @param paceMs until it may be asked again */
  asked(group: Group, paceMs: number): void {
    if (this.#groups.get(group.key) !== group) {
      return;
    }
    const now = this.#options.clock.now();
    const wanted = [...group.members.values()].filter((atMs) => atMs !== Infinity);
    const slowestMs = Math.max(0, ...wanted.map((atMs) => atMs - now));
    group.notBeforeMs = now + Math.max(timing.shortestWaitMs, slowestMs / haste, paceMs);
    group.dueMs = Math.min(Infinity, ...wanted);
    this.#arm(group);
  }

  /** Nobody of the group is asked for until somebody is scheduled. */
  rest(group: Group): void {
    group.dueMs = Infinity;
    [...group.members.keys()].forEach((id) => group.members.set(id, Infinity));
    this.#arm(group);
  }

  /** How many ask the cloud for the same kind of thing, counted in the operation's subscription; a group asks as one. */
  askersLike(id: string): number {
    const subscription = this.#groupOf.get(id)?.subscription;
    return subscription === undefined ? 1 : [...this.#groups.values()].filter((group) => group.subscription === subscription).length;
  }

  /** The list is of no use for a while: each is asked for by itself. */
  refused(group: Group): void {
    this.#refusedUntilMs.set(group.key, this.#options.clock.now() + refusedMs);
    for (const id of [...group.members.keys()]) {
      this.leave(id);
      this.askItself(id);
    }
  }

  #join({ record, tracking }: Entry, key: string, list: SharedList): Group {
    let group = this.#groups.get(key);
    if (!group) {
      const asked = list.url(tracking ? [tracking] : [], false, this.#options.clock.now());
      const subscription = `${record.cloud} ${segmentOf(asked, 'subscriptions')?.toLowerCase() ?? ''}`;
      group = { key, list, subscription, members: new Map(), dueMs: Infinity, notBeforeMs: -Infinity, isLong: false };
      this.#groups.set(key, group);
    }
    this.#groupOf.set(record.id, group);
    return group;
  }

  #arm(group: Group): void {
    const { clock, scheduler } = this.#options;
    const now = clock.now();
    if (group.members.size > 1 && group.dueMs !== Infinity) {
      scheduler.schedule(group.key, Math.max(0, group.dueMs - now, group.notBeforeMs - now));
      return;
    }
    scheduler.cancel(group.key);
    const [last] = group.members.size === 1 ? group.members : [];
    if (last && last[1] !== Infinity) {
      scheduler.schedule(last[0], Math.max(0, last[1] - now));
    }
  }

  /** The list that tells of it, and the key of those that it tells of with it; undefined where it is asked for by itself. */
  #listOf({ record, tracking }: Entry): { key: string; list: SharedList } | undefined {
    const { id, status, cloud, tenantId = '' } = record;
    if (tracking === undefined || (status !== 'accepted' && status !== 'running') || this.isLookedAt(id)) {
      return undefined;
    }
    const list = this.#options.trackers.get(phaseOf(record).tracker)?.list;
    const own = list?.keyOf(tracking);
    if (!list || own === undefined) {
      return undefined;
    }
    const key = `list ${cloud} ${tenantId} ${own}`;
    if (this.#options.clock.now() < (this.#refusedUntilMs.get(key) ?? -Infinity)) {
      return undefined;
    }
    this.#refusedUntilMs.delete(key);
    return { key, list };
  }
}
