import assert from 'node:assert/strict';
import { archiveOf, decode, encode, redated } from '../../../src/sandbox/apiManagement/archive.ts';
import { apisOf } from '../../../src/sandbox/apiManagement/estates.ts';
import { Ages } from '../../../src/sandbox/storage/azurite/ages.ts';
import type { BlobStore } from '../../../src/sandbox/storage/blobStore.ts';
import { sharedKey } from '../../../src/sandbox/storage/azurite/sharedKey.ts';
import { Domain, minute, type DomainReply } from './domainSupport.ts';

const version = '2024-05-01';

describe('sandbox domain: API Management', () => {
  let domain: Domain;
  let group: string;
  beforeEach(() => {
    domain = new Domain();
    group = `/subscriptions/${domain.world.subscriptions[0]?.subscriptionId}/resourceGroups/rg-api-prod`;
  });

  const service = (name: string): string => `${group}/providers/Microsoft.ApiManagement/service/${name}`;
  const backUp = (name: string, body: unknown): Promise<DomainReply> => domain.call('POST', `${service(name)}/backup`, body, version);
  const good = {
    storageAccount: 'stnwapimweu',
    containerName: 'apim-backups',
    backupName: 'b',
    accessType: 'SystemAssignedManagedIdentity',
  };

  it('lists services with tier, identity and state, by subscription and by group', async () => {
    const found = await domain.all(`${group.replace(/\/resourceGroups.*/, '')}/providers/Microsoft.ApiManagement/service`);
    const tiers = found.map((one) => `${one.name} ${(one as unknown as { sku: { name: string } }).sku.name}`);
    assert.deepEqual(tiers, [
      'apim-northwind-weu Premium',
      'apim-northwind-neu Premium',
      'apim-orders-weu Standard',
      'apim-partners-weu Basic',
      'apim-teams-weu Premium',
      'apim-loyalty-weu StandardV2',
      'apim-webhooks-weu Consumption',
    ]);
    assert.equal((await domain.all(`${group}/providers/Microsoft.ApiManagement/service`)).length, 7);
    const one = await domain.get(service('APIM-Northwind-WEU'));
    assert.deepEqual(
      [one.at('location'), one.at('properties.provisioningState'), one.at('properties.targetProvisioningState'), one.at('identity.type')],
      ['West Europe', 'Succeeded', '', 'SystemAssigned, UserAssigned'],
    );
    assert.equal(one.headers['ETag'], `"${String(one.at('etag'))}"`);
    assert.equal((await domain.get(service('apim-partners-weu'))).at('identity'), undefined);
    const missing = await domain.get(service('apim-nobody'));
    assert.deepEqual([missing.status, missing.at('error.code')], [404, 'ResourceNotFound']);
  });

  it('what is in a service is listed, changed and taken away; a workspace shows', async () => {
    const apis = `${service('apim-orders-weu')}/apis`;
    const page = await domain.get(apis);
    assert.deepEqual([page.list.map(({ name }) => name), page.at('count')], [['orders', 'returns'], 2]);
    assert.equal((await domain.call('PUT', `${apis}/new`, { properties: { path: 'new' } })).status, 201);
    assert.equal((await domain.call('PUT', `${apis}/new`, { properties: { path: 'newer' } })).status, 200);
    assert.equal((await domain.get(`${apis}/NEW`)).at('properties.path'), 'newer');
    assert.equal((await domain.call('DELETE', `${apis}/new`)).status, 200);
    assert.equal((await domain.get(`${apis}/new`)).status, 404);
    assert.equal((await domain.call('PUT', `${apis}/new`, [])).at('error.code'), 'ValidationError');
    const policy = `${service('apim-orders-weu')}/policies/policy`;
    await domain.call('PUT', policy, { properties: { value: '<policies />', format: 'xml' } });
    assert.equal((await domain.get(policy)).at('properties.value'), '<policies />');
    assert.deepEqual(
      (await domain.all(`${service('apim-teams-weu')}/workspaces`)).map(({ name }) => name),
      ['finance', 'logistics'],
    );
  });

  it('tiers without backups, a service with workspaces, and one that another operation holds refuse at once', async () => {
    const codes = await Promise.all(
      ['apim-webhooks-weu', 'apim-loyalty-weu', 'apim-teams-weu'].map(async (name) => {
        const reply = await backUp(name, good);
        return `${reply.status} ${String(reply.at('error.code'))}`;
      }),
    );
    assert.deepEqual(codes, ['400 MethodNotAllowedInPricingTier', '400 MethodNotAllowedInPricingTier', '400 OperationNotSupported']);
    const test = `/subscriptions/${domain.world.subscriptions[1]?.subscriptionId}/resourceGroups/rg-api-test/providers/Microsoft.ApiManagement/service/apim-staging-weu`;
    assert.equal((await domain.get(test)).at('properties.provisioningState'), 'Updating');
    const held = await domain.call('POST', `${test}/restore`, good, version);
    assert.deepEqual(
      [held.status, held.at('error.code'), held.at('error.message')],
      [409, 'ServiceLocked', 'The API Service apim-staging-weu is transitioning at this time. Please try the request again later.'],
    );
  });

  it('bodies that are no backup’s are refused, and so is one where there is no blob service', async () => {
    const refusal = async (body: unknown): Promise<string> => {
      const reply = await backUp('apim-northwind-weu', body);
      assert.deepEqual([reply.status, reply.at('error.code')], [400, 'ValidationError'], JSON.stringify(reply.body));
      return String(reply.at('error.message'));
    };
    for (const body of [
      null,
      [],
      {},
      'text',
      { ...good, storageAccount: 'https://stnwapimweu' },
      { ...good, containerName: '../other' },
      { ...good, backupName: '../../stnwfilesprod/x' },
      { ...good, backupName: 'a//b' },
      { ...good, backupName: 7 },
      { ...good, accessType: 'Sas' },
      { ...good, accessType: 'AccessKey' },
      { ...good, accessType: 'UserAssignedManagedIdentity' },
    ]) {
      assert.equal(await refusal(body), 'One or more fields contain incorrect values:');
    }
    const nowhere = await backUp('apim-northwind-weu', good);
    assert.deepEqual([nowhere.status, nowhere.at('error.code')], [501, 'SandboxBlobServiceMissing']);
    assert.equal((await domain.get(`${service('apim-northwind-weu')}/operationresults/bm9uZQ==`)).status, 404);
  });

  describe('an operation', () => {
    const blobs = new Map<string, Uint8Array>();
    const store: BlobStore = {
      send: (account, { method, container, blob, body, query }) => {
        const key = `${account.name}/${container}/${blob}`;
        if (method === 'PUT' && body !== undefined) {
          blobs.set(key, body);
        }
        const found = blobs.get(key);
        const status = query !== undefined ? 200 : method === 'PUT' ? 201 : found === undefined ? 404 : 200;
        return Promise.resolve({ status, headers: {}, body: Buffer.from(found ?? ''), code: status === 404 ? 'BlobNotFound' : undefined });
      },
    };
    beforeEach(() => {
      blobs.clear();
      domain = new Domain({ blobs: store });
      group = `/subscriptions/${domain.world.subscriptions[0]?.subscriptionId}/resourceGroups/rg-api-prod`;
    });
    const state = async (name: string): Promise<unknown> => (await domain.get(service(name))).at('properties.provisioningState');

    it('is a 202 with a Location only; polls are 202 without a body, then 200 with the service', async () => {
      const accepted = await backUp('apim-northwind-weu', good);
      assert.deepEqual([accepted.status, accepted.body, Object.keys(accepted.headers)], [202, undefined, ['Location', 'Retry-After']]);
      const { Location: location = '' } = accepted.headers;
      const name = /\/apim-northwind-weu\/operationresults\/([^/?]+)\?api-version=2024-05-01/.exec(location)?.[1] ?? '';
      assert.match(Buffer.from(name, 'base64').toString(), /^apim-northwind-weu_Backup_[0-9a-f]{8}$/);
      domain.pass(4 * minute);
      const poll = await domain.get(location);
      assert.deepEqual([poll.status, poll.body, poll.headers['Retry-After']], [202, undefined, '30']);
      assert.equal(await state('apim-northwind-weu'), 'Updating');
      assert.equal(blobs.size, 0);
      domain.pass(minute);
      const done = await domain.get(location);
      assert.deepEqual([done.status, done.at('name'), done.at('properties.provisioningState')], [200, 'apim-northwind-weu', 'Succeeded']);
      assert.deepEqual([...blobs.keys()], ['stnwapimweu/apim-backups/b']);
    });

    it('is one at a time: of two that come together, and while it runs, only the first is taken; another service is free', async () => {
      const both = await Promise.all([backUp('apim-northwind-weu', good), backUp('apim-northwind-weu', { ...good, backupName: 'c' })]);
      assert.deepEqual(both.map(({ status }) => status).sort(), [202, 409]);
      const restore = await domain.call('POST', `${service('apim-northwind-weu')}/restore`, good, version);
      assert.deepEqual([restore.status, restore.at('error.code')], [409, 'ServiceLocked']);
      assert.equal((await backUp('apim-orders-weu', good)).status, 202);
      assert.equal(await state('apim-northwind-neu'), 'Succeeded');
    });

    it('carries what was there when it began; a restore replaces it when it ends, and a failed one is a 400 of the poll', async () => {
      const apis = `${service('apim-orders-weu')}/apis`;
      const names = async (): Promise<string> => (await domain.get(apis)).list.map(({ name }) => name).join();
      const backup = await backUp('apim-orders-weu', good);
      await domain.call('PUT', `${apis}/meanwhile`, { properties: {} });
      domain.pass(10 * minute);
      assert.equal((await domain.get(backup.headers['Location'] ?? '')).status, 200);
      const restore = await domain.call('POST', `${service('apim-orders-weu')}/restore`, good, version);
      domain.pass(20 * minute);
      assert.equal((await domain.get(restore.headers['Location'] ?? '')).status, 202);
      assert.equal(await names(), 'orders,returns,meanwhile');
      domain.pass(6 * minute);
      assert.equal((await domain.get(restore.headers['Location'] ?? '')).status, 200);
      assert.equal(await names(), 'orders,returns');
      const lost = await domain.call('POST', `${service('apim-orders-weu')}/restore`, { ...good, backupName: 'lost' }, version);
      domain.pass(26 * minute);
      const failed = await domain.get(lost.headers['Location'] ?? '');
      assert.deepEqual(
        [failed.status, failed.at('error.code'), failed.at('error.message')],
        [400, 'RestoreFailed', 'Cannot restore: the storage account answered 404 BlobNotFound'],
      );
      // Its end is told as often as somebody asks, and so is that of the one before.
      assert.equal((await domain.get(lost.headers['Location'] ?? '')).status, 400);
      assert.equal((await domain.get(backup.headers['Location'] ?? '')).status, 200);
      assert.equal(await state('apim-orders-weu'), 'Succeeded');
    });
  });

  it('a backup’s content is read back, made older, and told from whatever else there is', () => {
    const [first] = apisOf(domain.world).services();
    assert.ok(first);
    const archive = archiveOf(first, Date.UTC(2026, 0, 2));
    assert.deepEqual(decode(encode(archive)), archive);
    const older = redated(encode(archive), Date.UTC(2025, 0, 2));
    assert.equal(decode(older ?? Buffer.alloc(0))?.createdAt, Date.UTC(2025, 0, 2));
    for (const text of [
      '',
      '{}',
      'null',
      '[1]',
      '{"kind":"ApiManagementBackup","version":1,"contents":{}}',
      encode(archive).toString().slice(0, 200),
    ]) {
      assert.equal(decode(Buffer.from(text)), undefined, text);
    }
    assert.equal(redated(Buffer.from('notes'), 0), undefined);
  });

  it('a list shows the age of the blobs that were backdated, and of no other', () => {
    const ages = new Ages();
    ages.set('acct', 'c', 'a & b', '"0x1"', Date.UTC(2025, 5, 1));
    const blob = (name: string, etag: string): string =>
      `<Blob><Name>${name}</Name><Properties><Creation-Time>new</Creation-Time><Last-Modified>new</Last-Modified><Etag>${etag}</Etag></Properties></Blob>`;
    const old = 'Sun, 01 Jun 2025 00:00:00 GMT';
    const list = ages.inList('acct', 'c', `<Blobs>${blob('a &amp; b', '0x1')}${blob('a', '0x1')}</Blobs>`);
    assert.equal(list, `<Blobs>${blob('a &amp; b', '0x1').replaceAll('>new<', `>${old}<`)}${blob('a', '0x1')}</Blobs>`);
    assert.equal(ages.inList('acct', 'c', blob('a &amp; b', '0x2')), blob('a &amp; b', '0x2'), 'written again');
    assert.equal(ages.of('other', 'c', 'a & b', '"0x1"'), undefined);
  });

  it('signs as Microsoft’s page on Shared Key has it, for an account that stands in the path', () => {
    const headers = { 'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT', 'x-ms-version': '2015-02-21', 'content-length': '0' };
    const call = {
      method: 'GET',
      path: '/myaccount/mycontainer',
      query: new URLSearchParams('restype=container&comp=metadata&timeout=20'),
      headers,
    };
    // Computed apart from the string to sign that the page spells out, with the key 'key'.
    assert.equal(sharedKey('myaccount', 'a2V5', call), 'SharedKey myaccount:4Sn2FKN6etL82CaywTiem//OcQmjoSN/oW/XG5bcWFk=');
  });
});
