import type { Seed, SeedBlob } from '../storage/azurite/service.ts';
import type { StorageEstate } from '../storage/estate.ts';
import { roles } from '../storage/model.ts';
import { apiGroups, backupIdentity, grant, westEuropeIp } from '../storage/standing.ts';
import { ownRandom } from '../world/ownRandom.ts';
import { day, hour } from '../world/wireFormat.ts';
import type { World } from '../world/world.ts';
import { archiveOf, encode } from './archive.ts';
import { contentsOf, services, type ServiceEntry } from './catalogue.ts';
import { ApiEstate, serviceId } from './estate.ts';
import type { Service } from './model.ts';

/** The container that backups of the company go to. */
const backupContainer = 'apim-backups';

/** Accounts that identities may write to, with whose. */
const writers: Readonly<Record<string, readonly string[]>> = {
  stnwapimweu: ['apim-northwind-weu', 'apim-northwind-neu', 'apim-orders-weu', backupIdentity],
  stnwapimfw: ['apim-northwind-weu', backupIdentity],
  stnwapimfwneu: ['apim-northwind-weu'],
  stnwapimnokey: ['apim-northwind-weu', 'apim-northwind-neu'],
  stnwapimempty: ['apim-northwind-weu'],
  stnwapimtest: ['apim-dev-weu'],
};

/** Services, and the roles of their identities. */
export function standingServices(world: World, storage: StorageEstate): ApiEstate {
  const estate = new ApiEstate(world, storage);
  for (const entry of services) {
    estate.add(serviceOf(world, storage, entry));
  }
  const principalOf = (name: string): string | undefined =>
    name === backupIdentity
      ? identityOf(world, storage)?.principalId
      : estate.services().find((service) => service.name === name)?.systemPrincipalId;
  for (const [account, names] of Object.entries(writers)) {
    for (const name of names) {
      grant(storage, storage.accountNamed(account)?.id ?? '', roles.blobContributor.id, principalOf(name) ?? '');
    }
  }
  return estate;
}

function identityOf(world: World, storage: StorageEstate) {
  return world.subscriptions
    .flatMap(({ subscriptionId }) => storage.identitiesOf(subscriptionId))
    .find((identity) => identity.name === backupIdentity);
}

function serviceOf(world: World, storage: StorageEstate, entry: ServiceEntry): Service {
  const group = apiGroups.find((known) => known.name === entry.group);
  const subscriptionId = world.subscriptions.find((known) => known.name === group?.subscription)?.subscriptionId ?? '';
  const place = { subscriptionId, resourceGroup: entry.group, name: entry.name };
  const random = ownRandom(`${entry.name} ${world.tenantId}`);
  const principalId = random.guid();
  const location = entry.location ?? group?.location ?? '';
  const identity = identityOf(world, storage);
  const [own, user] = [entry.identities === 'system' || entry.identities === 'both', ['user', 'both'].includes(entry.identities ?? '')];
  return {
    ...place,
    id: serviceId(place),
    location,
    tier: entry.tier,
    capacity: entry.capacity ?? 1,
    createdAt: world.startedAt - Math.round((90 + random.next() * 600) * day),
    publisherName: 'Northwind Traders',
    publisherEmail: 'api-team@northwind.example',
    publicIp: location === 'westeurope' ? westEuropeIp : '198.51.100.27',
    ...(own ? { systemPrincipalId: principalId } : {}),
    userIdentities: user && identity !== undefined ? [identity.id] : [],
    workspaces: entry.workspaces ?? [],
    tags: { ...group?.tags },
    ...(entry.isHeld === true ? { heldUntil: world.startedAt + 365 * day } : {}),
    contents: contentsOf(entry.apis),
    operations: new Map(),
    revision: 1,
  };
}

/** Containers of the accounts, with backups of several ages in the first one, and things that are none. */
export function standingBlobs(estate: ApiEstate): Seed[] {
  const { world, storage } = estate;
  const at = (age: number): number => world.startedAt - age;
  const backup = (service: string, age: number, apis: readonly string[]): SeedBlob => {
    const found = estate.services().find((known) => known.name === service);
    if (found === undefined) {
      throw new Error(`There is no service ${service}.`);
    }
    const contents = contentsOf(apis);
    const name = `${service}-${new Date(at(age)).toISOString().slice(0, 10)}.apimbackup`;
    return {
      name,
      contentType: 'application/octet-stream',
      content: encode({ ...archiveOf(found, at(age)), contents }),
      modifiedAt: at(age),
    };
  };
  const filled: Readonly<Record<string, readonly SeedBlob[]>> = {
    stnwapimweu: [
      backup('apim-northwind-weu', 2 * day, ['orders', 'customers']),
      backup('apim-northwind-weu', 29 * day, ['orders']),
      backup('apim-northwind-weu', 31 * day, ['orders-v0']),
      backup('apim-orders-weu', 5 * day, ['orders']),
      {
        name: 'readme.txt',
        contentType: 'text/plain',
        content: Buffer.from('Backups of API Management. Do not delete.\n'),
        modifiedAt: at(120 * day + 3 * hour),
      },
    ],
    stnwapimtest: [backup('apim-dev-weu', 8 * day, ['orders'])],
  };
  const without = ['stnwapimempty'];
  return storage
    .accounts()
    .filter(({ name }) => name.startsWith('stnwapim') && !without.includes(name))
    .map((account) => ({ account, container: backupContainer, blobs: filled[account.name] ?? [] }));
}
