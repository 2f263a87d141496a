import assert from 'node:assert/strict';
import { Neighbours } from '../../../src/operations/neighbours.ts';
import type { OperationStore } from '../../../src/operations/store.ts';
import { FakeClock } from './fakes.ts';

describe('Looking after other windows', () => {
  it('is done soon after a change, and the less often the longer it takes', async () => {
    const clock = new FakeClock();
    let looks = 0;
    let takesMs = 0;
    const ids = (): Promise<string[]> => {
      looks += 1;
      clock.time += takesMs;
      return Promise.resolve([]);
    };
    const store = { entries: new Map(), journal: { folder: import.meta.dirname, ids } } as unknown as OperationStore;
    let change = (): void => undefined;
    const watchFolder = (_folder: string, onChange: () => void): { dispose(): void } => {
      change = onChange;
      return { dispose: () => undefined };
    };
    const neighbours = new Neighbours({ store, clock, watchFolder, adopt: () => Promise.resolve() });
    await neighbours.start();
    looks = 0;
    const looksAfter = async (ms: number): Promise<number> => {
      change();
      change();
      await clock.advance(ms);
      return looks;
    };
    assert.equal(await looksAfter(299), 0);
    assert.equal(await looksAfter(1), 1);
    takesMs = 100;
    assert.equal(await looksAfter(300), 2);
    assert.equal(await looksAfter(1_999), 2, 'looking takes more than a twentieth of the time');
    takesMs = 60_000;
    assert.equal(await looksAfter(1), 3);
    assert.equal(await looksAfter(5_000), 4, 'what a neighbour does is not seen for long');
    await neighbours.dispose();
  });
});
