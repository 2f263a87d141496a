/** The browser side of the Jobs panel: shows what it is told, and asks for what is clicked. */
import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-split-layout/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import '@vscode-elements/elements/dist/vscode-toolbar-button/index.js';
import type { Ask, FeedView, PanelState, RowView, ToBrowser } from '../../src/views/protocol.ts';
import { Announcer } from './jobs/announcer.ts';
import { allRows, type Arrangement } from './jobs/arrange.ts';
import { Details } from './jobs/details.ts';
import { element, setText } from './jobs/dom.ts';
import { FeedLine } from './jobs/feedLine.ts';
import { Host } from './jobs/host.ts';
import { JobList } from './jobs/list.ts';
import { RowMenu } from './jobs/menu.ts';
import { panes } from './jobs/panes.ts';
import { filterOf, stateOf } from './jobs/saved.ts';
import { Toolbar } from './jobs/toolbar.ts';

const host = new Host();
const saved = host.kept;
let feed: FeedView = { loading: false, problems: [] };
let wanted = saved.selected;
/** What is to be seen, too, as soon as it is there. */
let promised: string | undefined;
let folded: ReadonlySet<string> = new Set(saved.folded ?? []);
/** The menu that is to open once it is known what can be done. */
let menuAt: { readonly id: string; readonly x: number; readonly y: number } | undefined;

const refresh = (): void => void ask({ kind: 'refresh' });
const details = new Details({
  onAction: (action, view) => void ask({ kind: action, id: view.id }),
  onCopy: (view, at) => ask({ kind: 'copyStatement', id: view.id, at }),
  onShowBatch: (id) => {
    toolbar.filter = { ...allRows, batch: id };
    onArranged();
    list.node.focus();
  },
  onShowRow: (id) => {
    wanted = promised = id;
    restoreSelection();
  },
  onBatch: (action, id) => {
    details.fail(undefined);
    void ask({ kind: action, id });
  },
});
const list = new JobList({
  onSelect: (view) => onSelected(view),
  onOpen: () => details.node.focus(),
  onMenu: (view, x, y) => {
    menuAt = { id: view.id, x, y };
    openMenu();
  },
  onType: () => toolbar.focus(),
  onEscape: () => {
    if (toolbar.arrangement.filter.text !== '') {
      toolbar.filter = { ...toolbar.arrangement.filter, text: '' };
      onArranged();
    }
  },
  onFold: (now) => {
    folded = now;
    onArranged();
  },
  onScroll: () => host.keepSoon(state),
});
const menu = new RowMenu(
  (action, view) => void ask({ kind: action, id: view.id }),
  () => list.node.focus(),
);
const toolbar = new Toolbar({ onChange: () => onArranged(), onRefresh: refresh, onLeave: () => list.node.focus() });
const feedLine = new FeedLine(refresh);
const announcer = new Announcer();
const nothing = element('p', 'nothing');
nothing.setAttribute('role', 'status');

function onSelected(view: RowView): void {
  wanted = view.id;
  details.show(view);
  showBatch();
  save();
  lookAt(view.id);
}

function lookAt(id: string): void {
  host.look(id, () => void ask({ kind: 'detail', id }));
}

function arrangement(): Arrangement {
  return { ...toolbar.arrangement, folded };
}

function onArranged(): void {
  list.arrange(arrangement());
  showNothing();
  showBatch();
  save();
}

/** The line of what was started together counts rows, so it is told of each that changes. */
function showBatch(): void {
  const id = details.batchId;
  const together = id === undefined ? [] : list.views.filter(({ batch }) => batch?.id === id);
  details.showBatch(together, id !== undefined && toolbar.arrangement.filter.batch === id);
}

function state(): PanelState {
  return stateOf(arrangement(), wanted, list.top);
}

function save(): void {
  host.keep(state());
}

/** True where it was done; else why not is shown. */
async function ask(request: Ask): Promise<boolean> {
  const failure = await host.ask(request);
  if (failure && 'id' in request && (details.shownId === request.id || details.batchId === request.id)) {
    details.fail(failure);
  } else if (failure) {
    announcer.say(failure.message);
  }
  return failure === undefined;
}

function openMenu(): void {
  const view = list.selected;
  if (menuAt && view?.id === menuAt.id && details.actions) {
    menu.open(view, details.actions, menuAt.x, menuAt.y);
    menuAt = undefined;
  }
}

function showNothing(): void {
  const shown = list.shownCount;
  nothing.hidden = shown > 0;
  list.node.hidden = shown === 0;
  toolbar.showCount(shown, list.size);
  if (list.size > 0) {
    setText(nothing, 'No operation or job matches the filter.');
  } else if (feed.loading) {
    setText(nothing, 'Reading the jobs of the vaults…');
  } else {
    setText(nothing, 'Nothing has run yet. Right-click a protected item in the tree and choose "Back Up Now".');
  }
}

function take(message: ToBrowser): void {
  switch (message.type) {
    case 'all':
      takeAll(message.rows, message.feed, message.select);
      break;
    case 'rows':
      takeRows(message.upserts, message.removes);
      break;
    case 'details':
      if (details.tell(message.details) && list.selected?.source === 'job') {
        void ask({ kind: 'detail', id: message.details.id });
      }
      openMenu();
      break;
    case 'select':
      wanted = promised = message.id;
      restoreSelection();
      break;
    case 'feed':
      showFeed(message.feed);
      showNothing();
      break;
    case 'done':
    case 'refused':
      host.take(message);
      break;
  }
}

function takeAll(rows: readonly RowView[], now: FeedView, select: string | undefined): void {
  list.keep(new Set(rows.map((row) => row.id)));
  // Oldest first: of two of one moment the newer one stands on top.
  rows.toReversed().forEach((row) => list.upsert(row));
  toolbar.offer(list.views);
  showFeed(now);
  promised = select ?? promised;
  wanted = select ?? wanted ?? newestRunning(rows)?.id;
  const shown = list.view(details.shownId ?? '');
  if (shown) {
    details.show(shown);
    // The other side begins anew, and does not know what is shown.
    lookAt(shown.id);
    showBatch();
  } else {
    details.clear();
  }
  restoreSelection(select === undefined && saved.top !== undefined);
  showNothing();
}

function takeRows(upserts: readonly RowView[], removes: readonly string[]): void {
  let offers = false;
  let counts = removes.length > 0;
  announcer.ended(upserts.filter((row) => !row.active && list.view(row.id)?.active === true));
  for (const row of upserts) {
    const before = list.view(row.id);
    offers ||= before?.vaultKey !== row.vaultKey || before?.system.key !== row.system.key;
    counts ||= row.id === details.shownId || (row.batch !== undefined && row.batch.id === details.batchId);
    list.upsert(row);
    if (details.shownId === row.id) {
      details.show(row);
    }
  }
  removes.forEach((id) => list.remove(id));
  if (details.shownId !== undefined && removes.includes(details.shownId)) {
    details.clear();
  }
  if (offers) {
    toolbar.offer(list.views);
  }
  if (counts) {
    showBatch();
  }
  wanted ??= newestRunning(upserts)?.id;
  restoreSelection();
  showNothing();
}

function showFeed(now: FeedView): void {
  feed = now;
  toolbar.showLoading(now.loading);
  feedLine.show(now);
}

/** Where nothing was chosen yet, what this window runs is what somebody opens the panel for. */
function newestRunning(rows: readonly RowView[]): RowView | undefined {
  return rows.filter((row) => row.source === 'operation' && row.active).sort((a, b) => b.startedAt - a.startedAt)[0];
}

/**
 * What was selected before a reload, or is to be shown, is selected as soon as its row is there.
 * @param stay true where what is seen is not to be scrolled away
 */
function restoreSelection(stay = false): void {
  if (wanted === undefined || !list.view(wanted)) {
    return;
  }
  if (promised === wanted) {
    promised = undefined;
    revealFrom(wanted);
  } else if (list.selected?.id !== wanted) {
    list.select(wanted, !stay);
  }
}

/** What a notification's button promised to show is hidden neither by a filter nor in a group that is folded. */
function revealFrom(id: string): void {
  if (!list.shows(id)) {
    folded = new Set();
    onArranged();
  }
  if (!list.shows(id)) {
    toolbar.filter = allRows;
    onArranged();
  }
  list.select(id);
}

function begin(): void {
  const split = panes([list.node, nothing], details.node);
  document.getElementById('app')?.append(toolbar.node, feedLine.node, split, menu.node, announcer.node);
  toolbar.filter = filterOf(saved);
  toolbar.setOrder(saved.group, saved.sort);
  list.arrange(arrangement(), saved.top);
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
  host.ready();
}

begin();
