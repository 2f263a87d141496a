/** Asks one list how many operations go, and lets each take the step that the list tells. */
import { isDeepStrictEqual } from 'node:util';
import type { ArmResponse, ServiceClient } from '../cloud/types.ts';
import { toErrorRecord } from '../core/errors.ts';
import { hasEnded, isFollowed, type RequestTrace, type TrackStep } from '../core/operation.ts';
import { about, bounded, isNoAnswer, setback, traced } from './asking.ts';
import { isoTime } from './clock.ts';
import { timing, type EngineContext } from './context.ts';
import { saidBy, waitOf } from './poller.ts';
import type { Scheduler } from './scheduler.ts';
import type { Changes, Entry } from './store.ts';
import type { Group, Together } from './together.ts';

/** 200 jobs each; whoever has more of them running in one vault than this hears of the rest one by one. */
const mostPages = 20;

/** One round of a group. Whoever the list does not tell enough of is asked for by itself after it. */
export async function askList(context: EngineContext, together: Together, scheduler: Scheduler, group: Group): Promise<void> {
  const entries = await membersOf(context, together, group);
  const [first] = entries;
  const client = first && context.untraced(first);
  if (!first || !client) {
    // Its cloud is not connected: when it is again, all of them are scheduled anew.
    together.rest(group);
    return;
  }
  const free = entries.filter(({ record }) => !scheduler.isActive(record.id));
  if (free.length < 2) {
    together.rest(group);
    free.forEach(({ record }) => together.askItself(record.id));
    return;
  }
  const round = new Round(context, together, scheduler, group, free);
  try {
    const isList = await round.ask(client, first);
    if (!isList) {
      together.refused(group);
      return;
    }
  } catch (error) {
    round.fail(error);
  }
  await round.written();
  together.asked(group, context.paceMs(first, round.url));
}

/** Those that are still to be followed here; the others leave. */
async function membersOf({ store }: EngineContext, together: Together, group: Group): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const id of [...group.members.keys()]) {
    const entry = store.entries.get(id);
    if (entry && isFollowedHere(entry) && (await store.confirm(entry))) {
      entries.push(entry);
    } else {
      together.leave(id);
    }
  }
  return entries;
}

function isFollowedHere({ record, followedBy, abort }: Entry): boolean {
  return followedBy === 'here' && isFollowed(record) && !abort.signal.aborted;
}

class Round {
  readonly #context: EngineContext;
  readonly #together: Together;
  readonly #scheduler: Scheduler;
  readonly #group: Group;
  /** Those that no page has told of yet. */
  readonly #left: Set<Entry>;
  readonly #writes: Promise<unknown>[] = [];
  #url: string;

  constructor(context: EngineContext, together: Together, scheduler: Scheduler, group: Group, entries: readonly Entry[]) {
    this.#context = context;
    this.#together = together;
    this.#scheduler = scheduler;
    this.#group = group;
    this.#left = new Set(entries);
    const states = entries.flatMap(({ tracking }) => (tracking ? [tracking] : []));
    this.#url = group.list.url(states, group.isLong, context.clock.now());
  }

  get url(): string {
    return this.#url;
  }

  /** @returns false where the answer is no list. @throws where no usable answer came */
  async ask(client: ServiceClient, first: Entry): Promise<boolean> {
    for (let pages = 1; ; pages++) {
      const { response, trace } = await this.#page(client, first);
      const page = response.status === 200 ? this.#group.list.read(response, this.#url) : undefined;
      if (!page) {
        return false;
      }
      const now = this.#context.clock.now();
      for (const entry of this.#left) {
        const told = this.#isStillAsked(entry) && entry.tracking ? page.tells(entry.tracking, entry.record.progress, now) : 'gone';
        if (told !== undefined) {
          this.#left.delete(entry);
        }
        if (told === 'itself') {
          this.#together.askItself(entry.record.id);
        } else if (told !== undefined && told !== 'gone') {
          this.#take(entry, told, trace);
        }
      }
      if (this.#left.size === 0 || page.nextUrl === undefined || pages === mostPages) {
        // What a list does not have may have ended or not, or be too new for it.
        this.#left.forEach(({ record }) => this.#together.askItself(record.id));
        return true;
      }
      this.#group.isLong = true;
      this.#url = page.nextUrl;
    }
  }

  /** No usable answer came: for all that were not told of. */
  fail(error: unknown): void {
    const { clock, store } = this.#context;
    for (const entry of this.#left) {
      const found = this.#isStillAsked(entry) ? setback(clock, entry, error) : undefined;
      if (!found) {
        continue;
      }
      const { trouble } = entry.record;
      if (trouble && trouble.kind === found.changes.trouble?.kind && trouble.error.code === toErrorRecord(error).code) {
        // That it still is so need not be written down for each: who comes after this window finds it out by asking.
        entry.record = { ...entry.record, ...found.changes } as Entry['record'];
        store.changed.fire(entry.record);
      } else {
        this.#writes.push(store.update(entry, found.changes));
      }
      this.#group.members.set(entry.record.id, found.waitMs === undefined ? Infinity : clock.now() + found.waitMs);
    }
  }

  async written(): Promise<void> {
    await Promise.all(this.#writes);
  }

  async #page(client: ServiceClient, { record }: Entry): Promise<{ response: ArmResponse; trace: readonly RequestTrace[] }> {
    const { clock, stopping, options } = this.#context;
    const attempted = `follow ${this.#left.size} operations`;
    const resource = record.target.containerName ?? record.target.name;
    const trace: RequestTrace[] = [];
    const asking = traced(client, clock, (noted) => trace.push(noted));
    const response = await bounded(clock, timing.pollMs, stopping, (signal) =>
      asking.poll(this.#url, { ...about(record, attempted, resource), signal, priority: 'background' }),
    );
    if (isNoAnswer(response) || response.status === 401 || response.status === 403) {
      throw await options.explain(response, attempted, resource);
    }
    return { response, trace };
  }

  /** While the list was asked it may have ended, or a person may have asked for it by itself. */
  #isStillAsked(entry: Entry): boolean {
    const { id } = entry.record;
    return isFollowedHere(entry) && this.#group.members.has(id) && !this.#scheduler.isActive(id);
  }

  #take(entry: Entry, step: TrackStep, trace: readonly RequestTrace[]): void {
    if (hasEnded(step.status)) {
      entry.newTrace.push(...trace);
      this.#context.takeLater(entry, step);
      return;
    }
    const { clock, store } = this.#context;
    const wantedMs = clock.now() + waitOf(step);
    entry.failures = 0;
    entry.unread = 0;
    entry.tracking = step.state;
    this.#group.members.set(entry.record.id, wantedMs);
    const said = saidBy(step);
    if (isNews(entry, step, said)) {
      entry.newTrace.push(...trace);
      const changes = { status: step.status, tracking: step.state, nextPollAt: isoTime(wantedMs), trouble: undefined, ...said };
      this.#writes.push(store.update(entry, changes));
    }
  }
}

/** Ten thousand records that say what they said before are not written at each tick. How often was asked is no news. */
function isNews({ record }: Entry, step: TrackStep, said: Changes): boolean {
  return (
    record.status !== step.status ||
    record.trouble !== undefined ||
    (Object.keys(said) as (keyof Changes)[]).some((name) => !isDeepStrictEqual(record[name], said[name]))
  );
}
