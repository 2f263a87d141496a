/**
 * The host side of the Jobs panel without the panel: what is shown, kept in step by one message for all that changed
 * within a tenth of a second. Free of vscode, so that it can be tested anywhere.
 */
import { isCancelled } from '../core/cancellation.ts';
import { lineText } from '../core/displayText.ts';
import { messageOf, toErrorRecord } from '../core/errors.ts';
import type { Disposable } from '../core/events.ts';
import type { OperationEngine } from '../operations/types.ts';
import { failureView } from './operationDetails.ts';
import { isToHost, type Ask, type FeedView, type RowView, type ToBrowser } from './protocol.ts';
import type { RecentJob, RecentJobs } from './recentJobs.ts';
import { RowSource } from './rowSource.ts';

/** Between two messages about rows, in milliseconds: faster than a person reads, however many rows change. */
const betweenMs = 100;

export interface JobsModelOptions {
  readonly engine: OperationEngine;
  readonly recentJobs: RecentJobs;
  readonly post: (message: ToBrowser) => void;
  /** Does what a row's button says; what it throws is shown in the panel. */
  readonly act: (ask: Exclude<Ask, { kind: 'detail' | 'refresh' }>, job: RecentJob | undefined) => Promise<void>;
}

export class JobsModel implements Disposable {
  readonly #options: JobsModelOptions;
  readonly #source: RowSource;
  readonly #subscriptions: Disposable[];
  readonly #abort = new AbortController();
  /** What the browser has, by row id, as text: what did not change is not sent. */
  readonly #sent = new Map<string, string>();
  /** Ids of rows that may look different from what the browser has. */
  readonly #dirty = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = 0;
  #feed: FeedView = { loading: false, problems: [] };
  #listing: Promise<void> | undefined;
  #listAgain = false;
  /** The browser side listens, and did so before. */
  #ready = false;
  #begun = false;
  /** The row that is looked at, and what the browser has of it. */
  #looked: { readonly id: string; sent?: string; watch?: Disposable } | undefined;

  constructor(options: JobsModelOptions) {
    this.#options = options;
    const { engine, recentJobs } = options;
    this.#source = new RowSource(engine);
    this.#subscriptions = [
      engine.onDidChange((record) => this.#touch(this.#source.operationChanged(record))),
      engine.onDidRemove((id) => this.#touch(this.#source.operationRemoved(id))),
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
    if (message.type === 'show') {
      this.#show(message.id);
      return;
    }
    const { number, ask } = message;
    try {
      await this.#do(ask);
      // What came of it is there before it is said that it is done.
      this.#flush();
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
      this.#flush();
      this.#options.post({ type: 'select', id });
    }
  }

  /**
   * Nobody sees the panel, or somebody does again. VS Code keeps each message to a page that is hidden until that is
   * shown again, so nothing is said meanwhile; then all is said anew, to a page that was kept as to a new one.
   */
  setVisible(visible: boolean): void {
    if (!visible) {
      this.#ready = false;
      this.#look(undefined);
    } else if (!this.#ready && this.#begun) {
      this.#sendAll(undefined);
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
    return this.#source.hasRunningJobs();
  }

  dispose(): void {
    this.#abort.abort();
    clearTimeout(this.#timer);
    this.#look(undefined);
    this.#subscriptions.forEach((subscription) => subscription.dispose());
  }

  #begin(select: string | undefined): void {
    this.#sendAll(select);
    void this.refresh();
  }

  #sendAll(select: string | undefined): void {
    this.#ready = true;
    this.#begun = true;
    // It says again what it shows.
    this.#look(undefined);
    const rows = this.#source.ids().flatMap((id) => this.#source.row(id) ?? []);
    this.#sent.clear();
    this.#dirty.clear();
    rows.forEach((row) => this.#sent.set(row.id, JSON.stringify(row)));
    this.#options.post({ type: 'all', rows, feed: this.#feed, ...(select === undefined ? {} : { select }) });
  }

  async #do(ask: Ask): Promise<void> {
    if (ask.kind === 'refresh') {
      await this.refresh();
    } else if (ask.kind === 'detail') {
      await this.#detail(ask.id);
    } else {
      await this.#options.act(ask, this.#source.job(ask.id));
    }
  }

  async #detail(id: string): Promise<void> {
    if (this.#options.engine.get(id)) {
      if (this.#looked?.id === id) {
        this.#looked.watch ??= this.#options.engine.watch(id);
      }
      return;
    }
    const known = this.#source.job(id);
    if (known) {
      this.#touch(this.#source.setDetail(id, await this.#options.recentJobs.detail(known.id, this.#abort.signal)));
    }
  }

  async #list(): Promise<void> {
    this.#setFeed({ ...this.#feed, loading: true });
    try {
      const { jobs, problems } = await this.#options.recentJobs.list(this.#abort.signal);
      this.#touch(this.#source.setJobs(jobs));
      this.#flush();
      this.#setFeed({ loading: false, problems: problems.map((problem) => lineText(problem.message)) });
    } catch (error) {
      this.#setFeed({ loading: false, problems: isCancelled(error) ? [] : [lineText(messageOf(error))] });
    }
  }

  #setFeed(feed: FeedView): void {
    this.#feed = feed;
    if (this.#ready && !this.#abort.signal.aborted) {
      this.#options.post({ type: 'feed', feed });
    }
  }

  #show(id: string): void {
    if (this.#looked?.id !== id) {
      this.#look(id);
    }
    this.#sendDetails();
  }

  #look(id: string | undefined): void {
    this.#looked?.watch?.dispose();
    this.#looked = id === undefined ? undefined : { id };
  }

  #touch(ids: readonly string[]): void {
    if (!this.#ready || this.#abort.signal.aborted) {
      return;
    }
    ids.forEach((id) => this.#dirty.add(id));
    if (this.#dirty.size > 0) {
      this.#timer ??= setTimeout(() => this.#flush(), Math.max(0, this.#lastFlush + betweenMs - Date.now()));
    }
  }

  /** Sends what differs from what the browser has, of the rows that were touched. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#ready || this.#abort.signal.aborted || this.#dirty.size === 0) {
      return;
    }
    this.#lastFlush = Date.now();
    const upserts: RowView[] = [];
    const removes: string[] = [];
    for (const id of this.#dirty) {
      const row = this.#source.row(id);
      if (!row) {
        if (this.#sent.delete(id)) {
          removes.push(id);
        }
        continue;
      }
      const text = JSON.stringify(row);
      if (this.#sent.get(id) !== text) {
        this.#sent.set(id, text);
        upserts.push(row);
      }
    }
    if (upserts.length > 0 || removes.length > 0) {
      this.#options.post({ type: 'rows', upserts, removes });
    }
    if (this.#looked && this.#dirty.has(this.#looked.id)) {
      this.#sendDetails();
    }
    this.#dirty.clear();
  }

  #sendDetails(): void {
    const details = this.#looked && this.#source.details(this.#looked.id);
    if (!details || !this.#looked || !this.#ready) {
      return;
    }
    const text = JSON.stringify(details);
    if (this.#looked.sent !== text) {
      this.#looked.sent = text;
      this.#options.post({ type: 'details', details });
    }
  }
}
