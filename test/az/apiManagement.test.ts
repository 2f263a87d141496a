// API Management in the sandbox, by the real Azure CLI: its backup, the blob read by its storage client, its restore.
// Not part of the unit tests, as az.test.ts.
import assert from 'node:assert/strict';
import { AzureCli, whyNoAzureCli } from './azureCli.ts';

interface Blob {
  readonly name: string;
  readonly properties: { readonly contentLength: number; readonly lastModified: string };
}

const account = 'stnwapimweu';
const container = 'apim-backups';
const group = ['-g', 'rg-api-prod'];

describe('Azure CLI against API Management in the sandbox', function () {
  this.timeout(300_000);
  let cli: AzureCli;
  let key: string;

  before(async function () {
    const missing = await whyNoAzureCli();
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return this.skip();
    }
    cli = await AzureCli.start(100);
    await cli.signIn();
    const [subscription = ''] = cli.sandbox.endpoint.subscriptionIds;
    await cli.run('account', 'set', '-s', subscription);
    const keys = await cli.json<{ value: string }[]>('storage', 'account', 'keys', 'list', ...group, '-n', account);
    key = keys[0]?.value ?? '';
  });
  after(async () => {
    await (cli as AzureCli | undefined)?.close();
  });

  const blobs = (): Promise<Blob[]> => {
    const at = `${cli.sandbox.endpoint.resourceManagerEndpoint}/${account}`;
    return cli.json<Blob[]>(
      'storage',
      'blob',
      'list',
      '-c',
      container,
      '--account-name',
      account,
      '--account-key',
      key,
      '--blob-endpoint',
      at,
    );
  };
  const transfer = (verb: 'backup' | 'restore', service: string, name: string): Promise<string> =>
    cli.run(
      ...['apim', verb, ...group, '-n', service, '--backup-name', name],
      ...['--storage-account-name', account, '--storage-account-container', container, '--storage-account-key', key],
    );

  it('backs up a service into a blob that the storage client lists, and restores it into another service', async () => {
    const services = await cli.json<{ name: string; sku: { name: string } }[]>('apim', 'list', ...group);
    assert.deepEqual(services.filter(({ sku }) => sku.name === 'Premium').length, 3);
    await transfer('backup', 'apim-northwind-weu', 'by-az.apimbackup');
    const made = (await blobs()).find(({ name }) => name === 'by-az.apimbackup');
    assert.ok(made && made.properties.contentLength > 500, JSON.stringify(made));
    await transfer('restore', 'apim-northwind-neu', 'by-az.apimbackup');
    const apis = await cli.json<{ name: string }[]>('apim', 'api', 'list', ...group, '--service-name', 'apim-northwind-neu');
    assert.deepEqual(apis.map(({ name }) => name).sort(), ['catalogue', 'customers', 'orders']);
  });
});
