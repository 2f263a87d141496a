import type { RowView } from '../../../src/views/protocol.ts';
import { element } from './dom.ts';
import { stateText } from './row.ts';

/** Between two announcements, in milliseconds: one that comes sooner would cut the other off. */
const betweenMs = 3_000;

/** Tells a screen reader what ended: the first at once, and what ends while that is being read as one sentence afterwards. */
export class Announcer {
  readonly node = element('div', 'announcer');
  #ended: RowView[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.node.setAttribute('aria-live', 'polite');
  }

  say(text: string): void {
    this.node.textContent = text;
  }

  ended(rows: readonly RowView[]): void {
    this.#ended.push(...rows);
    if (this.#timer === undefined) {
      this.#tell();
    }
  }

  #tell(): void {
    const ended = this.#ended.splice(0);
    const [only] = ended;
    if (!only) {
      this.#timer = undefined;
      return;
    }
    this.say(ended.length === 1 ? `${only.title}, ${only.target}: ${stateText(only)}` : `${ended.length} ended: ${countsOf(ended)}`);
    this.#timer = setTimeout(() => this.#tell(), betweenMs);
  }
}

function countsOf(rows: readonly RowView[]): string {
  const counts = new Map<string, number>();
  rows.forEach(({ stateWord }) => counts.set(stateWord, (counts.get(stateWord) ?? 0) + 1));
  return [...counts].map(([word, count]) => `${count} ${word.toLowerCase()}`).join(', ');
}
