import assert from 'node:assert/strict';
import type { ThemeName } from './themes.ts';

interface Contrast {
  readonly ratio: number;
  readonly text: string;
}

/** What WCAG asks of text; themes of VS Code, those of high contrast too, have text that is not far above it. */
export function assertReadable(theme: ThemeName, { ratio, text }: Contrast): void {
  assert.ok(ratio >= 4.5, `${JSON.stringify(text)} has a contrast of ${ratio.toFixed(1)} in ${theme}`);
}

/** The text that stands out least from what is behind it. Runs in the page. */
export function lowestContrast(): Contrast {
  const parse = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r = 0, g = 0, b = 0]: number[]): number => {
    const [x = 0, y = 0, z = 0] = [r, g, b].map((value) =>
      value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const over = ([r = 0, g = 0, b = 0, alpha = 1]: number[], back: number[]): number[] =>
    [r, g, b].map((value, at) => value * alpha + (back[at] ?? 0) * (1 - alpha));
  // As it is drawn: a button's text stands in the slot of its shadow tree.
  const above = (node: Element): Element | null =>
    node.assignedSlot ?? node.parentElement ?? ((node.getRootNode() as ShadowRoot).host || null);
  const behind = (node: Element | null): number[] => {
    const colour = node ? parse(getComputedStyle(node).backgroundColor) : [255, 255, 255];
    return colour.length === 3 ? colour : over(colour, behind(above(node as Element)));
  };
  let lowest: Contrast = { ratio: 21, text: '' };
  for (const node of document.querySelectorAll<HTMLElement>('#app *')) {
    const texts = [...node.childNodes].filter((child) => child instanceof Text && child.data.trim() !== '') as Text[];
    const [first] = texts;
    if (!first || node.offsetParent === null || getComputedStyle(node).visibility === 'hidden') {
      continue;
    }
    const text = texts.map(({ data }) => data.trim()).join(' ');
    const drawnIn = first.assignedSlot ?? node;
    const back = behind(drawnIn);
    const front = over(parse(getComputedStyle(drawnIn).color), back);
    const [high = 0, low = 0] = [luminance(front), luminance(back)].sort((x, y) => y - x);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < lowest.ratio) {
      lowest = { ratio, text };
    }
  }
  return lowest;
}
