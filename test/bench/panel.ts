/**
 * How long the Jobs panel takes from a message to what it changed being painted, with 1,000 operations of which 100 change
 * each second, as a ratio to the least that is possible: the same page without an operation, told as often of nothing.
 *
 * Both sides run in one Chromium, in turn, with the shipped bundle, while somebody holds an arrow key. The
 * extension's side puts what changes within a tenth of a second into one message, so that is what is sent here: 10
 * messages of 10 rows a second. A message waits for the next frame on both sides: 0 to 17 ms, half of that on average.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/lib/deps.mjs';
import type { MeasurePanel, PanelSample } from './panel/sample.ts';
import { rounded, wholeNumber } from './figures.ts';

/** A message waits for half a frame on average; three times that is one whole frame more. */
const allowed = 3;

/** @param args `--json` (one JSON line), `--rows N`, `--updates N` (a second), `--seconds N` (a side). Sets a failing exit code above 3. */
export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      rows: { type: 'string', default: '1000' },
      updates: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '15' },
    },
  });
  const rows = wholeNumber('--rows', values.rows, 50);
  const updates = wholeNumber('--updates', values.updates, 10);
  const seconds = wholeNumber('--seconds', values.seconds, 1);
  // Compiled for a browser, and so not with this file.
  const file = pathToFileURL(join(root, 'test/ui/panel/measure.ts')).href;
  const { measurePanel } = (await import(file)) as { measurePanel: MeasurePanel };
  const { floor, panel } = await measurePanel({ rows, updates, seconds });
  if ([floor, panel].some(({ paints, inputs }) => paints.length < seconds || inputs.length < seconds)) {
    throw new Error('Too few messages or keys were measured: the page did not answer.');
  }
  report({ rows, updates, seconds, floor: figures(floor), panel: figures(panel) }, values.json);
}

interface Figures {
  readonly paintP50Ms: number;
  readonly paintP99Ms: number;
  readonly inputP50Ms: number;
  readonly inputP99Ms: number;
  readonly longestInputMs: number;
  readonly framesDropped: number;
  readonly frames: number;
  readonly rowsInDocument: number;
}

function figures({ paints, inputs, droppedFrames, frames, rowsInDocument }: PanelSample): Figures {
  return {
    paintP50Ms: quantile(paints, 0.5),
    paintP99Ms: quantile(paints, 0.99),
    inputP50Ms: quantile(inputs, 0.5),
    inputP99Ms: quantile(inputs, 0.99),
    longestInputMs: quantile(inputs, 1),
    framesDropped: droppedFrames,
    frames,
    rowsInDocument,
  };
}

interface Summary {
  readonly rows: number;
  readonly updates: number;
  readonly seconds: number;
  readonly floor: Figures;
  readonly panel: Figures;
}

function report(summary: Summary, json: boolean): void {
  const { panel, floor, rows, updates, seconds } = summary;
  const ratio = rounded(panel.paintP50Ms / floor.paintP50Ms, 3);
  const ratioP99 = rounded(panel.paintP99Ms / floor.paintP99Ms, 3);
  if (json) {
    console.log(JSON.stringify({ bench: 'panel', ratio, ratioP99, allowed, ...summary }));
  } else {
    console.log(`${rows} operations, ${updates} updates a second, ${seconds} s; in brackets the same page without any:`);
    console.log(`  message to paint: p50 ${panel.paintP50Ms} ms (${floor.paintP50Ms}), p99 ${panel.paintP99Ms} ms (${floor.paintP99Ms})`);
    console.log(
      `  key to paint: p50 ${panel.inputP50Ms} ms (${floor.inputP50Ms}), p99 ${panel.inputP99Ms} ms (${floor.inputP99Ms}), longest ${panel.longestInputMs} ms (${floor.longestInputMs})`,
    );
    console.log(`  frames dropped: ${panel.framesDropped} of ${panel.frames} (${floor.framesDropped} of ${floor.frames})`);
    console.log(`  rows in the document: ${panel.rowsInDocument}`);
    console.log(`ratio ${ratio} at p50, allowed ${allowed}; ${ratioP99} at p99`);
  }
  if (ratio > allowed) {
    console.error(`The panel takes more than ${allowed} times as long as a page without operations.`);
    process.exitCode = 1;
  }
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN, 1);
}
