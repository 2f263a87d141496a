// Drives the sandbox with the real Azure CLI. Not part of the unit tests: it needs `az`, and takes its time.
import assert from 'node:assert/strict';
import { AzureCli, whyNoAzureCli } from './azureCli.ts';

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
  let cli: AzureCli;

  before(async function () {
    const missing = await whyNoAzureCli();
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return this.skip();
    }
    cli = await AzureCli.start(600);
  });
  after(async () => {
    await (cli as AzureCli | undefined)?.close();
  });

  it('registers the cloud, signs in and lists the subscriptions', async () => {
    const { subscriptionIds } = cli.sandbox.endpoint;
    await cli.signIn();
    const accounts = await cli.json<{ id: string; cloudName: string }[]>('account', 'list');
    assert.deepEqual(accounts.map((account) => account.id).sort(), [...subscriptionIds].sort());
    assert.deepEqual([...new Set(accounts.map((account) => account.cloudName))], ['Sandbox']);
    const answer = await cli.json<{ value: unknown[] }>('rest', '--method', 'get', '--url', '/subscriptions?api-version=2022-12-01');
    assert.equal(answer.value.length, subscriptionIds.length);
  });

  it('lists vaults, items and jobs, backs an item up, and waits for its job', async () => {
    const found = await findItem();
    const where = ['-g', found.vault.resourceGroup, '-v', found.vault.name];
    const jobs = await cli.json<Job[]>('backup', 'job', 'list', ...where);
    assert.ok(jobs.length > 0 && jobs.every((job) => job.properties.operation));
    const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10).split('-').reverse().join('-');
    const { friendlyName } = found.item.properties;
    const names = ['-c', friendlyName, '-i', friendlyName, '--backup-management-type', 'AzureIaasVM'];
    const job = await cli.json<Job>('backup', 'protection', 'backup-now', ...where, ...names, '--retain-until', until);
    assert.equal(job.properties.operation, 'Backup');
    await cli.run('backup', 'job', 'wait', ...where, '-n', job.name, '--timeout', '240');
    const ended = await cli.json<Job>('backup', 'job', 'show', ...where, '-n', job.name);
    assert.equal(ended.properties.status, 'Completed');
    const points = await cli.json<unknown[]>('backup', 'recoverypoint', 'list', ...where, ...names, '--workload-type', 'VM');
    assert.ok(points.length > 0);
  });

  it('is told why in the words of Azure where it asks for what is not there', async () => {
    const error = await cli.failure('backup', 'vault', 'show', '-g', 'no-such-group', '-n', 'no-such-vault');
    assert.match(error ?? 'it was found', /ResourceGroupNotFound|ResourceNotFound/);
  });

  /** The first item, in any subscription, that takes backups and has none running. */
  async function findItem(): Promise<{ vault: Vault; item: Item }> {
    const machines = ['--backup-management-type', 'AzureIaasVM', '--workload-type', 'VM'];
    for (const subscription of cli.sandbox.endpoint.subscriptionIds) {
      await cli.run('account', 'set', '-s', subscription);
      for (const vault of await cli.json<Vault[]>('backup', 'vault', 'list')) {
        const where = ['-g', vault.resourceGroup, '-v', vault.name];
        const items = await cli.json<Item[]>('backup', 'item', 'list', ...where, ...machines);
        const running = await cli.json<Job[]>('backup', 'job', 'list', ...where, '--status', 'InProgress');
        const item = items.find((candidate) => candidate.properties.protectionState === 'Protected');
        if (item !== undefined && running.length === 0) {
          return { vault, item };
        }
      }
    }
    return assert.fail('no vault of the sandbox has an item that could be backed up');
  }
});
