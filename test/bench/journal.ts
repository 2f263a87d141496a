/**
 * How many steps of operations a second the journal takes, as a ratio to a bare write plus fsync of the same bytes in the
 * same run: a file that stays open, one write and one `fsync` after the other, nothing else. Ours is what the engine
 * does with each step: the owner file is looked at, the step is appended to its operation's own file, and is on disk
 * (fdatasync) before it resolves. Steps of many operations come at the same time, as they do when many are followed.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../scripts/lib/deps.mjs';
import type { OperationRecord } from '../../src/core/operation.ts';
import { systemClock } from '../../src/operations/clock.ts';
import { Journal } from '../../src/operations/journal.ts';
import { encodeLine } from '../../src/operations/journalLines.ts';
import { newRecord } from '../../src/operations/newRecord.ts';
import { Ownership } from '../../src/operations/ownership.ts';
import { OperationStore, type Entry } from '../../src/operations/store.ts';
import { rounded, wholeNumber } from './figures.ts';

/** The least share of what the disk can do that is good enough. */
const least = 0.5;

interface Round {
  readonly bare: number;
  readonly steps: number;
}

/** @param args `--json` (one JSON line), `--operations N` (1000), `--rounds N` (5). Sets a failing exit code below 0.5. */
export default async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      operations: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '5' },
    },
  });
  const operations = wholeNumber('--operations', values.operations);
  const rounds = wholeNumber('--rounds', values.rounds);
  const folder = join(root, '.cache', 'bench', `journal-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  const ownership = new Ownership({ folder, clock: systemClock });
  try {
    const journal = new Journal(folder);
    const store = new OperationStore(journal, ownership, systemClock);
    const created = await perSecond(operations, async () => {
      await Promise.all(Array.from({ length: operations }, (_, at) => store.create(record(at))));
    });
    const entries = [...store.entries.values()];
    // Both sides warm, and the files as long as they are in the middle of their lives.
    await stepAll(store, entries, 0);
    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round++) {
      const bare = await bareRate(folder, entries);
      measured.push({ bare, steps: await perSecond(operations, () => stepAll(store, entries, round)) });
    }
    const loaded = await perSecond(operations, () => new Journal(folder).load());
    const middle = [...measured].sort((a, b) => ratioOf(a) - ratioOf(b))[Math.floor(rounds / 2)] as Round;
    const summary = {
      bench: 'journal',
      ratio: rounded(ratioOf(middle)),
      least,
      operations,
      rounds,
      stepsPerSecond: Math.round(middle.steps),
      barePerSecond: Math.round(middle.bare),
      createdPerSecond: Math.round(created),
      loadedPerSecond: Math.round(loaded),
      stepBytes: encodeLine(entries[0]?.record ?? record(0)).length,
    };
    if (values.json) {
      console.log(JSON.stringify(summary));
    } else {
      console.log(
        `${operations} operations, the middle one of ${rounds} rounds: ${summary.stepsPerSecond} steps a second, each on disk when it is told, against ` +
          `${summary.barePerSecond} bare writes with fsync: ratio ${summary.ratio} (at least ${least}).\n` +
          `Started ${summary.createdPerSecond} a second; read back ${summary.loadedPerSecond} a second; a step has ${summary.stepBytes} bytes.`,
      );
    }
    if (summary.ratio < least) {
      process.exitCode = 1;
    }
  } finally {
    await ownership.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function stepAll(store: OperationStore, entries: readonly Entry[], round: number): Promise<void> {
  const refused = (
    await Promise.all(entries.map((entry) => store.update(entry, { progress: { percent: round, message: 'Transfer data' } })))
  ).find((unsaved) => unsaved !== undefined);
  if (refused) {
    throw new Error(`A step was not written: ${refused.message}`);
  }
}

async function bareRate(folder: string, entries: readonly Entry[]): Promise<number> {
  const handle = await open(join(folder, 'bare'), 'a');
  try {
    const lines = entries.map((entry) => encodeLine(entry.record));
    return await perSecond(lines.length, async () => {
      for (const line of lines) {
        await handle.write(line);
        await handle.sync();
      }
    });
  } finally {
    await handle.close();
  }
}

async function perSecond(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (count / (performance.now() - start)) * 1000;
}

/** One that runs, as long as real ones are. */
function record(at: number): OperationRecord {
  const vault = '/subscriptions/9f0c2b44-5c1e-4f2b-8f43-0a1b2c3d4e5f/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
  const item = `${vault}/backupFabrics/Azure/protectionContainers/c/protectedItems/vm-${at}`;
  return newRecord(`operation-${at}`, 'https://management.azure.com', Date.now(), {
    actionId: 'backUpNow',
    title: 'Back Up Now',
    target: { id: item, name: `vm-${at}`, kind: 'protected item', containerId: vault, containerName: 'v1' },
    request: {
      method: 'POST',
      url: `https://management.azure.com${item}/backup?api-version=2025-02-01`,
      headers: {},
      body: '{"properties":{}}',
    },
    tracker: 'backupJob',
    intent: {},
    status: 'running',
  });
}

function ratioOf({ bare, steps }: Round): number {
  return steps / bare;
}
