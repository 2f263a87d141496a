import assert from 'node:assert/strict';
import { ComputeManagementClient } from '@azure/arm-compute';
import { ClientSecretCredential } from '@azure/identity';
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from 'jose';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import { credentialOf, send, startTiny, tokenOf, vaultId, type TinySandbox } from './platformSupport.ts';

const anywhere = `${vaultId}?api-version=2023-06-01`;

describe('sandbox platform: sign-in', () => {
  let sandbox: TinySandbox;
  before(async () => {
    sandbox = await startTiny();
  });
  after(() => sandbox.close());

  const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
  const client = (): Record<string, string> => ({
    grant_type: 'client_credentials',
    client_id: sandbox.endpoint.clientId,
    client_secret: sandbox.endpoint.clientSecret,
    scope: 'https://management.azure.com/.default',
  });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send(sandbox, 'POST', path, {
      token: null,
      body: form(fields),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });

  it('ClientSecretCredential gets a token with nothing but the printed values, and the resource manager takes it', async () => {
    const token = await credentialOf(sandbox).getToken('https://management.azure.com/.default');
    assert.ok(token.expiresOnTimestamp > Date.now() + 3_000_000, 'lives for about an hour');
    assert.equal((await send(sandbox, 'GET', anywhere, { token: token.token })).status, 200);
  });

  for (const [title, tenant, suffix, extra] of [
    ['instance discovery disabled', 'adfs', '/adfs', { disableInstanceDiscovery: true }],
    ['an authority without /adfs', 'adfs', '', {}],
    ['the tenant as a GUID', '99999999-2222-4333-8444-555555555555', '', { disableInstanceDiscovery: true }],
    ['the tenant as a GUID below /adfs', '99999999-2222-4333-8444-555555555555', '/adfs', { disableInstanceDiscovery: true }],
  ] as const) {
    it(`ClientSecretCredential signs in with ${title}`, async () => {
      const { clientId, clientSecret, resourceManagerEndpoint } = sandbox.endpoint;
      const credential = new ClientSecretCredential(tenant, clientId, clientSecret, {
        authorityHost: resourceManagerEndpoint + suffix,
        tlsOptions: { ca: sandbox.certificateAuthority },
        ...extra,
      });
      const { token } = await credential.getToken(`${resourceManagerEndpoint}/.default`);
      assert.equal((await send(sandbox, 'GET', anywhere, { token })).status, 200);
    });
  }

  it('a wrong secret is refused as AADSTS7000215, through the library too', async () => {
    const error = await credentialOf(sandbox, 'not-the-secret')
      .getToken('https://management.azure.com/.default')
      .then(
        () => assert.fail('a token came'),
        (reason: unknown) => reason as Error,
      );
    assert.match(error.message, /7000215/);
    const bare = await post('/adfs/oauth2/token', { ...client(), client_secret: 'not-the-secret' });
    assert.equal(bare.status, 401);
    assert.equal(bare.at('error'), 'invalid_client');
    assert.deepEqual(bare.at('error_codes'), [7000215]);
  });

  for (const [title, change, status, error, number] of [
    ['an unknown application', { client_id: '12345678-0000-4000-8000-000000000000' }, 400, 'unauthorized_client', 700016],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ['an unknown resource', { scope: 'https://nowhere.example/.default' }, 400, 'invalid_resource', 500011],
    ['a scope that is not /.default', { scope: 'https://management.azure.com/user_impersonation' }, 400, 'invalid_scope', 1002012],
    ['no secret', { client_secret: '' }, 401, 'invalid_client', 7000218],
    ['no application', { client_id: '' }, 400, 'invalid_request', 900144],
  ] as const) {
    it(`the token endpoint refuses ${title}`, async () => {
      const answer = await post('/adfs/oauth2/v2.0/token', { ...client(), ...change }, { 'client-request-id': 'abc' });
      assert.equal(answer.status, status);
      assert.equal(answer.at('error'), error);
      assert.deepEqual(answer.at('error_codes'), [number]);
      assert.match(answer.textAt('error_description'), new RegExp(`^AADSTS${number}: .+ Correlation ID: abc `));
    });
  }

  it('an unknown tenant is refused by the token endpoint and by its configuration', async () => {
    const answer = await post('/contoso.example/oauth2/v2.0/token', client());
    assert.deepEqual([answer.status, answer.at('error_codes')], [400, [90002]]);
    const configuration = await send(sandbox, 'GET', '/contoso.example/v2.0/.well-known/openid-configuration', { token: null });
    assert.deepEqual([configuration.status, configuration.at('error_codes')], [400, [90002]]);
  });

  it('a resource instead of a scope, and credentials in Basic form, are taken; numbers are strings then', async () => {
    const { clientId, clientSecret } = sandbox.endpoint;
    const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const fields = { grant_type: 'client_credentials', resource: 'https://management.core.windows.net/' };
    const answer = await post('/adfs/oauth2/token', fields, { authorization: basic });
    assert.equal(answer.status, 200);
    assert.equal(answer.at('expires_in'), '3600');
    assert.equal(answer.at('resource'), 'https://management.core.windows.net/');
    assert.equal(decodeJwt(answer.textAt('access_token')).aud, 'https://management.core.windows.net/');
  });

  it('every OpenID configuration names endpoints that work, and its keys verify its tokens', async () => {
    for (const authority of ['/adfs', '/adfs/adfs', '/99999999-2222-4333-8444-555555555555', '/common/v2.0']) {
      const configuration = await send(sandbox, 'GET', `${authority}/.well-known/openid-configuration`, { token: null });
      const token = await post(configuration.textAt('token_endpoint'), client());
      assert.equal(token.status, 200, authority);
      const keys = createRemoteJWKSet(new URL(configuration.textAt('jwks_uri')), {
        [customFetch]: async (url: string) => {
          const answer = await send(sandbox, 'GET', url, { token: null });
          return new Response(answer.text, { status: answer.status });
        },
      });
      const { payload } = await jwtVerify(token.textAt('access_token'), keys, { issuer: configuration.textAt('issuer') });
      assert.equal(payload.tid, '99999999-2222-4333-8444-555555555555', authority);
    }
  });

  it('instance discovery knows this host and refuses others', async () => {
    const { resourceManagerEndpoint } = sandbox.endpoint;
    const ask = (endpoint: string) =>
      send(sandbox, 'GET', `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`, {
        token: null,
      });
    const own = await ask(`${resourceManagerEndpoint}/adfs/oauth2/v2.0/authorize`);
    assert.equal(own.at('metadata.0.preferred_network'), new URL(resourceManagerEndpoint).host);
    assert.equal((await send(sandbox, 'GET', own.textAt('tenant_discovery_endpoint'), { token: null })).status, 200);
    assert.equal((await ask('https://login.example/x/oauth2/authorize')).at('error'), 'invalid_instance');
  });

  describe("the resource manager's 401", () => {
    for (const [title, headers, code] of [
      ['no token', {}, 'AuthenticationFailed'],
      ['another scheme', { authorization: 'Basic eDp5' }, 'AuthenticationFailedInvalidHeader'],
      ['a made-up token', { authorization: 'Bearer abc.def.ghi' }, 'InvalidAuthenticationToken'],
    ] as const) {
      it(`names ${title}`, async () => {
        const answer = await send(sandbox, 'GET', anywhere, { token: null, headers });
        assert.equal(answer.status, 401);
        assert.equal(answer.at('error.code'), code);
        assert.equal(answer.headers['x-ms-failure-cause'], 'gateway');
        assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer authorization_uri="https:.*\/adfs", error="invalid_token"/);
      });
    }

    it('names a token for another resource', async () => {
      const { token } = await credentialOf(sandbox).getToken('https://graph.microsoft.com/.default');
      const answer = await send(sandbox, 'GET', anywhere, { token });
      assert.deepEqual([answer.status, answer.at('error.code')], [401, 'InvalidAuthenticationTokenAudience']);
    });

    it('names a token of another sandbox', async () => {
      const other = await startTiny();
      const token = await tokenOf(other);
      await other.close();
      const answer = await send(sandbox, 'GET', anywhere, { token });
      assert.deepEqual([answer.status, answer.at('error.code')], [401, 'InvalidAuthenticationToken']);
    });
  });

  it('a token expires by itself, and a fresh one works', async () => {
    const short = await startTiny({ tokenLifetimeSeconds: 1 });
    const time = (turn: 'hold' | 'release') =>
      send(short, 'POST', `/_sandbox/time/${turn}`, { token: null, headers: { [secretHeader]: short.endpoint.clientSecret } });
    try {
      // As short as it lives, it is good for as long as no time passes.
      await time('hold');
      const token = await tokenOf(short);
      const until = Date.now() + 20_000;
      let answer = await send(short, 'GET', anywhere, { token });
      assert.equal(answer.status, 200, 'good at first');
      await time('release');
      while (answer.status === 200 && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        answer = await send(short, 'GET', anywhere, { token });
      }
      assert.deepEqual([answer.status, answer.at('error.code')], [401, 'ExpiredAuthenticationToken']);
      assert.match(
        answer.textAt('error.message'),
        /expiry UTC time '\d+\/\d+\/\d{4} \d+:\d\d:\d\d [AP]M' is earlier than current UTC time/,
      );
      await time('hold');
      assert.equal((await send(short, 'GET', anywhere)).status, 200);
    } finally {
      await short.close();
    }
  });

  it('a typed client signs in by its own scope for a custom endpoint', async () => {
    const { resourceManagerEndpoint } = sandbox.endpoint;
    const compute = new ComputeManagementClient(credentialOf(sandbox), vaultId.split('/')[2] ?? '', {
      endpoint: resourceManagerEndpoint,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    });
    const error = await compute.virtualMachines.get('rg-one', 'vm-one').then(
      () => assert.fail('the tiny provider has no machines'),
      (reason: unknown) => reason as { code?: string; statusCode?: number },
    );
    // Past the door: the refusal is for the type that nobody serves, not for the token.
    assert.deepEqual([error.statusCode, error.code], [404, 'InvalidResourceNamespace']);
  });
});
