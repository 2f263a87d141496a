import type { Connection } from '../cloud/types.ts';
import { Emitter, type Disposable } from '../core/events.ts';
import type { Inventory, InventoryNode, NodePage } from '../inventory/types.ts';
import { connectionRows, signInRows } from './connectionRows.ts';
import { nothingMatches, TreeFilter, type FilterResult } from './filter.ts';
import { Pending, type Outcome } from './pending.ts';
import { treeCommands } from './ids.ts';
import { isAtOrBelow, levelKey, moreKey } from './levelKeys.ts';
import { isNodeRow, looksOf, type LoadMoreRow, type NodeRow, type Row } from './rows.ts';

export interface TreeModelOptions {
  readonly connection: Pick<Connection, 'state' | 'onDidChange' | 'connect'>;
  readonly inventory: Inventory;
  /** Milliseconds before a level that loads says so by a row that can be clicked to cancel. */
  readonly patienceMs?: number;
}

type Trouble = { readonly kind: 'failed'; readonly error: unknown } | { readonly kind: 'cancelled' };

const connectPatienceMs = 250;
const nothingKey = '!nothing';

/** Which rows stand where. Rows and their order come from the inventory; this adds what stands in for nodes. */
export class TreeModel implements Disposable {
  readonly #options: Required<TreeModelOptions>;
  readonly #rows = new Map<string, NodeRow>();
  /** What each row looked like when VS Code was last told of it. */
  readonly #drawn = new Map<string, string>();
  /** Levels that could not be read, by the key of their row; asked again only when a person says so. */
  readonly #troubles = new Map<string, Trouble>();
  readonly #pending = new Pending();
  /** Loads that outlasted the patience: a row stands for them, and when they have ended VS Code is told. */
  readonly #slow = new WeakSet<Promise<unknown>>();
  readonly #changes = new Emitter<Row | undefined>();
  readonly #subscriptions: readonly Disposable[];
  /** How a person folded rows; a row that a filter took away comes back as it was. */
  readonly #folding = new Map<string, boolean>();
  #filter: TreeFilter | undefined;

  /** A row whose looks or children changed; undefined for all. */
  readonly onDidChange = this.#changes.event;
  /** True while something loads. */
  readonly onDidChangeLoading = this.#pending.onDidChange;

  constructor(options: TreeModelOptions) {
    this.#options = { patienceMs: 1500, ...options };
    const { connection, inventory } = options;
    this.#subscriptions = [
      inventory.onDidChange((node) => this.#onInventory(node)),
      inventory.onDidChangeLooks((node) => this.#onLooks(node)),
      inventory.onDidMend(({ key }) => {
        const row = this.#rows.get(key);
        if (row) {
          this.#forgetTroubles(row);
        }
      }),
      connection.onDidChange(() => {
        this.#pending.abandonAll();
        this.#troubles.clear();
        this.#changes.fire(undefined);
      }),
    ];
  }

  get loading(): boolean {
    return this.#pending.any;
  }

  get filterText(): string | undefined {
    return this.#filter?.text;
  }

  get filterResult(): FilterResult | undefined {
    return this.#filter?.result();
  }

  noteFolding(row: Row, open: boolean): void {
    this.#folding.set(row.key, open);
  }

  /** Whether a row that VS Code did not show before comes open. */
  isOpen(row: NodeRow): boolean {
    return this.#folding.get(row.key) ?? (row.node.expanded === true || this.#filter?.holdsMatches(row.node) === true);
  }

  /** The rows below a row, or of the first level. Never rejects: what cannot be read is a row that says so. */
  async children(row: Row | undefined): Promise<readonly Row[]> {
    if (row && !isNodeRow(row)) {
      return [];
    }
    const rows = await this.#level(row);
    return row ? rows : this.#withBeside(rows);
  }

  /** What needs no cloud stands below what the cloud holds, whatever became of that. */
  #withBeside(rows: readonly Row[]): readonly Row[] {
    const { inventory, connection } = this.#options;
    const beside = inventory.beside();
    if (beside.length === 0) {
      return rows;
    }
    const shown = this.#filter ? this.#filter.apply(undefined, beside) : beside;
    const others = shown.length > 0 ? rows.filter(({ key }) => key !== nothingKey) : rows;
    // The view's welcome speaks only where there is no row at all.
    const offers = rows.length === 0 && connection.state.kind !== 'connected' ? signInRows() : [];
    return [...offers, ...others, ...shown.map((node) => this.#rowOf(node))];
  }

  async #level(row: NodeRow | undefined): Promise<readonly Row[]> {
    if (!row && !(await this.#isConnected())) {
      return connectionRows(this.#options.connection.state);
    }
    const key = levelKey(row);
    const trouble = this.#troubles.get(key);
    if (trouble) {
      return [this.#troubleRow(row, trouble, false)];
    }
    const known = this.#options.inventory.loaded(row?.node);
    if (known) {
      return this.#pageRows(row, known);
    }
    const loadingRow: Row = { type: 'loading', key: `${key}!loading`, parent: row, label: 'Loading...' };
    const underWay = this.#pending.of(key);
    if (underWay && this.#slow.has(underWay)) {
      return [loadingRow];
    }
    const load = this.#pending.run(key, (signal) => this.#options.inventory.children(row?.node, { signal }));
    const first = await Promise.race([load, after(this.#options.patienceMs)]);
    if (first === undefined) {
      if (this.#slow.has(load)) {
        return [loadingRow];
      }
      this.#slow.add(load);
      void load.then((outcome) => {
        if (!outcome.stale) {
          this.#settle(key, outcome);
          this.#changes.fire(row);
        }
      });
      return [loadingRow];
    }
    if (first.stale) {
      return this.#level(row);
    }
    return this.#settle(key, first) ? this.#pageRows(row, (first as { value: NodePage }).value) : this.#level(row);
  }

  parent(row: Row): NodeRow | undefined {
    if (!isNodeRow(row)) {
      return row.parent;
    }
    const node = this.#options.inventory.parentOf(row.node);
    return node && this.#rowOf(node);
  }

  /** The row of a node that the inventory found, for revealing it. */
  rowOf(node: InventoryNode): NodeRow {
    return this.#rowOf(node);
  }

  /** Reads the next page of a level; the rows say how it went. */
  async loadMore(row: LoadMoreRow): Promise<void> {
    const key = moreKey(row.parent);
    this.#troubles.delete(key);
    const done = this.#pending.run(key, (signal) => this.#options.inventory.children(row.parent?.node, { signal, more: row.more }));
    this.#changes.fire(row.parent);
    const outcome = await done;
    if (!outcome.stale) {
      this.#settle(key, outcome);
    }
    this.#changes.fire(row.parent);
  }

  /** Asks again for what failed or was cancelled. */
  async retry(row: Row): Promise<void> {
    const parent = isNodeRow(row) ? row : row.parent;
    if (row.type === 'error' && row.ofNextPage) {
      const page = this.#options.inventory.loaded(parent?.node);
      this.#troubles.delete(moreKey(parent));
      if (page?.more !== undefined) {
        return this.loadMore({ type: 'loadMore', key: '', parent, more: page.more, loaded: page.nodes.length });
      }
    }
    if (this.#options.connection.state.kind === 'failed') {
      return this.reconnect();
    }
    this.refresh(parent);
  }

  /** Forgets what is known at and below a row, and what went wrong there. */
  refresh(row?: NodeRow): void {
    this.#forgetTroubles(row);
    this.#options.inventory.refresh(row?.node);
    this.#changes.fire(row);
  }

  #forgetTroubles(row: NodeRow | undefined): void {
    const covered = (key: string): boolean => !row || isAtOrBelow(key, row.key) || this.#standsBelow(key, row);
    [...this.#troubles.keys()].filter(covered).forEach((key) => this.#troubles.delete(key));
    this.#pending.forget(covered);
  }

  /** Keys continue those of the rows above them only in part: an instance's is its own id, below whichever server it stands. */
  #standsBelow(key: string, row: NodeRow): boolean {
    const at = this.#rows.get(key) ?? this.#rows.get(key.replace(/!more$/, ''));
    for (let above = at && this.parent(at); above; above = this.parent(above)) {
      if (above === row) {
        return true;
      }
    }
    return false;
  }

  /** A person asks for another attempt. */
  async reconnect(): Promise<void> {
    await this.#options.connection.connect({ retry: true });
  }

  cancel(row?: Row): void {
    if (!row) {
      this.#pending.cancelAll();
    } else if (!isNodeRow(row)) {
      this.#pending.cancel(levelKey(row.parent));
      this.#pending.cancel(moreKey(row.parent));
    }
  }

  /** @param text undefined or blank: everything is shown. */
  setFilter(text: string | undefined): void {
    this.#filter = text?.trim() ? new TreeFilter(this.#options.inventory, text.trim()) : undefined;
    this.#changes.fire(undefined);
  }

  dispose(): void {
    this.#pending.cancelAll();
    this.#subscriptions.forEach((subscription) => subscription.dispose());
    this.#changes.dispose();
  }

  /** Looking at the tree is what connects; a moment's patience spares it a first draw that is wrong at once. */
  async #isConnected(): Promise<boolean> {
    const { connection } = this.#options;
    if (connection.state.kind === 'disconnected') {
      await Promise.race([connection.connect(), after(connectPatienceMs)]);
    }
    return connection.state.kind === 'connected';
  }

  /** True where it came; else what went wrong is remembered. */
  #settle(key: string, outcome: Outcome<unknown>): boolean {
    this.#filter?.invalidate();
    if (outcome.ok) {
      this.#troubles.delete(key);
      return true;
    }
    this.#troubles.set(key, outcome.cancelled ? { kind: 'cancelled' } : { kind: 'failed', error: outcome.error });
    return false;
  }

  #pageRows(parent: NodeRow | undefined, page: NodePage): readonly Row[] {
    const key = levelKey(parent);
    const shown = this.#filter ? this.#filter.apply(parent?.node, page.nodes) : page.nodes;
    const rows: Row[] = shown.map((node) => this.#rowOf(node));
    shown.forEach((node) => this.#drawn.set(node.key, looksOf(node)));
    (page.problems ?? []).forEach((error, index) => rows.push({ type: 'problem', key: `${key}!problem${index}`, parent, error }));
    if (page.empty) {
      const subject = page.empty.asks ? undefined : this.#subjectOf(parent, page.empty.command);
      rows.push({ type: 'empty', key: `${key}!empty`, parent, empty: page.empty, ...(subject ? { subject } : {}) });
    }
    if (!parent && this.#filter && shown.length === 0 && page.nodes.length > 0) {
      rows.push({ type: 'empty', key: nothingKey, parent, empty: nothingMatches(this.#filter) });
    }
    return page.more === undefined ? rows : [...rows, this.#moreRow(parent, page.more, page)];
  }

  /** Refreshing is done to the level itself, an action to the nearest thing around it that actions can be done to. */
  #subjectOf(parent: NodeRow | undefined, command: string | undefined): NodeRow | undefined {
    if (command === treeCommands.refreshNode) {
      return parent;
    }
    for (let row = parent; row; row = this.parent(row)) {
      if (row.node.target) {
        return row;
      }
    }
    return undefined;
  }

  #moreRow(parent: NodeRow | undefined, more: string, { nodes, soFar }: NodePage): Row {
    const key = moreKey(parent);
    const trouble = this.#troubles.get(key);
    if (trouble?.kind === 'failed') {
      return this.#troubleRow(parent, trouble, true);
    }
    return this.#pending.has(key)
      ? { type: 'loading', key: `${key}!loading`, parent, label: 'Loading more...' }
      : { type: 'loadMore', key, parent, more, loaded: nodes.length, soFar };
  }

  #troubleRow(parent: NodeRow | undefined, trouble: Trouble, ofNextPage: boolean): Row {
    const key = ofNextPage ? moreKey(parent) : levelKey(parent);
    return trouble.kind === 'cancelled'
      ? { type: 'cancelled', key: `${key}!cancelled`, parent }
      : { type: 'error', key: `${key}!error`, parent, error: trouble.error, ofNextPage };
  }

  #rowOf(node: InventoryNode): NodeRow {
    const known = this.#rows.get(node.key);
    if (known) {
      known.node = node;
      return known;
    }
    const row: NodeRow = { type: 'node', key: node.key, node };
    this.#rows.set(node.key, row);
    return row;
  }

  /** VS Code draws what stands below a row anew with the row: it is told only where there is something to see. */
  #onLooks(node: InventoryNode): void {
    const drawn = this.#drawn.get(node.key);
    if (drawn !== undefined && drawn !== looksOf(node)) {
      this.#onInventory(node);
    }
  }

  #onInventory(node: InventoryNode | undefined): void {
    this.#filter?.invalidate();
    const row = node && this.#rows.get(node.key);
    if (node && row) {
      row.node = node;
      this.#drawn.set(node.key, looksOf(node));
    }
    // With a filter on, a change anywhere can bring or take a row anywhere.
    if (!node || this.#filter) {
      this.#changes.fire(undefined);
    } else if (row) {
      this.#changes.fire(row);
    }
  }
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref?.();
  });
}
