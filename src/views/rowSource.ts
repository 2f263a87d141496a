/** Which rows the panel has, and what each shows: our operations, and the jobs of the vaults that none of them follows. */
import { armIdKey } from '../core/armId.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { Retries } from '../operations/retries.ts';
import type { OperationEngine } from '../operations/types.ts';
import { jobDetails, operationDetails } from './operationDetails.ts';
import { jobRow, operationRow, retriedOf } from './operationRow.ts';
import type { DetailsView, RowView } from './protocol.ts';
import type { RecentJob } from './recentJobs.ts';
import { shown } from './shown.ts';

/** Each method that takes a change answers with the ids of the rows that may look different now, and with no others. */
export class RowSource {
  readonly #engine: OperationEngine;
  /** By key of the job's id. */
  #jobs = new Map<string, RecentJob>();
  /** By operation id: key of the job that it follows. */
  readonly #follows = new Map<string, string>();
  /** By key of a job: how many operations follow it. */
  readonly #followers = new Map<string, number>();
  readonly #retries = new Retries();

  constructor(engine: OperationEngine) {
    this.#engine = engine;
    engine.list().forEach((record) => this.operationChanged(record));
  }

  /** Newest first. */
  ids(): string[] {
    const jobs = [...this.#jobs].flatMap(([key, job]) => (this.#followers.has(key) ? [] : [job.id]));
    return [...this.#engine.list().map(({ id }) => id), ...jobs];
  }

  /** Undefined where no such row is to be shown. */
  row(id: string): RowView | undefined {
    const record = this.#engine.get(id);
    if (record) {
      return shown(operationRow(record, this.#engine.standing(id), retriedOf(this.#retries, record)));
    }
    const job = this.#unfollowed(id);
    return job && shown(jobRow(job));
  }

  details(id: string): DetailsView | undefined {
    const record = this.#engine.get(id);
    if (record) {
      return shown(operationDetails(record, this.#engine.standing(id), retriedOf(this.#retries, record)));
    }
    const job = this.#unfollowed(id);
    return job && shown(jobDetails(job));
  }

  job(id: string): RecentJob | undefined {
    return this.#jobs.get(armIdKey(id));
  }

  operationChanged(record: OperationRecord): string[] {
    return [record.id, ...this.#retries.note(record), ...this.#setFollowed(record.id, record.job && armIdKey(record.job.id))];
  }

  /** A job that it followed is a row of its own again, and what it tried again may be tried again. */
  operationRemoved(id: string): string[] {
    return [id, ...this.#retries.forget(id), ...this.#setFollowed(id, undefined)];
  }

  setJobs(jobs: readonly RecentJob[]): string[] {
    const before = this.#jobs;
    this.#jobs = new Map(jobs.map((job) => [armIdKey(job.id), withKnownDetail(job, before.get(armIdKey(job.id)))]));
    return [...new Set([...before.values(), ...this.#jobs.values()].map(({ id }) => id))];
  }

  /** What a job is in full; nothing where it has left the list meanwhile. */
  setDetail(id: string, detail: RecentJob): string[] {
    const known = this.job(id);
    if (!known) {
      return [];
    }
    this.#jobs.set(armIdKey(id), { ...detail, id: known.id });
    return [known.id];
  }

  /** True where a job runs that only listing again would tell the end of. */
  hasRunningJobs(): boolean {
    return [...this.#jobs].some(([key, job]) => !hasEnded(job.status) && !this.#followers.has(key));
  }

  #unfollowed(id: string): RecentJob | undefined {
    const key = armIdKey(id);
    return this.#followers.has(key) ? undefined : this.#jobs.get(key);
  }

  /** @returns ids of the jobs that became rows or are none any more */
  #setFollowed(operation: string, key: string | undefined): string[] {
    const before = this.#follows.get(operation);
    if (before === key) {
      return [];
    }
    if (before !== undefined) {
      const left = (this.#followers.get(before) ?? 1) - 1;
      if (left > 0) {
        this.#followers.set(before, left);
      } else {
        this.#followers.delete(before);
      }
      this.#follows.delete(operation);
    }
    if (key !== undefined) {
      this.#follows.set(operation, key);
      this.#followers.set(key, (this.#followers.get(key) ?? 0) + 1);
    }
    return [before, key].flatMap((each) => (each === undefined ? [] : (this.#jobs.get(each)?.id ?? [])));
  }
}

/** A list leaves out tasks and errors: those read before stay until the job says something else. */
function withKnownDetail(job: RecentJob, known: RecentJob | undefined): RecentJob {
  if (!known || known.status !== job.status || !hasEnded(job.status)) {
    return job;
  }
  return {
    ...job,
    progress: { ...known.progress, ...job.progress, ...(known.progress.tasks ? { tasks: known.progress.tasks } : {}) },
    ...(job.error ? {} : known.error ? { error: known.error } : {}),
    ...(job.warnings ? {} : known.warnings ? { warnings: known.warnings } : {}),
    ...(known.raw ? { raw: known.raw } : {}),
  };
}
