// Drives the sandbox with the real Azure CLI. Not part of the unit tests: it needs `az`, and takes its time.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningSandbox, startSandbox } from '../../src/sandbox/server/start.ts';

const run = promisify(execFile);

interface Item {
  readonly id: string;
  readonly name: string;
  readonly properties: { readonly protectionState: string; readonly friendlyName: string };
}
interface Vault {
  readonly name: string;
  readonly resourceGroup: string;
}
interface Job {
  readonly name: string;
  readonly properties: { readonly status: string; readonly operation: string };
}

describe('Azure CLI against the sandbox', function () {
  this.timeout(300_000);
  let sandbox: RunningSandbox;
  let config: string;
  let environment: NodeJS.ProcessEnv;

  before(async function () {
    // `az` is a script that cmd.exe runs on Windows; these tests are for where it can be started as it is.
    const missing = await run('az', ['version']).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (missing !== undefined) {
      console.log(`skipped: az cannot be run here (${missing.split('\n')[0]}); on Debian, apt-get install azure-cli`);
      return this.skip();
    }
    sandbox = await startSandbox({ speed: 600 });
    config = await mkdtemp(join(tmpdir(), 'az-test-'));
    environment = {
      ...process.env,
      AZURE_CONFIG_DIR: config,
      REQUESTS_CA_BUNDLE: sandbox.endpoint.certificateAuthorityFile,
      AZURE_CORE_COLLECT_TELEMETRY: 'no',
      AZURE_CORE_NO_COLOR: 'yes',
    };
  });
  after(async () => {
    await (sandbox as RunningSandbox | undefined)?.close();
    if ((config as string | undefined) !== undefined) {
      await rm(config, { recursive: true });
    }
  });

  const az = async (...args: string[]): Promise<string> =>
    (await run('az', args, { env: environment, maxBuffer: 64 * 1024 * 1024 })).stdout;
  const azJson = async <T>(...args: string[]): Promise<T> => JSON.parse(await az(...args, '-o', 'json')) as T;

  it('registers the cloud, signs in and lists the subscriptions', async () => {
    const { resourceManagerEndpoint, clientId, clientSecret, tenantId, subscriptionIds } = sandbox.endpoint;
    await az('cloud', 'register', '-n', 'Sandbox', '--endpoint-resource-manager', resourceManagerEndpoint);
    await az('cloud', 'set', '-n', 'Sandbox');
    await az('login', '--service-principal', '-u', clientId, '-p', clientSecret, '--tenant', tenantId);
    const accounts = await azJson<{ id: string; cloudName: string }[]>('account', 'list');
    assert.deepEqual(accounts.map((account) => account.id).sort(), [...subscriptionIds].sort());
    assert.deepEqual([...new Set(accounts.map((account) => account.cloudName))], ['Sandbox']);
    const answer = await azJson<{ value: unknown[] }>('rest', '--method', 'get', '--url', '/subscriptions?api-version=2022-12-01');
    assert.equal(answer.value.length, subscriptionIds.length);
  });

  it('lists vaults, items and jobs, backs an item up, and waits for its job', async () => {
    const found = await findItem();
    const where = ['-g', found.vault.resourceGroup, '-v', found.vault.name];
    const jobs = await azJson<Job[]>('backup', 'job', 'list', ...where);
    assert.ok(jobs.length > 0 && jobs.every((job) => job.properties.operation));
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10).split('-').reverse().join('-');
    const { friendlyName } = found.item.properties;
    const names = ['-c', friendlyName, '-i', friendlyName, '--backup-management-type', 'AzureIaasVM'];
    const job = await azJson<Job>('backup', 'protection', 'backup-now', ...where, ...names, '--retain-until', until);
    assert.equal(job.properties.operation, 'Backup');
    await az('backup', 'job', 'wait', ...where, '-n', job.name, '--timeout', '240');
    const ended = await azJson<Job>('backup', 'job', 'show', ...where, '-n', job.name);
    assert.equal(ended.properties.status, 'Completed');
    const points = await azJson<unknown[]>('backup', 'recoverypoint', 'list', ...where, ...names, '--workload-type', 'VM');
    assert.ok(points.length > 0);
  });

  it('is told why in the words of Azure where it asks for what is not there', async () => {
    const error = await az('backup', 'vault', 'show', '-g', 'no-such-group', '-n', 'no-such-vault').then(
      () => assert.fail('it was found'),
      (reason: unknown) => reason as { stderr: string },
    );
    assert.match(error.stderr, /ResourceGroupNotFound|ResourceNotFound/);
  });

  /** The first item, in any subscription, that takes backups and has none running. */
  async function findItem(): Promise<{ vault: Vault; item: Item }> {
    for (const subscription of sandbox.endpoint.subscriptionIds) {
      await az('account', 'set', '-s', subscription);
      for (const vault of await azJson<Vault[]>('backup', 'vault', 'list')) {
        const where = ['-g', vault.resourceGroup, '-v', vault.name];
        const items = await azJson<Item[]>(
          'backup',
          'item',
          'list',
          ...where,
          '--backup-management-type',
          'AzureIaasVM',
          '--workload-type',
          'VM',
        );
        const running = await azJson<Job[]>('backup', 'job', 'list', ...where, '--status', 'InProgress');
        const item = items.find((candidate) => candidate.properties.protectionState === 'Protected');
        if (item !== undefined && running.length === 0) {
          return { vault, item };
        }
      }
    }
    return assert.fail('no vault of the sandbox has an item that could be backed up');
  }
});
