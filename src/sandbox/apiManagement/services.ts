import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox, JsonObject } from '../arm/types.ts';
import { locations } from '../subscriptions/locations.ts';
import { groupOf, param, subscriptionOf } from '../world/scope.ts';
import { azureTime } from '../world/wireFormat.ts';
import { serviceId, type ApiContext, type ApiEstate } from './estate.ts';
import { isHeld, type Service } from './model.ts';
import { refusals } from './refusals.ts';

const type = 'Microsoft.ApiManagement/service';
const inGroup = `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/${type}`;
export const serviceTemplate = `${inGroup}/{service}`;

/** Services: to look at. */
export function registerServices({ estate }: ApiContext, tools: ArmToolbox, router: ArmRouter): void {
  const list = (request: ArmRequest, services: readonly Service[]): ArmReply =>
    tools.paged(
      request,
      services.map((service) => serviceResource(estate, service)),
    );
  router.on('GET', `/subscriptions/{subscriptionId}/providers/${type}`, (request) =>
    list(request, estate.servicesOf(subscriptionOf(estate.world, request))),
  );
  router.on('GET', inGroup, (request) => {
    const { subscriptionId, group } = groupOf(estate.world, request);
    return list(
      request,
      estate.servicesOf(subscriptionId).filter((service) => service.resourceGroup === group),
    );
  });
  router.on('GET', serviceTemplate, (request) => {
    const service = serviceOf(estate, request);
    return { status: 200, headers: { ETag: `"${etagOf(service)}"` }, body: serviceResource(estate, service) };
  });
}

/** @throws ArmFailure 404. */
export function serviceOf(estate: ApiEstate, request: ArmRequest): Service {
  const { subscriptionId, group } = groupOf(estate.world, request);
  const name = param(request, 'service');
  const service = estate.service(serviceId({ subscriptionId, resourceGroup: group, name: encodeURIComponent(name) }));
  if (service === undefined) {
    throw refusals.resourceNotFound(name, group);
  }
  return service;
}

/** As recorded; a service that an operation holds says `Updating` in both states. */
export function serviceResource(estate: ApiEstate, service: Service): JsonObject {
  const { id, name, location, tier, createdAt } = service;
  const held = isHeld(service, estate.world.now());
  const displayName = locations.find((known) => known.name === location)?.displayName ?? location;
  const isClassic = !['Consumption', 'BasicV2', 'StandardV2'].includes(tier);
  const host = (part: string): string | null => (isClassic ? `https://${name}${part}.azure-api.net` : null);
  return {
    id,
    name,
    type,
    tags: { ...service.tags },
    location: displayName,
    etag: etagOf(service),
    properties: {
      publisherEmail: service.publisherEmail,
      publisherName: service.publisherName,
      notificationSenderEmail: 'apimgmt-noreply@mail.windowsazure.com',
      provisioningState: held ? 'Updating' : 'Succeeded',
      targetProvisioningState: held ? 'Updating' : '',
      createdAtUtc: azureTime(createdAt),
      gatewayUrl: `https://${name}.azure-api.net`,
      gatewayRegionalUrl: isClassic ? `https://${name}-${location}-01.regional.azure-api.net` : null,
      portalUrl: host('.portal'),
      developerPortalUrl: host('.developer'),
      managementApiUrl: host('.management'),
      scmUrl: host('.scm'),
      hostnameConfigurations: [
        {
          type: 'Proxy',
          hostName: `${name}.azure-api.net`,
          encodedCertificate: null,
          keyVaultId: null,
          certificatePassword: null,
          negotiateClientCertificate: false,
          certificate: null,
          defaultSslBinding: true,
          identityClientId: null,
          certificateSource: 'BuiltIn',
          certificateStatus: null,
        },
      ],
      publicIPAddresses: isClassic ? [service.publicIp] : null,
      privateIPAddresses: null,
      additionalLocations: null,
      virtualNetworkConfiguration: null,
      virtualNetworkType: 'None',
      certificates: null,
      disableGateway: false,
      natGatewayState: 'Disabled',
      outboundPublicIPAddresses: isClassic ? [service.publicIp] : null,
      apiVersionConstraint: { minApiVersion: null },
      publicIpAddressId: null,
      publicNetworkAccess: 'Enabled',
      privateEndpointConnections: null,
      platformVersion: isClassic ? 'stv2.1' : tier === 'Consumption' ? 'mtv1' : 'stv2',
    },
    sku: { name: tier, capacity: service.capacity },
    ...identityOf(estate, service),
    zones: null,
    systemData: { createdAt: azureTime(createdAt), createdByType: 'User', createdBy: service.publisherEmail },
  };
}

/** A service without an identity has no such member: the contract knows no null there. */
function identityOf({ world, storage }: ApiEstate, { systemPrincipalId, userIdentities }: Service): JsonObject {
  const kinds = [...(systemPrincipalId === undefined ? [] : ['SystemAssigned']), ...(userIdentities.length === 0 ? [] : ['UserAssigned'])];
  if (kinds.length === 0) {
    return {};
  }
  const users = userIdentities.map((id) => storage.identity(id)).filter((found) => found !== undefined);
  return {
    identity: {
      type: kinds.join(', '),
      ...(systemPrincipalId === undefined ? {} : { principalId: systemPrincipalId, tenantId: world.tenantId }),
      ...(users.length === 0
        ? {}
        : { userAssignedIdentities: Object.fromEntries(users.map(({ id, principalId, clientId }) => [id, { principalId, clientId }])) }),
    },
  };
}

/** Eight bytes in base64, as recorded. */
function etagOf(service: Service): string {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(0x4ca000 + service.revision, 4);
  return bytes.toString('base64');
}
