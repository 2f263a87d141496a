// Copies of restore points in another region: their rules, and how far they are.
import assert from 'node:assert/strict';
import { EstateChanges } from '../../../src/sandbox/compute/changes.ts';
import { estateOf } from '../../../src/sandbox/compute/estates.ts';
import { ComputeDomain, refusal } from './computeSupport.ts';
import { day, minute, second, type DomainReply } from './domainSupport.ts';

interface DiskView {
  readonly id: string;
  readonly snapshotAccessState?: string;
  readonly replicationStatus: { readonly status: { readonly code: string }; readonly completionPercent?: number };
}

describe('sandbox domain: copies of restore points', () => {
  let domain: ComputeDomain;
  let source: string;
  let target: string;

  const copy = (from: string, name: string, to = target): Promise<DomainReply> =>
    domain.compute('PUT', `${to}/restorePoints/${name}`, { properties: { sourceRestorePoint: { id: from } } });
  const view = async (id: string): Promise<DiskView[]> => {
    const read = await domain.compute('GET', `${id}?$expand=instanceView`);
    assert.equal(read.status, 200, JSON.stringify(read.body));
    return read.at('properties.instanceView.diskRestorePoints') as DiskView[];
  };
  const percents = async (id: string): Promise<(number | undefined)[]> =>
    (await view(id)).map((disk) => disk.replicationStatus.completionPercent);
  const codes = async (id: string): Promise<string[]> => (await view(id)).map((disk) => disk.replicationStatus.status.code);

  beforeEach(async () => {
    domain = new ComputeDomain();
    source = await domain.newCollection('vm-web-01');
    target = await domain.newTarget(source, 'northeurope');
  });

  it('is Succeeded when the copying begins, and complete when every disk is, larger ones later', async () => {
    const from = await domain.newPoint(source, 'p1');
    const made = await copy(from, 'c1');
    assert.equal(made.status, 201);
    assert.match(made.headers['Azure-AsyncOperation'] ?? '', /\/locations\/northeurope\/operations\//);
    assert.equal(made.at('properties.sourceRestorePoint.id'), from);
    assert.equal((await domain.ended(made, 20 * second)).at('status'), 'Succeeded');
    const id = `${target}/restorePoints/c1`;
    const read = await domain.compute('GET', id);
    assert.deepEqual(
      [read.at('properties.provisioningState'), read.at('properties.consistencyMode')],
      ['Succeeded', 'FileSystemConsistent'],
    );
    assert.deepEqual(await percents(id), [0, 0]);
    // 64 and 128 GB at a gigabyte a minute, told every ten minutes.
    domain.pass(35 * minute);
    assert.deepEqual(await percents(id), [46, 23]);
    domain.pass(4 * minute);
    assert.deepEqual(await percents(id), [46, 23], 'not told more often');
    domain.pass(30 * minute);
    assert.deepEqual(await codes(id), ['ReplicationState/succeeded', 'ReplicationState/inprogress']);
    const [done, running] = await view(id);
    assert.deepEqual([done?.snapshotAccessState, running?.snapshotAccessState], ['Available', 'Pending']);
    domain.pass(70 * minute);
    assert.deepEqual(await percents(id), [100, 100]);
    const [disk = ''] = await domain.diskPoints(id);
    const [original = ''] = await domain.diskPoints(from);
    const resource = await domain.compute('GET', disk);
    assert.equal(resource.at('properties.sourceResourceId'), original);
    assert.equal(resource.at('properties.sourceResourceLocation'), 'westeurope');
    assert.deepEqual([resource.at('properties.completionPercent'), resource.at('properties.replicationState')], [100, 'Succeeded']);
    assert.equal(
      (await domain.compute('GET', id)).at('properties.sourceMetadata.storageProfile.osDisk.diskRestorePoint.sourceDiskRestorePoint.id'),
      original,
    );
  });

  it('the speed of the sandbox shortens it', async () => {
    domain = new ComputeDomain({ speed: 60 });
    source = await domain.newCollection('vm-web-01');
    target = await domain.newTarget(source, 'northeurope');
    await copy(await domain.newPoint(source, 'p1'), 'c1');
    domain.pass(second + 2 * minute - 10 * second);
    assert.deepEqual(await codes(`${target}/restorePoints/c1`), ['ReplicationState/succeeded', 'ReplicationState/inprogress']);
    domain.pass(20 * second);
    assert.deepEqual(await percents(`${target}/restorePoints/c1`), [100, 100]);
  });

  it('a later copy carries what has changed, and is done sooner', async () => {
    const [first, later] = [await domain.newPoint(source, 'p1'), await domain.newPoint(source, 'p2')];
    await copy(first, 'c1');
    domain.pass(3 * 60 * minute);
    assert.equal((await copy(later, 'c2')).status, 201);
    domain.pass(15 * minute);
    assert.deepEqual(await percents(`${target}/restorePoints/c2`), [100, 100]);
  });

  it('an unfinished point cannot be copied, nor a failed one, nor one that is not there', async () => {
    await domain.compute('PUT', `${source}/restorePoints/p1`, {});
    const early = await copy(`${source}/restorePoints/p1`, 'c1');
    assert.equal(refusal(early), '409 OperationNotAllowed');
    assert.match(String(early.at('error.message')), /'Creating'/);
    domain.pass(minute);
    assert.equal((await copy(`${source}/restorePoints/p1`, 'c1')).status, 201);
    assert.equal(refusal(await copy(`${source}/restorePoints/p9`, 'c9')), '404 NotFound');
    const troubled = await domain.newCollection('erp-app-01');
    await domain.newPoint(troubled, 'p1');
    const other = await domain.newTarget(troubled, 'northeurope');
    assert.equal(refusal(await copy(`${troubled}/restorePoints/p1`, 'c1', other)), '409 OperationNotAllowed');
  });

  it('a point that is still being filled cannot be copied', async () => {
    const lake = await domain.newCollection('lake-01');
    const from = await domain.newPoint(lake, 'p1');
    const to = await domain.newTarget(lake, 'northeurope');
    assert.equal(refusal(await copy(from, 'c1', to)), '409 OperationNotAllowed');
    domain.pass(day);
    assert.equal((await copy(from, 'c1', to)).status, 201);
  });

  it('one copy after the other, each once, in their order', async () => {
    const [one, two, three] = [
      await domain.newPoint(source, 'p1'),
      await domain.newPoint(source, 'p2'),
      await domain.newPoint(source, 'p3'),
    ];
    assert.equal((await copy(two, 'c2')).status, 201);
    assert.equal(refusal(await copy(three, 'c3')), '409 OperationNotAllowed');
    domain.pass(3 * 60 * minute);
    assert.match(String((await copy(two, 'c2-again')).at('error.message')), /already, as 'c2'/);
    assert.match(String((await copy(one, 'c1')).at('error.message')), /copied in order/);
    assert.equal((await copy(three, 'c3')).status, 201);
    // Another region has an order of its own.
    const elsewhere = await domain.newTarget(source, 'germanywestcentral', 'rpc-test-elsewhere');
    assert.equal((await copy(one, 'c1', elsewhere)).status, 201);
  });

  it('what a copy cannot be told', async () => {
    const from = await domain.newPoint(source, 'p1');
    const put = (properties: object): Promise<DomainReply> => domain.compute('PUT', `${target}/restorePoints/c1`, { properties });
    const sourceRestorePoint = { id: from };
    const foreign = `${domain.collectionId('vm-web-02', 'rpc-vm-web-02')}/restorePoints/before-release-41`;
    assert.equal(refusal(await put({})), '400 InvalidParameter');
    assert.equal(refusal(await put({ sourceRestorePoint: { id: foreign } })), '400 InvalidParameter');
    assert.equal(refusal(await put({ sourceRestorePoint, consistencyMode: 'CrashConsistent' })), '400 InvalidParameter');
    const excludeDisks = [{ id: domain.diskIds('vm-web-01')[1] }];
    assert.equal(refusal(await put({ sourceRestorePoint, excludeDisks })), '400 InvalidParameter');
  });

  it('a disk that fails: without a percentage and without a reason; the others arrive; it can be tried again', async () => {
    const troubled = domain.collectionId('vm-web-03', 'rpc-vm-web-03');
    const to = `${troubled}-neu`;
    const standing = `${to}/restorePoints/copy-of-daily-2`;
    assert.deepEqual(await codes(standing), ['ReplicationState/succeeded', 'ReplicationState/failed']);
    assert.deepEqual(await percents(standing), [100, undefined]);
    const read = await domain.compute('GET', `${standing}?$expand=instanceView`);
    assert.equal(read.at('properties.provisioningState'), 'Succeeded', 'it says only that the copying began');
    assert.equal(read.at('properties.instanceView.statuses.0.code'), 'ReplicationState/failed');
    const [, failed] = await view(standing);
    assert.equal(failed?.snapshotAccessState, 'Unknown');
    assert.equal((await copy(`${troubled}/restorePoints/daily-2`, 'again', to)).status, 201);
    domain.pass(35 * minute);
    assert.deepEqual(await percents(`${to}/restorePoints/again`), [46, 23]);
    domain.pass(90 * minute);
    assert.deepEqual(await codes(`${to}/restorePoints/again`), ['ReplicationState/succeeded', 'ReplicationState/failed']);
  });

  it('whether a disk gets to another region can be changed; a copy that is under way goes on', async () => {
    const changes = new EstateChanges(estateOf(domain.world));
    const release = domain.collectionId('vm-web-02', 'rpc-vm-web-02');
    const [, disk = ''] = domain.diskIds('vm-web-02').map((id) => id.split('/').at(-1));
    const copyTo = async (region: string): Promise<string> => {
      const elsewhere = await domain.newTarget(release, region, `rpc-${region}`);
      return domain.newPoint(elsewhere, 'c', { sourceRestorePoint: { id: `${release}/restorePoints/before-release-42` } });
    };
    const before = await copyTo('germanywestcentral');
    changes.setCopies(disk.toUpperCase(), false);
    const during = await copyTo('swedencentral');
    changes.setCopies(disk, true);
    const after = await copyTo('francecentral');
    domain.pass(day);
    assert.deepEqual(
      [await codes(before), await codes(during), await codes(after)],
      [
        ['ReplicationState/succeeded', 'ReplicationState/succeeded'],
        ['ReplicationState/succeeded', 'ReplicationState/failed'],
        ['ReplicationState/succeeded', 'ReplicationState/succeeded'],
      ],
    );
    assert.throws(() => changes.setCopies('none', false), /No virtual machine has a disk "none"/);
  });

  it('one is under way when the sandbox starts', async () => {
    const id = `${domain.collectionId('vm-web-02', 'rpc-vm-web-02-neu')}/restorePoints/copy-of-before-release-42`;
    assert.deepEqual(await percents(id), [31, 15]);
    assert.equal(
      refusal(
        await copy(
          `${domain.collectionId('vm-web-02', 'rpc-vm-web-02')}/restorePoints/before-release-41`,
          'c',
          id.slice(0, id.indexOf('/restorePoints/')),
        ),
      ),
      '409 OperationNotAllowed',
    );
    domain.pass(104 * minute);
    assert.deepEqual(await percents(id), [100, 100]);
  });

  it('older api-versions do not tell of access', async () => {
    const id = `${domain.collectionId('vm-web-01', 'rpc-vm-web-01-neu')}/restorePoints/copy-of-daily-5`;
    const read = await domain.call('GET', `${id}?$expand=instanceView`, undefined, '2024-07-01');
    const [disk] = read.at('properties.instanceView.diskRestorePoints') as DiskView[];
    assert.ok(disk && !('snapshotAccessState' in disk) && disk.replicationStatus.completionPercent === 100);
    const controller = async (version: string): Promise<unknown> =>
      (await domain.call('GET', id, undefined, version)).at('properties.sourceMetadata.storageProfile.diskControllerType');
    assert.deepEqual([await controller('2024-07-01'), await controller('2023-07-01')], ['SCSI', undefined]);
  });
});
