/** The operation engine: what the windows, trees and agents call. Each part of the work stands in its own file. */
import { randomUUID } from 'node:crypto';
import type { ServiceClient } from '../cloud/types.ts';
import { Emitter, type Disposable } from '../core/events.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { adopt, loadJournal, prune, waitOf } from './adopt.ts';
import { triedOnce } from './again.ts';
import { traced } from './asking.ts';
import { cancel } from './cancel.ts';
import { systemClock, within, type Clock } from './clock.ts';
import type { EngineContext, EngineOptions } from './context.ts';
import { detailsSoon } from './details.ts';
import { endIfGone } from './gone.ts';
import { Journal } from './journal.ts';
import { Lanes } from './lanes.ts';
import { Neighbours } from './neighbours.ts';
import { newRecord, type NewRecord } from './newRecord.ts';
import { Once } from './once.ts';
import { Ownership } from './ownership.ts';
import { outlivesWindow } from './phase.ts';
import { Planner, queued } from './planner.ts';
import { noSuchOperation, noTracker, nothingConnected } from './refusals.ts';
import { remove } from './remove.ts';
import { retry } from './retry.ts';
import { Rounds } from './rounds.ts';
import { send } from './sender.ts';
import { lookAgain } from './settle.ts';
import { OperationStore, type Entry } from './store.ts';
import type { FollowPlan, OperationEngine, OperationPlan, Standing, UnstartedPlan } from './types.ts';
import { noteUnstarted } from './unstarted.ts';
import { followAgain, standingOf, stopWatching } from './watching.ts';

/** How long closing a window waits for the answer to a request that is on its way. */
const lastAnswerMs = 2_000;
/** Ends of operations. */
const pruneEvery = 100;
/** Action id of jobs that somebody else started. */
const followedJob = 'followedJob';

export class Engine implements OperationEngine {
  readonly onDidChange: OperationEngine['onDidChange'];
  readonly onDidEnd: OperationEngine['onDidEnd'];
  readonly onDidRemove: OperationEngine['onDidRemove'];
  readonly onProblem: OperationEngine['onProblem'];
  readonly #options: EngineOptions;
  readonly #clock: Clock;
  readonly #store: OperationStore;
  readonly #rounds: Rounds;
  readonly #neighbours: Neighbours;
  readonly #once: Once;
  readonly #context: EngineContext;
  readonly #planner: Planner;
  readonly #ended = new Emitter<OperationRecord>();
  /** By operation id: requests that are on their way. */
  readonly #sending = new Map<string, Promise<void>>();
  /** By job id in lower case: jobs that are about to be followed. */
  readonly #following = new Map<string, Promise<OperationRecord>>();
  readonly #watchers = new Set<object>();
  #loaded: Promise<void> | undefined;
  #disposed = false;
  #endsSincePruned = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const ownership = new Ownership({
      folder: options.folder,
      clock: this.#clock,
      ...(options.isAlive ? { isAlive: options.isAlive } : {}),
    });
    this.#once = new Once(options.folder);
    this.#store = new OperationStore(new Journal(options.folder), ownership, this.#clock);
    this.onDidChange = this.#store.changed.event;
    this.onDidEnd = this.#ended.event;
    this.onDidRemove = this.#store.removed.event;
    this.onProblem = this.#store.problem.event;
    this.#rounds = new Rounds({ clock: this.#clock, trackers: options.trackers, context: () => this.#context, sending: this.#sending });
    const { together } = this.#rounds;
    const lanes = new Lanes(this.#store, this.#clock);
    this.#context = {
      lanes,
      options,
      clock: this.#clock,
      store: this.#store,
      client: (entry) => this.#tracedFor(entry),
      untraced: (entry) => this.#clientFor(entry.record),
      paceMs: (entry, url) => this.#rounds.paceMs(entry, this.#clientFor(entry.record)?.pace?.(url) ?? 0),
      takeLater: (entry, step) => this.#rounds.takeLater(entry, step),
      stopping: this.#rounds.stopping,
      schedule: (entry, waitMs) => together.schedule(entry, waitMs),
      askItself: (entry) => together.askItself(entry.record.id),
      ended: (entry) => this.#noteEnd(entry),
    };
    this.#planner = new Planner(this.#context, options.newId ?? randomUUID);
    // Whatever the end of one, those that waited for it look whether it is their turn.
    const wake = (ended?: OperationRecord): void => lanes.waiting(ended).forEach(({ record }) => together.askItself(record.id));
    this.#store.changed.event((record) => (record.lane && hasEnded(record.status) ? wake(record) : undefined));
    this.#store.removed.event(() => wake());
    this.#neighbours = new Neighbours({
      store: this.#store,
      clock: this.#clock,
      ...(options.watchFolder ? { watchFolder: options.watchFolder } : {}),
      adopt: (record) => adopt(this.#context, record),
    });
  }

  list(): readonly OperationRecord[] {
    return this.#store.list();
  }

  get(id: string): OperationRecord | undefined {
    return this.#store.entries.get(id)?.record;
  }

  standing(id: string): Standing {
    return standingOf(this.#store.entries.get(id), (entry) => this.#clientFor(entry.record) !== undefined);
  }

  async resume(): Promise<void> {
    if (!this.#loaded) {
      await this.#load();
      return;
    }
    await this.#loaded;
    for (const entry of this.#store.entries.values()) {
      const { record } = entry;
      // One that is planned and does not wait is being sent this moment.
      if (hasEnded(record.status) || entry.followedBy !== 'here' || (record.status === 'planned' && !outlivesWindow(record))) {
        continue;
      }
      if (this.#clientFor(entry.record)) {
        this.#rounds.together.scheduleIfIdle(entry, waitOf(entry.record, this.#clock));
      } else {
        this.#rounds.together.leave(entry.record.id);
        if (!this.#sending.has(entry.record.id)) {
          await endIfGone(this.#context, entry);
        }
      }
      this.#store.changed.fire(entry.record);
    }
  }

  async start(asked: OperationPlan): Promise<OperationRecord> {
    const plan = queued(asked);
    const cloud = this.#connected(plan);
    const missing = [plan.tracker, plan.first?.tracker].find((name) => name !== undefined && !this.#options.trackers.has(name));
    if (missing !== undefined) {
      throw noTracker(plan, missing);
    }
    await this.#load();
    // All that may take long: nobody follows what a window sends that has closed meanwhile.
    const still = (): string => this.#connected({ ...plan, cloud });
    return triedOnce(this.#context, plan, () => (outlivesWindow(plan) ? this.#planner.plan(still(), plan) : this.#sendNow(still(), plan)));
  }

  async noteUnstarted(plan: UnstartedPlan): Promise<OperationRecord> {
    await this.#load();
    return noteUnstarted(this.#context, (this.#options.newId ?? randomUUID)(), plan);
  }

  tellOnce(key: string): Promise<boolean> {
    return this.#once.claim(key);
  }

  async follow(plan: FollowPlan): Promise<OperationRecord> {
    const cloud = this.#connected(plan);
    await this.#load();
    const key = plan.job.id.toLowerCase();
    const known = [...this.#store.entries.values()].find(({ record }) => record.job?.id.toLowerCase() === key)?.record;
    if (known) {
      return known;
    }
    const begun = this.#following.get(key) ?? this.#follow(cloud, plan).finally(() => this.#following.delete(key));
    this.#following.set(key, begun);
    return begun;
  }

  async cancel(id: string): Promise<void> {
    await cancel(this.#context, this.#entry(id));
  }

  stopWatching(id: string): Promise<void> {
    return stopWatching(this.#context, this.#entry(id));
  }

  followAgain(id: string): Promise<void> {
    return followAgain(this.#context, this.#entry(id));
  }

  async lookAgain(id: string): Promise<void> {
    await lookAgain(this.#context, this.#entry(id));
  }

  async retry(id: string): Promise<void> {
    await Promise.resolve(retry(this.#context, this.#entry(id)));
  }

  async remove(id: string): Promise<void> {
    const entry = this.#entry(id);
    await remove(this.#context, entry, this.#sending.has(id));
    this.#rounds.together.leave(id);
  }

  watch(id?: string): Disposable {
    const watcher = {};
    this.#watchers.add(watcher);
    this.#rounds.setWatched(true);
    const entry = id === undefined ? undefined : this.#store.entries.get(id);
    const looks = entry ? [this.#rounds.together.look(entry), detailsSoon(this.#context, entry)] : [];
    return {
      dispose: () => {
        this.#watchers.delete(watcher);
        looks.forEach((look) => look.dispose());
        this.#rounds.setWatched(this.#watchers.size > 0);
      },
    };
  }

  async dispose(): Promise<void> {
    if (this.#disposed) {
      return;
    }
    this.#disposed = true;
    this.#rounds.stop();
    for (const entry of this.#store.entries.values()) {
      entry.abort.abort();
    }
    await within(this.#clock, lastAnswerMs, Promise.all(this.#sending.values()));
    await Promise.all([...this.#store.entries.values()].map((entry) => entry.writes));
    this.#store.dispose();
    await this.#neighbours.dispose();
    await this.#store.ownership.dispose();
  }

  #load(): Promise<void> {
    this.#loaded ??= this.#rounds
      .held(() => loadJournal(this.#context))
      .then(() => this.#neighbours.start())
      .then(() => this.#once.sweep(this.#clock.now()));
    return this.#loaded;
  }

  async #sendNow(cloud: string, plan: OperationPlan): Promise<OperationRecord> {
    const entry = await this.#store.create(this.#newRecord(cloud, { ...plan, status: 'planned' }));
    const { record } = entry;
    const sending = send(this.#context, entry, plan.request)
      .catch((error: unknown) => this.#rounds.fault(entry, error))
      .finally(() => this.#sending.delete(record.id));
    this.#sending.set(record.id, sending);
    return record;
  }

  async #follow(cloud: string, plan: FollowPlan): Promise<OperationRecord> {
    const entry = await this.#store.create(this.#newRecord(cloud, { ...plan, actionId: followedJob, intent: {}, status: 'running' }));
    this.#context.schedule(entry, 0);
    return entry.record;
  }

  #noteEnd(entry: Entry): void {
    this.#ended.fire(entry.record);
    this.#endsSincePruned += 1;
    if (this.#endsSincePruned >= pruneEvery) {
      // A window that is open for weeks keeps to the bounds of the journal too.
      this.#endsSincePruned = 0;
      void prune(this.#context).catch((error: unknown) => this.#store.problem.fire(this.#store.journal.unwritable(error)));
    }
  }

  #newRecord(cloud: string, parts: NewRecord): OperationRecord {
    return newRecord((this.#options.newId ?? randomUUID)(), cloud, this.#clock.now(), parts);
  }

  #tracedFor(entry: Entry): ServiceClient | undefined {
    const client = this.#clientFor(entry.record);
    return client && traced(client, this.#clock, (trace) => entry.newTrace.push(trace));
  }

  /** Only the very cloud that it was sent to: another one's token must not go there, nor this one's elsewhere. */
  #clientFor({ cloud }: Pick<OperationRecord, 'cloud'>): ServiceClient | undefined {
    const arm = this.#options.arm();
    return arm?.environment.resourceManagerEndpoint.toLowerCase() === cloud.toLowerCase() ? arm : this.#options.clientOf?.(cloud);
  }

  /** The origin that a plan is for. @throws BackupError where that cannot be asked now */
  #connected(plan: Pick<OperationPlan, 'cloud' | 'title'>): string {
    const cloud = plan.cloud ?? this.#options.arm()?.environment.resourceManagerEndpoint;
    if (cloud === undefined || this.#disposed || !this.#clientFor({ cloud })) {
      throw nothingConnected(plan);
    }
    return cloud;
  }

  #entry(id: string): Entry {
    const entry = this.#store.entries.get(id);
    if (!entry) {
      throw noSuchOperation(id);
    }
    return entry;
  }
}
