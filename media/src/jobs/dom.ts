/** The few things that plain DOM lacks. Text goes in as text nodes only: there is no way here to put markup in. */

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className !== '') {
    made.className = className;
  }
  made.append(...children);
  return made;
}

/** A name that may hold anything: kept apart from its surroundings, so that its direction marks do not turn them round. */
export function isolated(text: string, className = ''): HTMLElement {
  return element('bdi', className, text);
}

export function icon(name: string): HTMLElement {
  const made = element('span', `codicon codicon-${name}`);
  made.setAttribute('aria-hidden', 'true');
  return made;
}

/** Touches the document only where the text differs: nothing flickers, nothing is announced again. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

export function setAttribute(node: Element, name: string, value: string | undefined): void {
  if (value === undefined) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

export function setClass(node: Element, className: string): void {
  if (node.className !== className) {
    node.className = className;
  }
}
