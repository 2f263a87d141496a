import { Governor, type Admission, type GovernorOptions, type Pass } from '../../../../src/cloud/budget/governor.ts';
import type { BudgetClock } from '../../../../src/cloud/budget/clock.ts';
import type { HoldNotice } from '../../../../src/cloud/budget/holdNotices.ts';
import type { RequestPriority } from '../../../../src/cloud/types.ts';

const subscription = '11111111-2222-4333-8444-555555555555';
const host = 'https://management.example';

/** The address of something below a vault. */
export const inVault = (path: string, { sub = subscription, vault = 'v', at = host } = {}): string =>
  `${at}/subscriptions/${sub}/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/${vault}/${path}?api-version=1`;

/** A clock whose hands are turned. */
class HandClock implements BudgetClock {
  #now = 1_000_000;
  #due: { readonly at: number; readonly run: () => void }[] = [];

  /** Milliseconds that it goes on by itself with each look at it, as it does where other programs get their turn in between. */
  creepMs = 0;

  now(): number {
    const now = this.#now;
    this.#now += this.creepMs;
    return now;
  }

  after(ms: number, run: () => void): { dispose(): void } {
    const due = { at: this.#now + ms, run };
    this.#due.push(due);
    return { dispose: () => (this.#due = this.#due.filter((one) => one !== due)) };
  }

  get timers(): number {
    return this.#due.length;
  }

  /** Lets what is due happen, in its order, and what awaits it. */
  async turn(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) {
        break;
      }
      this.#now = Math.max(this.#now, next.at);
      this.#due = this.#due.filter((one) => one !== next);
      next.run();
      await settled();
    }
    this.#now = until;
    await settled();
  }
}

export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface AnswerHeaders {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** What one request came to so far. */
export interface Asked {
  readonly url: string;
  state: 'waits' | 'sent' | 'held' | 'rejected';
  admission?: Admission;
  error?: unknown;
  /** Ends it. */
  answer(answer?: AnswerHeaders): void;
  /** Ends it with no answer at all. */
  fail(): void;
}

export const left = (remaining: number): AnswerHeaders => ({
  headers: { 'x-ms-ratelimit-remaining-subscription-resource-requests': String(remaining) },
});

/** The one recorded refusal, word for word but for its numbers. */
export const refused = (seconds: number, limit = 150): AnswerHeaders => ({
  status: 429,
  headers: { 'retry-after': String(seconds) },
  text: JSON.stringify({
    error: {
      code: 'ResourceRequestsThrottled',
      message: `Number of requests for action 'Microsoft.RecoveryServices/vaults/backupJobs/read' exceeded the limit of '${limit}' for time interval '01:00:00'. Please try again after '${seconds}' seconds.`,
    },
  }),
});

/** A governor at a clock whose hands are turned, with what it said. */
export class Bench {
  readonly clock = new HandClock();
  readonly lines: string[] = [];
  readonly notices: HoldNotice[] = [];
  readonly governor: Governor;

  constructor(options: Partial<GovernorOptions> = {}) {
    this.governor = new Governor({
      label: 'Azure',
      longestHoldMs: 60_000,
      clock: this.clock,
      log: (line) => this.lines.push(line),
      onHold: (notice) => this.notices.push(notice),
      ...options,
    });
  }

  ask(url: string, priority: RequestPriority = 'background', more: { method?: string; signal?: AbortSignal } = {}): Asked {
    let pass: Pass | undefined;
    const end = (answer?: AnswerHeaders): void => {
      if (!pass) {
        throw new Error(`${url} was not sent`);
      }
      const { status = 200, headers = {}, text } = answer ?? {};
      pass.leave(answer && { status, headers: { get: (name) => headers[name] }, text });
    };
    const asked: Asked = { url, state: 'waits', answer: (answer = {}) => end(answer), fail: () => end() };
    this.governor.enter({ method: more.method ?? 'GET', url, priority, signal: more.signal }).then(
      (admission) => {
        asked.admission = admission;
        asked.state = 'pass' in admission ? 'sent' : 'held';
        pass = 'pass' in admission ? admission.pass : undefined;
      },
      (error: unknown) => {
        asked.state = 'rejected';
        asked.error = error;
      },
    );
    return asked;
  }

  /** Asks and answers at once. */
  async round(url: string, answer: AnswerHeaders, priority: RequestPriority = 'click'): Promise<Asked> {
    const asked = this.ask(url, priority);
    await settled();
    asked.answer(answer);
    await settled();
    return asked;
  }
}

export const count = (asked: readonly Asked[], state: Asked['state']): number => asked.filter((one) => one.state === state).length;
