/** Whose turn it is, and what is done in it: one round of an operation, or of many that one list tells of. */
import { BackupError, messageOf } from '../core/errors.ts';
import { isFollowed, type TrackStep } from '../core/operation.ts';
import { begin } from './begin.ts';
import type { Clock } from './clock.ts';
import { timing, type EngineContext, type EngineOptions } from './context.ts';
import { askList } from './listRound.ts';
import { isUnsent } from './phase.ts';
import { poll, takeStep } from './poller.ts';
import { Scheduler } from './scheduler.ts';
import { look } from './settle.ts';
import type { Entry } from './store.ts';
import { Together, type Group } from './together.ts';

const requestsAtOnce = 4;
/** So few are asked for as often as they want: their first questions come fast, and are few in an hour. */
const fewAskers = 3;
/** More between two requests says that there is next to nothing left. */
const scarceMs = 30_000;

export interface RoundsOptions {
  readonly clock: Clock;
  readonly trackers: EngineOptions['trackers'];
  /** Called when a turn comes. */
  readonly context: () => EngineContext;
  /** By operation id: requests that are on their way, those of planned ones for as long as they are begun. */
  readonly sending: Map<string, Promise<void>>;
}

export class Rounds {
  readonly together: Together;
  /** Aborted when this window stops following. */
  readonly stopping: AbortSignal;
  readonly #options: RoundsOptions;
  readonly #scheduler: Scheduler;
  readonly #stop = new AbortController();
  /** Steps that a list told, to be taken in turns of their own. */
  readonly #told = new WeakMap<Entry, TrackStep>();

  constructor(options: RoundsOptions) {
    const { clock, trackers } = options;
    this.#options = options;
    this.stopping = this.#stop.signal;
    this.#scheduler = new Scheduler({ clock, atOnce: requestsAtOnce, work: (key) => this.#round(key) });
    this.together = new Together({ clock, scheduler: this.#scheduler, trackers });
  }

  setWatched(watched: boolean): void {
    this.#scheduler.setWatched(watched);
  }

  /** Begins nothing until it is done: what is found meanwhile, and one list tells of, is asked for once. */
  async held(work: () => Promise<void>): Promise<void> {
    this.#scheduler.hold(true);
    await work().finally(() => this.#scheduler.hold(false));
  }

  /** @param ownMs that the cloud would have between two requests of one asker */
  paceMs(entry: Entry, ownMs: number): number {
    const askers = this.together.askersLike(entry.record.id);
    return askers > fewAskers || ownMs > scarceMs ? ownMs * askers : 0;
  }

  takeLater(entry: Entry, step: TrackStep): void {
    this.#told.set(entry, step);
    this.together.leave(entry.record.id);
    this.together.askItself(entry.record.id);
  }

  stop(): void {
    this.#scheduler.stop();
    this.#stop.abort();
  }

  /** A fault of ours must not end an operation that goes on at the service. */
  fault(entry: Entry, error: unknown): void {
    this.#tell(`Following "${entry.record.title}" failed: ${messageOf(error)}`, error);
    this.together.schedule(entry, timing.backoffLongestMs);
  }

  async #round(key: string): Promise<void> {
    const group = this.together.group(key);
    if (group) {
      await askList(this.#options.context(), this.together, this.#scheduler, group).catch((error: unknown) =>
        this.#faultOfList(group, error),
      );
    } else {
      await this.#roundOf(key);
    }
  }

  async #roundOf(id: string): Promise<void> {
    const context = this.#options.context();
    const entry = context.store.entries.get(id);
    // What is on its way goes on by itself when it was answered: until then nothing can be found by looking.
    if (!entry || entry.followedBy !== 'here' || !isFollowed(entry.record) || this.stopping.aborted || this.#options.sending.has(id)) {
      return;
    }
    this.together.begun(id);
    const told = this.#told.get(entry);
    this.#told.delete(entry);
    try {
      if (!(await context.store.confirm(entry))) {
        return;
      }
      const { status } = entry.record;
      if (told) {
        await takeStep(context, entry, told);
      } else if (isUnsent(entry.record)) {
        const { sending } = this.#options;
        const beginning = begin(context, entry).finally(() => sending.delete(id));
        sending.set(
          id,
          beginning.catch(() => undefined),
        );
        await beginning;
      } else {
        await (status === 'sending' ? look(context, entry) : poll(context, entry));
      }
    } catch (error) {
      this.fault(entry, error);
    }
  }

  #faultOfList(group: Group, error: unknown): void {
    this.#tell(`Following ${group.members.size} operations by one list failed: ${messageOf(error)}`, error);
    this.together.refused(group);
  }

  #tell(message: string, cause: unknown): void {
    this.#options.context().store.problem.fire(new BackupError(message, { code: 'Unexpected' }, { cause }));
  }
}
