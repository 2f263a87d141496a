import { fieldsOf } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/**
 * The comparison key of a region. Azure spells one region in several ways: `eastus2euap`, `EastUS2EUAP`, `East US 2 EUAP`.
 */
function regionKey(region: string): string {
  return region.replace(/\s+/g, '').toLowerCase();
}

/** True where both name the same region; false where one of them is not known. */
export function sameRegion(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && regionKey(a) === regionKey(b);
}

/** A region of a subscription. */
export interface Region extends AzureRecord {
  /** `West Europe`, as shown. */
  readonly displayName: string;
  /** False for a geography (`europe`) or an edge zone: nothing of Compute is put there by its name. */
  readonly isPhysical: boolean;
  /** Names of the regions that it is paired with. */
  readonly paired: readonly string[];
  /** The availability zones that the subscription sees there: `1`, `2` ...; undefined where Azure says nothing of zones. */
  readonly zones?: readonly string[];
}

/** @throws BackupError `MalformedRecord` */
export function readRegion(raw: unknown): Region {
  const { head, top } = readRecord(raw, 'region');
  const metadata = top.object('metadata');
  const type = metadata.text('regionType') ?? 'Physical';
  const zones = top.list('availabilityZoneMappings').flatMap((one) => fieldsOf(one).text('logicalZone') ?? []);
  return {
    ...head,
    displayName: top.text('displayName') ?? head.name,
    isPhysical: type.toLowerCase() === 'physical' && (top.text('type') ?? 'Region').toLowerCase() === 'region',
    paired: metadata.list('pairedRegion').flatMap((one) => fieldsOf(one).text('name') ?? []),
    ...(zones.length > 0 ? { zones: zones.sort() } : {}),
  };
}

/** A resource group. */
export interface ResourceGroup extends AzureRecord {
  readonly location?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readResourceGroup(raw: unknown): ResourceGroup {
  const { head, top } = readRecord(raw, 'resource group');
  const location = top.text('location');
  return { ...head, ...(location === undefined ? {} : { location }) };
}
