import type { FeedView } from '../../../src/views/protocol.ts';
import { element, icon, isolated } from './dom.ts';

/** What could not be read of the vaults' own jobs, and a button that reads again. */
export class FeedLine {
  readonly node = element('div', 'feed');
  readonly #onRefresh: () => void;

  constructor(onRefresh: () => void) {
    this.#onRefresh = onRefresh;
    this.node.setAttribute('role', 'status');
    this.node.hidden = true;
  }

  show({ problems }: FeedView): void {
    const [first, ...others] = problems;
    this.node.hidden = first === undefined;
    if (first === undefined) {
      this.node.replaceChildren();
      return;
    }
    const again = element('vscode-button', '', 'Try Again');
    again.secondary = true;
    again.addEventListener('click', this.#onRefresh);
    const text = element('p', '', isolated(first), others.length === 0 ? '' : ` And ${others.length} more.`);
    text.title = problems.join('\n');
    this.node.replaceChildren(icon('warning'), text, again);
  }
}
