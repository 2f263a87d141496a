import { element, setAttribute } from './dom.ts';

/** Below it the details stand under the list instead of beside it. */
const narrowPx = 640;
/** How far an arrow key moves the bar, in percent. */
const step = 5;

/** The list and the details, with a bar between them that can be moved, with the mouse and with the keyboard. */
export function panes(list: readonly Node[], details: HTMLElement): HTMLElement {
  const split = element('vscode-split-layout', 'panes');
  // The library's own bar takes the mouse alone.
  const bar = element('div', 'panes-bar');
  const start = element('div', 'start', ...list, bar);
  start.slot = 'start';
  details.slot = 'end';
  split.initialHandlePosition = '45%';
  split.minStart = '200px';
  split.minEnd = '200px';
  split.append(start, details);
  const isBeside = (): boolean => split.split === 'vertical';
  const sizeOf = (node: HTMLElement): number => (isBeside() ? node.offsetWidth : node.offsetHeight);
  /** Of the list, in percent of both. */
  const share = (): number => Math.round((sizeOf(start) / Math.max(1, sizeOf(split))) * 100);
  const tell = (): void => {
    setAttribute(bar, 'aria-valuenow', String(share()));
    setAttribute(bar, 'aria-orientation', isBeside() ? 'vertical' : 'horizontal');
  };
  const move = (percent: number): void => {
    split.handlePosition = `${Math.min(100, Math.max(0, percent))}%`;
    void split.updateComplete.then(tell);
  };
  for (const [name, value] of Object.entries({
    role: 'separator',
    tabindex: '0',
    'aria-label': 'Size of the list',
    'aria-valuemin': '0',
    'aria-valuemax': '100',
  })) {
    bar.setAttribute(name, value);
  }
  bar.addEventListener('keydown', (event) => {
    const [less, more] = isBeside() ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const to = new Map([
      [less, share() - step],
      [more, share() + step],
      ['Home', 0],
      ['End', 100],
    ]).get(event.key);
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    }
  });
  bar.addEventListener('focus', tell);
  const layOut = (): void => {
    split.split = window.innerWidth < narrowPx ? 'horizontal' : 'vertical';
    void split.updateComplete.then(tell);
  };
  layOut();
  window.addEventListener('resize', layOut);
  return split;
}
