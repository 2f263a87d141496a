// Running test files side by side, each in a process of its own, the longest first so that none is left alone at the end.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, say } from './deps.mjs';

/** How one file's run ended, and what it wrote. */
export interface FileRun {
  good: boolean;
  output: string;
}

/** File, relative to the project: milliseconds that it took when it last ran. */
type Durations = Record<string, number>;

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
 * Runs the files, at most `workers` at a time, and writes each one's output whole when it has ended.
 * @param files relative to the project
 * @returns whether all went well
 */
export async function runFiles(files: readonly string[], workers: number, run: (file: string) => Promise<FileRun>): Promise<boolean> {
  const durations = readDurations();
  const waiting = longestFirst(files, durations, (file) => statSync(join(root, file)).size);
  let good = true;
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const started = Date.now();
      const one = await run(file);
      const took = Date.now() - started;
      durations[file] = took;
      good &&= one.good;
      say(`\n─ ${file}: ${one.good ? 'passed' : 'FAILED'} after ${(took / 1000).toFixed(1)} s`);
      process.stdout.write(one.output);
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, files.length) }, work));
  writeDurations({ ...readDurations(), ...durations });
  return good;
}
