/** A sandbox that this process starts and that outlives it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { CancelledError } from '../../core/cancellation.ts';
import type { BackupError } from '../../core/errors.ts';
import { parsedJson } from '../../core/json.ts';
import type { SandboxSettings } from '../settings.ts';
import { detailsOf, type SandboxDetails } from './details.ts';
import { sandboxError } from './sandboxError.ts';

export interface SandboxProgram {
  /** The bundled `main.js`. */
  readonly entry: string;
  readonly settings: SandboxSettings;
  /** Program that runs it; VS Code's own Node by default. */
  readonly program?: string;
  /** Milliseconds until it must serve. */
  readonly limitMs?: number;
  /** Seconds that it stays when the last window has gone. */
  readonly lingerSeconds?: number;
  readonly signal?: AbortSignal;
  /** What it writes to stderr, line by line, while this process lives. */
  readonly onLine?: (line: string) => void;
}

export interface SandboxChild {
  readonly pid: number;
  readonly details: SandboxDetails;
  /** How it ended, for a person: `it ended with code 3`. */
  readonly ended: Promise<string>;
  /** Its newest lines on stderr. */
  readonly said: readonly string[];
  end(): void;
}

/** Long enough for a reload of a window on a slow machine. */
const defaultLingerSeconds = 60;
const defaultLimitMs = 20_000;
const gentleMs = 3_000;
const keptLines = 20;

/** @throws BackupError `SandboxFailed` with what it said, where it ends at once, says nothing sensible, or takes too long; CancelledError. */
export async function startChild(start: SandboxProgram): Promise<SandboxChild> {
  const child = spawn(start.program ?? process.execPath, [start.entry, ...flags(start)], {
    // A group of its own: what ends this process and its children leaves it alone.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    // Its directory must not be one that somebody wants to remove.
    cwd: tmpdir(),
    env: childEnvironment(),
  });
  const said: string[] = [];
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`));
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    said.splice(0, said.length - keptLines);
    start.onLine?.(line);
  });
  const end = (): void => {
    // Gently first, so that it removes its files.
    child.kill();
    const force = setTimeout(() => child.kill('SIGKILL'), gentleMs).unref();
    void ended.then(() => clearTimeout(force));
  };
  try {
    const details = await firstLine(child, ended, start, (what) => sandboxError('SandboxFailed', what, said));
    child.unref();
    child.stdout.destroy();
    (child.stderr as Socket).unref();
    return { pid: child.pid ?? 0, details, ended, said, end };
  } catch (error) {
    end();
    throw error;
  }
}

function flags({ settings: { speed, latency, seed, quota }, lingerSeconds = defaultLingerSeconds }: SandboxProgram): string[] {
  const seeded = seed === undefined ? [] : ['--seed', String(seed)];
  const limited = quota === undefined ? [] : ['--quota', quota];
  return ['--linger', String(lingerSeconds), '--speed', String(speed), '--latency', String(latency), ...seeded, ...limited];
}

function childEnvironment(): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  // Options of the extension host (a debugger's port above all) are not the child's.
  delete environment['NODE_OPTIONS'];
  delete environment['NODE_V8_COVERAGE'];
  return environment;
}

function firstLine(
  child: ChildProcess,
  ended: Promise<string>,
  { limitMs = defaultLimitMs, signal }: SandboxProgram,
  failed: (what: string) => BackupError,
): Promise<SandboxDetails> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => finish(() => reject(new CancelledError(undefined, { cause: signal?.reason })));
    const timer = setTimeout(() => finish(() => reject(failed(`it did not serve within ${limitMs / 1000} seconds`))), limitMs);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) {
      onAbort();
    }
    void ended.then((what) => finish(() => reject(failed(what))));
    if (child.stdout) {
      createInterface({ input: child.stdout }).once('line', (line) => {
        const details = detailsOf(parsedJson(line));
        finish(() => (details ? resolve(details) : reject(failed('its first line is not what a sandbox prints'))));
      });
    }
  });
}
