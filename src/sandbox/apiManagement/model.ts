import type { JsonObject } from '../arm/types.ts';

/** API Management services. Moments in ms UTC. */

/** What somebody made inside a service: an API, a product, a named value ... */
export interface Entity {
  readonly name: string;
  readonly properties: JsonObject;
}

export const entityKinds = ['apis', 'products', 'namedValues', 'backends', 'subscriptions'] as const;
export type EntityKind = (typeof entityKinds)[number];

/** What a backup carries, and a restore replaces as a whole. */
export type Contents = Readonly<Record<EntityKind, readonly Entity[]>> & {
  /** XML of the policy that holds for all APIs. */
  readonly policy: string;
};

export type Tier = 'Developer' | 'Basic' | 'Standard' | 'Premium' | 'Consumption' | 'BasicV2' | 'StandardV2';

/** The tiers that have backups at all (documented). */
export const tiersWithBackup: readonly Tier[] = ['Developer', 'Basic', 'Standard', 'Premium'];

export interface Service {
  readonly id: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly name: string;
  readonly location: string;
  readonly tier: Tier;
  readonly capacity: number;
  readonly createdAt: number;
  readonly publisherName: string;
  /** `user@northwind.example`. */
  readonly publisherEmail: string;
  /** Its address on the internet: what firewalls see of it from another region. */
  readonly publicIp: string;
  /** GUID of its own identity; absent where it has none. */
  readonly systemPrincipalId?: string;
  /** Ids of user-assigned identities. */
  readonly userIdentities: readonly string[];
  /** Names of workspaces. */
  readonly workspaces: readonly string[];
  readonly tags: JsonObject;
  /** Some other management operation holds it until then: a scaling, a change of its network. */
  readonly heldUntil?: number;
  contents: Contents;
  /** Its backups and restores, by their ids; the newest last. */
  readonly operations: Map<string, Operation>;
  /** Counts changes, for its ETag. */
  revision: number;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export type OperationKind = 'Backup' | 'Restore';

export interface Operation {
  /** As Azure's URLs have it: base64 of `service_Backup_1a2b3c4d` (recorded). */
  readonly id: string;
  readonly kind: OperationKind;
  readonly startAt: number;
  readonly dueAt: number;
  /** Once its work is done: how it has ended. */
  outcome?: { readonly failure?: Failure };
  /** Waits until its work is done; only once it is due. */
  readonly settle: () => Promise<void>;
}

/** Whether a management operation holds the service: then no other can begin. */
export function isHeld(service: Service, now: number): boolean {
  return [...service.operations.values()].some(({ outcome }) => outcome === undefined) || now < (service.heldUntil ?? 0);
}
