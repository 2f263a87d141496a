import type { RowView } from '../../../src/views/protocol.ts';
import { allRows, arrange, keyOf, moves, place, type Arrangement, type Placed } from './arrange.ts';
import { element, setAttribute } from './dom.ts';
import { Lines, type Heights, type Top } from './lines.ts';
import { LineWindow } from './lineWindow.ts';
import { listKeys } from './listKeys.ts';
import { Probes } from './probes.ts';

export interface ListOptions {
  readonly onSelect: (view: RowView) => void;
  /** Enter: on to the details. */
  readonly onOpen: () => void;
  /** A menu is wanted for the selected row, at a place of the window in pixels. */
  readonly onMenu: (view: RowView, x: number, y: number) => void;
  /** A person begins to type. */
  readonly onType: () => void;
  readonly onEscape: () => void;
  readonly onFold: (folded: ReadonlySet<string>) => void;
  readonly onScroll: () => void;
}

/**
 * The list of rows, however many: only those that are seen are in the document. One of them is selected; it is worked with
 * the keyboard as a listbox is, or as a tree where there are groups. What is told of rows is shown with the next frame.
 */
export class JobList {
  /** Holds the focus itself, so that a row that goes away does not take it along. */
  readonly node = element('div', 'list');
  readonly #options: ListOptions;
  readonly #window = new LineWindow();
  readonly #rows = new Map<string, Placed>();
  #arrangement: Arrangement = { filter: allRows, group: 'none', sort: 'newest', folded: new Set() };
  #heights: Heights = { row: 50, group: 28 };
  #lines = new Lines([], this.#heights);
  /** The lines do not follow from the rows any more, and are to be made anew: with the next frame, or with the next second. */
  #isStale = false;
  #isStaleOfFigures = false;
  #came = 0;
  #selected: string | undefined;
  /** Key of the line that the keys move from: the selected row, or the head of a group. */
  #active: string | undefined;
  #toReveal: string | undefined;
  #toRestore: Top | undefined;
  /** The next frame shows what has changed. */
  #isDue = false;

  constructor(options: ListOptions) {
    this.#options = options;
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'listbox');
    this.node.setAttribute('aria-label', 'Operations and jobs');
    const probes = new Probes((heights) => this.#setHeights(heights));
    this.node.append(this.#window.node, ...probes.nodes);
    this.node.addEventListener('keydown', (event) => listKeys(event, this.#lines, this.#lines.indexOf(this.#active ?? ''), this.#keys));
    this.node.addEventListener('click', (event) => this.#onClick(event));
    this.node.addEventListener('dblclick', (event) => (this.#lineOf(event)?.dataset['id'] === undefined ? undefined : options.onOpen()));
    this.node.addEventListener('contextmenu', (event) => this.#onContextMenu(event));
    this.node.addEventListener('scroll', () => {
      this.#invalidate();
      options.onScroll();
    });
    new ResizeObserver(() => this.#invalidate()).observe(this.node);
  }

  get selected(): RowView | undefined {
    return this.view(this.#selected ?? '');
  }

  get size(): number {
    return this.#rows.size;
  }

  /** How many rows the filter lets through, folded away or not. */
  get shownCount(): number {
    const { all } = this.#settled();
    return this.#isFlat ? all.length : all.reduce((sum, line) => sum + (line.kind === 'group' ? line.rows.length : 0), 0);
  }

  get views(): RowView[] {
    return [...this.#rows.values()].map(({ view }) => view);
  }

  /** What is seen first; undefined at the top, where the newest is to be seen as it comes. */
  get top(): Top | undefined {
    return this.node.scrollTop <= 0 ? this.#toRestore : this.#lines.first(this.node.scrollTop);
  }

  view(id: string): RowView | undefined {
    return this.#rows.get(id)?.view;
  }

  /** True where neither the filter nor a folded group keeps it out. */
  shows(id: string): boolean {
    return this.#settled().indexOf(`row ${id}`) >= 0;
  }

  upsert(view: RowView): void {
    const known = this.#rows.get(view.id);
    const now = place(view, known?.came ?? ++this.#came);
    if (!known) {
      this.#rows.set(view.id, now);
      this.#isStale = true;
    } else {
      if (moves(known, now, this.#arrangement)) {
        // Rows that change places with every figure could not be read.
        const ofFigures = this.#arrangement.sort === 'progress' && !moves(known, now, { ...this.#arrangement, sort: 'newest' });
        this.#isStaleOfFigures ||= ofFigures;
        this.#isStale ||= !ofFigures;
      }
      // The lines hold it already.
      Object.assign(known, now);
    }
    this.#invalidate();
  }

  remove(id: string): void {
    if (!this.#rows.has(id)) {
      return;
    }
    const lines = this.#settled();
    const at = lines.indexOf(`row ${id}`);
    this.#rows.delete(id);
    this.#isStale = true;
    if (this.#selected === id) {
      this.#selected = undefined;
      const next = [lines.all[at + 1], lines.all[at - 1]].find((line) => line?.kind === 'row');
      this.#active = undefined;
      if (next?.kind === 'row') {
        this.select(next.row.view.id);
      }
    }
    this.#invalidate();
  }

  /** Keeps those alone that are named. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of [...this.#rows.keys()].filter((each) => !ids.has(each))) {
      this.remove(id);
    }
  }

  /** @param reveal false where what is seen is to stay as it is */
  select(id: string, reveal = true): void {
    const row = this.#rows.get(id);
    if (!row) {
      return;
    }
    const key = `row ${id}`;
    this.#active = key;
    this.#toReveal = reveal ? key : this.#toReveal;
    this.#invalidate();
    if (this.#selected !== id) {
      this.#selected = id;
      this.#options.onSelect(row.view);
    }
  }

  /** The rows that are shown, their order and their groups. @param top where to scroll to as soon as that line is there */
  arrange(arrangement: Arrangement, top?: Top): void {
    this.#arrangement = arrangement;
    this.#toRestore = top ?? this.#toRestore;
    this.#isStale = true;
    this.#invalidate();
  }

  /** The clock went on. */
  tick(nowMs: number): void {
    if (this.#isStaleOfFigures) {
      this.#isStale = true;
      this.#invalidate();
    }
    this.#window.tick(nowMs);
  }

  readonly #keys = {
    pageRows: (): number => Math.max(1, Math.floor(this.node.clientHeight / this.#heights.row) - 1),
    go: (at: number): void => {
      const line = this.#lines.all[at];
      if (line?.kind === 'row') {
        this.select(line.row.view.id);
      } else if (line) {
        this.#active = this.#toReveal = keyOf(line);
        this.#invalidate();
      }
    },
    fold: (key: string, folded: boolean): void => this.#fold(key, folded),
    open: (): void => this.#options.onOpen(),
    menu: (): void => {
      const { selected } = this;
      const box = this.#window.get(this.#active ?? '')?.getBoundingClientRect();
      if (selected && box && this.#active === `row ${selected.id}`) {
        this.#options.onMenu(selected, box.left + 32, box.bottom);
      }
    },
    type: (): void => this.#options.onType(),
    escape: (): void => this.#options.onEscape(),
  };

  get #isFlat(): boolean {
    return this.#arrangement.group === 'none';
  }

  #fold(key: string, folded: boolean): void {
    const all = new Set(this.#arrangement.folded);
    if (folded) {
      all.add(key);
    } else {
      all.delete(key);
    }
    this.#active = this.#toReveal = `group ${key}`;
    this.#options.onFold(all);
  }

  #onClick(event: Event): void {
    const { id, group } = this.#lineOf(event)?.dataset ?? {};
    if (id !== undefined) {
      this.select(id);
    } else if (group !== undefined) {
      this.#fold(group, !this.#arrangement.folded.has(group));
    }
  }

  #onContextMenu(event: MouseEvent): void {
    event.preventDefault();
    const id = this.#lineOf(event)?.dataset['id'];
    const row = id === undefined ? undefined : this.#rows.get(id);
    if (row) {
      this.select(row.view.id);
      this.#options.onMenu(row.view, event.clientX, event.clientY);
    }
  }

  #lineOf(event: Event): HTMLElement | null {
    return (event.target as Element).closest<HTMLElement>('.row, .group');
  }

  #setHeights(heights: Heights): void {
    if (heights.row !== this.#heights.row || heights.group !== this.#heights.group) {
      this.#heights = heights;
      this.#isStale = true;
      this.#invalidate();
    }
  }

  #invalidate(): void {
    if (!this.#isDue) {
      this.#isDue = true;
      requestAnimationFrame(() => {
        this.#isDue = false;
        this.#render();
      });
    }
  }

  /** The lines as they follow from the rows now. */
  #settled(): Lines {
    if (this.#isStale) {
      this.#isStale = this.#isStaleOfFigures = false;
      const before = this.#lines;
      this.#lines = new Lines(arrange(this.#rows.values(), this.#arrangement), this.#heights);
      this.#keepPlace(before);
    }
    return this.#lines;
  }

  /** What comes above the first that is seen moves nothing; at the very top the newest is seen as it comes. */
  #keepPlace(before: Lines): void {
    this.#window.setHeight(this.#lines.height);
    const { scrollTop } = this.node;
    const wanted = scrollTop > 0 ? this.#lines.sameFirst(before, scrollTop) : undefined;
    if (wanted !== undefined && wanted !== scrollTop) {
      this.node.scrollTop = wanted;
    }
  }

  #render(): void {
    const lines = this.#settled();
    this.#scroll(lines);
    const { scrollTop, clientHeight } = this.node;
    const active = lines.indexOf(this.#active ?? '') < 0 ? undefined : this.#active;
    this.#window.show(lines, { scrollTop, clientHeight, active, selected: this.#selected, isFlat: this.#isFlat });
    setAttribute(this.node, 'role', this.#isFlat ? 'listbox' : 'tree');
    setAttribute(this.node, 'aria-activedescendant', this.#window.get(active ?? '')?.id);
  }

  /** To what was asked to be seen; else to where it was before a reload. */
  #scroll(lines: Lines): void {
    const reveal = lines.indexOf(this.#toReveal ?? '');
    const restore = lines.indexOf(this.#toRestore?.key ?? '');
    if (reveal >= 0) {
      const [top, bottom] = [lines.topOf(reveal), lines.topOf(reveal + 1)];
      const { scrollTop, clientHeight } = this.node;
      if (top < scrollTop || bottom > scrollTop + clientHeight) {
        this.node.scrollTop = top < scrollTop ? top : bottom - clientHeight;
      }
      this.#toReveal = this.#toRestore = undefined;
    } else if (restore >= 0 && this.#toRestore) {
      this.node.scrollTop = lines.topOf(restore) + this.#toRestore.offset;
      this.#toRestore = undefined;
    }
  }
}
