import type { RowView } from '../../../src/views/protocol.ts';
import { element, setAttribute } from './dom.ts';
import { Row } from './row.ts';

export interface ListFilter {
  /** Words that a row must all hold. */
  readonly text: string;
  /** `all`, `active`, or the state of those that ended. */
  readonly state: string;
  /** Those of one batch alone. */
  readonly batch?: string;
}

export interface ListOptions {
  readonly onSelect: (view: RowView) => void;
  /** Enter: on to the details. */
  readonly onOpen: () => void;
}

/** The list of rows: keyed, newest first, one of them selected, worked with the keyboard as a listbox is. */
export class JobList {
  /** Holds the focus itself, so that a row that goes away does not take it along. */
  readonly node = element('div', 'list');
  readonly #options: ListOptions;
  readonly #rows = new Map<string, Row>();
  #filter: ListFilter = { text: '', state: 'all' };
  #selected: string | undefined;
  #made = 0;

  constructor(options: ListOptions) {
    this.#options = options;
    this.node.setAttribute('role', 'listbox');
    this.node.setAttribute('aria-label', 'Operations and jobs, newest first');
    this.node.tabIndex = 0;
    this.node.addEventListener('keydown', (event) => this.#onKey(event));
    this.node.addEventListener('click', (event) => this.#onClick(event));
  }

  get selected(): RowView | undefined {
    return this.#selected === undefined ? undefined : this.#rows.get(this.#selected)?.view;
  }

  get size(): number {
    return this.#rows.size;
  }

  get shownCount(): number {
    return this.#shown().length;
  }

  get views(): RowView[] {
    return [...this.#rows.values()].map((row) => row.view);
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  upsert(view: RowView): void {
    const known = this.#rows.get(view.id);
    if (known) {
      const moved = known.view.startedAt !== view.startedAt;
      known.update(view);
      if (moved) {
        this.#place(known);
      }
      this.#hideOrShow(known);
      return;
    }
    const row = new Row(view, `row-${++this.#made}`);
    this.#rows.set(view.id, row);
    this.#hideOrShow(row);
    this.#place(row);
  }

  remove(id: string): void {
    const row = this.#rows.get(id);
    if (!row) {
      return;
    }
    const shown = this.#shown();
    const at = shown.indexOf(row);
    this.#rows.delete(id);
    row.node.remove();
    if (this.#selected === id) {
      this.#selected = undefined;
      const next = shown[at + 1] ?? shown[at - 1];
      setAttribute(this.node, 'aria-activedescendant', undefined);
      if (next) {
        this.select(next.view.id);
      }
    }
  }

  /** Keeps those alone that are named. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of [...this.#rows.keys()].filter((each) => !ids.has(each))) {
      this.remove(id);
    }
  }

  select(id: string): void {
    const row = this.#rows.get(id);
    if (!row || this.#selected === id) {
      return;
    }
    if (this.#selected !== undefined) {
      this.#rows.get(this.#selected)?.node.setAttribute('aria-selected', 'false');
    }
    this.#selected = id;
    row.node.setAttribute('aria-selected', 'true');
    this.node.setAttribute('aria-activedescendant', row.node.id);
    row.node.scrollIntoView({ block: 'nearest' });
    this.#options.onSelect(row.view);
  }

  filter(filter: ListFilter): void {
    this.#filter = filter;
    this.#rows.forEach((row) => this.#hideOrShow(row));
  }

  tick(nowMs: number): void {
    for (const row of this.#rows.values()) {
      if (row.view.active) {
        row.tick(nowMs);
      }
    }
  }

  /** Before the first that is older; the newest of the same moment on top. */
  #place(row: Row): void {
    const before = [...this.node.children].find((node) => {
      const other = this.#rows.get((node as HTMLElement).dataset['id'] ?? '');
      return other !== undefined && other !== row && other.view.startedAt <= row.view.startedAt;
    });
    if (before !== row.node.nextElementSibling || row.node.parentNode !== this.node) {
      this.node.insertBefore(row.node, before ?? null);
    }
  }

  #hideOrShow(row: Row): void {
    const { text, state, batch } = this.#filter;
    const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const fits = state === 'all' || (state === 'active' ? row.view.active : !row.view.active && row.view.state === state);
    row.node.hidden =
      !fits || (batch !== undefined && row.view.batch?.id !== batch) || !words.every((word) => row.searchText.includes(word));
  }

  #shown(): Row[] {
    return [...this.node.children].flatMap((node) => {
      const row = this.#rows.get((node as HTMLElement).dataset['id'] ?? '');
      return row && !row.node.hidden ? [row] : [];
    });
  }

  #onClick(event: Event): void {
    const node = (event.target as Element).closest<HTMLElement>('.row');
    if (node?.dataset['id'] !== undefined) {
      this.select(node.dataset['id']);
    }
  }

  #onKey(event: KeyboardEvent): void {
    const shown = this.#shown();
    const at = shown.findIndex((row) => row.view.id === this.#selected);
    const page = Math.max(1, Math.floor(this.node.clientHeight / (shown[0]?.node.offsetHeight || 48)) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      Home: 0,
      End: shown.length - 1,
      PageDown: at + page,
      PageUp: at - page,
    };
    const to = moves[event.key];
    if (to !== undefined && shown.length > 0) {
      event.preventDefault();
      const row = shown[Math.min(Math.max(to, 0), shown.length - 1)];
      if (row) {
        this.select(row.view.id);
      }
    } else if (event.key === 'Enter' && at >= 0) {
      event.preventDefault();
      this.#options.onOpen();
    }
  }
}
