import { keyOf, type Line } from './arrange.ts';
import { element } from './dom.ts';
import { GroupHead } from './groupHead.ts';
import type { Lines } from './lines.ts';
import { Row } from './row.ts';

/** Lines beyond the edge that are made already, so that scrolling by a little shows no gap. */
const beyond = 6;
/** Rows that were scrolled out and are kept to be used again. */
const spares = 40;

export interface Seen {
  /** Pixels: what the list shows of its lines. */
  readonly scrollTop: number;
  readonly clientHeight: number;
  /** Key of the line that the keys move from. */
  readonly active: string | undefined;
  /** Id of the selected row. */
  readonly selected: string | undefined;
  readonly isFlat: boolean;
}

/** The lines that are in the document: those that are seen, a few beyond, and the one that the focus is on. */
export class LineWindow {
  /** As high as all lines together. */
  readonly node = element('div', 'lines');
  readonly #made = new Map<string, Row | GroupHead>();
  readonly #spare: Row[] = [];
  #madeCount = 0;

  get(key: string): HTMLElement | undefined {
    return this.#made.get(key)?.node;
  }

  /** The clock went on. */
  tick(nowMs: number): void {
    for (const line of this.#made.values()) {
      if (line instanceof Row && line.view.active) {
        line.tick(nowMs);
      }
    }
  }

  setHeight(pixels: number): void {
    this.node.style.height = `${pixels}px`;
  }

  show(lines: Lines, seen: Seen): void {
    const wanted = wantedOf(lines, seen);
    this.#dropAllBut(new Set(wanted.map((at) => keyOf(lines.all[at] as Line))));
    let next = this.node.firstChild;
    for (const at of wanted) {
      const node = this.#line(lines.all[at] as Line, lines.topOf(at), seen);
      if (node === next) {
        next = node.nextSibling;
      } else {
        this.node.insertBefore(node, next);
      }
    }
  }

  #dropAllBut(keys: ReadonlySet<string>): void {
    for (const [key, line] of this.#made) {
      if (!keys.has(key)) {
        this.#made.delete(key);
        line.node.remove();
        if (line instanceof Row && this.#spare.length < spares) {
          this.#spare.push(line);
        }
      }
    }
  }

  #line(line: Line, top: number, { active, selected, isFlat }: Seen): HTMLElement {
    const key = keyOf(line);
    const known = this.#made.get(key);
    if (line.kind === 'group') {
      const head = known instanceof GroupHead ? known : new GroupHead(this.#newId());
      this.#made.set(key, head);
      head.update(line, top, active === key);
      return head.node;
    }
    const row = known instanceof Row ? known : (this.#spare.pop() ?? new Row(this.#newId()));
    this.#made.set(key, row);
    row.update(line, top, { isSelected: selected === line.row.view.id, isActive: active === key, isInGroup: !isFlat });
    return row.node;
  }

  #newId(): string {
    this.#madeCount += 1;
    return `line-${this.#madeCount}`;
  }
}

/** Places of lines, from the top. What the focus is on is there to be read aloud, wherever the list was scrolled to. */
function wantedOf(lines: Lines, { scrollTop, clientHeight, active }: Seen): number[] {
  const first = Math.max(0, lines.lineAt(scrollTop) - beyond);
  const last = Math.min(lines.all.length - 1, lines.lineAt(scrollTop + clientHeight) + beyond);
  const seen = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  const at = lines.indexOf(active ?? '');
  return at < 0 || (at >= first && at <= last) ? seen : at < first ? [at, ...seen] : [...seen, at];
}
