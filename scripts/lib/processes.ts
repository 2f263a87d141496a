// Child processes that cannot be forgotten: each is stopped when its starter ends, however that comes about.
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();
let watching = false;
/** Somebody waits for a signal, to end in good order: the next one is theirs. */
let expected = false;
/** When that came, in ms of Date.now: the same Ctrl+C can arrive again, from the terminal and from a parent. */
let endingSince = 0;
/** From then on nothing is started any more. */
let ending = false;

/**
 * Starts a process that is killed, with its children, no later than when this process exits.
 * @throws where this process is ending after a signal
 */
export function start(command: string, args: string[], options: SpawnOptions = {}): ChildProcess {
  if (ending) throw new Error('Interrupted.');
  if (!watching) {
    watching = true;
    process.on('exit', () => {
      for (const child of running) signal(child, 'SIGKILL');
    });
    // A signal that nobody handles ends a process without its exit event.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (expected) endingSince = Date.now();
        else if (process.listenerCount(name) === 1 && Date.now() - endingSince > 1_000) void endWithChildren();
        expected = false;
      });
    }
  }
  // A group of its own, so that the whole family can be signalled; Windows has no such groups.
  const child = spawn(command, args, { detached: process.platform !== 'win32', ...options });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** How long children may take to end what they started themselves: their own children are out of our reach. */
const familyGraceMs = 5_000;

/** Lets the children end in good order, then ends this process. A second signal does not wait for them. */
async function endWithChildren(): Promise<void> {
  if (ending) process.exit(130);
  ending = true;
  endingSince = Date.now();
  const ended = [...running].map((child) => once(child, 'exit'));
  // Interrupted, as by a person: a browser's driver ends its process at that, at other signals only the browser.
  for (const child of running) signal(child, 'SIGINT');
  await Promise.race([Promise.allSettled(ended), new Promise((resolve) => setTimeout(resolve, familyGraceMs))]);
  process.exit(130);
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(name);
    else process.kill(-child.pid, name);
  } catch (error) {
    // The group has ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks a process to end and makes it end after `graceMs`. Resolves when it has ended. */
export async function stop(child: ChildProcess, graceMs = 3_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, 'exit');
  signal(child, 'SIGTERM');
  const timer = setTimeout(() => signal(child, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

/** Resolves at the first Ctrl+C or termination request; afterwards another one ends the process at once. */
export function interrupted(): Promise<NodeJS.Signals> {
  expected = true;
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => resolve(name));
  });
}

/** Runs a command to its end. Returns its exit code; a death by signal counts as 1. */
export async function run(command: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  const child = start(command, args, { stdio: 'inherit', ...options });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

export interface Captured {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end and gives what it wrote. */
export async function capture(command: string, args: string[], options: SpawnOptions = {}): Promise<Captured> {
  const child = start(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? 1, stdout, stderr };
}
