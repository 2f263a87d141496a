// Restore point collections: of machines, of other collections, and those of Azure Backup.
import assert from 'node:assert/strict';
import { EstateChanges } from '../../../src/sandbox/compute/changes.ts';
import { estateOf } from '../../../src/sandbox/compute/estates.ts';
import { ComputeDomain, refusal } from './computeSupport.ts';
import { minute } from './domainSupport.ts';

describe('sandbox domain: restore point collections', () => {
  let domain: ComputeDomain;
  beforeEach(() => (domain = new ComputeDomain()));
  const put = (id: string, location: string, source: unknown, more: object = {}) =>
    domain.compute('PUT', id, { location, properties: { source }, ...more });

  it('is created at once: 201 without an operation; again 200, with other tags only', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-new');
    const source = { id: domain.machineId('vm-web-01').toUpperCase().replace('/SUBSCRIPTIONS', '/subscriptions') };
    const made = await put(id, 'West Europe', source, { tags: { a: '1' } });
    assert.deepEqual([made.status, made.headers], [201, {}]);
    const guid = made.at('properties.restorePointCollectionId');
    assert.deepEqual(made.body, {
      name: 'rpc-new',
      id,
      type: 'Microsoft.Compute/restorePointCollections',
      location: 'westeurope',
      tags: { a: '1' },
      properties: {
        source: { location: 'westeurope', id: domain.machineId('vm-web-01') },
        restorePointCollectionId: guid,
        provisioningState: 'Succeeded',
      },
    });
    const again = await put(id, 'westeurope', source, { tags: { b: '2' } });
    assert.deepEqual([again.status, again.at('tags'), again.at('properties.restorePointCollectionId')], [200, { b: '2' }, guid]);
    assert.equal(refusal(await put(id, 'westeurope', { id: domain.machineId('vm-web-02') })), '409 PropertyChangeNotAllowed');
    assert.equal(refusal(await put(id, 'northeurope', source)), '409 InvalidResourceLocation');
  });

  it('tags can be changed, nothing else', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-vm-web-01');
    const patched = await domain.compute('PATCH', id, { tags: { owner: 'me' } });
    assert.deepEqual([patched.status, patched.at('tags')], [200, { owner: 'me' }]);
    assert.deepEqual((await domain.compute('GET', id)).at('tags'), { owner: 'me' });
    assert.deepEqual((await domain.compute('PATCH', id, { tags: {} })).at('tags'), undefined);
    const other = { source: { id: domain.machineId('vm-web-02') } };
    assert.equal(refusal(await domain.compute('PATCH', id, { properties: other })), '409 PropertyChangeNotAllowed');
    assert.equal(refusal(await domain.compute('PATCH', id, { tags: { a: 1 } })), '400 InvalidParameter');
    assert.equal(refusal(await domain.compute('PATCH', id, { location: 'northeurope' })), '409 PropertyChangeNotAllowed');
    assert.equal(refusal(await domain.compute('PATCH', id, { location: 7 })), '400 LocationRequired');
    const misspelt = await domain.compute('PATCH', id, { Tag: { a: 'b' } });
    assert.equal(refusal(misspelt), '400 InvalidRequestContent');
    assert.match(String(misspelt.at('error.message')), /Could not find member 'Tag'/);
    assert.equal((await domain.compute('PATCH', id, { location: 'West Europe', tags: {} })).status, 200);
    assert.equal((await domain.compute('PATCH', `${id}-not`, { tags: {} })).status, 404);
  });

  it('sources that cannot be', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-new');
    const machine = domain.machineId('vm-web-01');
    const held = domain.collectionId('vm-web-01', 'rpc-vm-web-01');
    const cases: readonly [string, unknown, string][] = [
      ['northeurope', { id: machine }, '400 InvalidParameter'],
      ['westeurope', { id: `${machine}-not` }, '404 ResourceNotFound'],
      ['westeurope', { id: domain.diskIds('vm-web-01')[0] }, '400 InvalidParameter'],
      ['westeurope', { id: `${machine}/extensions/VMSnapshot` }, '400 InvalidParameter'],
      [
        'westeurope',
        { id: machine.replace('virtualMachines/vm-web-01', 'virtualMachineScaleSets/web/virtualMachines/0') },
        '400 InvalidParameter',
      ],
      ['westeurope', { id: 'vm-web-01' }, '400 InvalidParameter'],
      ['westeurope', undefined, '400 InvalidParameter'],
      ['westeurope', { id: held }, '400 InvalidParameter'],
      ['northeurope', { id: `${held}-not` }, '404 ResourceNotFound'],
      ['northeurope', { id: `${held}/restorePoints/daily-1` }, '400 InvalidParameter'],
      ['germanywestcentral', { id: domain.collectionId('vm-web-01', 'rpc-vm-web-01-neu') }, '409 OperationNotAllowed'],
      ['atlantis', { id: machine }, '400 LocationNotAvailableForResourceType'],
      ['', { id: machine }, '400 LocationRequired'],
    ];
    for (const [location, source, expected] of cases) {
      assert.equal(refusal(await put(id, location, source)), expected, JSON.stringify([location, source]));
    }
    assert.equal((await domain.compute('GET', id)).status, 404);
    assert.equal(refusal(await put(`${id}.`, 'westeurope', { id: machine })), '400 InvalidParameter');
  });

  it('is listed by group and by subscription, a page at a time, never expanded; by subscription with the group in capitals', async () => {
    const group = domain.collectionId('vm-web-01', '').replace(/\/$/, '');
    const subscription = group.replace(/\/resourceGroups\/[^/]+/, '');
    const first = await domain.compute('GET', `${subscription}?api-version=2026-03-01`);
    assert.equal(first.list.length, 10);
    assert.match(String(first.at('nextLink')), /\$skipToken=/);
    const all = await domain.all(`${subscription}?api-version=2026-03-01&$expand=restorePoints`);
    assert.ok(all.length > 10);
    assert.equal(new Set(all.map((one) => one.id)).size, all.length);
    assert.ok(all.every((one) => one.properties.restorePoints === undefined));
    assert.ok(all.some((one) => one.id.includes('/resourceGroups/RG-WEBSHOP-PROD/')));
    const inGroup = await domain.all(`${group}?api-version=2026-03-01`);
    assert.deepEqual(inGroup.map((one) => one.name).sort(), [
      'rpc-vm-api-01',
      'rpc-vm-web-01',
      'rpc-vm-web-01-neu',
      'rpc-vm-web-02',
      'rpc-vm-web-02-neu',
      'rpc-vm-web-03',
      'rpc-vm-web-03-neu',
    ]);
    assert.ok(inGroup.every((one) => one.id.includes('/resourceGroups/rg-webshop-prod/')));
  });

  it('instant access is neither taken nor told by older api-versions', async () => {
    const id = await domain.newCollection('lake-01', 'rpc-quick', { instantAccess: true });
    const read = async (version: string): Promise<unknown> =>
      (await domain.call('GET', id, undefined, version)).at('properties.instantAccess');
    assert.deepEqual([await read('2025-04-01'), await read('2024-11-01')], [true, undefined]);
    const body = {
      location: domain.locationOf('lake-01'),
      properties: { source: { id: domain.machineId('lake-01') }, instantAccess: true },
    };
    assert.equal(refusal(await domain.call('PUT', `${id}-2`, body, '2024-11-01')), '400 InvalidParameter');
    assert.equal((await domain.compute('GET', `${id}-2`)).status, 404);
  });

  it('a delete takes all points with it', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-vm-web-01');
    const gone = await domain.compute('DELETE', id);
    assert.equal(gone.status, 202);
    assert.ok(gone.headers['Azure-AsyncOperation'] && gone.headers.Location);
    assert.equal((await domain.compute('GET', id)).at('properties.provisioningState'), 'Deleting');
    assert.equal(refusal(await domain.compute('PUT', `${id}/restorePoints/late`, {})), '409 OperationNotAllowed');
    assert.equal((await domain.ended(gone, minute)).at('status'), 'Succeeded');
    assert.equal((await domain.compute('GET', id)).status, 404);
    assert.equal((await domain.compute('GET', `${id}/restorePoints/daily-1`)).status, 404);
    assert.equal((await domain.compute('DELETE', id)).status, 204);
    // Copies live on without their source.
    const copies = await domain.compute('GET', `${id}-neu?$expand=restorePoints`);
    assert.equal((copies.at('properties.restorePoints') as unknown[]).length, 2);
  });

  it('what would be in a collection that is not there has no parent', async () => {
    const none = `${domain.collectionId('vm-web-01', 'rpc-not')}/restorePoints/p1`;
    for (const [method, target] of [
      ['GET', none],
      ['PUT', none],
      ['DELETE', none],
      ['GET', `${none}/diskRestorePoints`],
    ] as const) {
      const refused = await domain.compute(method, target, method === 'PUT' ? {} : undefined);
      assert.equal(refusal(refused), '404 ParentResourceNotFound', method);
      assert.match(String(refused.at('error.message')), /Parent resource 'rpc-not' not found/);
    }
  });

  it('a link that is out stops a delete, after the 202, and nothing goes', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-vm-web-01');
    const [disk = ''] = await domain.diskPoints(`${id}/restorePoints/daily-1`);
    await domain.link(disk, 3600);
    const end = await domain.ended(await domain.compute('DELETE', id), minute);
    assert.deepEqual([end.at('status'), end.at('error.code')], ['Failed', 'DiskRestorePointUsedByCustomer']);
    assert.equal((await domain.compute('GET', id)).at('properties.provisioningState'), 'Succeeded');
  });

  it('those of Azure Backup hold what its recovery points have snapshots of, and are locked', async () => {
    const subscription = domain
      .collectionId('vm-web-01', '')
      .replace(/\/resourceGroups\/[^/]+/, '')
      .replace(/\/$/, '');
    const backups = (await domain.all(`${subscription}?api-version=2026-03-01`)).filter((one) => one.name.startsWith('AzureBackup_'));
    const names = backups.map((one) => one.name.replace(/_\d{18}$/, '')).sort();
    assert.ok(names.includes('AzureBackup_vm-web-01') && names.includes('AzureBackup_fileserver01'), names.join());
    const own = backups.find((one) => one.name.startsWith('AzureBackup_vm-web-01_'));
    assert.match(own?.id ?? '', /\/resourceGroups\/AZUREBACKUPRG_WESTEUROPE_1\//);
    const read = await domain.compute('GET', `${own?.id ?? ''}?$expand=restorePoints`);
    const points = read.at('properties.restorePoints') as { name: string }[];
    assert.equal(points.length, 5, 'the policy keeps snapshots for five days');
    assert.match(points[0]?.name ?? '', /^AzureBackup_\d{8}_\d{6}$/);
    for (const id of [own?.id ?? '', `${own?.id ?? ''}/restorePoints/${points[0]?.name ?? ''}`]) {
      const refused = await domain.compute('DELETE', id);
      assert.equal(refusal(refused), '409 ScopeLocked');
      assert.match(String(refused.at('error.message')), /following scope\(s\) are locked: '\/subscriptions\/.*AzureBackupRG_westeurope_1'/);
    }
  });

  it('what is locked can be deleted once the lock is removed', async () => {
    const changes = new EstateChanges(estateOf(domain.world));
    const [subscription = ''] = domain.world.subscriptionIds;
    const group = `/subscriptions/${subscription}/resourceGroups/AzureBackupRG_westeurope_1`;
    const [own] = await domain.all(`${group}/providers/Microsoft.Compute/restorePointCollections?api-version=2026-03-01`);
    assert.equal(refusal(await domain.compute('DELETE', own?.id ?? '')), '409 ScopeLocked');
    assert.throws(
      () => changes.removeLock('rg-webshop-prod'),
      /no lock on "rg-webshop-prod"; there is one on .*AzureBackupRG_westeurope_1/,
    );
    changes.removeLock(group.toUpperCase());
    const gone = await domain.compute('DELETE', own?.id ?? '');
    assert.equal((await domain.ended(gone, minute)).at('status'), 'Succeeded');
    assert.throws(() => changes.removeLock(group), /no lock on/);
  });

  it('stands in the list of all resources', async () => {
    const [subscription = ''] = domain.world.subscriptionIds;
    const filter = encodeURIComponent("resourceType eq 'Microsoft.Compute/restorePointCollections'");
    const found = await domain.all(`/subscriptions/${subscription}/resources?api-version=2021-04-01&$filter=${filter}`);
    assert.ok(found.some((one) => one.name === 'rpc-vm-web-01-neu'));
  });

  it('the same seed makes the same collections and points', async () => {
    const id = domain.collectionId('vm-web-01', 'rpc-vm-web-01-neu');
    const other = new ComputeDomain();
    const read = (from: ComputeDomain) => from.compute('GET', `${id}?$expand=restorePoints`);
    assert.deepEqual((await read(domain)).body, (await read(other)).body);
  });
});
