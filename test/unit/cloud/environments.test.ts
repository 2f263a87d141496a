import assert from 'node:assert/strict';
import { cloudKindOf, environmentOf, tokenScope } from '../../../src/cloud/environments.ts';
import { readSettings } from '../../../src/cloud/settings.ts';
import { BackupError } from '../../../src/core/errors.ts';

const custom = { resourceManagerEndpoint: 'https://management.stack.example/', authorityHost: 'https://adfs.stack.example/adfs/' };

function refusal(run: () => unknown): BackupError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof BackupError, String(error));
    return error;
  }
  return assert.fail('nothing was refused');
}

describe('clouds', () => {
  it('of Microsoft have their own resource manager, authority, audience and portal, all https', () => {
    const all = (['public', 'usGovernment', 'china'] as const).map((kind) => environmentOf(kind, undefined));
    for (const key of ['resourceManagerEndpoint', 'authorityHost', 'audience', 'portalUrl'] as const) {
      assert.equal(new Set(all.map((environment) => environment[key])).size, 3, key);
      assert.ok(all.every((environment) => environment[key]?.startsWith('https://')));
    }
    assert.ok(all.every(({ resourceManagerEndpoint, audience }) => audience === `${resourceManagerEndpoint}/`));
  });

  it('of one’s own take the addresses of the setting, without trailing slashes', () => {
    const environment = environmentOf('custom', { ...custom, certificateAuthorityFile: '/etc/ca.pem', audience: 'https://a.example/guid' });
    assert.equal(environment.resourceManagerEndpoint, 'https://management.stack.example');
    assert.equal(environment.authorityHost, 'https://adfs.stack.example/adfs');
    assert.equal(environment.audience, 'https://a.example/guid');
    assert.equal(environment.certificateAuthorityFile, '/etc/ca.pem');
    assert.equal(environment.portalUrl, undefined);
    assert.equal(environmentOf('custom', custom).audience, 'https://management.stack.example/');
  });

  it('keep blobs where Microsoft says, or where the setting says; one’s own without it keeps none', () => {
    assert.deepEqual(environmentOf('china', undefined).storage, {
      audience: 'https://storage.azure.com',
      blobSuffixes: ['blob.core.chinacloudapi.cn'],
    });
    assert.equal(environmentOf('custom', custom).storage, undefined);
    const own = environmentOf('custom', { ...custom, blobSuffix: 'Blob.Stack.example', storageAudience: 'https://blobs.example' });
    assert.deepEqual(own.storage, { audience: 'https://blobs.example', blobSuffixes: ['blob.stack.example'] });
    assert.equal(tokenScope(own, 'storage'), 'https://blobs.example/.default');
    assert.throws(() => tokenScope(environmentOf('custom', custom), 'storage'), /azureBackup\.customCloud\.blobSuffix|keeps blobs/);
  });

  it('are asked for tokens with one slash before .default', () => {
    const label = 'Test';
    assert.equal(tokenScope({ label, audience: 'https://management.azure.com/' }), 'https://management.azure.com/.default');
    assert.equal(tokenScope({ label, audience: 'https://a.example/guid' }), 'https://a.example/guid/.default');
  });

  for (const [what, value, setting] of [
    ['nothing', undefined, 'azureBackup.customCloud'],
    ['no authority', { resourceManagerEndpoint: custom.resourceManagerEndpoint }, 'azureBackup.customCloud.authorityHost'],
    ['http', { ...custom, resourceManagerEndpoint: 'http://x.example' }, 'azureBackup.customCloud.resourceManagerEndpoint'],
    ['a host without a scheme', { ...custom, authorityHost: 'login.example' }, 'azureBackup.customCloud.authorityHost'],
    ['a path', { ...custom, resourceManagerEndpoint: 'https://x.example/arm' }, 'azureBackup.customCloud.resourceManagerEndpoint'],
    ['a query', { ...custom, authorityHost: 'https://x.example/?a=b' }, 'azureBackup.customCloud.authorityHost'],
    ['a relative file', { ...custom, certificateAuthorityFile: 'ca.pem' }, 'azureBackup.customCloud.certificateAuthorityFile'],
    ['a misspelt member', { ...custom, authority: 'https://x.example' }, 'azureBackup.customCloud.authority'],
    ['a number', { ...custom, audience: 7 }, 'azureBackup.customCloud.audience'],
    ['an address for a suffix', { ...custom, blobSuffix: 'https://blob.stack.example' }, 'azureBackup.customCloud.blobSuffix'],
  ] as const) {
    it(`of one’s own with ${what} are refused by the name of the setting, with value, expectation and remedy`, () => {
      const error = refusal(() => environmentOf('custom', value));
      assert.equal(error.facts.code, 'BadSetting');
      assert.equal(error.facts.resource, setting);
      assert.match(error.message, /^Setting \S+ is .+\. Expected: .+\.$/);
      assert.match(error.facts.remedies?.[0] ?? '', /user settings/);
    });
  }

  it('do not repeat a password that somebody wrote into an address', () => {
    const error = refusal(() => environmentOf('custom', { ...custom, authorityHost: 'https://me:hunter2@x.example' }));
    assert.ok(!error.message.includes('hunter2'), error.message);
  });

  it('of another name are refused with the names that there are', () => {
    assert.match(refusal(() => cloudKindOf('azure')).message, /is "azure".*public, usGovernment, china, custom, sandbox/);
  });
});

describe('settings of the connection', () => {
  const read = (values: Record<string, unknown>): ReturnType<typeof readSettings> => readSettings((name) => values[name]);
  const id = '0A1B2C3D-0000-4000-8000-000000000001';

  it('that are not set are the public cloud, the account of VS Code, no filter, a sandbox twenty times faster', () => {
    const settings = read({});
    assert.equal(settings.cloud, 'public');
    assert.equal(settings.credential, 'vscode');
    assert.deepEqual([settings.tenants, settings.subscriptions], [[], []]);
    assert.deepEqual(settings.sandbox, { speed: 20, latency: 0 });
  });

  it('hold ids in lower case, so that a filter matches whatever its casing', () => {
    assert.deepEqual(read({ subscriptions: [` ${id} `] }).subscriptions, [id.toLowerCase()]);
    assert.deepEqual(read({ tenants: [id, 'Contoso.onmicrosoft.com'] }).tenants, [id.toLowerCase(), 'contoso.onmicrosoft.com']);
  });

  for (const [values, setting] of [
    [{ credential: 'password' }, 'azureBackup.credential'],
    [{ subscriptions: ['my subscription'] }, 'azureBackup.subscriptions'],
    [{ subscriptions: id }, 'azureBackup.subscriptions'],
    [{ tenants: ['../x'] }, 'azureBackup.tenants'],
    [{ servicePrincipal: { clientId: 7 } }, 'azureBackup.servicePrincipal.clientId'],
    [{ sandbox: { speed: 0 } }, 'azureBackup.sandbox.speed'],
    [{ sandbox: { latency: '5' } }, 'azureBackup.sandbox.latency'],
    [{ sandbox: { seed: 1.5 } }, 'azureBackup.sandbox.seed'],
    [{ sandbox: { quota: 'some' } }, 'azureBackup.sandbox.quota'],
    [{ sandbox: { quota: true } }, 'azureBackup.sandbox.quota'],
  ] as const) {
    it(`${JSON.stringify(values)} is refused by name`, () => {
      assert.equal(refusal(() => read(values)).facts.resource, setting);
    });
  }
});

describe('settings in package.json', () => {
  it('steer where tokens go from the machine only, and are what is read', async () => {
    const { readFile } = await import('node:fs/promises');
    const manifest = JSON.parse(await readFile('package.json', 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { scope?: string; default?: unknown; enum?: string[] }> } };
    };
    const { properties } = manifest.contributes.configuration;
    const read: string[] = [];
    const defaults = readSettings((name) => {
      read.push(`azureBackup.${name}`);
      return properties[`azureBackup.${name}`]?.default;
    });
    assert.deepEqual(defaults, { ...readSettings(() => undefined), customCloud: {} });
    for (const name of read) {
      assert.equal(properties[name]?.scope, 'machine', name);
    }
    for (const kind of properties['azureBackup.cloud']?.enum ?? []) {
      assert.equal(cloudKindOf(kind), kind);
    }
  });
});
