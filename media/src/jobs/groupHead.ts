import { countsText, type GroupLine } from './arrange.ts';
import { element, icon, isolated, setAttribute, setClass, setText } from './dom.ts';
import { placeNode, type LineNode } from './lineNode.ts';

/** The head of a group: folds its rows away, and says how these stand. */
export class GroupHead implements LineNode {
  readonly node: HTMLElement;
  readonly #arrow = icon('chevron-down');
  readonly #label = isolated('', 'group-label');
  readonly #count = element('span', 'group-count');
  readonly #states = element('span', 'group-states');

  constructor(domId: string) {
    this.node = element('div', 'group', this.#arrow, this.#label, this.#count, this.#states);
    this.node.id = domId;
    this.node.setAttribute('role', 'treeitem');
    this.node.setAttribute('aria-level', '1');
  }

  update(line: GroupLine, top: number, isActive: boolean): void {
    const states = countsText(line.rows);
    this.node.dataset['group'] = line.key;
    setClass(this.#arrow, `codicon codicon-chevron-${line.folded ? 'right' : 'down'}`);
    setText(this.#label, line.label);
    setText(this.#count, String(line.rows.length));
    setText(this.#states, states);
    setAttribute(this.node, 'aria-expanded', String(!line.folded));
    setAttribute(this.node, 'aria-label', `${line.label}, ${line.rows.length}: ${states}`);
    setAttribute(this.node, 'aria-selected', String(isActive));
    setClass(this.node, isActive ? 'group active' : 'group');
    placeNode(this.node, line, top);
  }
}
