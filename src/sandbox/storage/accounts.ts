import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { groupOf, param, subscriptionOf } from '../world/scope.ts';
import { azureTime } from '../world/wireFormat.ts';
import { accountId, type StorageEstate } from './estate.ts';
import type { Account } from './model.ts';
import { refusals } from './refusals.ts';

const type = 'Microsoft.Storage/storageAccounts';
const inSubscription = `/subscriptions/{subscriptionId}/providers/${type}`;
const inGroup = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
export const accountTemplate = `${inGroup}/{account}`;

/** Storage accounts: to look at, and their keys. */
export function registerAccounts(estate: StorageEstate, tools: ArmToolbox, router: ArmRouter): void {
  const list = (request: ArmRequest, accounts: readonly Account[]): ArmReply =>
    tools.paged(
      request,
      accounts.map((account) => accountResource(account, request.origin)),
    );
  router.on('GET', inSubscription, (request) => list(request, estate.accountsOf(subscriptionOf(estate.world, request))));
  router.on('GET', inGroup, (request) => {
    const { subscriptionId, group } = groupOf(estate.world, request);
    return list(
      request,
      estate.accountsOf(subscriptionId).filter((account) => account.resourceGroup === group),
    );
  });
  router.on('GET', accountTemplate, (request) => ({ status: 200, body: accountResource(accountOf(estate, request), request.origin) }));
  router.on('POST', `${accountTemplate}/listKeys`, (request) => {
    const { keys, createdAt } = accountOf(estate, request);
    const value = keys.map((key, at) => ({
      creationTime: azureTime(createdAt),
      keyName: `key${at + 1}`,
      value: key,
      permissions: 'FULL',
    }));
    return { status: 200, body: { keys: value } };
  });
}

/** @throws ArmFailure 404. */
export function accountOf(estate: StorageEstate, request: ArmRequest): Account {
  const { subscriptionId, group } = groupOf(estate.world, request);
  const name = param(request, 'account');
  const account = estate.account(accountId({ subscriptionId, resourceGroup: group, name: encodeURIComponent(name) }));
  if (account === undefined) {
    throw refusals.resourceNotFound(type, name, group);
  }
  return account;
}

/** As recorded, but for the endpoint: this server's own address, in the form of Azurite's (the account in the path). */
function accountResource(account: Account, origin: string): JsonObject {
  const time = azureTime(account.createdAt);
  const service = { keyType: 'Account', enabled: true, lastEnabledTime: time };
  return {
    sku: { name: 'Standard_LRS', tier: 'Standard' },
    kind: 'StorageV2',
    id: account.id,
    name: account.name,
    type,
    location: account.location,
    tags: { ...account.tags },
    properties: {
      keyCreationTime: { key1: time, key2: time },
      allowSharedKeyAccess: account.allowSharedKeyAccess,
      privateEndpointConnections: [],
      minimumTlsVersion: 'TLS1_2',
      allowBlobPublicAccess: false,
      publicNetworkAccess: 'Enabled',
      networkAcls: {
        ipv6Rules: [],
        bypass: account.firewall.bypass,
        virtualNetworkRules: [],
        ipRules: account.firewall.ipRules.map((value) => ({ value, action: 'Allow' })),
        defaultAction: account.firewall.defaultAction,
      },
      supportsHttpsTrafficOnly: true,
      encryption: { services: { file: service, blob: service }, keySource: 'Microsoft.Storage' },
      accessTier: 'Hot',
      provisioningState: 'Succeeded',
      creationTime: time,
      primaryEndpoints: { blob: `${origin}/${account.name}/` },
      primaryLocation: account.location,
      statusOfPrimary: 'available',
    },
  };
}
