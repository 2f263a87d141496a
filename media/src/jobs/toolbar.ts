import type { RowView } from '../../../src/views/protocol.ts';
import { vaultsOf, type Arrangement, type Grouping, type ListFilter, type Sorting } from './arrange.ts';
import { Choice, type Option } from './choice.ts';
import { element, icon, setText } from './dom.ts';

const states: readonly Option[] = [
  ['all', 'All states'],
  ['active', 'Not ended'],
  ['failed', 'Failed'],
  ['warning', 'With warnings'],
  ['succeeded', 'Succeeded'],
  ['cancelled', 'Cancelled'],
  ['unknown', 'Outcome unknown'],
];
const groups: readonly (readonly [Grouping, string])[] = [
  ['none', 'No groups'],
  ['state', 'By state'],
  ['system', 'By system'],
  ['vault', 'By vault'],
  ['batch', 'Started together'],
];
const sorts: readonly (readonly [Sorting, string])[] = [
  ['newest', 'Newest first'],
  ['oldest', 'Oldest first'],
  ['state', 'Failed first'],
  ['name', 'By name'],
  ['vault', 'By vault and name'],
  ['progress', 'By progress'],
];

export interface ToolbarOptions {
  readonly onChange: () => void;
  readonly onRefresh: () => void;
  /** On to the list. */
  readonly onLeave: () => void;
}

/** Filter box, filters, groups, order, and refresh. */
export class Toolbar {
  readonly node = element('header', 'toolbar');
  readonly #text = element('vscode-textfield', 'filter');
  readonly #choices = element('div', 'choices');
  readonly #more = element('vscode-toolbar-button', 'more');
  readonly #refresh = element('vscode-toolbar-button', 'refresh');
  readonly #together = element('button', 'chip');
  readonly #count = element('span', 'count');
  readonly #state: Choice;
  readonly #system: Choice;
  readonly #vault: Choice;
  readonly #group: Choice;
  readonly #sort: Choice;
  #batch: string | undefined;

  constructor({ onChange, onRefresh, onLeave }: ToolbarOptions) {
    const changed = (): void => {
      this.#markMore();
      onChange();
    };
    this.#state = new Choice('State', states, changed);
    this.#system = new Choice('System', [['all', 'All systems']], changed);
    this.#vault = new Choice('Vault', [['all', 'All vaults']], changed);
    this.#group = new Choice('Group', groups, changed);
    this.#sort = new Choice('Order', sorts, changed);
    this.#state.node.classList.add('state-filter');
    this.#choices.id = 'choices';
    this.#choices.setAttribute('role', 'group');
    this.#choices.setAttribute('aria-label', 'Filters, groups and order');
    this.#choices.append(...[this.#state, this.#system, this.#vault, this.#group, this.#sort].map(({ node }) => node));
    this.#text.placeholder = 'Filter by name, vault, action or job id';
    this.#text.label = 'Filter';
    this.#text.append(Object.assign(icon('filter'), { slot: 'content-before' }));
    this.#text.addEventListener('input', changed);
    this.#text.addEventListener('keydown', (event) => this.#onKey(event, changed, onLeave));
    this.#more.icon = 'settings';
    this.#more.label = this.#more.title = 'Filters, groups and order';
    // A switch tells a screen reader whether they are there.
    this.#more.toggleable = true;
    this.#more.addEventListener('change', () => this.node.classList.toggle('open', this.#more.checked));
    this.#refresh.icon = 'refresh';
    this.#refresh.label = this.#refresh.title = 'Read the jobs of the vaults again';
    this.#refresh.addEventListener('click', onRefresh);
    this.#together.type = 'button';
    this.#together.title = 'Show all again';
    this.#together.setAttribute('aria-label', 'Only those started together are shown. Show all again');
    this.#together.append('Started together', icon('close'));
    this.#together.hidden = true;
    this.#together.addEventListener('click', () => {
      this.#setBatch(undefined);
      changed();
    });
    // In the order in which the keyboard reaches them; where they are seen is the style's.
    this.node.append(this.#text, this.#together, this.#more, this.#choices, this.#count, this.#refresh);
  }

  get arrangement(): Pick<Arrangement, 'filter' | 'group' | 'sort'> {
    const batch = this.#batch === undefined ? {} : { batch: this.#batch };
    const { value: state } = this.#state;
    const filter = { text: this.#text.value, state, system: this.#system.value, vault: this.#vault.value, ...batch };
    return { filter, group: this.#group.value as Grouping, sort: this.#sort.value as Sorting };
  }

  set filter(filter: ListFilter) {
    this.#text.value = filter.text;
    this.#state.value = filter.state;
    this.#system.value = filter.system;
    this.#vault.value = filter.vault;
    this.#setBatch(filter.batch);
    this.#markMore();
  }

  /** Unknown words, of another version's state, are left alone. */
  setOrder(group: string | undefined, sort: string | undefined): void {
    this.#group.value = groups.find(([value]) => value === group)?.[0] ?? 'none';
    this.#sort.value = sorts.find(([value]) => value === sort)?.[0] ?? 'newest';
    this.#markMore();
  }

  /** The systems and vaults that there is anything of. */
  offer(rows: readonly RowView[]): void {
    const systems = new Map(rows.map(({ system }) => [system.key, system.label]));
    const ordered = [...systems].sort(([, a], [, b]) => a.localeCompare(b));
    this.#system.options = [['all', 'All systems'], ...withChosen(ordered, this.#system.value)];
    this.#vault.options = [['all', 'All vaults'], ...withChosen(vaultsOf(rows), this.#vault.value)];
  }

  /** How many rows of how many are in the list. */
  showCount(shown: number, all: number): void {
    setText(this.#count, shown === all ? '' : `${shown} of ${all}`);
  }

  focus(): void {
    this.#text.focus();
  }

  showLoading(loading: boolean): void {
    this.#refresh.classList.toggle('spin', loading);
  }

  #onKey(event: KeyboardEvent, changed: () => void, onLeave: () => void): void {
    if (event.key === 'Escape' && this.#text.value !== '') {
      this.#text.value = '';
      changed();
    } else if (['Escape', 'Enter', 'ArrowDown'].includes(event.key)) {
      onLeave();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Where it is narrow the choices are folded away: what is chosen there must not be forgotten. */
  #markMore(): void {
    const chosen = [this.#state, this.#system, this.#vault].some(({ value }) => value !== 'all');
    this.#more.classList.toggle('chosen', chosen);
    this.#more.label = this.#more.title = chosen ? 'Filters, groups and order: rows are left out' : 'Filters, groups and order';
  }

  /** Rows of one batch alone, told by a button that takes the filter away. */
  #setBatch(id: string | undefined): void {
    this.#batch = id;
    this.#together.hidden = id === undefined;
  }
}

/** What was chosen before the window was reloaded may come to the list only later. */
function withChosen(options: readonly Option[], chosen: string): readonly Option[] {
  return chosen === 'all' || options.some(([value]) => value === chosen)
    ? options
    : [...options, [chosen, chosen.split('/').at(-1) ?? chosen]];
}
