import { segmentOf } from '../../../core/armId.ts';
import { isObject } from '../../../core/json.ts';
import { defined, toText } from '../../arm/fields.ts';
import { readRecord, readRecords, type AzureRecord, type RecordList } from '../../arm/record.ts';
import { readRestorePoint, type RestorePoint } from './restorePoint.ts';

/** What a collection is made of: `machine` of a VM, `collection` of one in another region, whose points it holds copies of. */
type SourceKind = 'machine' | 'collection' | 'other';

/** A restore point collection. */
export interface RestorePointCollection extends AzureRecord {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  /** Name to value, as Azure gave them. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sourceKind: SourceKind;
  /** Id of the VM or the collection. The VM may be gone: the collection outlives it. */
  readonly sourceId?: string;
  readonly sourceLocation?: string;
  /** `Succeeded`, `Deleting` ... */
  readonly provisioningState?: string;
  /** Azure's GUID of it. */
  readonly collectionId?: string;
  /** Azure Backup made it for itself: deleting it takes recovery points from a vault. */
  readonly madeByAzureBackup: boolean;
  /** Only where they were asked for (`getCollectionWithPoints`); those that cannot be read are in `problems`. */
  readonly points?: RecordList<RestorePoint>;
}

/** @throws BackupError `MalformedRecord` */
export function readCollection(raw: unknown): RestorePointCollection {
  const { head, top, properties } = readRecord(raw, 'restore point collection');
  const source = properties.object('source');
  const sourceId = source.text('id');
  const points = properties.raw['restorePoints'];
  const resourceGroup = segmentOf(head.id, 'resourceGroups');
  return defined<RestorePointCollection>({
    ...head,
    subscriptionId: segmentOf(head.id, 'subscriptions'),
    resourceGroup,
    location: top.text('location'),
    tags: readTags(top.object('tags').raw),
    sourceKind: kindOf(sourceId),
    sourceId,
    sourceLocation: source.text('location'),
    provisioningState: properties.text('provisioningState'),
    collectionId: properties.text('restorePointCollectionId'),
    madeByAzureBackup: isAzureBackups(head.name, resourceGroup),
    points: Array.isArray(points) ? readRecords(points, readRestorePoint) : undefined,
  });
}

function readTags(raw: unknown): Record<string, string> {
  const entries = isObject(raw) ? Object.entries(raw) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name, toText(value) ?? '']));
}

function kindOf(sourceId: string | undefined): SourceKind {
  const type = /\/providers\/(microsoft\.compute\/[^/]+)\/[^/]+\/?$/i.exec(sourceId ?? '')?.[1]?.toLowerCase();
  return type === 'microsoft.compute/virtualmachines'
    ? 'machine'
    : type === 'microsoft.compute/restorepointcollections'
      ? 'collection'
      : 'other';
}

/**
 * Azure Backup calls them `AzureBackup_{vm}_{number}`, in a resource group `AzureBackupRG_{region}_{number}` unless the
 * backup policy names another one (Microsoft's documentation of VM backup; recorded names agree). Azure marks them by nothing else.
 */
function isAzureBackups(name: string, resourceGroup: string | undefined): boolean {
  return /^AzureBackup_/i.test(name) || /^AzureBackupRG_/i.test(resourceGroup ?? '');
}
