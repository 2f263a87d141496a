import type { ArmResponse } from '../../../src/cloud/types.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import type { Clock } from '../../../src/operations/clock.ts';
import { jobTracking, trackerNames } from '../../../src/providers/recoveryServices/tracking.ts';
import type { FollowPlan, OperationPlan } from '../../../src/operations/types.ts';
import { answer, FakeArm, origin } from './fakes.ts';

const subscription = '/subscriptions/s1/resourceGroups/rg';
const pageSize = 200;

export interface FakeJob {
  readonly id: string;
  readonly vault: string;
  readonly name: string;
  readonly startMs: number;
  endMs: number;
  /** As Azure says it. */
  outcome: string;
  /** Not in lists, as one that is too new for them. */
  isHidden?: boolean;
  isCancelling?: boolean;
}

type Kind = 'list' | 'detail' | 'operation' | 'send';

/** Vaults with jobs that run and end by the clock. Counts what is asked. */
export class FakeVaults extends FakeArm {
  readonly jobs = new Map<string, FakeJob>();
  readonly counts: Record<Kind, number> = { list: 0, detail: 0, operation: 0, send: 0 };
  /** Instead of the answer. */
  spoil: (kind: Kind, url: string) => ArmResponse | Error | undefined = () => undefined;
  /** Milliseconds that a job runs which is started by a request. */
  takesMs = 600_000;
  /** Requests that are not answered yet. */
  inFlight = 0;
  /** How an answer comes: within this turn of the event loop, unless told otherwise. */
  arrive: () => Promise<unknown> = () => Promise.resolve();
  readonly #clock: Clock;
  /** By vault, newest first as in Azure's lists. */
  readonly #vaults = new Map<string, FakeJob[]>();

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  /** @param parts of a job that runs for an hour from now */
  add(vault: string, name: string, parts: Partial<FakeJob> = {}): FakeJob {
    const now = this.#clock.now();
    const id = `${vaultId(vault)}/backupJobs/${vault}-${name}`;
    const job: FakeJob = { id, vault, name, startMs: now, endMs: now + 3_600_000, outcome: 'Completed', ...parts };
    this.jobs.set(id.toLowerCase(), job);
    const jobs = this.#vaults.get(vault) ?? [];
    jobs.unshift(job);
    this.#vaults.set(vault, jobs);
    return job;
  }

  /** Requests since it was asked last. */
  taken(): Record<Kind, number> {
    const taken = { ...this.counts };
    this.counts.list = this.counts.detail = this.counts.operation = this.counts.send = 0;
    return taken;
  }

  override poll(url: string): Promise<ArmResponse> {
    this.polled.push(url);
    const { pathname, searchParams } = new URL(url);
    const path = decodeURIComponent(pathname).toLowerCase();
    const vault = /\/vaults\/([^/]+)/.exec(path)?.[1] ?? '';
    const kind = path.endsWith('/backupjobs') ? 'list' : path.includes('/backupjobs/') ? 'detail' : 'operation';
    return this.#answer(kind, url, () => {
      switch (kind) {
        case 'list':
          return this.#list(url, vault, searchParams);
        case 'detail':
          return this.#detail(path);
        case 'operation':
          return answer(200, { status: 'Succeeded', properties: { objectType: 'X', jobId: path.slice(path.lastIndexOf('/') + 1) } });
      }
    });
  }

  /** A backup of the item that the URL names. */
  override send(request: PreparedRequest): Promise<ArmResponse> {
    this.sent.push(request);
    return this.#answer('send', request.url, () => {
      const [, vault = '', item = ''] = /\/vaults\/([^/]+)\/items\/([^/]+)\/backup/.exec(request.url) ?? [];
      const job = this.add(vault, item, { endMs: this.#clock.now() + this.takesMs });
      const operation = `${origin}${vaultId(vault)}/operationsStatus/${job.id.slice(job.id.lastIndexOf('/') + 1)}?api-version=1`;
      const date = new Date(this.#clock.now()).toUTCString();
      return answer(202, undefined, { 'azure-asyncoperation': operation, 'retry-after': '60', date });
    });
  }

  async #answer(kind: Kind, url: string, answers: () => ArmResponse): Promise<ArmResponse> {
    this.counts[kind] += 1;
    this.inFlight += 1;
    await this.arrive();
    this.inFlight -= 1;
    const spoilt = this.spoil(kind, url);
    if (spoilt instanceof Error) {
      throw spoilt;
    }
    return spoilt ?? answers();
  }

  #list(url: string, vault: string, query: URLSearchParams): ArmResponse {
    const filter = query.get('$filter') ?? '';
    const status = /status eq '([^']*)'/.exec(filter)?.[1];
    const since = /startTime eq '([^']*)'/.exec(filter)?.[1];
    const sinceMs = since === undefined ? -Infinity : Date.parse(`${since} UTC`);
    const jobs = (this.#vaults.get(vault) ?? []).filter(
      (job) => !job.isHidden && job.startMs >= sinceMs && (status === undefined || this.#status(job) === status),
    );
    const at = Number(query.get('$skipToken') ?? 0);
    const value = jobs.slice(at, at + pageSize).map((job) => this.#resource(job));
    const nextLink = new URL(url);
    nextLink.searchParams.set('$skipToken', String(at + pageSize));
    return parsed({ value, ...(at + pageSize < jobs.length ? { nextLink: nextLink.href } : {}) });
  }

  #detail(path: string): ArmResponse {
    const job = this.jobs.get(path);
    if (!job) {
      return answer(404, { code: 'ResourceNotFound', message: 'There is no such job.' });
    }
    const percent = Math.floor(Math.min(100, ((this.#clock.now() - job.startMs) / (job.endMs - job.startMs)) * 100));
    const resource = this.#resource(job);
    const tasksList = [
      { taskId: 'Take Snapshot', status: 'Completed' },
      { taskId: 'Transfer data to vault', status: 'InProgress', taskExecutionDetails: `${percent} GBs / 100 GBs Transferred` },
    ];
    const properties = { ...(resource['properties'] as JsonObject), extendedInfo: { tasksList, progressPercentage: percent } };
    return parsed({ ...resource, properties });
  }

  #status(job: FakeJob): string {
    return this.#clock.now() >= job.endMs ? job.outcome : job.isCancelling ? 'Cancelling' : 'InProgress';
  }

  #resource(job: FakeJob): JsonObject {
    const status = this.#status(job);
    const isOver = this.#clock.now() >= job.endMs;
    return {
      id: job.id,
      name: job.id.slice(job.id.lastIndexOf('/') + 1),
      type: 'Microsoft.RecoveryServices/vaults/backupJobs',
      properties: {
        jobType: 'AzureIaaSVMJob',
        actionsInfo: ['Cancellable'],
        duration: 'PT10S',
        virtualMachineVersion: 'Compute',
        entityFriendlyName: job.name,
        backupManagementType: 'AzureIaasVM',
        operation: 'Backup',
        status,
        startTime: new Date(job.startMs).toISOString(),
        ...(isOver ? { endTime: new Date(job.endMs).toISOString() } : {}),
        ...(status === 'Failed' ? { errorDetails: [{ errorCode: 1, errorTitle: 'UserErrorX', errorString: 'The VM is gone.' }] } : {}),
        activityId: '00000000-0000-0000-0000-000000000000',
      },
    };
  }
}

/** The text and its JSON, as a client hands them over: the cost of parsing belongs to what is measured. */
function parsed(body: Json): ArmResponse {
  const text = JSON.stringify(body);
  return { ...answer(200), text, body: JSON.parse(text) as Json };
}

function vaultId(vault: string): string {
  return `${subscription}/providers/Microsoft.RecoveryServices/vaults/${vault}`;
}

export function followPlan({ id, name, vault }: FakeJob): FollowPlan {
  return {
    title: 'Backup',
    target: { id, name, kind: 'job', containerId: vaultId(vault), containerName: vault },
    job: { id, name: id.slice(id.lastIndexOf('/') + 1) },
    tracker: trackerNames.job,
    tracking: jobTracking(origin, id),
  };
}

/** Backs up an item that need not exist. */
export function startPlan(vault: string, item: string): OperationPlan {
  const id = `${vaultId(vault)}/items/${item}`;
  return {
    actionId: 'backupNow',
    title: 'Back Up Now',
    target: { id, name: item, kind: 'VM', containerId: vaultId(vault), containerName: vault },
    request: { method: 'POST', url: `${origin}${id}/backup?api-version=1`, headers: {}, body: '{}' },
    tracker: trackerNames.job,
    intent: {},
  };
}
