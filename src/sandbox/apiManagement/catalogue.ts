import type { JsonObject } from '../arm/types.ts';
import type { Contents, Entity, Tier } from './model.ts';

/** The API Management services of the company. */

export interface ServiceEntry {
  readonly name: string;
  readonly group: 'rg-api-prod' | 'rg-api-test';
  readonly location?: string;
  readonly tier: Tier;
  readonly capacity?: number;
  readonly identities?: 'system' | 'user' | 'both';
  readonly workspaces?: readonly string[];
  /** Its network is being changed, for longer than anybody looks. */
  readonly isHeld?: true;
  readonly apis: readonly string[];
}

export const services: readonly ServiceEntry[] = [
  { name: 'apim-northwind-weu', group: 'rg-api-prod', tier: 'Premium', identities: 'both', apis: ['orders', 'customers', 'catalogue'] },
  // Of the same tier, for the day on which West Europe is gone: still nearly empty.
  { name: 'apim-northwind-neu', group: 'rg-api-prod', location: 'northeurope', tier: 'Premium', identities: 'system', apis: ['echo'] },
  { name: 'apim-orders-weu', group: 'rg-api-prod', tier: 'Standard', identities: 'system', apis: ['orders', 'returns'] },
  // No identity at all: only a key is left.
  { name: 'apim-partners-weu', group: 'rg-api-prod', tier: 'Basic', apis: ['partners'] },
  {
    name: 'apim-teams-weu',
    group: 'rg-api-prod',
    tier: 'Premium',
    identities: 'system',
    workspaces: ['finance', 'logistics'],
    apis: ['shared'],
  },
  { name: 'apim-loyalty-weu', group: 'rg-api-prod', tier: 'StandardV2', identities: 'system', apis: ['loyalty'] },
  { name: 'apim-webhooks-weu', group: 'rg-api-prod', tier: 'Consumption', capacity: 0, identities: 'system', apis: ['webhooks'] },
  { name: 'apim-dev-weu', group: 'rg-api-test', tier: 'Developer', identities: 'system', apis: ['orders', 'echo'] },
  { name: 'apim-staging-weu', group: 'rg-api-test', tier: 'Developer', identities: 'system', isHeld: true, apis: ['orders'] },
  { name: 'apim-loyalty-dev', group: 'rg-api-test', tier: 'BasicV2', identities: 'system', apis: ['loyalty'] },
];

/** What a service with these APIs holds. */
export function contentsOf(apis: readonly string[]): Contents {
  const product = { displayName: 'Partners', description: 'For those we know.', subscriptionRequired: true, state: 'published' };
  return {
    apis: apis.map(api),
    products: [entity('partners', { ...product, approvalRequired: true })],
    namedValues: [entity('backend-timeout', { displayName: 'backend-timeout', value: '20', secret: false, tags: [] })],
    backends: apis.map((name) => entity(name, { url: `https://${name}.internal.northwind.example`, protocol: 'http' })),
    subscriptions: [entity('northwind-web', { displayName: 'Northwind web shop', scope: '/products/partners', state: 'active' })],
    policy: `<policies><inbound><rate-limit calls="${apis.length * 100}" renewal-period="60" /></inbound><backend><forward-request /></backend><outbound /><on-error /></policies>`,
  };
}

function api(name: string): Entity {
  return entity(name, {
    displayName: `${name.charAt(0).toUpperCase()}${name.slice(1)} API`,
    apiRevision: '1',
    description: null,
    subscriptionRequired: true,
    serviceUrl: `https://${name}.internal.northwind.example`,
    path: name,
    protocols: ['https'],
    isCurrent: true,
  });
}

function entity(name: string, properties: JsonObject): Entity {
  return { name, properties };
}
