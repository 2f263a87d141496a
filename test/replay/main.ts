/** `npm run replay -- PATH... [--json]`: plays recordings to our own provider. Exit code 1 where one fails, 2 for wrong arguments. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../src/core/errors.ts';
import { makeCertificates } from '../../src/sandbox/identity/certificates.ts';
import { readRecording, recordingFiles } from './recording.ts';
import { replay, type ReplayResult } from './replay.ts';
import { startServer } from './server.ts';
import type { Readers } from './readers.ts';

const usage = 'Usage: npm run replay -- PATH... [--json]   (files or folders of recordings)';

/** Results in the order of the files. A file that cannot be read is a failed result, the rest go on. */
export async function replayFiles(
  files: readonly string[],
  readers?: Readers,
  tell: (result: ReplayResult) => void = () => undefined,
): Promise<ReplayResult[]> {
  const certificates = await makeCertificates(Date.now());
  const results: ReplayResult[] = [];
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
): Promise<ReplayResult> {
  try {
    const recording = await readRecording(file);
    const server = await startServer(certificates);
    try {
      return await replay(recording, server, readers);
    } finally {
      await server.close();
    }
  } catch (error) {
    return { file, passed: false, lists: 0, details: 0, items: 0, errors: 0, differences: [messageOf(error)], unsupported: {} };
  }
}

export function lineOf(result: ReplayResult): string {
  const { passed, file, lists, details, items, errors, differences } = result;
  const counted = `${items} items read (${lists} lists, ${details} details, ${errors} refusals as errors)`;
  return [`${passed ? 'ok  ' : 'FAIL'} ${file}: ${counted}`, ...differences.map((one) => `       ${one}`)].join('\n');
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
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed;
  console.log(json ? JSON.stringify({ passed, failed, recordings: results }) : `${passed} passed, ${failed} failed`);
  return failed > 0 || results.length === 0 ? 1 : 0;
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  process.exitCode = await main(process.argv.slice(2));
}
