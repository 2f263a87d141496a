import type { JsonObject } from '../arm/types.ts';

/** Storage accounts and who may use them. Moments in ms UTC. */

interface Place {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly location: string;
}

/** What a storage account lets in. */
export interface Firewall {
  readonly defaultAction: 'Allow' | 'Deny';
  /** `AzureServices`: services of Azure that come with their system-assigned identity get past it. */
  readonly bypass: 'AzureServices' | 'None';
  /** IPv4 addresses and CIDR ranges, as the account lists them. */
  readonly ipRules: readonly string[];
}

export interface Account extends Place {
  readonly id: string;
  /** Unique in all of Azure. */
  readonly name: string;
  readonly createdAt: number;
  /** Base64; both are always good. */
  readonly keys: readonly [string, string];
  /** Whether its keys, and what is signed with them, open it. */
  readonly allowSharedKeyAccess: boolean;
  readonly firewall: Firewall;
  readonly tags: JsonObject;
}

/** A user-assigned managed identity. */
export interface Identity extends Place {
  readonly id: string;
  readonly name: string;
  /** GUIDs. */
  readonly principalId: string;
  readonly clientId: string;
}

export interface Assignment {
  /** `{scope}/providers/Microsoft.Authorization/roleAssignments/{name}`. */
  readonly id: string;
  /** GUID. */
  readonly name: string;
  /** Id of what it is made on; it holds for everything below. */
  readonly scope: string;
  /** GUID, the same in all of Azure. */
  readonly roleId: string;
  readonly principalId: string;
  readonly principalType: 'ServicePrincipal' | 'User' | 'Group';
  readonly createdAt: number;
}

/** Azure's built-in roles that this cloud knows, by their GUIDs (documented). */
export const roles = {
  owner: { id: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', name: 'Owner' },
  contributor: { id: 'b24988ac-6180-42a0-ab88-20f7382dd24c', name: 'Contributor' },
  reader: { id: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', name: 'Reader' },
  blobOwner: { id: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b', name: 'Storage Blob Data Owner' },
  blobContributor: { id: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe', name: 'Storage Blob Data Contributor' },
  blobReader: { id: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1', name: 'Storage Blob Data Reader' },
} as const;

/** Roles that let one change blobs, and those that let one read them. Owner of the account is neither (documented). */
const blobWriters: readonly string[] = [roles.blobOwner.id, roles.blobContributor.id];
const blobReaders: readonly string[] = [...blobWriters, roles.blobReader.id];

/** Whether a role lets one do that to blobs. */
export function allows(roleId: string, what: 'read' | 'write'): boolean {
  return (what === 'read' ? blobReaders : blobWriters).includes(roleId.toLowerCase());
}
