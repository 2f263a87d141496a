/**
 * `npm run replay -- PATH... [--json]`: plays recordings to our own code: what was read is read, what was changed is
 * changed anew. Exit code 1 where one fails, 2 for wrong arguments.
 */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import { makeCertificates } from '../../src/sandbox/identity/certificates.ts';
import { readRecording, recordingFiles } from './recording.ts';
import { replay, type ReplayResult } from './replay.ts';
import { replayChanges, type ChangeResult } from './changes/changes.ts';
import { Tally } from './names.ts';
import { startServer } from './server.ts';
import type { Readers } from './readers.ts';

const usage = 'Usage: npm run replay -- PATH... [--json]   (files or folders of recordings)';

/** One recording. `unsupported` are requests, by name, that nothing of ours makes, `differences` all that there are. */
export interface FileResult extends Omit<ReplayResult, 'failed' | 'broken'> {
  readonly changes: readonly ChangeResult[];
  readonly counts: Counts;
}

/**
 * What the last line says. Counted are recorded lists and details, each repetition, and changes. What cannot be played at
 * all, an interaction or a file, is a failure; polls belong to the change that they follow.
 */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly unsupported: number;
}

/** Results in the order of the files. A file that cannot be read is a failed result, the rest go on. */
export async function replayFiles(
  files: readonly string[],
  readers?: Readers,
  tell: (result: FileResult) => void = () => undefined,
): Promise<FileResult[]> {
  const certificates = await makeCertificates(Date.now());
  const results: FileResult[] = [];
  const waiting = files.map((file, index) => ({ file, index }));
  let told = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      results[next.index] = await replayFile(next.file, certificates, readers);
      for (let ready = results[told]; ready; ready = results[told]) {
        tell(ready);
        told++;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism() * 2) }, work));
  return results;
}

async function replayFile(
  file: string,
  certificates: Awaited<ReturnType<typeof makeCertificates>>,
  readers?: Readers,
): Promise<FileResult> {
  try {
    const recording = await readRecording(file);
    const server = await startServer(certificates);
    try {
      const reads = await replay(recording, server, readers);
      const changes = await replayChanges(recording, server);
      return resultOf(
        reads,
        changes.map((change) => ({ ...change, interaction: recording.moved?.get(change.interaction) ?? change.interaction })),
      );
    } finally {
      await server.close();
    }
  } catch (error) {
    const nothing = { lists: 0, details: 0, items: 0, errors: 0, failed: 0, broken: 1, unsupported: {} };
    return resultOf({ file, passed: false, ...nothing, differences: [messageOf(error)] }, []);
  }
}

function resultOf(reads: ReplayResult, changes: readonly ChangeResult[]): FileResult {
  const { failed: failedReads, broken, ...shown } = reads;
  const of = (outcome: ChangeResult['outcome']): readonly ChangeResult[] => changes.filter((one) => one.outcome === outcome);
  const names = new Tally();
  Object.entries(reads.unsupported).forEach(([name, count]) => names.add(name, count));
  of('unsupported').forEach(({ what }) => names.add(what));
  const differences = changes.flatMap(({ interaction, what, differences: all }) =>
    all.map((one) => `interaction ${interaction} (${what}): ${one}`),
  );
  return {
    ...shown,
    passed: reads.passed && of('failed').length === 0,
    differences: [...reads.differences, ...differences],
    changes,
    unsupported: names.all(),
    counts: {
      passed: reads.lists + reads.details - failedReads + of('passed').length,
      failed: failedReads + broken + of('failed').length,
      unsupported: Object.values(names.all()).reduce((sum, count) => sum + count, 0),
    },
  };
}

export function lineOf(result: FileResult): string {
  const { passed, file, lists, details, items, errors, differences, changes } = result;
  const made = changes.filter(({ outcome }) => outcome !== 'unsupported').length;
  const counted = `${items} items read (${lists} lists, ${details} details, ${errors} refusals as errors), ${made} changes made anew, ${result.counts.unsupported} unsupported`;
  return [`${passed ? 'ok  ' : 'FAIL'} ${file}: ${counted}`, ...differences.map((one) => `       ${one}`)].join('\n');
}

/** What of ours makes none of, by name, and the line that closes. */
export function closingOf(results: readonly FileResult[]): { readonly names: Readonly<Record<string, number>>; readonly counts: Counts } {
  const names = new Tally();
  results.forEach(({ unsupported }) => Object.entries(unsupported).forEach(([name, count]) => names.add(name, count)));
  const sum = (name: keyof Counts): number => results.reduce((all, { counts }) => all + counts[name], 0);
  return { names: names.all(), counts: { passed: sum('passed'), failed: sum('failed'), unsupported: sum('unsupported') } };
}

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const paths = args.filter((one) => one !== '--json');
  const unknown = paths.find((one) => one.startsWith('-'));
  if (paths.length === 0 || unknown !== undefined) {
    console.error(unknown === undefined ? usage : `Unknown option ${unknown}. ${usage}`);
    return 2;
  }
  // npm runs scripts in the project's folder; a path is meant from where the person stands.
  const files = await recordingFiles(paths.map((one) => path.resolve(process.env['INIT_CWD'] ?? '', one)));
  if (files.length === 0) {
    console.error(`No recordings: no .json file below ${paths.join(', ')}.`);
  }
  const results = await replayFiles(files, undefined, (result) => json || console.log(lineOf(result)));
  const { names, counts } = closingOf(results);
  if (json) {
    console.log(JSON.stringify({ files: results, ...counts }));
  } else {
    const lines = Object.entries(names).map(([name, count]) => `  ${count} ${name}`);
    console.log([...(lines.length > 0 ? ['Not supported, so not counted as passed:', ...lines] : []), closingLine(counts)].join('\n'));
  }
  return counts.failed > 0 || results.length === 0 ? 1 : 0;
}

const closingLine = ({ passed, failed, unsupported }: Counts): string => `${passed} passed, ${failed} failed, ${unsupported} unsupported`;

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  process.exitCode = await main(process.argv.slice(2));
}
