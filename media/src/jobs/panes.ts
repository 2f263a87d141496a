import { element } from './dom.ts';

/** Below it the details stand under the list instead of beside it. */
const narrowPx = 640;

/** The list and the details, with a bar between them that can be moved. */
export function panes(list: readonly Node[], details: HTMLElement): HTMLElement {
  const split = element('vscode-split-layout', 'panes');
  const start = element('div', 'start', ...list);
  start.slot = 'start';
  details.slot = 'end';
  split.initialHandlePosition = '45%';
  split.minStart = '200px';
  split.minEnd = '200px';
  split.append(start, details);
  const layOut = (): void => {
    split.split = window.innerWidth < narrowPx ? 'horizontal' : 'vertical';
  };
  layOut();
  window.addEventListener('resize', layOut);
  return split;
}
