/**
 * The host side of the Jobs panel without the panel: what is shown, kept in step by one small message a change.
 * Free of vscode, so that it can be tested anywhere.
 */
import { armIdKey } from '../core/armId.ts';
import { isCancelled } from '../core/cancellation.ts';
import { lineText } from '../core/displayText.ts';
import { messageOf, toErrorRecord } from '../core/errors.ts';
import type { Disposable } from '../core/events.ts';
import { hasEnded } from '../core/operation.ts';
import type { OperationEngine } from '../operations/types.ts';
import { failureView, jobView, operationView, shownRow } from './operationView.ts';
import { isToHost, type Ask, type FeedView, type RowView, type ToBrowser } from './protocol.ts';
import type { RecentJob, RecentJobs } from './recentJobs.ts';

export interface JobsModelOptions {
  readonly engine: OperationEngine;
  readonly recentJobs: RecentJobs;
  readonly post: (message: ToBrowser) => void;
  /** Does what a row's button says; what it throws is shown in the panel. */
  readonly act: (ask: Exclude<Ask, { kind: 'detail' | 'refresh' }>, job: RecentJob | undefined) => Promise<void>;
}

export class JobsModel implements Disposable {
  readonly #options: JobsModelOptions;
  readonly #subscriptions: Disposable[];
  readonly #abort = new AbortController();
  /** By key of the job's id: those that no operation follows are rows. */
  #jobs = new Map<string, RecentJob>();
  /** What the browser has, by row id, as text: what did not change is not sent. */
  readonly #shown = new Map<string, string>();
  #feed: FeedView = { loading: false, problems: [] };
  #listing: Promise<void> | undefined;
  #listAgain = false;
  #ready = false;

  constructor(options: JobsModelOptions) {
    this.#options = options;
    const { engine, recentJobs } = options;
    this.#subscriptions = [
      engine.onDidChange(() => this.#sync()),
      engine.onDidRemove(() => this.#sync()),
      recentJobs.onDidChange(() => void this.refresh()),
    ];
  }

  /** A message of the browser side; anything else is left alone. */
  async take(message: unknown, select?: string): Promise<void> {
    if (!isToHost(message)) {
      return;
    }
    if (message.type === 'ready') {
      this.#begin(select);
      return;
    }
    const { number, ask } = message;
    try {
      await this.#do(ask);
      this.#options.post({ type: 'done', number });
    } catch (error) {
      if (isCancelled(error)) {
        this.#options.post({ type: 'done', number });
      } else {
        this.#options.post({ type: 'refused', number, error: failureView(toErrorRecord(error)) });
      }
    }
  }

  select(id: string): void {
    if (this.#ready) {
      this.#options.post({ type: 'select', id });
    }
  }

  /** Lists the vaults' jobs anew; one listing at a time, and one more where it was asked for meanwhile. Never rejects. */
  refresh(): Promise<void> {
    if (this.#listing) {
      this.#listAgain = true;
      return this.#listing;
    }
    this.#listing = this.#list().finally(() => {
      this.#listing = undefined;
      if (this.#listAgain && !this.#abort.signal.aborted) {
        this.#listAgain = false;
        void this.refresh();
      }
    });
    return this.#listing;
  }

  /** True where a job runs that only listing again would tell the end of. */
  hasRunningJobs(): boolean {
    return this.#rows().some((row) => row.source === 'job' && row.active);
  }

  dispose(): void {
    this.#abort.abort();
    this.#subscriptions.forEach((subscription) => subscription.dispose());
  }

  #begin(select: string | undefined): void {
    this.#ready = true;
    const rows = this.#rows();
    this.#shown.clear();
    rows.forEach((row) => this.#shown.set(row.id, JSON.stringify(row)));
    this.#options.post({ type: 'all', rows, feed: this.#feed, ...(select === undefined ? {} : { select }) });
    void this.refresh();
  }

  async #do(ask: Ask): Promise<void> {
    if (ask.kind === 'refresh') {
      await this.refresh();
    } else if (ask.kind === 'detail') {
      await this.#detail(ask.id);
    } else {
      await this.#options.act(ask, this.#jobs.get(armIdKey(ask.id)));
    }
  }

  async #detail(id: string): Promise<void> {
    const key = armIdKey(id);
    const known = this.#jobs.get(key);
    if (!known) {
      // An operation, or a row that has just gone: what there is, is shown.
      return;
    }
    const detail = await this.#options.recentJobs.detail(known.id, this.#abort.signal);
    if (this.#jobs.has(key)) {
      this.#jobs.set(key, { ...detail, id: known.id });
      this.#sync();
    }
  }

  async #list(): Promise<void> {
    this.#setFeed({ ...this.#feed, loading: true });
    try {
      const { jobs, problems } = await this.#options.recentJobs.list(this.#abort.signal);
      const before = this.#jobs;
      this.#jobs = new Map(jobs.map((job) => [armIdKey(job.id), withKnownDetail(job, before.get(armIdKey(job.id)))]));
      this.#setFeed({ loading: false, problems: problems.map((problem) => lineText(problem.message)) });
    } catch (error) {
      this.#setFeed({ loading: false, problems: isCancelled(error) ? [] : [lineText(messageOf(error))] });
    }
    this.#sync();
  }

  #setFeed(feed: FeedView): void {
    this.#feed = feed;
    if (this.#ready && !this.#abort.signal.aborted) {
      this.#options.post({ type: 'feed', feed });
    }
  }

  /** A job that an operation follows is one row, the operation's: it knows more. */
  #rows(): RowView[] {
    const { engine } = this.#options;
    const records = engine.list();
    const followed = new Set(records.flatMap((record) => (record.job ? [armIdKey(record.job.id)] : [])));
    const jobs = [...this.#jobs].filter(([key]) => !followed.has(key)).map(([, job]) => jobView(job));
    return [...records.map((record) => operationView(record, engine.standing(record.id))), ...jobs].map(shownRow);
  }

  /** Sends what differs from what the browser has. */
  #sync(): void {
    if (!this.#ready || this.#abort.signal.aborted) {
      return;
    }
    const rows = this.#rows();
    const ids = new Set(rows.map((row) => row.id));
    for (const id of [...this.#shown.keys()].filter((each) => !ids.has(each))) {
      this.#shown.delete(id);
      this.#options.post({ type: 'remove', id });
    }
    for (const row of rows) {
      const text = JSON.stringify(row);
      if (this.#shown.get(row.id) !== text) {
        this.#shown.set(row.id, text);
        this.#options.post({ type: 'upsert', row });
      }
    }
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
