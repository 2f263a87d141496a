import type { Line } from './arrange.ts';
import { setAttribute } from './dom.ts';

/** A line of the list that is in the document. */
export interface LineNode {
  readonly node: HTMLElement;
}

/** Where a line stands: for the eye in pixels from the top, for a screen reader among all of its level, seen or not. */
export function placeNode(node: HTMLElement, { at, of }: Pick<Line, 'at' | 'of'>, top: number): void {
  const transform = `translateY(${top}px)`;
  if (node.style.transform !== transform) {
    node.style.transform = transform;
  }
  setAttribute(node, 'aria-posinset', String(at));
  setAttribute(node, 'aria-setsize', String(of));
}
