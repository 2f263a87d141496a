import { setTimeout as after } from 'node:timers/promises';
import type { Connection } from '../cloud/types.ts';
import { Emitter, type Disposable } from '../core/events.ts';
import type { Inventory, InventoryNode, NodePage } from '../inventory/types.ts';
import { connectionRows, signInRows } from './connectionRows.ts';
import { nothingMatches, TreeFilter, type FilterResult } from './filter.ts';
import { treeCommands } from './ids.ts';
import { isAtOrBelow, levelKey, moreKey } from './levelKeys.ts';
import { LevelLoads, type Trouble } from './levelLoads.ts';
import { isNodeRow, looksOf, type LoadMoreRow, type NodeRow, type Row } from './rows.ts';

export interface TreeModelOptions {
  readonly connection: Pick<Connection, 'state' | 'onDidChange' | 'connect'>;
  readonly inventory: Inventory;
  /** Milliseconds before a level that loads says so by a row that can be clicked to cancel. */
  readonly patienceMs?: number;
}

const connectPatienceMs = 250;
const nothingKey = '!nothing';

/** Which rows stand where. Rows and their order come from the inventory; this adds what stands in for nodes. */
export class TreeModel implements Disposable {
  readonly #options: Required<TreeModelOptions>;
  readonly #rows = new Map<string, NodeRow>();
  /** What each row looked like when VS Code was last told of it. */
  readonly #drawn = new Map<string, string>();
  readonly #loads: LevelLoads;
  readonly #changes = new Emitter<Row | undefined>();
  readonly #subscriptions: readonly Disposable[];
  /** How a person folded rows; a row that a filter took away comes back as it was. */
  readonly #folding = new Map<string, boolean>();
  #filter: TreeFilter | undefined;

  /** A row whose looks or children changed; undefined for all. */
  readonly onDidChange = this.#changes.event;
  /** True while something loads. */
  readonly onDidChangeLoading: LevelLoads['onDidChangeLoading'];

  constructor(options: TreeModelOptions) {
    this.#options = { patienceMs: 1500, ...options };
    const { patienceMs } = this.#options;
    this.#loads = new LevelLoads({ patienceMs, onSettled: () => this.#filter?.invalidate() });
    this.onDidChangeLoading = this.#loads.onDidChangeLoading;
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
        this.#loads.abandonAll();
        this.#changes.fire(undefined);
      }),
    ];
  }

  get loading(): boolean {
    return this.#loads.any;
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
    const trouble = this.#loads.troubleOf(key);
    if (trouble) {
      return [this.#troubleRow(row, trouble, false)];
    }
    const { inventory } = this.#options;
    const known = inventory.loaded(row?.node);
    if (known) {
      return this.#pageRows(row, known);
    }
    const outcome = await this.#loads.within(
      key,
      (signal) => inventory.children(row?.node, { signal }),
      () => this.#changes.fire(row),
    );
    if (outcome === 'slow') {
      return [{ type: 'loading', key: `${key}!loading`, parent: row, label: 'Loading...', cancellable: true }];
    }
    // What was forgotten meanwhile is asked for anew; what could not be read is told as its trouble.
    return outcome.ok && !outcome.stale ? this.#pageRows(row, outcome.value) : this.#level(row);
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
    this.#loads.forgetTrouble(key);
    const done = this.#loads.whole(key, (signal) => this.#options.inventory.children(row.parent?.node, { signal, more: row.more }));
    this.#changes.fire(row.parent);
    await done;
    this.#changes.fire(row.parent);
  }

  /** Asks again for what failed or was cancelled. */
  async retry(row: Row): Promise<void> {
    const parent = isNodeRow(row) ? row : row.parent;
    if (row.type === 'error' && row.ofNextPage) {
      const page = this.#options.inventory.loaded(parent?.node);
      this.#loads.forgetTrouble(moreKey(parent));
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
    this.#loads.forget(covered);
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
      this.#loads.cancelAll();
    } else if (!isNodeRow(row)) {
      this.#loads.cancel(levelKey(row.parent));
      this.#loads.cancel(moreKey(row.parent));
    }
  }

  /** @param text undefined or blank: everything is shown. */
  setFilter(text: string | undefined): void {
    this.#filter = text?.trim() ? new TreeFilter(this.#options.inventory, text.trim()) : undefined;
    this.#changes.fire(undefined);
  }

  dispose(): void {
    this.#loads.cancelAll();
    this.#subscriptions.forEach((subscription) => subscription.dispose());
    this.#changes.dispose();
  }

  /** Looking at the tree is what connects; a moment's patience spares it a first draw that is wrong at once. */
  async #isConnected(): Promise<boolean> {
    const { connection } = this.#options;
    if (connection.state.kind === 'disconnected') {
      await Promise.race([connection.connect(), after(connectPatienceMs, undefined, { ref: false })]);
    }
    return connection.state.kind === 'connected';
  }

  #pageRows(parent: NodeRow | undefined, page: NodePage): readonly Row[] {
    const key = levelKey(parent);
    const shown = this.#filter ? this.#filter.apply(parent?.node, page.nodes) : page.nodes;
    if (parent && this.#filter?.leadsNowhere(parent.node)) {
      this.#changes.fire(undefined);
    }
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
    const trouble = this.#loads.troubleOf(key);
    if (trouble?.kind === 'failed') {
      return this.#troubleRow(parent, trouble, true);
    }
    return this.#loads.has(key)
      ? { type: 'loading', key: `${key}!loading`, parent, label: 'Loading more...', cancellable: true }
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
