import { randomBytes } from 'node:crypto';
import type { SubscriptionName } from '../world/catalogue.ts';
import { groupId } from '../world/entities.ts';
import { ownRandom } from '../world/ownRandom.ts';
import { day } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';
import { accountId, StorageEstate } from './estate.ts';
import { identityId } from './identities.ts';
import { roles, type Account, type Firewall } from './model.ts';
import { assignmentOf } from './roleAssignments.ts';

/** The one user-assigned identity of the company, for backups. */
export const backupIdentity = 'id-apim-backup';

export const apiGroups = [
  {
    subscription: 'Northwind Production',
    name: 'rg-api-prod',
    location: 'westeurope',
    tags: { environment: 'production', owner: 'api-team' },
  },
  { subscription: 'Northwind Test', name: 'rg-api-test', location: 'westeurope', tags: { environment: 'test', owner: 'api-team' } },
] as const;

type GroupName = (typeof apiGroups)[number]['name'];

interface Entry {
  readonly name: string;
  readonly group: GroupName;
  readonly location?: string;
  readonly firewall?: Firewall;
  readonly keysOff?: true;
}

/** Outgoing address of API Management in West Europe, as that account's firewall lists it. */
export const westEuropeIp = '203.0.113.14';

/** Storage accounts for backups of API Management: one that is as it should be, and what goes wrong with others. */
const entries: readonly Entry[] = [
  { name: 'stnwapimweu', group: 'rg-api-prod' },
  // A firewall in the service's own region: no address gets past it, only Azure's trusted services.
  {
    name: 'stnwapimfw',
    group: 'rg-api-prod',
    firewall: { defaultAction: 'Deny', bypass: 'AzureServices', ipRules: [westEuropeIp] },
  },
  // One in another region: the service's address is listed.
  {
    name: 'stnwapimfwneu',
    group: 'rg-api-prod',
    location: 'northeurope',
    firewall: { defaultAction: 'Deny', bypass: 'None', ipRules: [westEuropeIp] },
  },
  { name: 'stnwapimnokey', group: 'rg-api-prod', keysOff: true },
  { name: 'stnwapimempty', group: 'rg-api-prod' },
  { name: 'stnwapimtest', group: 'rg-api-test' },
  // Nobody has a role for the data in it.
  { name: 'stnwapimnorole', group: 'rg-api-test' },
];

const open: Firewall = { defaultAction: 'Allow', bypass: 'AzureServices', ipRules: [] };

/**
 * Groups, accounts, the identity and the user's own roles.
 * @param principalId GUID of whoever signs in to the sandbox
 */
export function standingStorage(world: World, principalId: string): StorageEstate {
  const estate = new StorageEstate(world);
  const subscriptionOf = (name: SubscriptionName): string => world.subscriptions.find((known) => known.name === name)?.subscriptionId ?? '';
  for (const { subscription, ...group } of apiGroups) {
    world.addGroup({ ...group, subscriptionId: subscriptionOf(subscription) });
  }
  for (const { name, group, location, firewall, keysOff } of entries) {
    const found = apiGroups.find((known) => known.name === group);
    const subscriptionId = subscriptionOf(found?.subscription ?? 'Northwind Test');
    const place = { subscriptionId, resourceGroup: group, location: location ?? found?.location ?? '' };
    estate.addAccount(accountOf(world, { ...place, name }, { firewall: firewall ?? open, allowSharedKeyAccess: keysOff !== true }));
  }
  for (const { subscriptionId, resourceGroup, name, location } of world.subscriptions.flatMap((known) =>
    world.storageAccounts(known.subscriptionId),
  )) {
    estate.addAccount(accountOf(world, { subscriptionId, resourceGroup, name, location }, { firewall: open, allowSharedKeyAccess: true }));
  }
  addIdentity(estate, subscriptionOf('Northwind Production'));
  for (const { subscriptionId } of world.subscriptions) {
    grant(estate, `/subscriptions/${subscriptionId}`, roles.owner.id, principalId);
  }
  // An owner may do all to an account and see nothing in it.
  const production = groupId({ subscriptionId: subscriptionOf('Northwind Production'), resourceGroup: 'rg-api-prod' });
  grant(estate, production, roles.blobContributor.id, principalId);
  grant(estate, estate.accountNamed('stnwapimtest')?.id ?? '', roles.blobReader.id, principalId);
  return estate;
}

/** Gives a principal a role from long ago. */
export function grant(estate: StorageEstate, scope: string, roleId: string, principalId: string): void {
  const name = ownRandom(`${scope} ${roleId} ${principalId}`).guid();
  estate.assign(assignmentOf(scope, roleId, principalId, name, estate.world.startedAt - 200 * day));
}

function accountOf(
  world: World,
  place: Pick<Account, 'subscriptionId' | 'resourceGroup' | 'location' | 'name'>,
  rest: Pick<Account, 'firewall' | 'allowSharedKeyAccess'>,
): Account {
  // New with each start, as all secrets of the sandbox are.
  const key = (): string => randomBytes(64).toString('base64');
  const createdAt = world.startedAt - Math.round((150 + ownRandom(place.name).next() * 300) * day);
  return { ...place, ...rest, id: accountId(place), createdAt, keys: [key(), key()], tags: {} };
}

function addIdentity(estate: StorageEstate, subscriptionId: string): void {
  const place = { subscriptionId, resourceGroup: 'rg-api-prod', name: backupIdentity };
  const random = ownRandom(`identity ${subscriptionId} ${backupIdentity}`);
  const [principalId, clientId] = [random.guid(), random.guid()];
  estate.addIdentity({ ...place, location: 'westeurope', id: identityId(place), principalId, clientId });
}
