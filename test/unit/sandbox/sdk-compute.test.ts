// Restore points, driven by Azure's own client library over HTTPS, as any tool would.
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { ComputeManagementClient, restorePoller, type RestorePoint } from '@azure/arm-compute';
import { RestError } from '@azure/core-rest-pipeline';
import { parseFaults } from '../../../src/sandbox/faults/schema.ts';
import { type RunningSandbox, startSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf, send } from './platformSupport.ts';

const group = 'rg-webshop-prod';
const often = { updateIntervalInMs: 20 };

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) {
    all.push(one);
  }
  return all;
}

describe('sandbox with Azure’s own client of Microsoft.Compute', function () {
  this.timeout(30_000);
  let sandbox: RunningSandbox;
  let compute: ComputeManagementClient;
  let subscriptionId: string;

  before(async () => {
    // Seconds of Azure are milliseconds here; a copy of 64 GB takes four seconds.
    sandbox = await startSandbox({ speed: 1000 });
    const { resourceManagerEndpoint, subscriptionIds } = sandbox.endpoint;
    subscriptionId = subscriptionIds[0] ?? '';
    const options = {
      endpoint: resourceManagerEndpoint,
      credentialScopes: `${resourceManagerEndpoint}/.default`,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    };
    compute = new ComputeManagementClient(credentialOf(sandbox), subscriptionId, options);
  });
  after(() => sandbox.close());

  const machineId = (name: string): string =>
    `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/virtualMachines/${name}`;
  const newCollection = async (name: string, machine: string): Promise<string> => {
    const source = { id: machineId(machine) };
    const made = await compute.restorePointCollections.createOrUpdate(group, name, { location: 'westeurope', source });
    return made.id ?? '';
  };
  /** How an HTTP GET without a token is answered. */
  const download = (url: string): Promise<{ status: number; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const sent = request(url, { ca: sandbox.certificateAuthority }, (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => chunks.push(chunk));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks) }));
        reply.on('error', reject);
      });
      sent.on('error', reject);
      sent.end();
    });
  const codeOf = async (call: PromiseLike<unknown>): Promise<string> => {
    try {
      await call;
    } catch (error) {
      assert.ok(error instanceof RestError, String(error));
      return `${error.statusCode} ${error.code}`;
    }
    return 'no error';
  };

  it('collections: made, tagged, read with and without their points, listed by group and subscription over pages, deleted', async () => {
    const { restorePointCollections: collections } = compute;
    await newCollection('sdk-life', 'vm-web-01');
    const tagged = await collections.update(group, 'sdk-life', { tags: { a: 'b' } });
    assert.deepEqual([tagged.tags, tagged.source?.location, tagged.provisioningState], [{ a: 'b' }, 'westeurope', 'Succeeded']);
    assert.equal((await collections.get(group, 'sdk-life')).restorePoints, undefined);
    const standing = await collections.get(group, 'rpc-vm-web-01', { expand: 'restorePoints' });
    assert.deepEqual(
      standing.restorePoints?.map((point) => point.name),
      ['daily-5', 'daily-4', 'daily-3', 'daily-2', 'daily-1'],
    );
    assert.ok(standing.restorePoints?.every((point) => point.timeCreated instanceof Date));
    const sizes: number[] = [];
    for await (const page of collections.listAll().byPage()) {
      sizes.push(page.length);
    }
    assert.ok(sizes.length > 1 && sizes[0] === 10, sizes.join());
    const { value } = (await collections.listAll().byPage().next()) as { value: { continuationToken?: string } };
    const { continuationToken = '' } = value;
    assert.ok(continuationToken.startsWith(sandbox.endpoint.resourceManagerEndpoint), continuationToken);
    const rest: number[] = [];
    for await (const page of collections.listAll().byPage({ continuationToken })) {
      rest.push(page.length);
    }
    assert.deepEqual(rest, sizes.slice(1), 'what comes after the first page');
    const names = (await collect(collections.list(group))).map((one) => one.name);
    assert.ok(names.includes('sdk-life') && names.includes('rpc-vm-web-03-neu'));
    await collections.delete(group, 'sdk-life', often);
    assert.equal(await codeOf(collections.get(group, 'sdk-life')), '404 ResourceNotFound');
    await collections.beginDeleteAndWait(group, 'sdk-life', often);
  });

  it('points: made, refused, read with their instance view, deleted', async () => {
    const { restorePoints: points } = compute;
    await newCollection('sdk-points', 'vm-web-02');
    const made = await points.create(group, 'sdk-points', 'p1', { consistencyMode: 'CrashConsistent' }, often);
    assert.deepEqual([made.provisioningState, made.consistencyMode, made.name], ['Succeeded', 'CrashConsistent', 'p1']);
    assert.ok(made.sourceMetadata?.storageProfile?.osDisk?.diskRestorePoint?.id);
    assert.equal(made.sourceMetadata.storageProfile.dataDisks?.[0]?.diskSizeGB, 128);
    const view = await points.get(group, 'sdk-points', 'p1', { expand: 'instanceView' });
    assert.deepEqual(
      view.instanceView?.diskRestorePoints?.map((disk) => [disk.snapshotAccessState, disk.replicationStatus?.completionPercent]),
      [
        ['Available', 100],
        ['Available', 100],
      ],
    );
    assert.equal(await codeOf(points.create(group, 'sdk-points', 'p1', {}, often)), '409 OperationNotAllowed');
    const foreign = { excludeDisks: [{ id: `${machineId('vm-web-02').replace(/virtualMachines.*/, 'disks/none')}` }] };
    assert.equal(await codeOf(points.create(group, 'sdk-points', 'p2', foreign, often)), '400 InvalidParameter');
    await points.delete(group, 'sdk-points', 'p1', often);
    assert.equal(await codeOf(points.get(group, 'sdk-points', 'p1')), '404 NotFound');
    await points.beginDeleteAndWait(group, 'sdk-points', 'p1', often);
  });

  it('a point without a disk; its creation is waited for from where another poller has left off', async () => {
    await newCollection('sdk-parts', 'vm-web-01');
    const left = (await compute.virtualMachines.get(group, 'vm-web-01')).storageProfile?.dataDisks?.[0]?.managedDisk?.id ?? 'none';
    const begun = compute.restorePoints.create(group, 'sdk-parts', 'p1', { excludeDisks: [{ id: left }] }, often);
    await begun.submitted();
    const saved = await begun.serialize();
    const made = await restorePoller(compute, saved, compute.restorePoints.create, often).pollUntilDone();
    assert.deepEqual([made.name, made.provisioningState, made.excludeDisks?.[0]?.id], ['p1', 'Succeeded', left]);
    const disks = await collect(compute.diskRestorePoint.listByRestorePoint(group, 'sdk-parts', 'p1'));
    assert.deepEqual(
      disks.map(({ sourceResourceId }) => sourceResourceId),
      [made.sourceMetadata?.storageProfile?.osDisk?.managedDisk?.id],
    );
  });

  it('machines: listed by subscription, group and region, read with what they are doing', async () => {
    const names = async (pages: AsyncIterable<{ name?: string }>): Promise<(string | undefined)[]> =>
      (await collect(pages)).map(({ name }) => name);
    const inGroup = await names(compute.virtualMachines.list(group));
    const all = await names(compute.virtualMachines.listAll());
    assert.ok(inGroup.includes('vm-web-01') && all.length > inGroup.length && inGroup.every((name) => all.includes(name)), all.join());
    assert.ok(!(await names(compute.virtualMachines.listByLocation('northeurope'))).includes('vm-web-01'));
    const { instanceView } = await compute.virtualMachines.get(group, 'vm-web-01', { expand: 'instanceView' });
    assert.ok(instanceView?.statuses?.some(({ code }) => code === 'PowerState/running'));
  });

  it('a failure of the guest after the 201 reaches the caller with Azure’s code', async () => {
    const erp = machineId('erp-app-01').replace(group, 'rg-erp-prod');
    await compute.restorePointCollections.createOrUpdate('rg-erp-prod', 'sdk-erp', { location: 'westeurope', source: { id: erp } });
    const poller = compute.restorePoints.create('rg-erp-prod', 'sdk-erp', 'p1', {}, often);
    await assert.rejects(async () => poller.pollUntilDone(), /VM has not reported status for VM agent or extensions/);
    assert.equal((await compute.restorePoints.get('rg-erp-prod', 'sdk-erp', 'p1')).provisioningState, 'Failed');
  });

  it('a copy to another region goes on after its operation has ended', async () => {
    const source = await newCollection('sdk-copies', 'vm-web-03');
    // A machine whose second disk does not get there: the first arrives all the same.
    await compute.restorePoints.beginCreateAndWait(group, 'sdk-copies', 'p1', {}, often);
    await compute.restorePointCollections.createOrUpdate(group, 'sdk-copies-neu', { location: 'northeurope', source: { id: source } });
    const sourceRestorePoint = { id: `${source}/restorePoints/p1` };
    const made = await compute.restorePoints.create(group, 'sdk-copies-neu', 'c1', { sourceRestorePoint }, often);
    assert.equal(made.provisioningState, 'Succeeded');
    const codes = (point: RestorePoint): (string | undefined)[] =>
      point.instanceView?.diskRestorePoints?.map((disk) => disk.replicationStatus?.status?.code) ?? [];
    const read = (): Promise<RestorePoint> => compute.restorePoints.get(group, 'sdk-copies-neu', 'c1', { expand: 'instanceView' });
    const first = await read();
    assert.ok(codes(first).includes('ReplicationState/inprogress'), codes(first).join());
    assert.equal(
      await codeOf(compute.restorePoints.create(group, 'sdk-copies-neu', 'c2', { sourceRestorePoint }, often)),
      '409 OperationNotAllowed',
    );
    const until = Date.now() + 20_000;
    let last = first;
    while (codes(last).includes('ReplicationState/inprogress') && Date.now() < until) {
      last = await read();
    }
    assert.deepEqual(codes(last), ['ReplicationState/succeeded', 'ReplicationState/failed']);
  });

  it('disk restore points: listed, read, turned into a disk that is deleted again', async () => {
    const [first] = await collect(compute.diskRestorePoint.listByRestorePoint(group, 'rpc-vm-web-01', 'daily-1'));
    const disk = await compute.diskRestorePoint.get(group, 'rpc-vm-web-01', 'daily-1', first?.name ?? '');
    assert.match(disk.sourceResourceId ?? '', /\/disks\/vm-web-01_OsDisk_1_/);
    assert.equal(disk.osType, 'Linux');
    const creationData = { createOption: 'Restore', sourceResourceId: disk.id ?? '' };
    const restored = await compute.disks.createOrUpdate(group, 'sdk-disk', { location: 'westeurope', zones: ['1'], creationData }, often);
    assert.deepEqual([restored.provisioningState, restored.diskState, restored.diskSizeGB], ['Succeeded', 'Unattached', 64]);
    assert.ok((await collect(compute.disks.list())).some((one) => one.name === 'sdk-disk'));
    assert.ok((await collect(compute.disks.listByResourceGroup(group))).some((one) => one.name === 'sdk-disk'));
    // A copy is restored in its own region, and nowhere else.
    const [copied] = await collect(compute.diskRestorePoint.listByRestorePoint(group, 'rpc-vm-web-01-neu', 'copy-of-daily-5'));
    assert.deepEqual([copied?.replicationState, copied?.sourceResourceLocation], ['Succeeded', 'westeurope']);
    const far = { creationData: { createOption: 'Restore', sourceResourceId: copied?.id ?? '' } };
    assert.equal(
      await codeOf(compute.disks.createOrUpdate(group, 'sdk-far', { location: 'westeurope', ...far }, often)),
      '400 InvalidParameter',
    );
    const there = await compute.disks.createOrUpdate(group, 'sdk-far', { location: 'northeurope', ...far }, often);
    assert.deepEqual([there.provisioningState, there.location], ['Succeeded', 'northeurope']);
    await compute.disks.delete(group, 'sdk-disk', often);
    assert.equal(await codeOf(compute.disks.get(group, 'sdk-disk')), '404 ResourceNotFound');
  });

  it('a link is given, downloads without a token, and is taken back; its signature is in no ledger', async () => {
    const [disk] = await collect(compute.diskRestorePoint.listByRestorePoint(group, 'rpc-vm-web-02', 'before-release-42'));
    const of = [group, 'rpc-vm-web-02', 'before-release-42', disk?.name ?? ''] as const;
    const { accessSAS = '' } = await compute.diskRestorePoint.grantAccess(...of, { access: 'Read', durationInSeconds: 600 }, often);
    const longer = await compute.diskRestorePoint.grantAccess(...of, { access: 'Read', durationInSeconds: 900 }, often);
    assert.equal(longer.accessSAS, accessSAS);
    const whole = await download(accessSAS);
    assert.equal(whole.status, 200);
    assert.equal(whole.body.subarray(-512, -504).toString('latin1'), 'conectix');
    assert.equal(
      await codeOf(compute.restorePoints.delete(group, 'rpc-vm-web-02', 'before-release-42', often)),
      '409 DiskRestorePointUsedByCustomer',
    );
    await compute.diskRestorePoint.revokeAccess(...of, often);
    const refused = await download(accessSAS);
    assert.equal(refused.status, 403);
    assert.match(refused.body.toString('utf8'), /<Code>AuthenticationFailed<\/Code>/);
    const signature = new URL(accessSAS).searchParams.get('sig') ?? 'none';
    assert.ok(sandbox.ledger.list().some((entry) => entry.path.startsWith('/md-')));
    assert.ok(!JSON.stringify(sandbox.ledger.list()).includes(signature));
  });

  it('a machine is deleted, and its collection knows no more than its id', async () => {
    await compute.virtualMachines.delete(group, 'vm-cache-01', often);
    assert.equal(await codeOf(compute.virtualMachines.get(group, 'vm-cache-01')), '404 ResourceNotFound');
    assert.equal(await codeOf(newCollection('sdk-gone', 'vm-cache-01')), '404 ResourceNotFound');
  });

  it('control routes take locks away and keep copies from arriving', async () => {
    const change = (path: string, body: unknown): ReturnType<typeof send> =>
      send(sandbox, 'POST', `/_sandbox/world/${path}`, { body: JSON.stringify(body) });
    assert.equal((await change('remove-lock', { group: 'AzureBackupRG_westeurope_1' })).status, 204);
    assert.match(String((await change('remove-lock', { group: 'AzureBackupRG_westeurope_1' })).at('error.message')), /no lock on/);
    assert.equal((await change('fail-copies', { disk: 'vm-web-01_DataDisk_0' })).status, 204);
    assert.equal((await change('pass-copies', { disk: 'vm-web-01_DataDisk_0' })).status, 204);
    assert.equal((await change('fail-copies', { disk: 'none' })).at('error.code'), 'InvalidWorldChange');
  });

  it('faults hit it as they hit everything: a creation whose answer is lost took effect', async () => {
    await newCollection('sdk-faults', 'vm-api-01');
    sandbox.faults.add(parseFaults([{ kind: 'resetAfter', method: 'PUT', path: '**/restorePoints/lost' }]).faults);
    await assert.rejects(async () => compute.restorePoints.create(group, 'sdk-faults', 'lost', {}, often));
    const path = `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Compute/restorePointCollections/sdk-faults`;
    const read = await send(sandbox, 'GET', `${path}/restorePoints/lost?api-version=2026-03-01`);
    assert.equal(read.status, 200);
  });
});
