import { messageOf } from '../core/errors.ts';
import { StartError } from './server/listen.ts';
import { parseCommandLine, usage, UsageError } from './server/options.ts';
import { startSandbox } from './server/start.ts';

/** Bad flags end with 2, anything else that keeps the sandbox from serving with 1. */
async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2));
  if (command.kind === 'help') {
    process.stdout.write(usage);
    return;
  }
  const sandbox = await startSandbox(command.options);
  process.once('exit', () => sandbox.removeFiles());
  const stop = (): void => {
    // A second signal, or a connection that will not end, must not keep the process.
    setTimeout(() => process.exit(0), 2000).unref();
    void sandbox.close().finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const) {
    process.once(signal, stop);
  }
  if (command.exitWithStdin) {
    process.stdin.once('end', stop).once('close', stop).once('error', stop).resume();
  }
  void sandbox.abandoned.then(stop);
  // Whoever started it may be gone before it: what it has to say then goes nowhere, and it serves on.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => undefined);
  }
  process.stdout.write(`${JSON.stringify(sandbox.endpoint)}\n`);
}

main().catch((error: unknown) => {
  const known = error instanceof UsageError || error instanceof StartError;
  process.stderr.write(`sandbox: ${known ? messageOf(error) : String(error instanceof Error ? error.stack : error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
