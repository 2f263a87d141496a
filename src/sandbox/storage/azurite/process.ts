import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AzuriteProgram } from './find.ts';

export interface AzuriteCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface AzuriteStart {
  readonly program: AzuriteProgram;
  readonly tls: AzuriteCertificate;
  /** Account names with their keys, base64. */
  readonly accounts: readonly { readonly name: string; readonly keys: readonly [string, string] }[];
  /** Milliseconds until it must serve. */
  readonly limitMs?: number;
}

export interface AzuriteProcess {
  readonly port: number;
  readonly pid: number;
  /** Resolves when it has ended, with how. */
  readonly ended: Promise<string>;
  stop(): void;
}

/**
 * Runs `main.js`, and ends when the channel to its parent breaks: a sandbox that is killed must not leave it behind.
 * The file stands in `argv` where node would have put it.
 */
const bootstrap = `process.once('disconnect',()=>process.exit(0));process.argv.splice(1,0,process.env.SANDBOX_AZURITE);require(process.argv[1]);`;
const listens = /successfully listens on https:\/\/127\.0\.0\.1:(\d+)/;

/**
 * Starts Azurite's blob service on a free port of 127.0.0.1, in memory, with telemetry off. Bearer tokens are taken
 * (`--oauth basic`), which it does over HTTPS only.
 * @throws Error that says, for a person, what it said.
 */
export async function startAzurite({ program, tls, accounts, limitMs = 30_000 }: AzuriteStart): Promise<AzuriteProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'backup-explorer-blobs-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  writeFileSync(cert, tls.certificate, { mode: 0o600 });
  writeFileSync(key, tls.key, { mode: 0o600 });
  const flags = ['--blobHost', '127.0.0.1', '--blobPort', '0', '--inMemoryPersistence', '--silent', '--disableTelemetry'];
  const more = ['--skipApiVersionCheck', '--disableProductStyleUrl', '--oauth', 'basic', '--cert', cert, '--key', key];
  const child = spawn(process.execPath, ['-e', bootstrap, '--', ...flags, ...more], {
    // It makes sure that its directory is there, later than the certificate's goes.
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    windowsHide: true,
    env: environment(program, accounts),
  });
  const said: string[] = [];
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`));
  });
  try {
    const port = await servingPort(child, ended, said, limitMs);
    return { port, pid: child.pid ?? 0, ended, stop: () => child.kill('SIGKILL') };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    // It has read the key by now, or never will.
    rmSync(folder, { recursive: true, force: true });
    child.unref();
    child.channel?.unref();
  }
}

function environment(program: AzuriteProgram, accounts: AzuriteStart['accounts']): NodeJS.ProcessEnv {
  const given: NodeJS.ProcessEnv = {
    ...process.env,
    ELECTRON_RUN_AS_NODE: '1',
    SANDBOX_AZURITE: program.main,
    AZURITE_ACCOUNTS: accounts.map(({ name, keys }) => [name, ...keys].join(':')).join(';'),
  };
  for (const name of ['NODE_OPTIONS', 'NODE_V8_COVERAGE', 'AZURITE_DB']) {
    delete given[name];
  }
  return given;
}

function servingPort(child: ChildProcess, ended: Promise<string>, said: string[], limitMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (what: string): void => {
      clearTimeout(timer);
      reject(new Error([what, ...said].join('\n')));
    };
    const timer = setTimeout(() => failed(`it did not serve within ${limitMs / 1000} seconds`), limitMs);
    void ended.then(failed);
    for (const stream of [child.stdout, child.stderr]) {
      // Read to the end, or it would stand still once the pipe is full.
      createInterface({ input: stream ?? process.stdin }).on('line', (line) => {
        said.push(line);
        said.splice(0, said.length - 5);
        const port = listens.exec(line)?.[1];
        if (port !== undefined) {
          clearTimeout(timer);
          resolve(Number(port));
        }
      });
    }
  });
}
