import { segmentOf } from '../../../core/armId.ts';
import { defined } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** `properties.securitySettings.softDeleteSettings` of a vault. Absent members: Azure did not say. */
interface SoftDeleteSettings {
  /** `Enabled`, `Disabled`, `AlwaysON`. `Disabled` is no proof that a delete is permanent: Azure was seen to keep items all the same. */
  readonly state?: string;
  readonly retentionDays?: number;
  readonly enhancedSecurityState?: string;
}

/** A Recovery Services vault. */
export interface Vault extends AzureRecord {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  readonly sku?: string;
  /** `Succeeded`, `Provisioning`, `Failed` ... */
  readonly provisioningState?: string;
  readonly softDelete: SoftDeleteSettings;
  /** `Disabled`, `Unlocked`, `Locked`. */
  readonly immutability?: string;
  readonly multiUserAuthorization?: string;
  /** `GeoRedundant`, `LocallyRedundant`, `ZoneRedundant`. */
  readonly storageRedundancy?: string;
  readonly crossRegionRestore?: string;
  readonly publicNetworkAccess?: string;
  readonly secureScore?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readVault(raw: unknown): Vault {
  const { head, top, properties } = readRecord(raw, 'vault');
  const security = properties.object('securitySettings');
  const softDelete = security.object('softDeleteSettings');
  const redundancy = properties.object('redundancySettings');
  return defined<Vault>({
    ...head,
    subscriptionId: segmentOf(head.id, 'subscriptions'),
    resourceGroup: segmentOf(head.id, 'resourceGroups'),
    location: top.text('location'),
    sku: top.object('sku').text('name'),
    provisioningState: properties.text('provisioningState'),
    softDelete: defined<SoftDeleteSettings>({
      state: softDelete.text('softDeleteState'),
      retentionDays: softDelete.number('softDeleteRetentionPeriodInDays'),
      enhancedSecurityState: softDelete.text('enhancedSecurityState'),
    }),
    immutability: security.object('immutabilitySettings').text('state'),
    multiUserAuthorization: security.text('multiUserAuthorization'),
    storageRedundancy: redundancy.text('standardTierStorageRedundancy'),
    crossRegionRestore: redundancy.text('crossRegionRestore'),
    publicNetworkAccess: properties.text('publicNetworkAccess'),
    secureScore: properties.text('secureScore'),
  });
}
