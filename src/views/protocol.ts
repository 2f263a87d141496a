/**
 * What the two sides of the Jobs panel say to each other. Plain JSON only; text is text, never markup.
 * Every `ask` is answered by one `done` or one `refused` with its number; the asking side gives up after a while.
 */

/** `waiting`: accepted, and no job yet, or nobody can ask now. */
export type RowState = 'running' | 'waiting' | 'succeeded' | 'warning' | 'failed' | 'cancelled' | 'unknown';

export type RowAction =
  'cancel' | 'stopWatching' | 'followAgain' | 'retry' | 'lookAgain' | 'tryAgain' | 'follow' | 'openInTree' | 'openJson' | 'copy' | 'remove';

export type BatchAction = 'retryFailed' | 'cancelUnsent';

export interface FailureView {
  readonly message: string;
  readonly code: string;
  readonly remedies: readonly string[];
  readonly status?: number;
  readonly requestId?: string;
  readonly statement?: StatementView;
}

/** What to run, as it may be shown; it is copied exactly, by the host, which is asked by its place. */
export interface StatementView {
  /** Among all of the row's, from 0. */
  readonly at: number;
  readonly title: string;
  readonly lines: readonly string[];
}

export interface TaskView {
  readonly name: string;
  readonly state: RowState | 'notStarted' | 'skipped';
  readonly stateWord: string;
  /** 0 to 100, only where the service gave it. */
  readonly percent?: number;
  readonly detail?: string;
  readonly duration?: string;
}

/** A sentence beside the state. Moments are milliseconds since the epoch, so that they are shown in the viewer's time zone. */
export interface NoteView {
  readonly tone: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly since?: number;
  readonly nextAt?: number;
  /** When the service's failure is taken for the end, at the earliest. */
  readonly decidesAt?: number;
}

export interface TraceView {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status?: number;
  readonly ms: number;
  readonly requestId?: string;
}

/** One of the moments that an operation went through, as its journal has them. */
export interface StepView {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
  /** Codicon. */
  readonly icon: string;
  readonly state: RowState;
}

/** Which kind of service an operation or a job belongs to. */
export interface SystemView {
  readonly key: string;
  /** `Azure Backup`. */
  readonly label: string;
}

/** What the list shows of one operation of this extension, or of one job of a vault that somebody else started. */
export interface RowView {
  readonly id: string;
  readonly source: 'operation' | 'job';
  readonly system: SystemView;
  readonly title: string;
  readonly target: string;
  /** Where among its namesakes the target is: `MSSQLSERVER on erp-db-01`. */
  readonly where?: string;
  readonly vault?: string;
  /** Tells vaults of one name apart: an id, in lower case. */
  readonly vaultKey?: string;
  /** Where it was started together with others, or to try again what failed: how many there were, and what was tried again (`OperationBatch`). */
  readonly batch?: { readonly id: string; readonly size: number; readonly retryOf?: string };
  /** Of one that failed or was never sent: it may be tried again, or was already. */
  readonly retry?: 'open' | 'made';
  /** Id of the newest row that stands for it since, where `retry` is `made`. */
  readonly triedBy?: string;
  /** Nothing of it has been sent, and it can be taken back. */
  readonly unsent?: true;
  readonly state: RowState;
  readonly stateWord: string;
  /** Codicon. */
  readonly icon: string;
  /** True while it has not ended. */
  readonly active: boolean;
  /** True where somebody is asking the service about it right now and then: the icon turns and the bar moves. */
  readonly moving: boolean;
  /** It waits for its turn in its lane; nothing of it has been sent. */
  readonly queued?: true;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** 0 to 100, only where the service gave it and it has not ended. */
  readonly percent?: number;
  /** What the filter box finds it by beside what the row shows: ids and properties, a line each. */
  readonly search: string;
}

/** What stands beside the list, of the one row that somebody looks at. */
export interface DetailsView {
  /** The row's. */
  readonly id: string;
  readonly targetKind: string;
  readonly message?: string;
  readonly remaining?: string;
  readonly notes: readonly NoteView[];
  readonly tasks: readonly TaskView[];
  readonly outcome?: string;
  readonly error?: FailureView;
  readonly warnings: readonly FailureView[];
  /** Name and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** In their order. */
  readonly steps: readonly StepView[];
  readonly trace: readonly TraceView[];
  readonly actions: readonly RowAction[];
}

/** How reading the vaults' own jobs goes. */
export interface FeedView {
  readonly loading: boolean;
  /** One sentence each. */
  readonly problems: readonly string[];
}

export type Ask =
  | { readonly kind: RowAction; readonly id: string }
  /**
   * Somebody rests at a row: what is only read for those that are looked at is read now. Of a job its tasks and errors,
   * which lists do not hold; an operation is watched until another row is shown.
   */
  | { readonly kind: 'detail'; readonly id: string }
  /** `at`: as in `StatementView`. */
  | { readonly kind: 'copyStatement'; readonly id: string; readonly at: number }
  /** `id`: of a batch. What failed is tried again; what has not been sent is taken back. */
  | { readonly kind: BatchAction; readonly id: string }
  | { readonly kind: 'refresh' };

export type ToHost =
  | { readonly type: 'ready' }
  /** The one row whose details are wanted from now on. */
  | { readonly type: 'show'; readonly id: string }
  | { readonly type: 'ask'; readonly number: number; readonly ask: Ask };

export type ToBrowser =
  /** After `ready`, and wherever the browser side may have missed something: all rows that there are. */
  | { readonly type: 'all'; readonly rows: readonly RowView[]; readonly feed: FeedView; readonly select?: string }
  /** What differs since the last one, of as many rows as have changed; a tenth of a second lies between two of them. */
  | { readonly type: 'rows'; readonly upserts: readonly RowView[]; readonly removes: readonly string[] }
  /** Of the row that was last named by `show`. */
  | { readonly type: 'details'; readonly details: DetailsView }
  | { readonly type: 'select'; readonly id: string }
  | { readonly type: 'feed'; readonly feed: FeedView }
  | { readonly type: 'done'; readonly number: number }
  | { readonly type: 'refused'; readonly number: number; readonly error: FailureView };

/** What survives a reload of the window: kept by the browser side, handed back by VS Code. Absent is as at first. */
export interface PanelState {
  readonly selected?: string;
  readonly filter?: string;
  readonly stateFilter?: string;
  readonly system?: string;
  /** `RowView.vaultKey`. */
  readonly vault?: string;
  /** Id of a batch whose rows alone are shown. */
  readonly batch?: string;
  readonly group?: string;
  readonly sort?: string;
  /** Keys of groups that are folded. */
  readonly folded?: readonly string[];
  /** The first line that is seen, a row or the head of a group, and how many pixels of it are scrolled out. */
  readonly top?: { readonly key: string; readonly offset: number };
}

const rowActions: readonly string[] = [
  'cancel',
  'stopWatching',
  'followAgain',
  'retry',
  'lookAgain',
  'tryAgain',
  'follow',
  'openInTree',
  'openJson',
  'copy',
  'remove',
] satisfies RowAction[];

const batchActions: readonly string[] = ['retryFailed', 'cancelUnsent'] satisfies BatchAction[];

/** Narrows what came from the browser side: anything could have posted it. */
export function isToHost(message: unknown): message is ToHost {
  if (!isRecord(message)) {
    return false;
  }
  if (message['type'] === 'ready') {
    return true;
  }
  if (message['type'] === 'show') {
    return typeof message['id'] === 'string';
  }
  const ask = message['ask'];
  if (message['type'] !== 'ask' || typeof message['number'] !== 'number' || !isRecord(ask) || typeof ask['kind'] !== 'string') {
    return false;
  }
  if (ask['kind'] === 'refresh') {
    return true;
  }
  return (
    typeof ask['id'] === 'string' &&
    (ask['kind'] === 'detail' ||
      rowActions.includes(ask['kind']) ||
      batchActions.includes(ask['kind']) ||
      (ask['kind'] === 'copyStatement' && Number.isSafeInteger(ask['at']) && Number(ask['at']) >= 0))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
