import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { Journal } from '../../../src/operations/journal.ts';
import { Neighbours } from '../../../src/operations/neighbours.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { Ownership } from '../../../src/operations/ownership.ts';
import { OperationStore } from '../../../src/operations/store.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { breakFolder, FakeClock, newFolder, plan } from './fakes.ts';

describe('looking at what other windows follow', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const record = newRecord('one', 'https://management.example', Date.parse('2026-03-01T12:00:00Z'), { ...plan, status: 'planned' });

  /** A store whose journal lets `between` happen when a new line is on disk and nobody was told yet. */
  function storeWith(between: () => Promise<void>): OperationStore {
    const clock = new FakeClock();
    class Watched extends Journal {
      override async append(line: OperationRecord): Promise<void> {
        await super.append(line);
        await between();
      }
    }
    return new OperationStore(new Watched(folder), new Ownership({ folder, clock }), clock);
  }

  it('does not take an operation that this window is just writing down for one that another left behind', async () => {
    const adopted: string[] = [];
    const store = storeWith(() => neighbours.look());
    const neighbours = new Neighbours({
      store,
      clock: new FakeClock(),
      adopt: ({ id }) => {
        adopted.push(id);
        return Promise.resolve();
      },
    });
    const entry = await store.create(record);
    assert.deepEqual(adopted, []);
    assert.equal(store.entries.get('one'), entry);
    assert.equal(entry.followedBy, 'here');
    await neighbours.dispose();
    await store.ownership.dispose();
  });

  it('leaves nothing of an operation that could not be written down', async () => {
    const store = storeWith(() => Promise.resolve());
    breakFolder(folder);
    await assert.rejects(store.create(record), /cannot be written/);
    assert.deepEqual(store.list(), []);
    await store.ownership.dispose();
  });
});
