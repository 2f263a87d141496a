import { element } from './dom.ts';

/** Value and what it is called. */
export type Option = readonly [string, string];

/** A box to choose one of several from. What was chosen stands even while no option has it, until another one is. */
export class Choice {
  readonly node = element('vscode-single-select', 'choice');
  #options: readonly Option[] = [];
  #value: string;

  constructor(label: string, options: readonly Option[], onChange: () => void) {
    this.#value = options[0]?.[0] ?? '';
    this.node.label = label;
    this.node.title = label;
    this.options = options;
    this.node.addEventListener('change', () => {
      this.#value = this.node.value;
      onChange();
    });
  }

  get value(): string {
    return this.#value;
  }

  set value(value: string) {
    this.#value = value;
    this.node.value = value;
  }

  /** Left alone where they are the same, so that a list that is open stays. */
  set options(options: readonly Option[]) {
    if (JSON.stringify(options) === JSON.stringify(this.#options)) {
      return;
    }
    this.#options = options;
    this.node.replaceChildren(
      ...options.map(([value, label]) => {
        const option = element('vscode-option', '', label);
        option.value = value;
        option.selected = value === this.#value;
        return option;
      }),
    );
  }
}
