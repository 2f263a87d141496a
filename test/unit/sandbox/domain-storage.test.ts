import assert from 'node:assert/strict';
import { Domain, type DomainEntry } from './domainSupport.ts';

const roles = 'providers/Microsoft.Authorization/roleAssignments';
const contributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe';

describe('sandbox domain: storage accounts, identities and roles', () => {
  let domain: Domain;
  let production: string;
  let group: string;
  let account: string;
  beforeEach(() => {
    domain = new Domain();
    production = `/subscriptions/${domain.world.subscriptions[0]?.subscriptionId}`;
    group = `${production}/resourceGroups/rg-api-prod`;
    account = `${group}/providers/Microsoft.Storage/storageAccounts/stnwapimweu`;
  });

  const accounts = (): Promise<DomainEntry[]> =>
    domain.all(`${production}/providers/Microsoft.Storage/storageAccounts?api-version=2024-01-01`);

  it('lists accounts of a subscription and of a group, with their endpoint on this server, firewall and word on keys', async () => {
    const found = await accounts();
    assert.deepEqual(
      found.map(({ name }) => name),
      ['stnwapimweu', 'stnwapimfw', 'stnwapimfwneu', 'stnwapimnokey', 'stnwapimempty', 'stnwfilesprod'],
    );
    const [open, fw] = found;
    assert.deepEqual(open?.properties['primaryEndpoints'], { blob: 'https://127.0.0.1:8443/stnwapimweu/' });
    assert.deepEqual([open?.properties['allowSharedKeyAccess'], found[3]?.properties['allowSharedKeyAccess']], [true, false]);
    assert.deepEqual(fw?.properties['networkAcls'], {
      ipv6Rules: [],
      bypass: 'AzureServices',
      virtualNetworkRules: [],
      ipRules: [{ value: '203.0.113.14', action: 'Allow' }],
      defaultAction: 'Deny',
    });
    const inGroup = await domain.all(`${group}/providers/Microsoft.Storage/storageAccounts`);
    assert.equal(inGroup.length, 5);
    assert.equal((await domain.get(account.toUpperCase())).at('name'), 'stnwapimweu');
    const missing = await domain.get(`${account}x`);
    assert.deepEqual([missing.status, missing.at('error.code')], [404, 'ResourceNotFound']);
  });

  it('gives two keys, other ones with each start', async () => {
    const keys = await domain.call('POST', `${account}/listKeys`);
    assert.deepEqual([keys.at('keys.0.keyName'), keys.at('keys.1.keyName'), keys.at('keys.0.permissions')], ['key1', 'key2', 'FULL']);
    const other = await new Domain().call('POST', `${account}/listKeys`);
    assert.match(String(keys.at('keys.0.value')), /^[A-Za-z0-9+/]{86}==$/);
    assert.notEqual(keys.at('keys.0.value'), other.at('keys.0.value'));
  });

  it('stands in the list of all resources, with services and identities', async () => {
    const types = async (type: string): Promise<string[]> =>
      (await domain.all(`${production}/resources?$filter=resourceType eq '${type}'`)).map(({ name }) => name);
    assert.equal((await types('Microsoft.Storage/storageAccounts')).length, 6);
    assert.deepEqual(await types('Microsoft.ManagedIdentity/userAssignedIdentities'), ['id-apim-backup']);
    assert.equal((await types('Microsoft.ApiManagement/service')).length, 7);
  });

  it('identities are listed and read; their id has resourcegroups in lower case, as recorded', async () => {
    const type = 'providers/Microsoft.ManagedIdentity/userAssignedIdentities';
    const [identity] = await domain.all(`${production}/${type}`);
    assert.match(
      identity?.id ?? '',
      /\/resourcegroups\/rg-api-prod\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/id-apim-backup$/,
    );
    const read = await domain.get(`${group}/${type}/id-apim-backup`);
    assert.deepEqual(
      [read.at('properties.clientId'), read.at('properties.tenantId')],
      [identity?.properties['clientId'], domain.world.tenantId],
    );
    assert.equal((await domain.get(`${group}/${type}/nobody`)).status, 404);
  });

  it('roles at an account: those above it, at it and below it, of one principal or of all', async () => {
    const all = await domain.all(`${account}/${roles}`);
    const scopes = new Set(all.map(({ properties }) => properties['scope']));
    assert.deepEqual([...scopes].sort(), [production, group, account].sort());
    const service = await domain.get(`${group}/providers/Microsoft.ApiManagement/service/apim-orders-weu`);
    const principal = String(service.at('identity.principalId'));
    for (const filter of [
      `assignedTo('${principal}')`,
      `principalId eq '${principal.toUpperCase()}'`,
      `atScope() and assignedTo('${principal}')`,
    ]) {
      const [own, more] = await domain.all(`${account}/${roles}?$filter=${encodeURIComponent(filter)}`);
      assert.match(String(own?.properties['roleDefinitionId']), new RegExp(`/roleDefinitions/${contributor}$`), filter);
      assert.equal(more, undefined);
    }
    const atGroup = await domain.all(`${group}/${roles}?$filter=atScope()`);
    assert.ok(atGroup.length > 0 && atGroup.every(({ properties }) => properties['scope'] !== account));
    const bad = await domain.get(`${account}/${roles}?$filter=${encodeURIComponent("roleName eq 'x'")}`);
    assert.deepEqual([bad.status, bad.at('error.code')], [400, 'UnsupportedQuery']);
  });

  it('a role is given, not twice, and taken away', async () => {
    const principalId = '0f0f0f0f-1111-4222-8333-444444444444';
    const properties = { roleDefinitionId: `${production}/providers/Microsoft.Authorization/roleDefinitions/${contributor}`, principalId };
    const id = `${account}/${roles}/0e0e0e0e-1111-4222-8333-444444444444`;
    const made = await domain.call('PUT', id, { properties });
    assert.deepEqual([made.status, made.at('properties.scope'), made.at('properties.principalType')], [201, account, 'ServicePrincipal']);
    const again = await domain.call('PUT', `${account}/${roles}/0d0d0d0d-1111-4222-8333-444444444444`, { properties });
    assert.deepEqual([again.status, again.at('error.code')], [409, 'RoleAssignmentExists']);
    assert.equal((await domain.call('DELETE', id)).status, 200);
    assert.equal((await domain.get(id)).at('error.code'), 'RoleAssignmentNotFound');
    for (const [name, body, code] of [
      ['no-guid', { properties }, 'BadRequestFormat'],
      ['0c0c0c0c-1111-4222-8333-444444444444', {}, 'BadRequestFormat'],
      ['0c0c0c0c-1111-4222-8333-444444444444', { properties: { ...properties, roleDefinitionId: 'x/y' } }, 'RoleDefinitionDoesNotExist'],
    ] as const) {
      assert.equal((await domain.call('PUT', `${account}/${roles}/${name}`, body)).at('error.code'), code);
    }
  });
});
