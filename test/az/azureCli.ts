// A sandbox and the real Azure CLI, signed in to it.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server/start.ts';

const run = promisify(execFile);

/** Why `az` cannot be run here; undefined where it can. It is a script that cmd.exe runs on Windows; these tests are for where it can be started as it is. */
export async function whyNoAzureCli(): Promise<string | undefined> {
  const reason = await run('az', ['version']).then(
    () => undefined,
    (error: Error) => error.message.split('\n')[0],
  );
  return reason === undefined ? undefined : `az cannot be run here (${reason}); on Debian, apt-get install azure-cli`;
}

export class AzureCli {
  readonly sandbox: RunningSandbox;
  readonly #config: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(sandbox: RunningSandbox, config: string) {
    this.sandbox = sandbox;
    this.#config = config;
    this.#environment = {
      ...process.env,
      AZURE_CONFIG_DIR: config,
      REQUESTS_CA_BUNDLE: sandbox.endpoint.certificateAuthorityFile,
      AZURE_CORE_COLLECT_TELEMETRY: 'no',
      AZURE_CORE_NO_COLOR: 'yes',
      PYTHONPATH: join(import.meta.dirname, 'python'),
    };
  }

  /** Its own sandbox and configuration; no one is signed in. */
  static async start(speed: number): Promise<AzureCli> {
    return new AzureCli(await startSandbox({ speed }), await mkdtemp(join(tmpdir(), 'az-test-')));
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    await rm(this.#config, { recursive: true });
  }

  async signIn(): Promise<void> {
    const { resourceManagerEndpoint, clientId, clientSecret, tenantId } = this.sandbox.endpoint;
    await this.run('cloud', 'register', '-n', 'Sandbox', '--endpoint-resource-manager', resourceManagerEndpoint);
    await this.run('cloud', 'set', '-n', 'Sandbox');
    await this.run('login', '--service-principal', '-u', clientId, '-p', clientSecret, '--tenant', tenantId);
  }

  /** @returns what it printed. @throws an error with `stderr` where it fails. */
  async run(...args: readonly string[]): Promise<string> {
    return (await run('az', args, { env: this.#environment, maxBuffer: 64 * 1024 * 1024 })).stdout;
  }

  /** @returns undefined where the command prints nothing, as some do when they find nothing. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const printed = await this.run(...args, '-o', 'json');
    return (printed === '' ? undefined : JSON.parse(printed)) as T;
  }

  /** What it wrote to stderr when it failed; undefined where it did not. */
  async failure(...args: readonly string[]): Promise<string | undefined> {
    return this.run(...args).then(
      () => undefined,
      (reason: unknown) => (reason as { stderr: string }).stderr,
    );
  }
}
