/** The browser side of the Jobs panel: shows what it is told, one row at a time, and asks for what is clicked. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-split-layout/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import { Asker, AskRefused } from '../../src/views/asking.ts';
import type { Ask, FeedView, PanelState, RowView, ToBrowser, ToHost } from '../../src/views/protocol.ts';
import { Details } from './jobs/details.ts';
import { element } from './jobs/dom.ts';
import { JobList } from './jobs/list.ts';
import { stateText } from './jobs/row.ts';
import { Toolbar } from './jobs/toolbar.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: ToHost): void;
  getState(): PanelState | undefined;
  setState(state: PanelState): void;
};

/** An ask may wait for a person's confirmation. */
const askTimeoutMs = 10 * 60_000;
const narrowPx = 640;
/** Arrow keys pass over rows; only where they rest is more asked for. */
const restMs = 250;

const vscode = acquireVsCodeApi();
const asker = new Asker((message) => vscode.postMessage(message), askTimeoutMs);
const saved = vscode.getState() ?? {};
let feed: FeedView = { loading: false, problems: [] };
let wanted = saved.selected;
let detailTimer: ReturnType<typeof setTimeout> | undefined;

const details = new Details({
  onAction: (action, view) => void ask({ kind: action, id: view.id }),
  onCopy: (view, at) => ask({ kind: 'copyStatement', id: view.id, at }),
  onShowBatch: (id) => {
    toolbar.filter = { text: '', state: 'all', batch: id };
    onFiltered();
    list.node.focus();
  },
});
const list = new JobList({ onSelect: onSelected, onOpen: () => details.node.focus() });
const toolbar = new Toolbar(
  () => onFiltered(),
  () => void ask({ kind: 'refresh' }),
);
const nothing = element('p', 'nothing');
nothing.setAttribute('role', 'status');
const announcer = element('div', 'announcer');
announcer.setAttribute('aria-live', 'polite');
const split = element('vscode-split-layout', 'panes');

function onSelected(view: RowView): void {
  wanted = view.id;
  details.show(view);
  showBatch();
  save();
  clearTimeout(detailTimer);
  if (view.source === 'job') {
    detailTimer = setTimeout(() => void ask({ kind: 'detail', id: view.id }), restMs);
  }
}

function onFiltered(): void {
  list.filter(toolbar.filter);
  showNothing();
  showBatch();
  save();
}

/** The line of what was started together counts rows, so it is told of each that changes. */
function showBatch(): void {
  const id = details.batchId;
  details.showBatch(id === undefined ? [] : list.views.filter(({ batch }) => batch?.id === id), toolbar.filter.batch === id);
}

function save(): void {
  const { text, state, batch } = toolbar.filter;
  const selected = wanted === undefined ? {} : { selected: wanted };
  vscode.setState({ ...selected, filter: text, stateFilter: state, ...(batch === undefined ? {} : { batch }) });
}

/** True where it was done; else why not is shown. */
async function ask(request: Ask): Promise<boolean> {
  try {
    await asker.ask(request);
    return true;
  } catch (error) {
    const failure = error instanceof AskRefused ? error.failure : { message: String(error), code: 'Unexpected', remedies: [] };
    if ('id' in request && details.shownId === request.id) {
      details.fail(failure);
    } else {
      announcer.textContent = failure.message;
    }
    return false;
  }
}

function showNothing(): void {
  const shown = list.shownCount;
  nothing.hidden = shown > 0;
  list.node.hidden = shown === 0;
  if (list.size > 0) {
    nothing.textContent = 'No operation or job matches the filter.';
  } else if (feed.loading) {
    nothing.textContent = 'Reading the jobs of the vaults…';
  } else {
    nothing.textContent = 'Nothing has run yet. Right-click a protected item in the tree and choose "Back Up Now".';
  }
}

function take(message: ToBrowser): void {
  switch (message.type) {
    case 'all':
      list.keep(new Set(message.rows.map((row) => row.id)));
      // Oldest first: each new one goes on top without looking far.
      [...message.rows].sort((a, b) => a.startedAt - b.startedAt).forEach((row) => list.upsert(row));
      feed = message.feed;
      toolbar.showFeed(feed);
      wanted = message.select ?? wanted ?? newestRunning(message.rows)?.id;
      restoreSelection();
      break;
    case 'upsert':
      announceEnd(
        list.views.find((view) => view.id === message.row.id),
        message.row,
      );
      readAgainWhatTheListLeftOut(message.row);
      list.upsert(message.row);
      wanted ??= newestRunning([message.row])?.id;
      if (details.shownId === message.row.id) {
        details.show(message.row);
      }
      if (message.row.batch !== undefined && message.row.batch.id === details.batchId) {
        showBatch();
      }
      restoreSelection();
      break;
    case 'remove':
      list.remove(message.id);
      if (details.shownId === message.id) {
        details.clear();
      }
      showBatch();
      break;
    case 'select':
      wanted = message.id;
      if (list.has(message.id)) {
        revealInList(message.id);
      }
      break;
    case 'feed':
      feed = message.feed;
      toolbar.showFeed(feed);
      break;
    case 'done':
    case 'refused':
      asker.take(message);
      break;
  }
  showNothing();
}

/** Where nothing was chosen yet, what this window runs is what somebody opens the panel for. */
function newestRunning(rows: readonly RowView[]): RowView | undefined {
  return rows.filter((row) => row.source === 'operation' && row.active).sort((a, b) => b.startedAt - a.startedAt)[0];
}

/** What was selected before a reload is selected again as soon as its row is there. */
function restoreSelection(): void {
  if (wanted !== undefined && list.selected?.id !== wanted && list.has(wanted)) {
    revealInList(wanted);
  }
}

/** A filter must not hide what a notification's button promised to show. */
function revealInList(id: string): void {
  list.select(id);
  if (list.views.length > 0 && list.node.querySelector('.row[aria-selected="true"]:not([hidden])') === null) {
    toolbar.filter = { text: '', state: 'all' };
    onFiltered();
  }
}

/** A running job of somebody else came anew from a list, which has no tasks: its details are asked for again. */
function readAgainWhatTheListLeftOut(row: RowView): void {
  const shown = list.selected;
  if (row.source === 'job' && shown?.id === row.id && shown.tasks.length > 0 && row.tasks.length === 0) {
    void ask({ kind: 'detail', id: row.id });
  }
}

function announceEnd(before: RowView | undefined, now: RowView): void {
  if (before?.active && !now.active) {
    announcer.textContent = `${now.title}, ${now.target}: ${stateText(now)}`;
  }
}

function layOut(): void {
  split.split = window.innerWidth < narrowPx ? 'horizontal' : 'vertical';
}

function begin(): void {
  const start = element('div', 'start', list.node, nothing);
  start.slot = 'start';
  details.node.slot = 'end';
  split.initialHandlePosition = '45%';
  split.minStart = '200px';
  split.minEnd = '200px';
  split.append(start, details.node);
  document.getElementById('app')?.append(toolbar.node, toolbar.feed, split, announcer);
  const filter = {
    text: saved.filter ?? '',
    state: saved.stateFilter ?? 'all',
    ...(saved.batch === undefined ? {} : { batch: saved.batch }),
  };
  toolbar.filter = filter;
  list.filter(filter);
  layOut();
  window.addEventListener('resize', layOut);
  window.addEventListener('message', (event: MessageEvent<ToBrowser>) => take(event.data));
  details.node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      list.node.focus();
    }
  });
  setInterval(() => {
    if (document.visibilityState === 'visible') {
      const now = Date.now();
      list.tick(now);
      details.tick(now);
    }
  }, 1000);
  showNothing();
  vscode.postMessage({ type: 'ready' });
}

begin();
