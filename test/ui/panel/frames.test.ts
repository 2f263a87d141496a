import assert from 'node:assert/strict';
import type { PanelSample } from '../../bench/panel/sample.ts';
import { openMeasured, type MeasuredPage } from './measure.ts';
import { PanelHouse } from './page.ts';

// With test/host/many: that one has a thousand operations in an extension host, this one counts the frames of their panel.

/** A second each, in turn: what else the machine does then meets both pages. */
const rounds = 3;
const updates = 100;
/** A hundred changes a second leave at least this part of the frames that the page has without an operation. */
const keeps = 0.5;

describe('Jobs panel with a thousand operations, a hundred of which change each second', function () {
  this.timeout(60_000);
  const house = new PanelHouse();
  before(() => house.start());
  after(() => house.stop());

  it('paints nearly as many frames as the same page without any, while keys are pressed', async () => {
    const empty = await openMeasured(house, { rows: 0, updates });
    const full = await openMeasured(house, { rows: 1_000, updates });
    await empty.warmUp(0.5);
    await full.warmUp(1);
    const samples = { empty: [] as PanelSample[], full: [] as PanelSample[] };
    const round = async (page: MeasuredPage, into: PanelSample[]): Promise<void> => void into.push(await page.measure(1));
    for (let at = 0; at < rounds; at++) {
      await round(empty, samples.empty);
      await round(full, samples.full);
    }
    const frames = { empty: total(samples.empty), full: total(samples.full) };
    const said = `${frames.full} frames in ${rounds} s, ${frames.empty} without operations`;
    console.log(`      ${said}; key to paint at most ${longest(samples.full)} ms, ${longest(samples.empty)} ms without`);
    // On a busy machine a second may pass without any.
    assert.ok(samples.full.some(({ paints }) => paints.length > 0) && samples.full.some(({ inputs }) => inputs.length > 0));
    assert.ok(samples.full.every(({ rowsInDocument }) => rowsInDocument > 0));
    assert.ok(frames.empty > 0 && samples.empty.every(({ rowsInDocument }) => rowsInDocument === 0));
    assert.ok(frames.full >= keeps * frames.empty, said);
  });
});

function total(samples: readonly PanelSample[]): number {
  return samples.reduce((sum, { frames }) => sum + frames, 0);
}

function longest(samples: readonly PanelSample[]): number {
  return Math.round(Math.max(0, ...samples.flatMap(({ inputs }) => inputs)));
}
