/** The bundled sandbox as a child process of this window. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { CancelledError } from '../core/cancellation.ts';
import { BackupError } from '../core/errors.ts';
import { Emitter, type Event } from '../core/events.ts';
import { isObject, type Json } from '../core/json.ts';
import type { SandboxSettings } from './settings.ts';
import type { CloudEnvironment } from './types.ts';

/** The one line that the sandbox prints when it serves. */
export interface SandboxDetails {
  readonly resourceManagerEndpoint: string;
  readonly authorityHost: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly certificateAuthorityFile: string;
}

export interface SandboxStart {
  /** The bundled `main.js`. */
  readonly entry: string;
  readonly settings: SandboxSettings;
  /** Program that runs it; VS Code's own Node by default. */
  readonly program?: string;
  /** Milliseconds until it must serve. */
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  /** What it writes to stderr, line by line. */
  readonly onLine?: (line: string) => void;
}

export interface SandboxProcess {
  readonly details: SandboxDetails;
  readonly environment: CloudEnvironment;
  /** Ended although nobody stopped it: `SandboxEnded`, with what it said last. */
  readonly onDidBreak: Event<BackupError>;
  /** Ends it; resolves when it is gone. Safe to call twice. */
  stop(): Promise<void>;
  /** Ends it without waiting, for a window that closes. */
  kill(): void;
}

const names = ['resourceManagerEndpoint', 'authorityHost', 'tenantId', 'clientId', 'clientSecret', 'certificateAuthorityFile'] as const;
const keptLines = 20;
const gentleMs = 3000;

/** @throws BackupError `SandboxFailed` with what it said, where it ends at once, says nothing sensible, or takes too long; CancelledError. */
export async function startSandboxProcess(start: SandboxStart): Promise<SandboxProcess> {
  const child = spawn(start.program ?? process.execPath, [start.entry, ...flags(start.settings)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    env: childEnvironment(),
  });
  const said: string[] = [];
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`it could not be started (${error.message})`));
    child.once('exit', (code, signal) => resolve(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`));
  });
  // Its end is told by 'exit'; a pipe that breaks on the way says nothing more.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    said.splice(0, said.length - keptLines);
    start.onLine?.(line);
  });
  const failed = (what: string, code: 'SandboxFailed' | 'SandboxEnded' = 'SandboxFailed'): BackupError =>
    new BackupError(
      `The sandbox ${code === 'SandboxFailed' ? 'did not start' : 'ended'}: ${what}.${said.length > 0 ? ` It said: ${said.join('\n')}` : ''}`,
      {
        code,
        attempted: 'use the sandbox',
        remedies: ['Use the sandbox again from the view.', 'If it stays, see the log of the extension (Show Log) and report it.'],
      },
    );
  try {
    const details = await firstLine(child, ended, failed, start);
    return running(child, details, ended, (what) => failed(what, 'SandboxEnded'));
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function flags({ speed, latency, seed }: SandboxSettings): string[] {
  const seeded = seed === undefined ? [] : ['--seed', String(seed)];
  return ['--exit-with-stdin', '--speed', String(speed), '--latency', String(latency), ...seeded];
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
  failed: (what: string) => BackupError,
  { limitMs = 20_000, signal }: SandboxStart,
): Promise<SandboxDetails> {
  return new Promise((resolve, reject) => {
    const finish = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      act();
    };
    const onAbort = (): void => finish(() => reject(new CancelledError()));
    const timer = setTimeout(() => finish(() => reject(failed(`it did not serve within ${limitMs / 1000} seconds`))), limitMs);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) {
      onAbort();
    }
    void ended.then((what) => finish(() => reject(failed(what))));
    if (child.stdout) {
      createInterface({ input: child.stdout }).once('line', (line) => {
        const details = detailsOf(line);
        finish(() => (details ? resolve(details) : reject(failed('its first line is not what a sandbox prints'))));
      });
    }
  });
}

function detailsOf(line: string): SandboxDetails | undefined {
  let parsed: Json;
  try {
    parsed = JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
  return isObject(parsed) && names.every((name) => typeof parsed[name] === 'string') ? (parsed as unknown as SandboxDetails) : undefined;
}

function running(
  child: ChildProcess,
  details: SandboxDetails,
  ended: Promise<string>,
  broken: (what: string) => BackupError,
): SandboxProcess {
  const breaks = new Emitter<BackupError>();
  let stopping = false;
  void ended.then((what) => {
    if (!stopping) {
      breaks.fire(broken(what));
    }
  });
  return {
    details,
    environment: {
      kind: 'sandbox',
      label: 'Sandbox',
      resourceManagerEndpoint: details.resourceManagerEndpoint,
      authorityHost: details.authorityHost,
      audience: `${details.resourceManagerEndpoint}/`,
      certificateAuthorityFile: details.certificateAuthorityFile,
    },
    onDidBreak: breaks.event,
    async stop() {
      stopping = true;
      child.stdin?.end();
      const force = setTimeout(() => child.kill('SIGKILL'), gentleMs);
      await ended;
      clearTimeout(force);
    },
    kill() {
      stopping = true;
      child.kill();
    },
  };
}
