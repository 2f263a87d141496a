import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { Journal } from '../../../src/operations/journal.ts';
import { Neighbours } from '../../../src/operations/neighbours.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { Ownership } from '../../../src/operations/ownership.ts';
import { OperationStore } from '../../../src/operations/store.ts';
import { FakeClock, newFolder, origin, plan } from './fakes.ts';

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

  it('leaves alone what this window made while it looked, and sees what changed within one millisecond', async () => {
    const folder = await newFolder();
    const clock = new FakeClock();
    const journal = new Journal(folder);
    const store = new OperationStore(journal, new Ownership({ folder, clock }), clock);
    const neighbours = new Neighbours({ store, clock, watchFolder: () => ({ dispose: () => undefined }), adopt: () => Promise.resolve() });
    await neighbours.start();
    const ids = journal.ids.bind(journal);
    const record = newRecord('made', origin, clock.now(), { ...plan, status: 'failed', endedAt: new Date(clock.now()).toISOString() });
    journal.ids = async () => {
      const found = await ids();
      if (!store.entries.has('made')) {
        store.put(record, 'nobody');
        await journal.append(record);
      }
      return found;
    };
    const removed: string[] = [];
    store.removed.event((id) => removed.push(id));
    await neighbours.look();
    assert.deepEqual([[...store.entries.keys()], removed], [['made'], []]);
    const theirs = newRecord('theirs', origin, clock.now(), { ...plan, status: 'running' });
    await journal.append(theirs);
    await neighbours.look();
    assert.equal(store.entries.get('theirs')?.record.status, 'running');
    await journal.append({ ...theirs, status: 'succeeded', endedAt: theirs.updatedAt });
    await neighbours.look();
    assert.equal(store.entries.get('theirs')?.record.status, 'succeeded');
    await neighbours.dispose();
    await rm(folder, { recursive: true });
  });
});
