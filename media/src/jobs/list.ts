import type { RowView } from '../../../src/views/protocol.ts';
import { keyOf, type Arrangement } from './arrange.ts';
import { element, setAttribute } from './dom.ts';
import type { Lines, Top } from './lines.ts';
import { LineWindow } from './lineWindow.ts';
import { ListedRows } from './listedRows.ts';
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
  readonly #rows = new ListedRows((now, before) => this.#keepPlace(now, before));
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
    const probes = new Probes((heights) => {
      this.#rows.heights = heights;
      this.#invalidate();
    });
    this.node.append(this.#window.node, ...probes.nodes);
    this.node.addEventListener('keydown', (event) => listKeys(event, this.#seen, this.#seen.indexOf(this.#active ?? ''), this.#keys));
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
    return this.#rows.shownCount;
  }

  get views(): RowView[] {
    return this.#rows.views;
  }

  /** What is seen first; undefined at the top, where the newest is to be seen as it comes. */
  get top(): Top | undefined {
    return this.node.scrollTop <= 0 ? this.#toRestore : this.#seen.first(this.node.scrollTop);
  }

  view(id: string): RowView | undefined {
    return this.#rows.view(id);
  }

  /** True where neither the filter nor a folded group keeps it out. */
  shows(id: string): boolean {
    return this.#rows.lines.indexOf(`row ${id}`) >= 0;
  }

  upsert(view: RowView): void {
    this.#rows.upsert(view);
    this.#invalidate();
  }

  remove(id: string): void {
    if (!this.view(id)) {
      return;
    }
    const { lines } = this.#rows;
    const at = lines.indexOf(`row ${id}`);
    this.#rows.remove(id);
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
    for (const { id } of this.views.filter((view) => !ids.has(view.id))) {
      this.remove(id);
    }
  }

  /** @param reveal false where what is seen is to stay as it is */
  select(id: string, reveal = true): void {
    const view = this.view(id);
    if (!view) {
      return;
    }
    const key = `row ${id}`;
    this.#active = key;
    this.#toReveal = reveal ? key : this.#toReveal;
    this.#invalidate();
    if (this.#selected !== id) {
      this.#selected = id;
      this.#options.onSelect(view);
    }
  }

  /** The rows that are shown, their order and their groups. @param top where to scroll to as soon as that line is there */
  arrange(arrangement: Arrangement, top?: Top): void {
    this.#rows.arrangement = arrangement;
    this.#toRestore = top ?? this.#toRestore;
    this.#invalidate();
  }

  /** The clock went on. */
  tick(nowMs: number): void {
    if (this.#rows.tick()) {
      this.#invalidate();
    }
    this.#window.tick(nowMs);
  }

  readonly #keys = {
    pageRows: (): number => Math.max(1, Math.floor(this.node.clientHeight / this.#rows.heights.row) - 1),
    go: (at: number): void => {
      const line = this.#seen.all[at];
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

  get #seen(): Lines {
    return this.#rows.seenLines;
  }

  #fold(key: string, folded: boolean): void {
    const all = new Set(this.#rows.arrangement.folded);
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
      this.#fold(group, !this.#rows.arrangement.folded.has(group));
    }
  }

  #onContextMenu(event: MouseEvent): void {
    event.preventDefault();
    const id = this.#lineOf(event)?.dataset['id'];
    const view = this.view(id ?? '');
    if (view) {
      this.select(view.id);
      this.#options.onMenu(view, event.clientX, event.clientY);
    }
  }

  #lineOf(event: Event): HTMLElement | null {
    return (event.target as Element).closest<HTMLElement>('.row, .group');
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

  /** What comes above the first that is seen moves nothing; at the very top the newest is seen as it comes. */
  #keepPlace(now: Lines, before: Lines): void {
    this.#window.setHeight(now.height);
    const { scrollTop } = this.node;
    const wanted = scrollTop > 0 ? now.sameFirst(before, scrollTop) : undefined;
    if (wanted !== undefined && wanted !== scrollTop) {
      this.node.scrollTop = wanted;
    }
  }

  #render(): void {
    const { lines, isFlat } = this.#rows;
    this.#scroll(lines);
    const { scrollTop, clientHeight } = this.node;
    const active = lines.indexOf(this.#active ?? '') < 0 ? undefined : this.#active;
    this.#window.show(lines, { scrollTop, clientHeight, active, selected: this.#selected, isFlat });
    setAttribute(this.node, 'role', isFlat ? 'listbox' : 'tree');
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
