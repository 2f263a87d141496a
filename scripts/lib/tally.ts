// Adding up test runs that happen in several processes: each appends one JSON line to the file named by TALLY_FILE.
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Tally {
  passes: number;
  failures: number;
  pending: number;
  /** What failed: the test, and in the lines below it why. */
  failed?: readonly string[];
  /** What failed and passed when it was run again, likewise. */
  unstable?: readonly string[];
}

export function readTally(file: string): Tally {
  const failed: string[] = [];
  const unstable: string[] = [];
  const sum: Tally = { passes: 0, failures: 0, pending: 0, failed, unstable };
  if (!existsSync(file)) return sum;
  for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
    const one = JSON.parse(line) as Tally;
    sum.passes += one.passes;
    sum.failures += one.failures;
    sum.pending += one.pending;
    failed.push(...(one.failed ?? []));
    unstable.push(...(one.unstable ?? []));
  }
  return sum;
}

/** Adds to the tally of the run that we are part of, where there is one. */
export function addToTally(tally: Tally): void {
  const file = process.env['TALLY_FILE'];
  if (file) appendFileSync(file, `${JSON.stringify(tally)}\n`);
}

/** Runs something whose counts are not added to the tally of the run that we are part of, and gives them instead. */
export async function withOwnTally<T>(body: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<{ result: T; tally: Tally }> {
  const folder = mkdtempSync(join(tmpdir(), 'backup-explorer-tally-'));
  const file = join(folder, 'tally');
  try {
    const result = await body({ ...process.env, TALLY_FILE: file });
    return { result, tally: readTally(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The closing line of a test run. */
function closingLine({ passes, failures, pending, unstable = [] }: Tally): string {
  const parts = [
    `${passes} passed, ${failures} failed`,
    ...(pending > 0 ? [`${pending} skipped`] : []),
    ...(unstable.length > 0 ? [`${unstable.length} of those that passed only when run again`] : []),
  ];
  return parts.join(', ');
}

/**
 * Runs `body`, which resolves to whether it went well, and counts the tests in it. A body that failed without a
 * failed test (a crash, a test run that ended early) counts as one failure; so does one that ran no test at all.
 * The outermost call prints the closing line, alone, as the last line on stdout, and sets the exit code to agree.
 */
export async function tallied(body: () => Promise<boolean>): Promise<boolean> {
  const outer = process.env['TALLY_FILE'];
  const { result, tally } = await withOwnTally(async ({ TALLY_FILE }) => {
    process.env['TALLY_FILE'] = TALLY_FILE;
    try {
      return await body();
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      return false;
    } finally {
      process.env['TALLY_FILE'] = outer ?? '';
    }
  });
  let good = result;
  if (tally.passes + tally.failures === 0 && good) {
    process.stderr.write('No test ran.\n');
    good = false;
  }
  if (!good && tally.failures === 0) tally.failures = 1;
  good = good && tally.failures === 0;
  addToTally(tally);
  if (!outer) {
    // Far above, between what passed, stands all of it.
    writeList('Failed', tally.failed);
    writeList('Unstable, to be mended: failed, and passed when run again alone', tally.unstable);
    console.log(`\n${closingLine(tally)}`);
  }
  if (!good) process.exitCode = 1;
  return good;
}

function writeList(title: string, lines: readonly string[] = []): void {
  if (lines.length > 0) process.stderr.write(`\n${title}:\n${lines.join('\n')}\n`);
}
