import type { SandboxClock } from './types.ts';

export interface LimitOptions {
  /**
   * True: an empty bucket or a used-up budget refuses with 429, as Azure does. False: the headers count down and nothing
   * is refused, so that no test has to wait for a limit it does not test. Nor does a limit ever look used up then, as
   * clients slow down before one is.
   */
  readonly enforced: boolean;
  /** Requests of one kind that a subscription's bucket holds; see `sizes` for Azure's. */
  readonly reads?: TokenBucketSize;
  readonly writes?: TokenBucketSize;
  readonly deletes?: TokenBucketSize;
}

export interface TokenBucketSize {
  readonly capacity: number;
  readonly perSecond: number;
}

/** What a request meets at the limits. */
export interface LimitVerdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Present where the request is refused. Seconds are the caller's, already shortened by the clock's speed. */
  readonly refusal?: { readonly code: string; readonly message: string; readonly retryAfterSeconds: number };
}

type Kind = 'reads' | 'writes' | 'deletes';

/** What recorded traffic of 2025 started at; Azure documents a refill of a tenth (reads) and a twentieth of it a second. */
const sizes: Record<Kind, TokenBucketSize> = {
  reads: { capacity: 1100, perSecond: 110 },
  writes: { capacity: 800, perSecond: 40 },
  deletes: { capacity: 800, perSecond: 40 },
};
/** The tenant-wide bucket beside each subscription's is this much larger. */
const globalFactor = 15;

interface HourlyBudget {
  readonly actions: RegExp;
  /** What its header started at in most of the recorded traffic, plus one. */
  readonly limit: number;
  /** What the recorded refusal named, where that was less: gateways differ, and the smallest is what a client must do with. */
  readonly enforced?: number;
}

/** Requests an hour that providers allow one action of one subscription, in recorded traffic. */
const hourlyBudgets: readonly HourlyBudget[] = [
  { actions: /^microsoft\.recoveryservices\/vaults\/backupJobs\/read$/i, limit: 450, enforced: 150 },
  { actions: /^microsoft\.recoveryservices\/vaults\/backupstorageconfig\/read$/i, limit: 250 },
  { actions: /^microsoft\.recoveryservices\/vaults\/delete$/i, limit: 200 },
  // Vaults themselves are read, and what is in them is written, without such a header.
  { actions: /^microsoft\.recoveryservices\/vaults\/write$/i, limit: 300 },
  { actions: /^microsoft\.recoveryservices\/vaults\/(?!(operationStatus|backupResourceGuardProxies)\/).+\/read$/i, limit: 300 },
  { actions: /^microsoft\.apimanagement\/service\/(.*\/)?(read|write|delete)$/i, limit: 24_000 },
  { actions: /^microsoft\.storage\/storageaccounts\/listkeys\/action$/i, limit: 12_000 },
];
const hourMs = 3_600_000;
/** Of a budget that is not enforced no more than this is ever gone. */
const unenforcedShare = 0.1;

interface Budget {
  readonly owner: string;
  readonly action: string;
  readonly limit: number;
  readonly since: number;
  used: number;
}

export interface LimitState {
  readonly quota: 'off' | 'real';
  /** Requests refused with 429 since the start. */
  readonly refused: number;
  /** Hourly budgets that somebody has begun to use. */
  readonly budgets: readonly {
    /** GUID, or `tenant`. */
    readonly subscription: string;
    readonly action: string;
    readonly limit: number;
    readonly left: number;
    /** The caller's milliseconds, already shortened by the clock's speed. */
    readonly resetsInMs: number;
  }[];
}

/** Azure's two layers of limits: token buckets of the resource manager, hourly budgets of the provider. */
export class Limits {
  readonly #options: LimitOptions;
  readonly #clock: SandboxClock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #budgets = new Map<string, Budget>();
  #refused = 0;

  constructor(clock: SandboxClock, options: LimitOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** @param segments of the request's path, decoded. */
  take(method: string, segments: readonly string[]): LimitVerdict {
    const subscription = segments[0]?.toLowerCase() === 'subscriptions' ? segments[1]?.toLowerCase() : undefined;
    const scope = subscription === undefined ? 'tenant' : 'subscription';
    const kind: Kind = method === 'GET' || method === 'HEAD' ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
    const bucket = this.#takeToken(subscription ?? 'tenant', kind);
    const left = Math.floor(bucket.left);
    const globalLeft = Math.floor(this.#size(kind).capacity * (globalFactor - 1) + bucket.left);
    const headers: Record<string, string> = {
      [`x-ms-ratelimit-remaining-${scope}-${kind}`]: String(left),
      [`x-ms-ratelimit-remaining-${scope}-global-${kind}`]: String(globalLeft),
    };
    if (bucket.refused) {
      const seconds = this.#clock.scaled(1 / this.#size(kind).perSecond);
      return this.#refuse(headers, subscriptionRefusal(subscription ?? 'tenant', Math.ceil(seconds)));
    }
    const action = actionOf(method, segments);
    const limit = action === undefined ? undefined : this.#limitOf(action);
    if (action === undefined || limit === undefined) {
      return { headers };
    }
    const budget = this.#takeBudget(subscription ?? 'tenant', action, limit);
    headers[`x-ms-ratelimit-remaining-${scope}-resource-requests`] = String(budget.left);
    return budget.waitMs === undefined ? { headers } : this.#refuse(headers, resourceRefusal(action, limit, budget.waitMs));
  }

  /** What has been used so far, for those who look on. */
  state(): LimitState {
    const now = this.#clock.now();
    const window = this.#clock.scaled(hourMs);
    return {
      quota: this.#options.enforced ? 'real' : 'off',
      refused: this.#refused,
      budgets: [...this.#budgets.values()]
        .filter(({ since }) => now - since < window)
        .map(({ owner, action, limit, used, since }) => ({
          subscription: owner,
          action,
          limit,
          left: limit - used,
          resetsInMs: since + window - now,
        })),
    };
  }

  #refuse(headers: LimitVerdict['headers'], refusal: NonNullable<LimitVerdict['refusal']>): LimitVerdict {
    this.#refused += 1;
    return { headers, refusal };
  }

  #limitOf(action: string): number | undefined {
    const budget = hourlyBudgets.find(({ actions }) => actions.test(action));
    return this.#options.enforced ? (budget?.enforced ?? budget?.limit) : budget?.limit;
  }

  #size(kind: Kind): TokenBucketSize {
    return this.#options[kind] ?? sizes[kind];
  }

  #takeToken(owner: string, kind: Kind): { left: number; refused: boolean } {
    const { capacity, perSecond } = this.#size(kind);
    const now = this.#clock.now();
    const bucket = this.#buckets.get(`${owner}/${kind}`) ?? { tokens: capacity, at: now };
    bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / this.#clock.scaled(1000)) * perSecond);
    if (!this.#options.enforced && bucket.tokens < capacity / 2) {
      bucket.tokens = capacity;
    }
    bucket.at = now;
    this.#buckets.set(`${owner}/${kind}`, bucket);
    if (bucket.tokens < 1) {
      return { left: 0, refused: true };
    }
    bucket.tokens -= 1;
    return { left: bucket.tokens, refused: false };
  }

  #takeBudget(owner: string, action: string, limit: number): { left: number; waitMs?: number } {
    const now = this.#clock.now();
    const window = this.#clock.scaled(hourMs);
    const key = `${owner}/${action.toLowerCase()}`;
    let budget = this.#budgets.get(key);
    const over =
      budget !== undefined && (now - budget.since >= window || (!this.#options.enforced && budget.used >= limit * unenforcedShare));
    if (budget === undefined || over) {
      budget = { owner, action, limit, used: 0, since: now };
      this.#budgets.set(key, budget);
    }
    if (budget.used >= limit) {
      return { left: 0, waitMs: budget.since + window - now };
    }
    budget.used += 1;
    return { left: limit - budget.used };
  }
}

/** The action of a request in the words of Azure's permissions: `Microsoft.RecoveryServices/vaults/backupJobs/read`. */
function actionOf(method: string, segments: readonly string[]): string | undefined {
  const at = segments.map((segment) => segment.toLowerCase()).lastIndexOf('providers');
  const namespace = at < 0 ? undefined : segments[at + 1];
  if (namespace === undefined) {
    return undefined;
  }
  const types = segments.slice(at + 2).filter((_, index) => index % 2 === 0);
  const verb = { GET: 'read', HEAD: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' }[method] ?? 'action';
  return [namespace, ...types, verb].join('/');
}

function subscriptionRefusal(subscription: string, retryAfterSeconds: number): NonNullable<LimitVerdict['refusal']> {
  return {
    code: 'SubscriptionRequestsThrottled',
    message: `Number of requests for subscription '${subscription}' exceeded the limit. Please try again after '${retryAfterSeconds}' seconds.`,
    retryAfterSeconds,
  };
}

function resourceRefusal(action: string, limit: number, waitMs: number): NonNullable<LimitVerdict['refusal']> {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return {
    code: 'ResourceRequestsThrottled',
    message: `Number of requests for action '${action}' exceeded the limit of '${limit}' for time interval '01:00:00'. Please try again after '${retryAfterSeconds}' seconds.`,
    retryAfterSeconds,
  };
}
