// Restore points in the sandbox, by the real Azure CLI: from a collection to the disk. Not part of the unit tests, as az.test.ts.
import assert from 'node:assert/strict';
import { AzureCli, whyNoAzureCli } from './azureCli.ts';

interface Reference {
  readonly id: string;
}
interface Collection {
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>> | null;
  readonly source: Reference & { readonly location: string };
  readonly restorePoints: readonly Point[] | null;
}
interface DiskView {
  readonly replicationStatus: { readonly completionPercent: number | null; readonly status: { readonly code: string } };
}
interface Point extends Reference {
  readonly name: string;
  readonly consistencyMode: string;
  readonly provisioningState: string;
  readonly excludeDisks: readonly Reference[] | null;
  readonly sourceRestorePoint: Reference | null;
  readonly sourceMetadata: { readonly storageProfile: { readonly osDisk: { readonly diskRestorePoint: Reference } } };
  readonly instanceView: { readonly diskRestorePoints: readonly DiskView[] } | null;
}
interface Disk {
  readonly diskSizeGb: number;
  readonly zones: readonly string[] | null;
  readonly sku: { readonly name: string };
  readonly creationData: { readonly createOption: string; readonly sourceResourceId: string };
}

const group = ['-g', 'rg-webshop-prod'];
const inCollection = (name: string): string[] => [...group, '--collection-name', name];

describe('Azure CLI against restore points in the sandbox', function () {
  this.timeout(300_000);
  let cli: AzureCli;
  let scope: string;

  before(async function () {
    const missing = await whyNoAzureCli();
    if (missing !== undefined) {
      console.log(`skipped: ${missing}`);
      return this.skip();
    }
    // Slow enough for a Retry-After of a second: in place of 0 the CLI takes half a minute.
    cli = await AzureCli.start(20);
    await cli.signIn();
    const [subscription = ''] = cli.sandbox.endpoint.subscriptionIds;
    await cli.run('account', 'set', '-s', subscription);
    scope = `/subscriptions/${subscription}/resourceGroups/rg-webshop-prod/providers/Microsoft.Compute`;
  });
  after(async () => {
    await (cli as AzureCli | undefined)?.close();
  });

  const points = <T>(...args: readonly string[]): Promise<T> => cli.json<T>('restore-point', ...args);
  const collections = <T>(...args: readonly string[]): Promise<T> => cli.json<T>('restore-point', 'collection', ...args);
  const create = (collection: string, name: string, ...args: readonly string[]): Promise<Point> =>
    points<Point>('create', ...inCollection(collection), '-n', name, ...args);
  const show = (collection: string, name: string, ...args: readonly string[]): Promise<Point> =>
    points<Point>('show', ...inCollection(collection), '-n', name, ...args);
  const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> =>
    assert.match((await cli.failure('restore-point', ...args)) ?? 'it was not refused', pattern);
  const codesOf = async (collection: string, name: string): Promise<string[]> => {
    const { instanceView } = await show(collection, name, '--instance-view');
    return (instanceView?.diskRestorePoints ?? []).map(({ replicationStatus }) => replicationStatus.status.code);
  };
  const dataDisk = async (machine: string): Promise<string> => {
    const shown = await cli.json<{ storageProfile: { dataDisks: { managedDisk: Reference }[] } }>('vm', 'show', ...group, '-n', machine);
    return shown.storageProfile.dataDisks[0]?.managedDisk.id ?? '';
  };

  it('shows a copy that is under way, and that no other one can begin', async () => {
    // It is when the sandbox starts, and for minutes from then on.
    assert.ok((await codesOf('rpc-vm-web-02-neu', 'copy-of-before-release-42')).includes('ReplicationState/inprogress'));
    const source = ['--source-restore-point', `${scope}/restorePointCollections/rpc-vm-web-02/restorePoints/before-release-41`];
    await refused(/OperationNotAllowed.*cannot start before/, 'create', ...inCollection('rpc-vm-web-02-neu'), '-n', 'other', ...source);
  });

  it('lists collections of a group and of a subscription over its pages, and shows one with its points and without', async () => {
    const inGroup = (await collections<Collection[]>('list', ...group)).map(({ name }) => name);
    assert.ok(inGroup.includes('rpc-vm-web-01-neu') && !inGroup.includes('rpc-fileserver01'), inGroup.join());
    const all = await collections<Collection[]>('list-all');
    assert.ok(all.length > 20 && all.some(({ name }) => name === 'rpc-fileserver01'), `${all.length}`);
    assert.equal((await collections<Collection>('show', ...inCollection('rpc-vm-web-01'))).restorePoints, null);
    const shown = await collections<Collection>('show', ...inCollection('rpc-vm-web-01'), '--restore-points');
    assert.deepEqual(
      shown.restorePoints?.map(({ name }) => name),
      ['daily-5', 'daily-4', 'daily-3', 'daily-2', 'daily-1'],
    );
  });

  it('makes a collection, waits for it, and changes its tags', async () => {
    const source = ['--source-id', `${scope}/virtualMachines/vm-api-01`];
    const made = await collections<Collection>('create', ...inCollection('cli'), '-l', 'westeurope', ...source, '--tags', 'by=cli');
    assert.deepEqual([made.location, made.source.location, made.tags], ['westeurope', 'westeurope', { by: 'cli' }]);
    await collections('wait', ...inCollection('cli'), '--created', '--timeout', '30');
    const update = (...args: readonly string[]): Promise<Collection> => collections<Collection>('update', ...inCollection('cli'), ...args);
    assert.deepEqual((await update('--tags', 'a=b', 'c=d')).tags, { a: 'b', c: 'd' });
    assert.deepEqual((await update()).tags, { a: 'b', c: 'd' });
    assert.equal((await update('--tags', '')).tags, null);
  });

  it('makes points: whole, crash consistent, without a disk; refuses what cannot be', async () => {
    const whole = await create('cli', 'whole');
    assert.deepEqual([whole.provisioningState, whole.consistencyMode, whole.excludeDisks], ['Succeeded', 'FileSystemConsistent', null]);
    const crash = await create('cli', 'crash', '--consistency-mode', 'CrashConsistent');
    assert.equal(crash.consistencyMode, 'CrashConsistent');
    await collections('create', ...inCollection('cli-2'), '-l', 'westeurope', '--source-id', `${scope}/virtualMachines/vm-web-02`);
    const left = await dataDisk('vm-web-02');
    await cli.run('restore-point', 'create', ...inCollection('cli-2'), '-n', 'part', '--exclude-disks', left, '--no-wait');
    await points('wait', ...inCollection('cli-2'), '-n', 'part', '--created', '--interval', '1', '--timeout', '60');
    const part = await show('cli-2', 'part', '--instance-view');
    assert.deepEqual([part.excludeDisks?.map(({ id }) => id), part.instanceView?.diskRestorePoints.length], [[left], 1]);
    const asked = ['--consistency-mode', 'ApplicationConsistent'];
    await refused(/InvalidParameter.*CrashConsistent/, 'create', ...inCollection('cli'), '-n', 'no', ...asked);
    await refused(/InvalidParameter/, 'create', ...inCollection('cli'), '-n', 'no', '--exclude-disks', left);
    await refused(/OperationNotAllowed.*Update Restore Point/, 'create', ...inCollection('cli'), '-n', 'crash');
    await refused(/NotFound/, 'show', ...inCollection('cli'), '-n', 'no');
  });

  it('copies a point to another region and waits until every disk is there', async () => {
    const source = `${scope}/restorePointCollections/rpc-vm-web-01`;
    const elsewhere = ['-l', 'westeurope', '--source-id', source];
    await refused(/InvalidParameter.*within a region/, 'collection', 'create', ...inCollection('cli-neu'), ...elsewhere);
    // The third oldest: copies go in order, and the first two are there already.
    const copied = await create('rpc-vm-web-01-neu', 'third', '--source-restore-point', `${source}/restorePoints/daily-3`);
    assert.deepEqual([copied.provisioningState, copied.sourceRestorePoint?.id], ['Succeeded', `${source}/restorePoints/daily-3`]);
    const codes = (): Promise<string[]> => codesOf('rpc-vm-web-01-neu', 'third');
    for (let states = await codes(); states.includes('ReplicationState/inprogress'); states = await codes()) {
      // Each look is a run of the CLI: seconds, which is pause enough.
    }
    assert.deepEqual(await codes(), ['ReplicationState/succeeded', 'ReplicationState/succeeded']);
  });

  it('restores a disk from a disk restore point, into a zone, and of another kind', async () => {
    const { id } = (await show('rpc-vm-web-01', 'daily-1')).sourceMetadata.storageProfile.osDisk.diskRestorePoint;
    const options = ['--sku', 'StandardSSD_LRS', '--zone', '2', '-l', 'westeurope'];
    const made = await cli.json<Disk>('disk', 'create', ...group, '-n', 'cli-disk', '--source', id, ...options);
    assert.deepEqual(made.creationData, { ...made.creationData, createOption: 'Restore', sourceResourceId: id });
    assert.deepEqual([made.diskSizeGb, made.zones, made.sku.name], [64, ['2'], 'StandardSSD_LRS']);
    const wrong = ['disk', 'create', ...group, '-n', 'cli-no', '--source', id, '-l', 'northeurope'];
    assert.match((await cli.failure(...wrong)) ?? '', /in that region only/);
    await cli.run('disk', 'delete', ...group, '-n', 'cli-disk', '-y');
  });

  it('gives a link to a disk restore point and takes it back; while it is out nothing is deleted', async () => {
    const { id } = (await show('cli', 'crash')).sourceMetadata.storageProfile.osDisk.diskRestorePoint;
    const url = (action: string): string[] => ['--method', 'post', '--url', `${id}/${action}?api-version=2022-07-02`];
    await cli.run('rest', ...url('beginGetAccess'), '--body', JSON.stringify({ access: 'Read', durationInSeconds: 600 }));
    const inUse = /DiskRestorePointUsedByCustomer/;
    await refused(inUse, 'delete', ...inCollection('cli'), '-n', 'crash', '-y');
    await refused(inUse, 'collection', 'delete', ...inCollection('cli'), '-y');
    await cli.run('rest', ...url('endGetAccess'));
    await cli.run('restore-point', 'delete', ...inCollection('cli'), '-n', 'crash', '-y');
    const { restorePoints } = await collections<Collection>('show', ...inCollection('cli'), '--restore-points');
    assert.deepEqual(
      restorePoints?.map(({ name }) => name),
      ['whole'],
    );
  });

  it('deletes collections with all that is in them, and what is locked once the lock is gone', async () => {
    const own = (await collections<Collection[]>('list-all')).find(({ name }) => name.startsWith('AzureBackup_vm-web-01_'));
    const locked = ['-g', 'AzureBackupRG_westeurope_1', '--collection-name', own?.name ?? ''];
    await refused(/ScopeLocked/, 'collection', 'delete', ...locked, '-y');
    const body = JSON.stringify({ group: 'AzureBackupRG_westeurope_1' });
    await cli.run('rest', '--method', 'post', '--url', '/_sandbox/world/remove-lock', '--body', body);
    await cli.run('restore-point', 'collection', 'delete', ...locked, '-y');
    await refused(/ResourceNotFound/, 'collection', 'show', ...locked);
    await cli.run('restore-point', 'collection', 'delete', ...inCollection('cli'), '-y');
    await collections('wait', ...inCollection('cli'), '--deleted', '--interval', '1', '--timeout', '30');
    await refused(/ResourceNotFound/, 'collection', 'show', ...inCollection('cli'));
  });

  it('a machine that is deleted leaves its collection, into which no point can be made', async () => {
    await cli.run('vm', 'delete', ...group, '-n', 'vm-web-02', '-y');
    assert.equal((await show('cli-2', 'part')).provisioningState, 'Succeeded');
    await refused(/ResourceNotFound.*virtualMachines\/vm-web-02/, 'create', ...inCollection('cli-2'), '-n', 'late');
  });
});
