/** The jobs of all vaults of the connected cloud, whoever started them: what the Jobs panel shows beside our own operations. */
import type { Connection, Subscription } from '../cloud/types.ts';
import { isCancelled } from '../core/cancellation.ts';
import { displayName } from '../core/displayText.ts';
import { toErrorRecord, type ErrorRecord } from '../core/errors.ts';
import { Emitter, type Disposable, type Event } from '../core/events.ts';
import { hasEnded, type OperationStatus } from '../core/operation.ts';
import { followJob } from '../providers/recoveryServices/actions/jobActions.ts';
import { getJob, lists, listVaults, readPage } from '../providers/recoveryServices/api.ts';
import { jobState, type Job, type Vault } from '../providers/recoveryServices/model.ts';
import { targetKinds } from '../providers/tokens.ts';
import type { RecentJob, RecentJobs } from './recentJobs.ts';

/** As the portal's own list of jobs. */
const recentMs = 24 * 3_600_000;
/** Clocks differ: a job that a fast clock stamps with a moment to come is still listed. */
const aheadMs = 3_600_000;
/** Vaults seldom come and go; Azure counts each request. */
const vaultsKeptMs = 5 * 60_000;
const requestsAtOnce = 4;

interface KnownVault {
  readonly vault: Vault;
  readonly tenantId: string | undefined;
}

interface KnownVaults {
  /** Milliseconds since the epoch, UTC. */
  readonly at: number;
  readonly list: readonly KnownVault[];
  readonly problems: readonly ErrorRecord[];
}

export class VaultJobs implements RecentJobs, Disposable {
  readonly #connection: Pick<Connection, 'arm' | 'state' | 'subscriptions' | 'onDidChange'>;
  readonly #now: () => number;
  readonly #changes = new Emitter<void>();
  readonly #listening: Disposable;
  #vaults: KnownVaults | undefined;
  readonly #tenants = new Map<string, string>();

  constructor(connection: Pick<Connection, 'arm' | 'state' | 'subscriptions' | 'onDidChange'>, now: () => number = Date.now) {
    this.#connection = connection;
    this.#now = now;
    this.#listening = connection.onDidChange(() => {
      this.#vaults = undefined;
      this.#tenants.clear();
      this.#changes.fire();
    });
  }

  get onDidChange(): Event<void> {
    return this.#changes.event;
  }

  /** Nothing connected is no jobs and no problem: the view says what to do then. */
  async list(signal: AbortSignal): ReturnType<RecentJobs['list']> {
    if (this.#connection.state.kind !== 'connected') {
      return { jobs: [], problems: [] };
    }
    const known = await this.#known(signal);
    const found = await atOnce(known.list, (one) => this.#jobsOf(one, signal));
    return { jobs: found.done.flat(), problems: [...known.problems, ...found.problems] };
  }

  async detail(id: string, signal: AbortSignal): Promise<RecentJob> {
    const tenantId = this.#tenantOf(id);
    const job = await getJob(this.#connection.arm(), id, { signal, ...(tenantId === undefined ? {} : { tenantId }) });
    return this.#recent(job, tenantId);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changes.dispose();
  }

  async #known(signal: AbortSignal): Promise<KnownVaults> {
    if (this.#vaults && this.#now() - this.#vaults.at < vaultsKeptMs) {
      return this.#vaults;
    }
    const subscriptions = await this.#connection.subscriptions(signal);
    const found = await atOnce(subscriptions, (subscription) => this.#vaultsOf(subscription, signal));
    this.#vaults = { at: this.#now(), list: found.done.flat(), problems: found.problems };
    return this.#vaults;
  }

  async #vaultsOf({ id, tenantId }: Subscription, signal: AbortSignal): Promise<KnownVault[]> {
    const { items } = await listVaults(this.#connection.arm(), id, { signal, ...(tenantId === undefined ? {} : { tenantId }) });
    return items.map((vault) => ({ vault, tenantId }));
  }

  /** The first page: 200 jobs of a day are more than a person reads. */
  async #jobsOf({ vault, tenantId }: KnownVault, signal: AbortSignal): Promise<RecentJob[]> {
    const now = this.#now();
    const query = lists.jobs(vault.id, { started: { fromMs: now - recentMs, toMs: now + aheadMs } });
    const { items } = await readPage(this.#connection.arm(), query, { signal, ...(tenantId === undefined ? {} : { tenantId }) });
    return items.map((job) => this.#recent(job, tenantId));
  }

  #recent(job: Job, tenantId: string | undefined): RecentJob {
    if (tenantId !== undefined) {
      this.#tenants.set(job.id.toLowerCase(), tenantId);
    }
    const target = {
      kind: targetKinds.job,
      id: job.id,
      name: job.name,
      model: job,
      ...(tenantId === undefined ? {} : { tenantId }),
    };
    const followed = followJob.follow(target, this.#connection.arm().environment.resourceManagerEndpoint);
    const status = statusOf(job);
    const [error] = job.errors;
    return {
      id: job.id,
      name: job.name,
      title: followed.title,
      target: { ...followed.target, name: displayName(followed.target.name) },
      status,
      progress: {
        tasks: job.tasks,
        properties: job.properties,
        ...(job.percent === undefined ? {} : { percent: job.percent }),
        ...(job.remaining === undefined ? {} : { remaining: job.remaining }),
      },
      raw: job.raw,
      ...(job.startTime === undefined ? {} : { startedAt: job.startTime }),
      ...(job.endTime === undefined ? {} : { endedAt: job.endTime }),
      ...(error === undefined || status !== 'failed' ? {} : { error }),
      ...(status === 'succeededWithWarnings' ? { warnings: job.errors } : {}),
      ...(hasEnded(status) ? {} : { follow: { ...followed, tracker: followJob.tracker, ...(tenantId === undefined ? {} : { tenantId }) } }),
    };
  }

  #tenantOf(id: string): string | undefined {
    return this.#tenants.get(id.toLowerCase());
  }
}

/** A status that we have no word for is not taken to have ended. */
function statusOf(job: Job): OperationStatus {
  const state = jobState(job);
  return state === 'cancelling' || state === 'unknown' ? 'running' : state;
}

/** Works on a few at a time; one that fails is a problem and does not stop the others. */
async function atOnce<T, R>(
  all: readonly T[],
  work: (one: T) => Promise<R>,
): Promise<{ readonly done: readonly R[]; readonly problems: readonly ErrorRecord[] }> {
  const results = new Map<number, R>();
  const problems: ErrorRecord[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < all.length; at = next++) {
      try {
        results.set(at, await work(all[at] as T));
      } catch (error) {
        if (isCancelled(error)) {
          throw error;
        }
        problems.push(toErrorRecord(error));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(requestsAtOnce, all.length) }, worker));
  return { done: all.flatMap((_, at) => (results.has(at) ? [results.get(at) as R] : [])), problems };
}
