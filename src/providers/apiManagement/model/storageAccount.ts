import { segmentOf } from '../../../core/armId.ts';
import { defined, fieldsOf } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** A storage account, as far as it is a place for backups. */
export interface StorageAccount extends AzureRecord {
  readonly resourceGroup?: string;
  readonly location?: string;
  /** `properties.primaryEndpoints.blob`; absent where the account keeps no blobs. */
  readonly blobEndpoint?: string;
  /** False where its keys open nothing. */
  readonly takesKeys: boolean;
  /** True where only what it names may come in. */
  readonly closed: boolean;
  /** Services of Azure that come with an identity of their own are let in all the same. */
  readonly letsAzureIn: boolean;
  /** It names addresses that are let in. */
  readonly namesAddresses: boolean;
  /** Ids of resources (or kinds of resources, by a `*`) that are let in. */
  readonly resourcesLetIn: readonly string[];
}

/** @throws BackupError `MalformedRecord` */
export function readAccount(raw: unknown): StorageAccount {
  const { head, top, properties } = readRecord(raw, 'storage account');
  const rules = properties.object('networkAcls');
  const bypass = (rules.text('bypass') ?? 'AzureServices').toLowerCase().split(/\s*,\s*/);
  return defined<StorageAccount>({
    ...head,
    resourceGroup: segmentOf(head.id, 'resourceGroups'),
    location: top.text('location'),
    blobEndpoint: properties.object('primaryEndpoints').text('blob'),
    takesKeys: properties.flag('allowSharedKeyAccess') ?? true,
    closed: rules.text('defaultAction')?.toLowerCase() === 'deny' || properties.text('publicNetworkAccess')?.toLowerCase() === 'disabled',
    letsAzureIn: bypass.includes('azureservices'),
    namesAddresses: rules.list('ipRules').length > 0,
    resourcesLetIn: rules.list('resourceAccessRules').flatMap((rule) => fieldsOf(rule).text('resourceId') ?? []),
  });
}

/** A blob container, as the resource manager tells of it. */
export interface Container extends AzureRecord {
  readonly lastModified?: string;
}

/** @throws BackupError `MalformedRecord` */
export function readContainer(raw: unknown): Container {
  const { head, properties } = readRecord(raw, 'blob container');
  return defined<Container>({ ...head, lastModified: properties.moment('lastModifiedTime') });
}

/** That a principal has a role. */
export interface RoleAssignment extends AzureRecord {
  /** GUID of the role's definition, lower case. */
  readonly role: string;
  /** Id of what it holds for, with all below. */
  readonly scope: string;
}

/** @throws BackupError `MalformedRecord` */
export function readRoleAssignment(raw: unknown): RoleAssignment {
  const { head, properties } = readRecord(raw, 'role assignment');
  const definition = properties.text('roleDefinitionId') ?? '';
  return { ...head, role: definition.slice(definition.lastIndexOf('/') + 1).toLowerCase(), scope: properties.text('scope') ?? '/' };
}
