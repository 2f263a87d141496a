// Backup and restore of API Management, driven by Azure's own clients: that of API Management, and that of blobs.
import assert from 'node:assert/strict';
import { type ApiManagementClient, type ApiManagementServiceBackupRestoreParameters } from '@azure/arm-apimanagement';
import { RestError } from '@azure/core-rest-pipeline';
import { type BlobServiceClient, type ContainerListBlobFlatSegmentResponse, StorageSharedKeyCredential } from '@azure/storage-blob';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf, send } from './platformSupport.ts';
import { ApiSandbox } from './apiManagementSupport.ts';
import { collect } from './sdkSupport.ts';

const group = 'rg-api-prod';
const container = 'apim-backups';
const often = { updateIntervalInMs: 20 };

describe('sandbox with Azure’s own client of Microsoft.ApiManagement', function () {
  this.timeout(60_000);
  let sandbox: RunningSandbox;
  let cloud: ApiSandbox;
  let client: ApiManagementClient;

  before(async () => {
    // A backup takes 27 ms, a restore 150.
    sandbox = await startSandbox({ speed: 10_000 });
    cloud = new ApiSandbox(sandbox);
    client = cloud.client('Northwind Production');
  });
  after(() => sandbox.close());

  const withKey = async (storageAccount: string, backupName: string): Promise<ApiManagementServiceBackupRestoreParameters> => ({
    ...{ storageAccount, containerName: container, backupName, accessType: 'AccessKey' },
    accessKey: await cloud.keyOf(storageAccount),
  });
  const asItself = (
    storageAccount: string,
    backupName: string,
    containerName = container,
  ): ApiManagementServiceBackupRestoreParameters => ({
    ...{ storageAccount, containerName, backupName, accessType: 'SystemAssignedManagedIdentity' },
  });
  const backUp = (service: string, parameters: ApiManagementServiceBackupRestoreParameters) =>
    client.apiManagementService.beginBackupAndWait(group, service, parameters, often);
  const restore = (service: string, parameters: ApiManagementServiceBackupRestoreParameters) =>
    client.apiManagementService.beginRestoreAndWait(group, service, parameters, often);
  const apisOf = async (service: string): Promise<string[]> =>
    (await collect(client.api.listByService(group, service))).map((api) => api.name ?? '').sort();
  const refusalOf = async (call: Promise<unknown>): Promise<string> => {
    const error = await call.then(
      () => assert.fail('it was not refused'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof RestError, String(error));
    return `${error.statusCode} ${error.code}: ${error.message.split('\n')[0]}`;
  };

  it('a backup as the service itself is a blob that another client reads; restored elsewhere, the other service holds what it held', async () => {
    const done = await backUp('apim-northwind-weu', asItself('stnwapimweu', 'friday.apimbackup'));
    assert.deepEqual([done.name, done.provisioningState, done.sku?.name], ['apim-northwind-weu', 'Succeeded', 'Premium']);

    const byToken = cloud.blobs('stnwapimweu').getContainerClient(container).getBlockBlobClient('friday.apimbackup');
    const byKey = await cloud.blobsByKey('stnwapimweu');
    const content = await byToken.downloadToBuffer();
    assert.deepEqual(content, await byKey.getContainerClient(container).getBlobClient('friday.apimbackup').downloadToBuffer());
    assert.match(content.toString(), /"kind": "ApiManagementBackup"/);
    assert.equal((await byToken.getProperties()).blobType, 'BlockBlob');

    assert.deepEqual(await apisOf('apim-northwind-neu'), ['echo']);
    await restore('apim-northwind-neu', asItself('stnwapimweu', 'friday.apimbackup'));
    assert.deepEqual(await apisOf('apim-northwind-neu'), ['catalogue', 'customers', 'orders']);
  });

  it('services by subscription and by group, and the backups of one, page by page', async () => {
    const names = async (pages: AsyncIterable<{ name?: string }>): Promise<string[]> =>
      (await collect(pages)).map(({ name }) => name ?? '').sort();
    const inGroup = await names(client.apiManagementService.listByResourceGroup(group));
    const all = await names(client.apiManagementService.list());
    const some = ['apim-northwind-neu', 'apim-northwind-weu', 'apim-orders-weu', 'apim-partners-weu'];
    assert.deepEqual(
      some.filter((name) => inGroup.includes(name)),
      some,
    );
    assert.ok(
      inGroup.every((name) => all.includes(name)),
      all.join(),
    );
    const missing = client.apiManagementService.get(group, 'apim-none');
    assert.match(await refusalOf(missing), /^404 ResourceNotFound/);

    const blobs = cloud.blobs('stnwapimweu').getContainerClient(container);
    const whole = (await collect(blobs.listBlobsFlat())).map(({ name }) => name);
    const pages: string[][] = [];
    let continuationToken: string | undefined;
    do {
      // Each page by an iterator of its own, which knows no more than where the one before has ended.
      const iterator = blobs.listBlobsFlat().byPage({ maxPageSize: 2, ...(continuationToken ? { continuationToken } : {}) });
      const { value } = (await iterator.next()) as { value: ContainerListBlobFlatSegmentResponse };
      pages.push(value.segment.blobItems.map(({ name }) => name));
      continuationToken = value.continuationToken;
    } while (continuationToken);
    assert.ok(pages.length > 1 && pages.every(({ length }) => length <= 2), JSON.stringify(pages));
    assert.deepEqual(pages.flat(), whole);
  });

  it('a backup is waited for by a poller that another one has left', async () => {
    const parameters = asItself('stnwapimweu', 'resumed.apimbackup');
    const sent = (): number =>
      sandbox.ledger.list().filter(({ method, path }) => method === 'POST' && path.endsWith('/apim-northwind-weu/backup')).length;
    const before = sent();
    const begun = await client.apiManagementService.beginBackup(group, 'apim-northwind-weu', parameters, often);
    const left = begun.toString();
    const resumed = await client.apiManagementService.beginBackup(group, 'apim-northwind-weu', parameters, { ...often, resumeFrom: left });
    assert.equal((await resumed.pollUntilDone()).provisioningState, 'Succeeded');
    assert.equal(sent(), before + 1, 'it is not sent again');
    assert.ok(resumed.isDone() && resumed.getOperationState().status === 'succeeded');
    assert.ok(await cloud.blobs('stnwapimweu').getContainerClient(container).getBlobClient('resumed.apimbackup').exists());
  });

  it('a backup with a key, and as a user-assigned identity', async () => {
    await backUp('apim-partners-weu', await withKey('stnwapimweu', 'by-key'));
    const [identity] = Object.values(
      (await client.apiManagementService.get(group, 'apim-northwind-weu')).identity?.userAssignedIdentities ?? {},
    );
    const { clientId = '' } = identity ?? {};
    const as = { ...asItself('stnwapimweu', 'by-user'), accessType: 'UserAssignedManagedIdentity', clientId };
    await backUp('apim-northwind-weu', as);
    const names = (await collect(cloud.blobs('stnwapimweu').getContainerClient(container).listBlobsFlat())).map((blob) => blob.name);
    assert.ok(names.includes('by-key') && names.includes('by-user'), names.join());
  });

  it('what was made after a backup is gone after its restore; what was taken away is back', async () => {
    await client.api.beginCreateOrUpdateAndWait(group, 'apim-orders-weu', 'later', { path: 'later', displayName: 'Later' }, often);
    await backUp('apim-orders-weu', asItself('stnwapimweu', 'orders'));
    await client.api.beginCreateOrUpdateAndWait(group, 'apim-orders-weu', 'latest', { path: 'latest', displayName: 'Latest' }, often);
    await client.api.beginDeleteAndWait(group, 'apim-orders-weu', 'returns', '*', often);
    await restore('apim-orders-weu', asItself('stnwapimweu', 'orders'));
    assert.deepEqual(await apisOf('apim-orders-weu'), ['later', 'orders', 'returns']);
  });

  it('is refused at once: a key that does not fit, keys that are switched off, a foreign identity, an account that is nowhere', async () => {
    const wrong = { ...(await withKey('stnwapimweu', 'x')), accessKey: Buffer.from('wrong').toString('base64') };
    assert.equal(await refusalOf(backUp('apim-northwind-weu', wrong)), '400 BadRequest: Bad Request');
    assert.equal(await refusalOf(backUp('apim-northwind-weu', await withKey('stnwapimnokey', 'x'))), '400 BadRequest: Bad Request');
    const foreign = { ...asItself('stnwapimweu', 'x'), accessType: 'UserAssignedManagedIdentity', clientId: sandbox.endpoint.clientId };
    assert.match(
      await refusalOf(backUp('apim-northwind-weu', foreign)),
      /^400 InvalidParameters: Invalid parameter: The service has no user-assigned/,
    );
    assert.match(
      await refusalOf(backUp('apim-partners-weu', asItself('stnwapimweu', 'x'))),
      /^400 InvalidParameters: .*no system-assigned/,
    );
    assert.match(await refusalOf(backUp('apim-northwind-weu', asItself('stnowhere', 'x'))), /^400 InvalidParameters: .*No such host/);
  });

  it('is accepted and fails: no role, no container, a firewall', async () => {
    assert.equal(
      await refusalOf(backUp('apim-northwind-weu', asItself('stnwapimnorole', 'x'))),
      '400 BackupFailed: Cannot backup: This request is not authorized to perform this operation using this permission.',
    );
    assert.equal(
      await refusalOf(backUp('apim-northwind-weu', asItself('stnwapimempty', 'x'))),
      '400 BackupFailed: Cannot backup: The specified container does not exist.',
    );
    const behind = '400 BackupFailed: Cannot backup: This request is not authorized to perform this operation.';
    assert.equal(await refusalOf(backUp('apim-northwind-weu', await withKey('stnwapimfw', 'x'))), behind);
    // What gets past the same firewalls: the service's own identity, and its address from another region.
    await backUp('apim-northwind-weu', asItself('stnwapimfw', 'trusted'));
    await backUp('apim-northwind-weu', await withKey('stnwapimfwneu', 'listed'));
  });

  it('a restore refuses what has expired, is of another tier, is no backup, or is not there', async () => {
    const blobs = await collect(cloud.blobs('stnwapimweu').getContainerClient(container).listBlobsFlat({ prefix: 'apim-northwind-weu-' }));
    const ages = blobs.map(({ name, properties }) => ({ name, days: (Date.now() - properties.lastModified.getTime()) / 86_400_000 }));
    const [old, fresh] = [ages.find(({ days }) => days > 30), ages.find(({ days }) => days > 28 && days < 30)];
    assert.ok(old && fresh && ages.length === 3, JSON.stringify(ages));
    const from = (name: string) => restore('apim-northwind-neu', asItself('stnwapimweu', name));
    assert.equal(await refusalOf(from(old.name)), '400 RestoreFailed: Cannot restore: backup expired');
    await from(fresh.name);
    assert.deepEqual(await apisOf('apim-northwind-neu'), ['orders']);
    await backUp('apim-partners-weu', await withKey('stnwapimweu', 'basic'));
    assert.equal(await refusalOf(from('basic')), "400 RestoreFailed: Cannot restore: current SKU is 'Premium', backup SKU is 'Basic'");
    assert.equal(
      await refusalOf(from('readme.txt')),
      "400 RestoreFailed: Cannot restore: 'readme.txt' is not a backup of an API Management service",
    );
    assert.equal(await refusalOf(from('nothing')), '400 RestoreFailed: Cannot restore: The specified blob does not exist.');
    assert.deepEqual(await apisOf('apim-northwind-neu'), ['orders'], 'a restore that failed has changed nothing');
  });

  it('a backup that is made older is told older by everything, and expires', async () => {
    await backUp('apim-northwind-weu', asItself('stnwapimweu', 'ageing'));
    const aged = await send(sandbox, 'POST', '/_sandbox/blobs/age', {
      body: JSON.stringify({ account: 'stnwapimweu', container, blob: 'ageing', days: 30.5 }),
    });
    assert.equal(aged.status, 200, aged.text);
    const blob = cloud.blobs('stnwapimweu').getContainerClient(container).getBlobClient('ageing');
    const { lastModified } = await blob.getProperties();
    assert.ok(Math.abs(Date.now() - 30.5 * 86_400_000 - (lastModified?.getTime() ?? 0)) < 60_000, lastModified?.toISOString());
    assert.match(await refusalOf(restore('apim-northwind-neu', asItself('stnwapimweu', 'ageing'))), /backup expired/);
    // Written anew, it is as new as it is.
    await backUp('apim-northwind-weu', asItself('stnwapimweu', 'ageing'));
    assert.ok(Date.now() - ((await blob.getProperties()).lastModified?.getTime() ?? 0) < 60_000);
  });

  it('an account’s keys and roles hold for other clients too', async () => {
    const status = async (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'done',
        (error: unknown) => `${(error as RestError).statusCode} ${(error as RestError).code}`,
      );
    const list = (blobs: BlobServiceClient): Promise<unknown> => collect(blobs.getContainerClient(container).listBlobsFlat());
    assert.equal(await status(list(cloud.blobs('stnwapimnorole'))), '403 AuthorizationPermissionMismatch');
    assert.equal(await status(list(await cloud.blobsByKey('stnwapimnorole'))), 'done');
    assert.equal(await status(list(await cloud.blobsByKey('stnwapimnokey'))), '403 KeyBasedAuthenticationNotPermitted');
    assert.equal(await status(list(cloud.blobs('stnwapimnokey'))), 'done');
    assert.equal(await status(list(cloud.blobs('stnwapimfw'))), '403 AuthorizationFailure');
    const wrong = cloud.blobsWith('stnwapimweu', new StorageSharedKeyCredential('stnwapimweu', Buffer.from('wrong').toString('base64')));
    assert.equal(await status(list(wrong)), '403 AuthenticationFailed');
    const reader = cloud.blobs('stnwapimtest').getContainerClient(container);
    assert.equal(await status(collect(reader.listBlobsFlat())), 'done');
    assert.equal(await status(reader.getBlockBlobClient('mine').upload('x', 1)), '403 AuthorizationPermissionMismatch');
    const writer = cloud.blobs('stnwapimweu').getContainerClient(container).getBlockBlobClient('a b/ü&1');
    await writer.upload('text', 4, { metadata: { who: 'me' } });
    assert.equal((await writer.downloadToBuffer()).toString(), 'text');
    await writer.delete();
  });

  it('an identity that is given the role gets in, with the next backup', async () => {
    const { principalId = '' } = (await client.apiManagementService.get(group, 'apim-orders-weu')).identity ?? {};
    const to = asItself('stnwapimnorole', 'granted');
    assert.match(await refusalOf(backUp('apim-orders-weu', to)), /^400 BackupFailed/);
    const account = await cloud.accountId('stnwapimnorole');
    const role = `${account.split('/').slice(0, 3).join('/')}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe`;
    const made = await send(
      sandbox,
      'PUT',
      `${account}/providers/Microsoft.Authorization/roleAssignments/5f5f5f5f-1111-4222-8333-444444444444?api-version=2022-04-01`,
      { body: JSON.stringify({ properties: { roleDefinitionId: role, principalId } }), headers: { 'content-type': 'application/json' } },
    );
    assert.equal(made.status, 201, made.text);
    await backUp('apim-orders-weu', to);
  });

  it('a container is made through the resource manager, and found there; a bad name is refused', async () => {
    const containers = `${await cloud.accountId('stnwapimempty')}/blobServices/default/containers`;
    const ask = (method: string, name: string) => send(sandbox, method, `${containers}${name}?api-version=2024-01-01`);
    assert.deepEqual((await ask('GET', '')).at('value'), []);
    assert.equal((await ask('GET', '/made')).at('error.code'), 'ContainerNotFound');
    assert.deepEqual([(await ask('PUT', '/made')).status, (await ask('PUT', '/made')).status], [201, 200]);
    assert.deepEqual([(await ask('GET', '/made')).at('name'), (await ask('GET', '')).at('value.0.name')], ['made', 'made']);
    assert.equal((await ask('PUT', '/No--Good')).status, 400);
    await backUp('apim-northwind-weu', asItself('stnwapimempty', 'first', 'made'));
  });

  it('blobs are not given for tokens of another audience, without any, or through another account’s name', async () => {
    const path = `/stnwapimweu/${container}/readme.txt`;
    const asked = await send(sandbox, 'GET', path);
    assert.deepEqual([asked.status, asked.headers['x-ms-error-code']], [401, 'InvalidAuthenticationInfo']);
    assert.match(
      asked.headers['www-authenticate'] ?? '',
      /^Bearer authorization_uri=https:\/\/127\.0\.0\.1.* resource_id=https:\/\/storage\.azure\.com$/,
    );
    assert.equal((await send(sandbox, 'GET', path, { token: 'e30.e30.x' })).status, 401);
    const bare = await send(sandbox, 'GET', path, { token: null });
    assert.ok(bare.status >= 400 && bare.status < 500, String(bare.status));
    assert.ok(!bare.text.includes('Do not delete'));
    const { token } = await credentialOf(sandbox).getToken('https://storage.azure.com/.default');
    const version = { 'x-ms-version': '2021-12-02' };
    const given = await send(sandbox, 'GET', path, { token, headers: version });
    assert.deepEqual([given.status, given.text], [200, 'Backups of API Management. Do not delete.\n']);
    assert.equal((await send(sandbox, 'GET', `/stnwapimnorole/${container}%2f..%2fother/x`, { token, headers: version })).status, 400);
  });

  it('the ledger holds what was asked of services and accounts, and no key', async () => {
    const { accessKey = '', ...rest } = await withKey('stnwapimweu', 'told');
    await backUp('apim-northwind-weu', { ...rest, accessKey });
    const entries = sandbox.ledger.list();
    const posts = entries.filter(({ method, path }) => method === 'POST' && path.endsWith('/apim-northwind-weu/backup'));
    assert.equal(posts.at(-1)?.status, 202);
    assert.ok(entries.some(({ path, method }) => method === 'GET' && path === `/stnwapimweu/${container}`));
    assert.ok(!JSON.stringify(entries).includes(accessKey));
  });
});
