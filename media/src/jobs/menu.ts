import type { RowAction, RowView } from '../../../src/views/protocol.ts';
import { actionLooks } from './actionLooks.ts';
import { element, icon } from './dom.ts';

/** The menu of a row: what the buttons beside the list do, where the pointer is. */
export class RowMenu {
  readonly node = element('div', 'menu');
  readonly #onAction: (action: RowAction, view: RowView) => void;
  readonly #onClose: () => void;

  /** @param onClose the focus has to go somewhere */
  constructor(onAction: (action: RowAction, view: RowView) => void, onClose: () => void) {
    this.#onAction = onAction;
    this.#onClose = onClose;
    this.node.setAttribute('role', 'menu');
    this.node.hidden = true;
    this.node.addEventListener('keydown', (event) => this.#onKey(event));
    this.node.addEventListener('focusout', (event) => {
      if (!this.node.contains(event.relatedTarget as Node | null)) {
        this.node.hidden = true;
      }
    });
    this.node.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** @param x pixels of the window, as y: where its corner is to be, or further in where it would not fit */
  open(view: RowView, actions: readonly RowAction[], x: number, y: number): void {
    this.node.setAttribute('aria-label', `${view.title}, ${view.target}`);
    this.node.replaceChildren(
      ...actions.map((action) => {
        const item = element('button', 'menu-item', icon(actionLooks[action].icon), actionLooks[action].label(view));
        item.type = 'button';
        item.tabIndex = -1;
        item.dataset['action'] = action;
        item.setAttribute('role', 'menuitem');
        item.addEventListener('click', () => {
          this.#close();
          this.#onAction(action, view);
        });
        return item;
      }),
    );
    this.node.hidden = false;
    this.node.style.left = `${Math.max(0, Math.min(x, window.innerWidth - this.node.offsetWidth - 4))}px`;
    this.node.style.top = `${Math.max(0, Math.min(y, window.innerHeight - this.node.offsetHeight - 4))}px`;
    this.#focus(0);
  }

  #close(): void {
    this.node.hidden = true;
    this.#onClose();
  }

  #focus(at: number): void {
    const items = this.node.children;
    (items[(at + items.length) % items.length] as HTMLElement | undefined)?.focus();
  }

  #onKey(event: KeyboardEvent): void {
    const items = [...this.node.children];
    const at = items.indexOf(document.activeElement as Element);
    const moves: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    const to = moves[event.key];
    const begins = (item: Element): boolean => (item.textContent ?? '').trim().toLowerCase().startsWith(event.key.toLowerCase());
    if (to !== undefined) {
      this.#focus(to);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      this.#close();
    } else if (event.key.length === 1 && event.key !== ' ') {
      const next = [...items.slice(at + 1), ...items.slice(0, at + 1)].find(begins);
      (next as HTMLElement | undefined)?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
