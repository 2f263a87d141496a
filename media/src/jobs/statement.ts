import type { StatementView } from '../../../src/views/protocol.ts';
import { element, icon, isolated, setText } from './dom.ts';

/** How long the button says that it has copied. */
const saidMs = 2_000;

/** What to run, as a block to read and a button to copy it. `onCopy` resolves once it is in the clipboard, with whether it is. */
export function statementOf(view: StatementView, onCopy: (at: number) => Promise<boolean>): HTMLElement {
  const code = element('code', '', view.lines.join('\n'));
  code.dir = 'ltr';
  const block = element('pre', 'statement-text', code);
  // Long lines scroll sideways: with the keyboard too.
  block.tabIndex = 0;
  block.setAttribute('role', 'group');
  block.setAttribute('aria-label', view.title);
  const label = element('span', '', 'Copy');
  const mark = icon('copy');
  const button = element('button', 'statement-copy', mark, label);
  button.type = 'button';
  button.setAttribute('aria-label', `Copy: ${view.title}`);
  const said = element('span', 'announcer');
  said.setAttribute('role', 'status');
  button.addEventListener('click', () => {
    void onCopy(view.at).then((copied) => {
      if (!copied) {
        return;
      }
      mark.className = 'codicon codicon-check';
      setText(label, 'Copied');
      setText(said, 'Copied');
      setTimeout(() => {
        mark.className = 'codicon codicon-copy';
        setText(label, 'Copy');
        setText(said, '');
      }, saidMs);
    });
  });
  return element(
    'figure',
    'statement',
    element('figcaption', 'statement-head', isolated(view.title, 'statement-title'), button, said),
    block,
  );
}
