import { lastSegment, segmentOf } from '../../../core/armId.ts';
import { isObject } from '../../../core/json.ts';
import { defined, fieldsOf } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';

/** A managed identity that the service can use. */
export interface ServiceIdentity {
  readonly principalId: string;
  /** Of a user-assigned one: its resource's id and name, and what a request names it by. Absent of the service's own. */
  readonly user?: { readonly id: string; readonly name: string; readonly clientId?: string };
}

/** An API Management service. */
export interface ApiService extends AzureRecord {
  readonly subscriptionId?: string;
  readonly resourceGroup?: string;
  /** As Azure writes it here: `West Europe`. Compare with `sameRegion`. */
  readonly location?: string;
  /** `Developer`, `Consumption`, `StandardV2` ... */
  readonly tier?: string;
  /** Units. */
  readonly capacity?: number;
  /** `Succeeded`, `Updating`, `Activating`, `Failed` ... */
  readonly provisioningState?: string;
  readonly gatewayUrl?: string;
  readonly identities: readonly ServiceIdentity[];
}

/** @throws BackupError `MalformedRecord` */
export function readService(raw: unknown): ApiService {
  const { head, top, properties } = readRecord(raw, 'API Management service');
  const sku = top.object('sku');
  return defined<ApiService>({
    ...head,
    subscriptionId: segmentOf(head.id, 'subscriptions'),
    resourceGroup: segmentOf(head.id, 'resourceGroups'),
    location: top.text('location'),
    tier: sku.text('name'),
    capacity: sku.number('capacity'),
    provisioningState: properties.text('provisioningState'),
    gatewayUrl: properties.text('gatewayUrl'),
    identities: identitiesOf(top.object('identity').raw),
  });
}

/** The service's own first: it gets past the firewall of a storage account where others do not. */
function identitiesOf(raw: unknown): readonly ServiceIdentity[] {
  const identity = fieldsOf(raw);
  const own = identity.text('principalId');
  const users = Object.entries(identity.object('userAssignedIdentities').raw).flatMap(([id, value]): ServiceIdentity[] => {
    const fields = fieldsOf(isObject(value) ? value : {});
    const principalId = fields.text('principalId');
    const clientId = fields.text('clientId');
    return principalId === undefined
      ? []
      : [{ principalId, user: { id, name: lastSegment(id), ...(clientId === undefined ? {} : { clientId }) } }];
  });
  return [...(own === undefined ? [] : [{ principalId: own }]), ...users];
}

/** Whether a tier has backups at all (Microsoft's documentation); undefined for one that this version does not know. */
export function tierHasBackups(tier: string | undefined): boolean | undefined {
  const name = tier?.toLowerCase() ?? '';
  if (['developer', 'basic', 'standard', 'premium'].includes(name)) {
    return true;
  }
  return name === 'consumption' || name.endsWith('v2') ? false : undefined;
}

/** No management operation runs on it, as far as its own state tells. */
export function isAtRest({ provisioningState }: Pick<ApiService, 'provisioningState'>): boolean {
  return provisioningState === undefined || provisioningState.toLowerCase() === 'succeeded';
}

/** `West Europe` and `westeurope` are one. */
export function sameRegion(a: string | undefined, b: string | undefined): boolean {
  const plain = (name: string): string => name.replace(/\s+/g, '').toLowerCase();
  return a !== undefined && b !== undefined && plain(a) === plain(b);
}
