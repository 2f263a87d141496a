import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { guardedUrl } from '../../../src/cloud/endpointGuard.ts';
import { environmentOf } from '../../../src/cloud/environments.ts';
import { type BackupError } from '../../../src/core/errors.ts';

const azure = environmentOf('public', undefined);

describe('where a token may go', () => {
  for (const hostile of [
    'https://management.azure.com.evil.example/subscriptions',
    'https://management.azure.com@evil.example/subscriptions',
    'https://user:password@management.azure.com/subscriptions',
    'https://management.azure.com:8443/subscriptions',
    'http://management.azure.com/subscriptions',
    'HTTP://MANAGEMENT.AZURE.COM/subscriptions',
    'https://evil.example/https://management.azure.com/',
    'https://management.azure.com\t.evil.example/subscriptions',
    'https://management.azure.com%2eevil.example/',
    'https:\\\\evil.example/subscriptions',
    'https://mаnagement.azure.com/subscriptions',
    'https://management.azure.c\u00adom.evil.example/',
    '@evil.example/subscriptions',
    '.evil.example/subscriptions',
    ':8443/subscriptions',
    'ftp://management.azure.com/',
    'javascript:alert(1)',
    'data:application/json,{}',
    '',
  ]) {
    it(`not to ${JSON.stringify(hostile)}`, () => {
      assert.throws(
        () => guardedUrl(azure, hostile, 'nextLink'),
        (error: BackupError) =>
          error.facts.code === 'ForeignHost' && error.message.includes('management.azure.com') && !/password/.test(error.message),
      );
    });
  }

  for (const own of [
    'https://management.azure.com/subscriptions?api-version=1&$skipToken=a%2Fb',
    'https://MANAGEMENT.azure.com:443/Subscriptions//x',
    '/subscriptions/x?api-version=1',
    '//evil.example/subscriptions',
    '/\\evil.example/subscriptions',
    '/@evil.example/subscriptions',
  ]) {
    it(`to the cloud's own host with ${own}`, () => {
      assert.equal(new URL(guardedUrl(azure, own)).origin, 'https://management.azure.com');
    });
  }

  it('is never a workspace’s word: every setting is of the machine', () => {
    const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      contributes: { configuration: { properties: Record<string, { scope?: string }> } };
    };
    const settings = Object.entries(manifest.contributes.configuration.properties);
    assert.ok(settings.length >= 7);
    assert.deepEqual(
      settings.filter(([, { scope }]) => scope !== 'machine').map(([name]) => name),
      [],
    );
  });
});
