// What restore points are used for: disks, and links to download.
import assert from 'node:assert/strict';
import { ComputeDomain, refusal } from './computeSupport.ts';
import { minute, second, type DomainReply } from './domainSupport.ts';

const hour = 60 * minute;

describe('sandbox domain: what restore points are used for', () => {
  let domain: ComputeDomain;
  /** A standing point of two disks (64 and 128 GB) in West Europe, and its copy in North Europe. */
  let local: string;
  let remote: string;
  beforeEach(() => {
    domain = new ComputeDomain();
    local = `${domain.collectionId('vm-web-01', 'rpc-vm-web-01')}/restorePoints/daily-1`;
    remote = `${domain.collectionId('vm-web-01', 'rpc-vm-web-01-neu')}/restorePoints/copy-of-daily-5`;
  });
  const diskId = (name: string): string => domain.collectionId('vm-web-01', name).replace('restorePointCollections', 'disks');

  describe('disks', () => {
    const put = (name: string, creationData: unknown, more: object = {}, properties: object = {}): Promise<DomainReply> =>
      domain.compute('PUT', diskId(name), { location: 'westeurope', properties: { creationData, ...properties }, ...more });

    it('are restored from a disk restore point: 202 as recorded, then the disk in the status and behind Location', async () => {
      const [system = '', data = ''] = await domain.diskPoints(local);
      const creationData = { createOption: 'Restore', sourceResourceId: data };
      const made = await put('restored', creationData, { zones: ['2'], sku: { name: 'Premium_LRS' }, tags: { a: 'b' } });
      assert.deepEqual(made.body, {
        name: 'restored',
        id: diskId('restored'),
        type: 'Microsoft.Compute/disks',
        location: 'westeurope',
        tags: { a: 'b' },
        zones: ['2'],
        sku: { name: 'Premium_LRS' },
        properties: { creationData, diskSizeGB: 128, provisioningState: 'Updating' },
      });
      assert.equal(made.status, 202);
      assert.match(made.headers['Azure-AsyncOperation'] ?? '', /\/locations\/westeurope\/DiskOperations\//);
      assert.equal((await domain.compute('GET', diskId('restored'))).at('properties.provisioningState'), 'Updating');
      const end = await domain.ended(made, 2 * second);
      const result = await domain.get(made.headers.Location ?? '');
      assert.deepEqual(end.at('properties.output'), result.body);
      assert.deepEqual([result.at('properties.diskState'), result.at('properties.diskSizeGB')], ['Unattached', 128]);
      assert.equal((await domain.compute('GET', diskId('RESTORED'))).at('properties.provisioningState'), 'Succeeded');
      const os = await put('restored-os', { createOption: 'Restore', sourceResourceId: system }, {}, { diskSizeGB: 256 });
      assert.equal((await domain.ended(os, 2 * second)).at('properties.output.properties.osType'), 'Linux');
      const names = (await domain.all(`${diskId('x').replace('/x', '')}?api-version=2025-01-02`)).map((disk) => disk.name);
      assert.ok(names.includes('restored') && names.includes('restored-os') && names.includes('vm-web-01_DataDisk_0'));
    });

    it('are made empty, and copied from disks of the region', async () => {
      assert.equal((await put('empty', { createOption: 'Empty' }, {}, { diskSizeGB: 4 })).status, 202);
      const copied = await put('copied', { createOption: 'Copy', sourceResourceId: domain.diskIds('vm-web-01')[0] });
      assert.equal((await domain.ended(copied, 2 * second)).at('properties.output.properties.diskSizeGB'), 64);
      assert.equal((await put('copied-2', { createOption: 'Copy', sourceResourceId: diskId('copied').toUpperCase() })).status, 202);
    });

    it('what cannot be made', async () => {
      const [, data = ''] = await domain.diskPoints(local);
      const [, far = ''] = await domain.diskPoints(remote);
      const restore = (sourceResourceId: string): object => ({ createOption: 'Restore', sourceResourceId });
      const cases: readonly [string, Promise<DomainReply>][] = [
        ['400 InvalidParameter', put('d', restore(far))],
        ['404 NotFound', put('d', restore(`${data}0`))],
        ['404 NotFound', put('d', restore(local))],
        ['404 NotFound', put('d', { createOption: 'Copy', sourceResourceId: domain.diskIds('dc01')[0] })],
        ['409 OperationNotAllowed', put('d', restore(data), {}, { diskSizeGB: 127 })],
        ['400 InvalidParameter', put('d', restore(data), {}, { diskSizeGB: '128' })],
        ['400 InvalidParameter', put('d', restore(data), { sku: { name: 'Gold' } })],
        ['400 InvalidParameter', put('d', restore(data), { sku: 'Premium_LRS' })],
        ['400 InvalidRequestContent', put('d', restore(data), { zone: '1' })],
        ['400 InvalidParameter', put('d', restore(data), { zones: ['4'] })],
        ['400 InvalidParameter', put('d', restore(data), { zones: ['1', '2'] })],
        ['400 InvalidParameter', put('d', { createOption: 'Restore' })],
        ['400 InvalidParameter', put('d', { createOption: 'Import' })],
        ['400 InvalidParameter', put('d', undefined)],
        ['400 InvalidParameter', put('d', { createOption: 'Empty' })],
        ['400 InvalidParameter', put('d!', { createOption: 'Empty' }, {}, { diskSizeGB: 4 })],
        ['400 LocationRequired', domain.compute('PUT', diskId('d'), { properties: {} })],
      ];
      for (const [expected, reply] of cases) {
        assert.equal(refusal(await reply), expected, JSON.stringify((await reply).body));
      }
      assert.equal((await domain.compute('GET', diskId('d'))).status, 404);
      const nowhere = diskId('d').replace('rg-webshop-prod', 'rg-not');
      const body = { location: 'westeurope', properties: { creationData: { createOption: 'Empty' }, diskSizeGB: 4 } };
      assert.equal(refusal(await domain.compute('PUT', nowhere, body)), '404 ResourceGroupNotFound');
    });

    it('not from data that has not arrived, or never will', async () => {
      const failed = `${domain.collectionId('vm-web-03', 'rpc-vm-web-03-neu')}/restorePoints/copy-of-daily-2`;
      const [good = '', bad = ''] = await domain.diskPoints(failed);
      const body = (sourceResourceId: string): object => ({
        location: 'northeurope',
        properties: { creationData: { createOption: 'Restore', sourceResourceId } },
      });
      assert.equal(refusal(await domain.compute('PUT', diskId('d1'), body(bad))), '409 OperationNotAllowed');
      assert.equal((await domain.compute('PUT', diskId('d2'), body(good))).status, 202);
    });

    it('a PUT again can let a disk grow, not make it another one', async () => {
      const [, data = ''] = await domain.diskPoints(local);
      const creationData = { createOption: 'Restore', sourceResourceId: data };
      await domain.ended(await put('d', creationData), 2 * second);
      const grown = await put('d', creationData, { sku: { name: 'Standard_LRS' } }, { diskSizeGB: 256 });
      assert.equal((await domain.ended(grown, 2 * second)).at('properties.output.sku.name'), 'Standard_LRS');
      assert.equal(refusal(await put('d', creationData)), '202 undefined');
      assert.equal(refusal(await put('d', { createOption: 'Empty' })), '409 PropertyChangeNotAllowed');
      assert.equal(refusal(await put('d', creationData, { zones: ['1'] })), '409 PropertyChangeNotAllowed');
      assert.equal(refusal(await put('d', creationData, {}, { diskSizeGB: 1 })), '409 OperationNotAllowed');
      assert.equal(refusal(await put('d', creationData, { location: 'northeurope' })), '409 InvalidResourceLocation');
    });

    it('are deleted, but for those that a machine holds', async () => {
      assert.equal((await put('d', { createOption: 'Empty' }, {}, { diskSizeGB: 4 })).status, 202);
      const gone = await domain.compute('DELETE', diskId('d'));
      assert.equal(gone.status, 202);
      assert.equal((await domain.ended(gone, 2 * second)).at('status'), 'Succeeded');
      assert.deepEqual(
        [(await domain.compute('GET', diskId('d'))).status, (await domain.compute('DELETE', diskId('d'))).status],
        [404, 204],
      );
      const held = await domain.compute('DELETE', domain.diskIds('vm-web-01')[0] ?? '');
      assert.equal(refusal(held), '409 OperationNotAllowed');
      assert.match(String(held.at('error.message')), /is attached to VM \/subscriptions\/.*\/vm-web-01\./);
    });

    it('a shared one stands once in the lists, with all who hold it; unmanaged ones not at all', async () => {
      const group = domain.machineId('cluster-01').replace(/virtualMachines\/.*/, 'disks');
      const disks = await domain.all(`${group}?api-version=2025-01-02`);
      assert.equal(disks.filter((disk) => disk.name === 'cluster-quorum').length, 1);
      const shared = await domain.compute('GET', `${group}/cluster-quorum`);
      assert.deepEqual([shared.at('properties.maxShares'), (shared.at('managedByExtended') as string[]).length], [2, 2]);
      assert.ok(disks.every((disk) => !disk.name.startsWith('legacy-01')));
      assert.ok(domain.machineId('legacy-01').length > 0);
      const machine = await domain.compute('GET', domain.machineId('legacy-01'));
      assert.match(String(machine.at('properties.storageProfile.osDisk.vhd.uri')), /^https:\/\/.*\.vhd$/);
    });
  });

  describe('links', () => {
    it('a link is told at the end of the operation, and leads to a whole small VHD', async () => {
      const [disk = ''] = await domain.diskPoints(local);
      const accepted = await domain.compute('POST', `${disk}/beginGetAccess`, { access: 'Read', durationInSeconds: 3600 });
      assert.deepEqual([accepted.status, accepted.body], [202, undefined]);
      const early = await domain.get(accepted.headers.Location ?? '');
      assert.deepEqual([early.status, early.body], [202, undefined]);
      const end = await domain.ended(accepted, 3 * second);
      const link = String((await domain.get(accepted.headers.Location ?? '')).at('accessSAS'));
      assert.equal(end.at('properties.output.accessSAS'), link);
      assert.match(link, /\/md-\w{12}\.z41\.blob\.storage\.azure\.net\/\w{12}\/abcd\?sv=2018-03-28&sr=b&si=[0-9a-f-]{36}&sig=[\w%]+$/);
      const reply = domain.follow(link);
      assert.equal(reply.status, 200);
      const image = Buffer.from(reply.body as Uint8Array);
      assert.equal(image.subarray(-512, -504).toString('latin1'), 'conectix');
      assert.equal(image.length, Number(image.readBigUInt64BE(image.length - 512 + 48)) + 512, 'its own size');
      const sum = image.subarray(-512).reduce((total, byte) => total + byte, 0);
      const stored = image.subarray(-512 + 64, -512 + 68);
      assert.equal(stored.readUInt32BE(0), ~(sum - stored.reduce((total, byte) => total + byte, 0)) >>> 0, 'its checksum');
      const part = domain.follow(link, { range: 'bytes=512-1023' });
      assert.deepEqual([part.status, part.headers['content-range']], [206, `bytes 512-1023/${image.length}`]);
      assert.equal(domain.follow(link, { range: `bytes=${image.length}-` }).status, 416);
      const head = domain.follow(link, {}, 'HEAD');
      assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, undefined, String(image.length)]);
    });

    it('expires, to the second, whatever the speed', async () => {
      domain = new ComputeDomain({ speed: 60 });
      const [disk = ''] = await domain.diskPoints(local);
      const link = await domain.link(disk, 600);
      domain.pass(600 * second - 5 * second);
      assert.equal(domain.follow(link).status, 200);
      domain.pass(10 * second);
      const expired = domain.follow(link);
      assert.equal(expired.status, 403);
      assert.equal(expired.headers['x-ms-error-code'], 'AuthenticationFailed');
      assert.match(
        String(expired.body),
        /<Code>AuthenticationFailed<\/Code>.*<AuthenticationErrorDetail>Signature not valid in the specified time frame: Start \[/s,
      );
    });

    it('asked for again it is the same, and lives longer', async () => {
      const [disk = ''] = await domain.diskPoints(local);
      const link = await domain.link(disk, 600);
      assert.equal(await domain.link(disk, 60), link);
      domain.pass(500 * second);
      assert.equal(domain.follow(link).status, 200, 'never shorter');
      assert.equal(await domain.link(disk, 7200), link);
      domain.pass(hour);
      assert.equal(domain.follow(link).status, 200);
    });

    it('can be revoked; a new one is another one; to revoke none is no error', async () => {
      const [disk = '', other = ''] = await domain.diskPoints(local);
      const link = await domain.link(disk, 3600);
      const revoked = await domain.compute('POST', `${disk}/endGetAccess`);
      assert.equal(revoked.status, 202);
      assert.equal((await domain.ended(revoked, 3 * second)).at('status'), 'Succeeded');
      const refused = domain.follow(link);
      assert.equal(refused.status, 403);
      assert.match(String(refused.body), /SAS identifier cannot be found for specified signed identifier/);
      assert.notEqual(await domain.link(disk, 3600), link);
      assert.equal(domain.follow(link).status, 403);
      assert.equal((await domain.ended(await domain.compute('POST', `${other}/endGetAccess`), 3 * second)).at('status'), 'Succeeded');
    });

    it('one that was made up leads nowhere', async () => {
      const [disk = ''] = await domain.diskPoints(local);
      const link = await domain.link(disk, 3600);
      const other = link.replace(/sig=../, 'sig=zz');
      assert.equal(domain.follow(other).status, 403);
      assert.equal(domain.follow(link.replace(/\/abcd.*/, '/abcd')).status, 403);
      assert.equal(domain.follow(link.replace(/md-\w+/, 'md-000000000000')).status, 403);
      assert.equal(domain.follow(link, {}, 'PUT').status, 405);
      assert.equal(domain.follow(link, { range: 'lines=1-2' }).status, 400);
    });

    it('what cannot be asked for', async () => {
      const [disk = ''] = await domain.diskPoints(local);
      const ask = async (body: unknown): Promise<string> => refusal(await domain.compute('POST', `${disk}/beginGetAccess`, body));
      for (const body of [
        { access: 'Write', durationInSeconds: 60 },
        { access: 'Read' },
        { durationInSeconds: 60 },
        { access: 'Read', durationInSeconds: 0 },
        { access: 'Read', durationInSeconds: 1.5 },
        { access: 'Read', durationInSeconds: 60 * 24 * 3600 + 1 },
        { access: 'Read', durationInSeconds: 60, fileFormat: 'VHDX' },
        { access: 'Read', durationInSeconds: 60, getSecureVMGuestStateSAS: true },
        { access: 'Read', durationInSeconds: 60, getSecureVMGuestStateSAS: 'no' },
        undefined,
      ]) {
        assert.equal(await ask(body), '400 InvalidParameter', JSON.stringify(body));
      }
      const gone = await domain.compute('POST', `${disk}0/beginGetAccess`, { access: 'Read', durationInSeconds: 60 });
      assert.equal(refusal(gone), '404 NotFound');
    });

    it('not to data that has not arrived', async () => {
      const from = domain.collectionId('vm-web-01', 'rpc-vm-web-01');
      const target = await domain.newTarget(from, 'germanywestcentral');
      const made = await domain.compute('PUT', `${target}/restorePoints/c1`, {
        properties: { sourceRestorePoint: { id: `${from}/restorePoints/daily-1` } },
      });
      assert.equal(made.status, 201);
      assert.deepEqual(await domain.diskPoints(`${target}/restorePoints/c1`), [], 'none before the copying begins');
      domain.pass(minute);
      const [disk = ''] = await domain.diskPoints(`${target}/restorePoints/c1`);
      const ask = (): Promise<DomainReply> => domain.compute('POST', `${disk}/beginGetAccess`, { access: 'Read', durationInSeconds: 60 });
      assert.equal(refusal(await ask()), '409 OperationNotAllowed');
      domain.pass(3 * hour);
      assert.equal((await ask()).status, 202);
    });

    it('a point to which a link is out cannot be deleted', async () => {
      const [disk = ''] = await domain.diskPoints(local);
      await domain.link(disk, 600);
      assert.equal(refusal(await domain.compute('DELETE', local)), '409 DiskRestorePointUsedByCustomer');
      domain.pass(601 * second);
      assert.equal((await domain.compute('DELETE', local)).status, 202);
    });
  });
});
