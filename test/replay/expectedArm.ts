/** What must come out for what is no part of a vault, taken from its raw JSON as `expected.ts` does. */
import type { ArmKind } from './armReaders.ts';
import type { Fields } from './expected.ts';
import { at, first, idOf, isRaw, lower, many, moment, textOf } from './raw.ts';

export const armFields: Readonly<Record<ArmKind, Fields>> = {
  VM: (raw, p) => ({
    state: p('provisioningState'),
    location: at(raw, 'location'),
    size: p('hardwareProfile', 'vmSize'),
    osType: p('storageProfile', 'osDisk', 'osType'),
    vmId: p('vmId'),
    disks: disksIn(p('storageProfile'))
      .map((disk) => `${String(at(disk, 'name'))} ${String(at(disk, 'managedDisk', 'id'))}`)
      .sort(),
  }),
  disk: (raw, p) => ({
    state: p('provisioningState'),
    location: at(raw, 'location'),
    size: p('diskSizeGB'),
    sku: at(raw, 'sku', 'name'),
    madeFrom: p('creationData', 'sourceResourceId'),
  }),
  'restore point collection': (raw, p) => ({
    state: p('provisioningState'),
    location: at(raw, 'location'),
    source: p('source', 'id'),
    sourceLocation: p('source', 'location'),
    tags: at(raw, 'tags') ?? {},
    points: p('restorePoints') === undefined ? undefined : many(p('restorePoints')).map(idOf),
  }),
  'restore point': (_raw, p) => ({
    state: p('provisioningState'),
    consistency: p('consistencyMode'),
    at: moment(p('timeCreated')),
    source: p('sourceRestorePoint', 'id'),
    excluded: many(p('excludeDisks')).map(idOf),
    disks: disksIn(p('sourceMetadata', 'storageProfile'))
      .filter((disk) => at(disk, 'diskRestorePoint', 'id') !== undefined)
      .map((disk) => `${String(at(disk, 'name'))} ${String(at(disk, 'diskSizeGB'))} ${String(at(disk, 'diskRestorePoint', 'id'))}`)
      .sort(),
    word: pointWord(p),
  }),
  'disk restore point': (_raw, p) => ({
    source: p('sourceResourceId'),
    osType: p('osType'),
    at: moment(p('timeCreated')),
    percent: p('completionPercent'),
    state: p('replicationState'),
    access: p('networkAccessPolicy'),
  }),
  'API Management service': (raw, p) => ({
    state: p('provisioningState'),
    location: at(raw, 'location'),
    tier: at(raw, 'sku', 'name'),
    capacity: at(raw, 'sku', 'capacity'),
    gateway: p('gatewayUrl'),
    identities: [
      at(raw, 'identity', 'principalId'),
      ...Object.values(at(raw, 'identity', 'userAssignedIdentities') ?? {}).map((one) => at(one, 'principalId')),
    ].filter((one) => one !== undefined),
  }),
  'storage account': (raw, p) => ({
    location: at(raw, 'location'),
    blobs: p('primaryEndpoints', 'blob'),
    keys: lower(textOf(p('allowSharedKeyAccess'))) !== 'false' && p('allowSharedKeyAccess') !== false,
    closed: lower(p('networkAcls', 'defaultAction')) === 'deny' || lower(p('publicNetworkAccess')) === 'disabled',
    letsAzureIn: p('networkAcls', 'bypass') === undefined || lower(p('networkAcls', 'bypass')).includes('azureservices'),
  }),
  'blob container': (_raw, p) => ({ changedAt: moment(p('lastModifiedTime')) }),
  'role assignment': (_raw, p) => ({
    role: lower(p('roleDefinitionId')).split('/').at(-1),
    scope: first(p('scope'), '/'),
  }),
  region: (raw) => ({
    shown: first(at(raw, 'displayName'), at(raw, 'name')),
    paired: many(at(raw, 'metadata', 'pairedRegion')).flatMap((one) => at(one, 'name') ?? []),
    zones: many(at(raw, 'availabilityZoneMappings')).length,
  }),
  'resource group': (raw) => ({ location: at(raw, 'location') }),
  subscription: (raw) => ({
    name: at(raw, 'subscriptionId'),
    shown: first(at(raw, 'displayName'), at(raw, 'subscriptionId')),
    state: first(at(raw, 'state'), 'Unknown'),
  }),
};

function disksIn(storage: unknown): unknown[] {
  const os = at(storage, 'osDisk');
  return [...(isRaw(os) ? [os] : []), ...many(at(storage, 'dataDisks'))];
}

/** A copy is usable when each disk in its instance view has come; what is no copy, once it is made. */
function pointWord(p: (...names: string[]) => unknown): string {
  const state = lower(p('provisioningState'));
  if (state !== 'succeeded') {
    return state;
  }
  const copies = many(p('instanceView', 'diskRestorePoints'));
  const codes = copies.map((disk) => lower(at(disk, 'replicationStatus', 'status', 'code')));
  return p('sourceRestorePoint', 'id') === undefined || (codes.length > 0 && codes.every((code) => code.endsWith('/succeeded')))
    ? 'usable'
    : codes.some((code) => code.endsWith('/failed'))
      ? 'failed'
      : 'copying';
}
