/**
 * Lets the requests of one cloud through: no more at a time than is good for a subscription and a provider, none while the
 * cloud refuses its kind, and of the background none that would use up what a person may need.
 */
import { CancelledError } from '../../core/cancellation.ts';
import { BackupError } from '../../core/errors.ts';
import type { RequestPriority } from '../types.ts';
import { BudgetBook, type Claim } from './budgetBook.ts';
import { steadyClock, type BudgetClock } from './clock.ts';
import { heldBack, type Held } from './held.ts';
import { HoldNotices, shortestToldMs, type HoldNotice } from './holdNotices.ts';
import { Lanes, type Lane, type Waiting } from './lanes.ts';
import type { AnswerOfCloud } from './readings.ts';
import { scopeOf, type RequestScope } from './scope.ts';
import { defaultSlots, Slots, type SlotLimits } from './slots.ts';

export interface GovernorOptions {
  /** As shown: `Azure`. */
  readonly label: string;
  /** How much shorter the cloud's hours are than Azure's; 1 where left out. Only a sandbox has others. */
  readonly speed?: number;
  /** What would have to wait longer than this is refused here, with the time. Milliseconds. */
  readonly longestHoldMs: number;
  readonly slots?: SlotLimits;
  readonly clock?: BudgetClock;
  /** One line for the log, when requests begin to be held back. */
  readonly log?: (line: string) => void;
  /** Told when a click has to wait for a limit. */
  readonly onHold?: (notice: HoldNotice) => void;
}

export interface Entry {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly priority: RequestPriority;
  readonly signal?: Abortable | undefined;
}

/** As much as is needed of an AbortSignal; the pipeline's own kind has no more. */
interface Abortable {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Let through. `leave` is called once, with the answer where one came. */
export interface Pass {
  leave(answer?: AnswerOfCloud): void;
}

export type Admission = { readonly pass: Pass } | { readonly held: Held };

interface Queued extends Waiting {
  readonly settle: (admission: Admission) => void;
  readonly giveUp: (error: Error) => void;
}

const priorities: readonly RequestPriority[] = ['click', 'background'];

export class Governor {
  readonly #options: GovernorOptions;
  readonly #clock: BudgetClock;
  readonly #slots: Slots;
  readonly #book: BudgetBook;
  readonly #lanes = new Lanes<Queued>();
  readonly #notices: HoldNotices;
  #order = 0;
  #isClosed = false;
  #timer: { readonly at: number; readonly dispose: () => void } | undefined;

  constructor(options: GovernorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? steadyClock();
    this.#slots = new Slots(options.slots ?? defaultSlots);
    this.#book = new BudgetBook(options.speed ?? 1);
    this.#notices = new HoldNotices(options.label, options.onHold);
  }

  /** Waits until the request may be sent, or says that it may not for longer than one waits here. @throws CancelledError; BackupError `NotConnected` */
  enter({ method, url, priority, signal }: Entry): Promise<Admission> {
    if (signal?.aborted || this.#isClosed) {
      return Promise.reject(signal?.aborted ? new CancelledError() : this.#leftError());
    }
    const scope = scopeOf(method, url);
    const now = this.#clock.now();
    if (!this.#isBehind(scope, priority) && this.#mayGo(scope, priority, now)) {
      return Promise.resolve({ pass: this.#admit(scope, priority, now) });
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal?.removeEventListener('abort', onAbort);
        this.#lanes.remove(queued);
        this.#notices.update(scope.actionKey, this.#lanes.of(scope)?.click.size ?? 0, 0);
      };
      const queued: Queued = {
        scope,
        priority,
        order: ++this.#order,
        settle: (admission) => {
          leave();
          resolve(admission);
        },
        giveUp: (error) => {
          leave();
          reject(error);
        },
      };
      const onAbort = (): void => queued.giveUp(new CancelledError());
      signal?.addEventListener('abort', onAbort);
      this.#wakeAfter(this.#tend(this.#lanes.add(queued), now));
    });
  }

  /** Milliseconds between background reads like this one, so that the limit they count against lasts; 0 where none is known. */
  paceMs(url: string): number {
    return this.#book.paceMs(scopeOf('GET', url), this.#clock.now());
  }

  /** What stands in the way of a click, where the cloud has said until when; undefined where it may go, or is not held back for longer than moments. */
  heldBack(method: string, url: string): Held | undefined {
    const scope = scopeOf(method, url);
    const now = this.#clock.now();
    const gateMs = this.#book.gateMs(scope, 'click', now);
    return gateMs > shortestToldMs && Number.isFinite(gateMs)
      ? heldBack(this.#options.label, scope, this.#book.reasonOf(scope, now))
      : undefined;
  }

  /** Nobody goes through any more: the cloud is left. Who waits, or comes later, gets `NotConnected`: nothing was sent. */
  close(): void {
    this.#isClosed = true;
    for (const lane of [...this.#lanes.all]) {
      for (const queued of [...lane.click, ...lane.background]) {
        queued.giveUp(this.#leftError());
      }
    }
  }

  #admit(scope: RequestScope, priority: RequestPriority, now: number): Pass {
    const claim = this.#book.claim(scope, priority, now);
    this.#slots.take(scope, priority);
    let left = false;
    return {
      leave: (answer) => {
        if (!left) {
          left = true;
          this.#slots.free(scope, priority);
          this.#settle(scope, claim, answer);
        }
      },
    };
  }

  #settle(scope: RequestScope, claim: Claim, answer: AnswerOfCloud | undefined): void {
    const refusal = this.#book.settle(scope, claim, answer, this.#clock.now());
    if (refusal) {
      const whose = refusal.on === 'kind' ? `All ${scope.kind} of` : scope.name;
      const where = scope.subscription === '' ? 'the tenant' : `subscription ${scope.subscription}`;
      this.#log(`429 ${refusal.code}: ${whose} ${refusal.on === 'kind' ? '' : 'in '}${where} held back for ${seconds(refusal.waitMs)}`);
    }
    this.#pump();
  }

  /** Whether others of its kind wait already: it is not let in before them. */
  #isBehind(scope: RequestScope, priority: RequestPriority): boolean {
    const lane = this.#lanes.of(scope);
    return lane !== undefined && (lane.click.size > 0 || (priority === 'background' && lane.background.size > 0));
  }

  #mayGo(scope: RequestScope, priority: RequestPriority, now: number): boolean {
    return this.#slots.isFree(scope, priority) && this.#book.gateMs(scope, priority, now) === 0;
  }

  #pump(): void {
    if (this.#lanes.isEmpty) {
      return;
    }
    // One moment for the whole round: what opened between a "not yet" and the look for when to come again would be woken by nobody.
    const now = this.#clock.now();
    for (const priority of priorities) {
      for (;;) {
        const next = this.#lanes.first(priority, ({ scope }) => this.#mayGo(scope, priority, now));
        if (!next) {
          break;
        }
        next.settle({ pass: this.#admit(next.scope, priority, now) });
      }
    }
    this.#tendAll(now);
  }

  #tendAll(now: number): void {
    let nearest = Infinity;
    for (const lane of [...this.#lanes.all]) {
      nearest = Math.min(nearest, this.#tend(lane, now));
    }
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#wakeAfter(nearest);
  }

  /** Refuses what would wait too long, and tells clicks what they wait for. @returns milliseconds until the next one may go */
  #tend(lane: Lane<Queued>, now: number): number {
    let nearest = Infinity;
    for (const priority of priorities) {
      const gateMs = lane[priority].size > 0 ? this.#book.gateMs(lane.scope, priority, now) : 0;
      if (gateMs > 0 && Number.isFinite(gateMs)) {
        this.#tellLog(lane, priority, now);
        if (gateMs > this.#options.longestHoldMs) {
          this.#turnAway(lane, priority, now);
        } else {
          nearest = Math.min(nearest, gateMs);
        }
      }
      if (priority === 'click') {
        this.#notices.update(lane.key, lane.click.size, gateMs);
      }
    }
    return nearest;
  }

  #wakeAfter(ms: number): void {
    const at = this.#clock.now() + ms;
    if (Number.isFinite(ms) && (!this.#timer || at < this.#timer.at)) {
      this.#timer?.dispose();
      const wake = this.#clock.after(ms, () => {
        this.#timer = undefined;
        this.#pump();
      });
      this.#timer = { at, dispose: () => wake.dispose() };
    }
  }

  #turnAway(lane: Lane<Queued>, priority: RequestPriority, now: number): void {
    const held = heldBack(this.#options.label, lane.scope, this.#book.reasonOf(lane.scope, now));
    for (const queued of [...lane[priority]]) {
      queued.settle({ held });
    }
  }

  #tellLog({ scope, click, background }: Lane<Queued>, priority: RequestPriority, now: number): void {
    const budget = priority === 'background' ? this.#book.keptForClicks(scope, now) : undefined;
    if (budget?.beginsToHold()) {
      const left = budget.left(now) ?? 0;
      this.#log(`${scope.name}: ${left} requests are left and kept for clicks; ${background.size + click.size} wait`);
    }
  }

  #leftError(): BackupError {
    return new BackupError(`${this.#options.label} was disconnected before the request was sent.`, {
      code: 'NotConnected',
      remedies: ['Connect again and repeat it.'],
    });
  }

  #log(line: string): void {
    this.#options.log?.(`Limits of ${this.#options.label}: ${line}`);
  }
}

function seconds(ms: number): string {
  return `${Math.ceil(ms / 1000)} s`;
}
