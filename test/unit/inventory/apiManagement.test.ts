import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import { Emitter } from '../../../src/core/events.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { BlobEntry, Connection } from '../../../src/cloud/types.ts';
import { createInventory, type LiveInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { placeKey } from '../../../src/providers/apiManagement/place.ts';
import { fakeCloud, now, subscriptionKey, type FakeCloud } from './fakeCloud.ts';

const signal = new AbortController().signal;
const services = `${subscriptionKey}/providers/Microsoft.ApiManagement/service`;
const idOf = (name: string): string => `${subscriptionKey}/resourceGroups/Api-RG/providers/Microsoft.ApiManagement/service/${name}`;
const service = (name: string, tier: string, properties: JsonObject = {}): JsonObject => ({
  id: idOf(name),
  name,
  type: 'Microsoft.ApiManagement/service',
  location: 'West Europe',
  sku: { name: tier, capacity: 2 },
  identity: { principalId: 'p' },
  properties: { provisioningState: 'Succeeded', ...properties },
});
const daysAgo = (days: number): string => new Date(now - days * 86_400_000).toISOString();
const place = { account: 'stbackups', container: 'apim', endpoint: 'https://stbackups.blob.test/' };

describe('inventory: API Management', () => {
  let cloud: FakeCloud;
  let inventory: LiveInventory;
  let blobs: BlobEntry[] | BackupError;
  let lookedAt: number;
  let remembered: Map<string, JsonObject>;
  let changed: string[];
  const changes = new Emitter<string>();

  beforeEach(() => {
    cloud = fakeCloud('https://portal.test');
    cloud.set(services, [
      service('zeta', 'Consumption'),
      service('contoso', 'Developer'),
      service('busy', 'Premium', { provisioningState: 'Updating' }),
    ]);
    blobs = [];
    lookedAt = 0;
    remembered = new Map();
    const arm = {
      ...cloud.connection.arm(),
      blobs: {
        list: () => {
          lookedAt++;
          return blobs instanceof BackupError ? Promise.reject(blobs) : Promise.resolve({ items: blobs });
        },
        find: () => Promise.resolve(undefined),
      },
    };
    const connection: Connection = Object.defineProperties(
      { ...cloud.connection, arm: () => arm },
      { state: { get: () => cloud.connection.state } },
    );
    inventory = createInventory({
      connection,
      remembered: { get: (key) => remembered.get(key), set: () => undefined, onDidChange: changes.event },
      now: () => now,
    });
    changed = [];
    inventory.onDidChange((node) => void changed.push(node?.label ?? 'all'));
  });
  afterEach(() => inventory.dispose());

  const at = async (...labels: readonly string[]): Promise<InventoryNode> => {
    let node = (await inventory.children(undefined, { signal })).nodes[0];
    for (const label of labels) {
      node = (await inventory.children(node, { signal })).nodes.find((one) => one.label === label);
      assert.ok(node, label);
    }
    return node as InventoryNode;
  };
  const backups = async () => inventory.children(await at('API Management services', 'contoso', 'Backups'), { signal });
  const remember = (container = 'apim'): void => {
    const key = placeKey('https://arm.test', idOf('contoso'));
    remembered.set(key, { ...place, container });
    changes.fire(key);
  };

  it('shows name, tier, region and state; what has no backups holds none and says so', async () => {
    const group = await at('API Management services');
    const { nodes } = await inventory.children(group, { signal });
    assert.deepEqual(
      nodes.map(({ label, description, expandable }) => [label, description, expandable]),
      [
        ['busy', 'updating · Premium · West Europe · Api-RG', true],
        ['contoso', 'Developer · West Europe · Api-RG', true],
        ['zeta', 'Consumption · West Europe · Api-RG', false],
      ],
    );
    assert.ok(nodes[1]?.tokens.includes('canBackUp') && nodes[1]?.tokens.includes('apiManagement'));
    assert.ok(nodes[2]?.tokens.includes('cannotBackUp') && !nodes[2]?.tokens.includes('canBackUp'));
    assert.ok(nodes[2]?.tooltip?.some((line) => line.startsWith('Consumption has no backup')));
    assert.equal(lookedAt, 0);
  });

  it('asks where the backups are before it looks for any, and looks there once that is known', async () => {
    const page = await backups();
    assert.equal(page.empty?.command, 'azureBackup.chooseBackups');
    assert.equal(lookedAt, 0);
    remember();
    assert.ok(changed.includes('contoso') && changed.includes('Backups'), changed.join());
    assert.equal((await backups()).empty?.command, 'azureBackup.backUpService');
    assert.equal((await at('API Management services', 'contoso', 'Backups')).description, 'stbackups/apim · 0');
    blobs = [{ name: 'a.apimbackup', lastModified: daysAgo(1) }];
    remember('other');
    assert.deepEqual(
      (await backups()).nodes.map(({ label }) => label),
      ['a.apimbackup'],
    );
    changes.fire('something else');
    changes.fire(placeKey('https://another.cloud', idOf('contoso')));
    await backups();
    assert.equal(lookedAt, 2);
  });

  it('lists backups newest first, each with its age and the days it can be restored', async () => {
    remember();
    blobs = [
      { name: 'b-old', lastModified: daysAgo(31), sizeBytes: 10 },
      { name: 'c-none' },
      { name: 'a-new', lastModified: daysAgo(2), sizeBytes: 3_500_000 },
      { name: 'A-new', lastModified: daysAgo(28) },
    ];
    const { nodes } = await backups();
    assert.deepEqual(
      nodes.map(({ label, description, tokens }) => [label, description?.replace(/\d{4}-\d\d-\d\d/, 'DAY'), tokens.at(-2)]),
      [
        ['a-new', 'expires in 28 days · 2 days ago · 3 MB', 'usableBackup'],
        ['A-new', 'expires in 2 days · 28 days ago', 'usableBackup'],
        ['b-old', 'expired 1 day ago · on DAY · 10 bytes', 'expiredBackup'],
        ['c-none', 'age not given', 'backupOfUnknownAge'],
      ],
    );
    assert.equal(nodes[1]?.icon.color, 'list.warningForeground');
    assert.equal(nodes[0]?.target?.kind, 'apiManagementBackup');
    assert.equal(nodes[0]?.resourceId, undefined);
  });

  it('a refusal is an error, never an empty list, and the next look asks again', async () => {
    remember();
    blobs = new BackupError('No role.', { code: 'AuthorizationPermissionMismatch', status: 403 });
    await assert.rejects(backups(), /No role/);
    blobs = [{ name: 'a', lastModified: daysAgo(1) }];
    assert.equal((await backups()).nodes.length, 1);
  });

  it('shows what runs on a service, and reads its backups anew when that has ended', async () => {
    remember();
    await backups();
    const record = {
      id: 'o',
      actionId: 'backUpService',
      title: 'Back Up',
      status: 'running',
      target: { id: idOf('CONTOSO'), name: 'contoso', kind: 'k' },
      intent: {},
      progress: { message: 'working' },
    } as unknown as OperationRecord;
    inventory.noteOperation(record);
    const busy = await at('API Management services', 'contoso');
    assert.match(busy.description ?? '', /^running · Back Up · Developer/);
    assert.ok(busy.tokens.includes('busy'));
    blobs = [{ name: 'made', lastModified: daysAgo(0) }];
    inventory.noteOperation({ ...record, status: 'succeeded' });
    assert.deepEqual(
      (await backups()).nodes.map(({ label }) => label),
      ['made'],
    );
    assert.ok(changed.includes('Backups'));
  });

  it('a refresh forgets what it is about: of a service its list too, of the vaults nothing here', async () => {
    remember();
    await backups();
    const asked = (): number => cloud.asked.filter((path) => path.endsWith('/microsoft.apimanagement/service')).length;
    inventory.refresh(await at('Recovery Services vaults'));
    await backups();
    assert.deepEqual([asked(), lookedAt], [1, 1]);
    inventory.refresh(await at('API Management services', 'contoso', 'Backups'));
    await backups();
    assert.deepEqual([asked(), lookedAt], [1, 2]);
    inventory.refresh(await at('API Management services', 'contoso'));
    await backups();
    assert.deepEqual([asked(), lookedAt], [2, 3]);
    inventory.refresh(await at('API Management services'));
    await backups();
    assert.deepEqual([asked(), lookedAt], [3, 4]);
  });

  it('is listed by resource group where the subscription as a whole may not be listed', async () => {
    const forbidden = new BackupError('No role.', { code: 'AuthorizationFailed', status: 403 });
    cloud.set(services, forbidden);
    cloud.set(`${subscriptionKey}/resourcegroups`, [{ id: `${subscriptionKey}/resourceGroups/Api-RG` }]);
    cloud.set(`${subscriptionKey}/resourceGroups/Api-RG/providers/Microsoft.ApiManagement/service`, [service('contoso', 'Developer')]);
    const { nodes } = await inventory.children(await at('API Management services'), { signal });
    assert.deepEqual(
      nodes.map(({ label }) => label),
      ['contoso'],
    );
  });

  it('is found by its id', async () => {
    assert.equal((await inventory.find(idOf('CONTOSO'), signal))?.label, 'contoso');
    assert.equal(await inventory.find(idOf('nobody'), signal), undefined);
    remember();
    blobs = [{ name: 'a', lastModified: daysAgo(1) }];
    const id = (await backups()).nodes[0]?.target?.id ?? '';
    assert.equal((await inventory.find(id, signal))?.target?.id, id);
    assert.equal(await inventory.find(`${id}-gone`, signal), undefined);
  });
});
