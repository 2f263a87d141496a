import type { FeedView } from '../../../src/views/protocol.ts';
import { element, icon } from './dom.ts';
import type { ListFilter } from './list.ts';

const states: readonly (readonly [string, string])[] = [
  ['all', 'All states'],
  ['active', 'Not ended'],
  ['failed', 'Failed'],
  ['warning', 'With warnings'],
  ['succeeded', 'Succeeded'],
  ['cancelled', 'Cancelled'],
  ['unknown', 'Outcome unknown'],
];

/** Filter box, state filter, refresh, and how reading the vaults' jobs goes. */
export class Toolbar {
  readonly node = element('header', 'toolbar');
  readonly feed = element('div', 'feed');
  readonly #text = element('vscode-textfield', 'filter');
  readonly #state = element('vscode-single-select', 'state-filter');
  readonly #refresh = element('vscode-toolbar-button');
  readonly #together = element('button', 'chip');
  #batch: string | undefined;
  readonly #onRefresh: () => void;

  constructor(onFilter: (filter: ListFilter) => void, onRefresh: () => void) {
    this.#onRefresh = onRefresh;
    this.#text.placeholder = 'Filter by name, vault, action or job id';
    this.#text.label = 'Filter';
    this.#text.append(Object.assign(icon('filter'), { slot: 'content-before' }));
    this.#state.label = 'State';
    for (const [value, label] of states) {
      const option = element('vscode-option', '', label);
      option.value = value;
      this.#state.append(option);
    }
    this.#refresh.icon = 'refresh';
    this.#refresh.label = 'Read the jobs of the vaults again';
    this.#refresh.title = 'Read the jobs of the vaults again';
    this.feed.setAttribute('role', 'status');
    this.feed.hidden = true;
    const changed = (): void => onFilter(this.filter);
    this.#text.addEventListener('input', changed);
    this.#state.addEventListener('change', changed);
    this.#refresh.addEventListener('click', onRefresh);
    this.#together.type = 'button';
    this.#together.hidden = true;
    this.#together.title = 'Show all again';
    this.#together.addEventListener('click', () => {
      this.batch = undefined;
      changed();
    });
    this.node.append(this.#text, this.#state, this.#together, this.#refresh);
  }

  get filter(): ListFilter {
    const batch = this.#batch === undefined ? {} : { batch: this.#batch };
    return { text: this.#text.value, state: this.#state.value || 'all', ...batch };
  }

  set filter(filter: ListFilter) {
    this.#text.value = filter.text;
    this.#state.value = filter.state;
    this.batch = filter.batch;
  }

  /** Rows of one batch alone, told by a button that takes the filter away. */
  set batch(id: string | undefined) {
    this.#batch = id;
    this.#together.hidden = id === undefined;
    this.#together.replaceChildren('Started together', icon('close'));
    this.#together.setAttribute('aria-label', 'Only those started together are shown. Show all again');
  }

  showFeed(feed: FeedView): void {
    this.#refresh.classList.toggle('spin', feed.loading);
    this.feed.hidden = feed.problems.length === 0;
    if (feed.problems.length === 0) {
      this.feed.replaceChildren();
      return;
    }
    const again = element('vscode-button', '', 'Try Again');
    again.secondary = true;
    again.addEventListener('click', this.#onRefresh);
    const [first, ...others] = feed.problems;
    const text = element('p', '', element('bdi', '', first ?? ''), others.length === 0 ? '' : ` And ${others.length} more.`);
    text.title = feed.problems.join('\n');
    this.feed.replaceChildren(icon('warning'), text, again);
  }
}
