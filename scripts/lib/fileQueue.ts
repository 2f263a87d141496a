// Running test files side by side, each in a process of its own, the longest first so that none is left alone at the end.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, say } from './deps.mjs';
import type { Tally } from './tally.ts';

/** How one file's run ended, what it wrote, and what it counted. */
interface FileRun {
  good: boolean;
  output: string;
  tally: Tally;
}

export interface Queue {
  /** How many files are run at a time. */
  readonly workers: number;
  /**
   * Files that failed are run once more when all others have ended, alone. One that passes then counts as passed, and its
   * first failures as unstable: told at the end of the run. Where more than `chance` failed, none is run again.
   */
  readonly again?: boolean;
  readonly run: (file: string) => Promise<FileRun>;
  /** Told what each file counted, once that is final. */
  readonly count: (tally: Tally) => void;
}

/** File, relative to the project: milliseconds that it took when it last ran. */
type Durations = Record<string, number>;

/** So many files may fail by chance in one run; more have a cause. */
const chance = 2;

const record = join(root, '.cache', 'test-durations.json');

function readDurations(): Durations {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as Durations;
  } catch (error) {
    // Only the order hangs on it: a record that is missing or was being written is the same as none.
    if (error instanceof SyntaxError || !existsSync(record)) return {};
    throw error;
  }
}

/** Of files that are still there. */
function writeDurations(durations: Durations): void {
  const kept = Object.entries(durations).filter(([file]) => existsSync(join(root, file)));
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
}

/** The files in the order in which to begin them; of two that never ran here, the bigger one first. */
export function longestFirst(files: readonly string[], durations: Durations, bytes: (file: string) => number): string[] {
  const known = files.flatMap((file) => durations[file] ?? []);
  const largest = Math.max(...files.map(bytes), 1);
  const longest = Math.max(...known, 1);
  const expected = (file: string) => durations[file] ?? (bytes(file) / largest) * longest;
  return files.toSorted((a, b) => expected(b) - expected(a) || bytes(b) - bytes(a) || (a < b ? -1 : 1));
}

/**
 * Runs the files and writes each one's output whole when it has ended.
 * @param files relative to the project
 * @returns whether all went well
 */
export async function runFiles(files: readonly string[], { workers, again = false, run, count }: Queue): Promise<boolean> {
  const durations = readDurations();
  const waiting = longestFirst(files, durations, (file) => statSync(join(root, file)).size);
  const failed = new Map<string, FileRun>();
  const runOne = async (file: string, attempt: string): Promise<FileRun> => {
    const started = Date.now();
    const one = await run(file);
    durations[file] = Date.now() - started;
    say(`\n─ ${file}: ${one.good ? 'passed' : 'FAILED'} after ${(durations[file] / 1000).toFixed(1)} s${attempt}`);
    process.stdout.write(one.output);
    return one;
  };
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const one = await runOne(file, '');
      if (one.good) count(one.tally);
      else failed.set(file, one);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, files.length) }, work));
  let good = true;
  for (const [file, first] of failed) {
    const second = again && failed.size <= chance ? await runOne(file, ', run again alone') : undefined;
    if (second?.good) count({ ...second.tally, unstable: first.tally.failed ?? [`  ${file}: ended before its tests did`] });
    else count((second ?? first).tally);
    good &&= second?.good === true;
  }
  writeDurations({ ...readDurations(), ...durations });
  return good;
}
