import { element } from './dom.ts';
import type { Heights } from './lines.ts';

/** As high as a row and a group's head, which follow the size of the window's font; not seen and not read aloud. */
export class Probes {
  readonly nodes: readonly HTMLElement[];
  readonly #row = element('div', 'probe-row');
  readonly #group = element('div', 'probe-group');

  constructor(onChange: (heights: Heights) => void) {
    this.nodes = [this.#row, this.#group];
    this.nodes.forEach((node) => node.setAttribute('aria-hidden', 'true'));
    new ResizeObserver(() => {
      const [row, group] = [this.#row.offsetHeight, this.#group.offsetHeight];
      // Neither has a height while the list is not shown.
      if (row > 0 && group > 0) {
        onChange({ row, group });
      }
    }).observe(this.#row);
  }
}
