import { randomUUID } from 'node:crypto';
import { type App, type AppContext, readText } from './request.ts';
import type { SandboxClock } from '../arm/types.ts';
import { adfsTenant, type Audiences, type Directory, knowsTenant } from '../identity/directory.ts';
import { instanceDiscovery, issuerFor, issuerOf, openIdConfiguration } from '../identity/discovery.ts';
import { SignInRefusal } from '../identity/refusal.ts';
import { checkTokenRequest } from '../identity/tokenRequest.ts';
import type { TokenIssuer } from '../identity/tokens.ts';

export interface IdentityParts {
  readonly directory: Directory;
  readonly audiences: Audiences;
  readonly tokens: TokenIssuer;
  readonly clock: SandboxClock;
  readonly originOf: (context: AppContext) => string;
}

/** `/adfs`, `/adfs/{tenant}`, `/{tenant}` and no tenant at all: the spellings that clients make of one authority. */
const authorities = ['', '/:tenant', '/adfs/:tenant'];

/** The sign-in half of the cloud: tokens, OpenID configuration, instance discovery, keys. */
export function addIdentityRoutes(app: App, parts: IdentityParts): void {
  app.get('/common/discovery/instance', (context) => {
    const endpoint = context.req.query('authorization_endpoint');
    const { status, body } = instanceDiscovery(parts.originOf(context), parts.directory, endpoint);
    return json(status, body);
  });
  for (const authority of authorities) {
    app.post(`${authority}/oauth2/token`, (context) => answerToken(parts, context, 'v1'));
    app.post(`${authority}/oauth2/v2.0/token`, (context) => answerToken(parts, context, 'v2'));
    app.get(`${authority}/.well-known/openid-configuration`, (context) => answerConfiguration(parts, context, 'v1'));
    app.get(`${authority}/v2.0/.well-known/openid-configuration`, (context) => answerConfiguration(parts, context, 'v2'));
    app.get(`${authority}/discovery/keys`, async () => json(200, await parts.tokens.keySet()));
    app.get(`${authority}/discovery/v2.0/keys`, async () => json(200, await parts.tokens.keySet()));
    for (const interactive of ['authorize', 'devicecode', 'v2.0/authorize', 'v2.0/devicecode']) {
      app.all(`${authority}/oauth2/${interactive}`, (context) => refuse(parts, context, notInteractive()));
    }
  }
}

async function answerToken(parts: IdentityParts, context: AppContext, version: 'v1' | 'v2'): Promise<Response> {
  try {
    const form = new URLSearchParams(await readText(context));
    const resource = checkTokenRequest(parts.directory, parts.audiences, tenantOf(context), form, context.req.header('authorization'));
    const authority = authorityOf(parts, context);
    const issuer = issuerFor(resource, parts.directory, issuerOf(parts.originOf(context), authority, version));
    const token = await parts.tokens.issue(issuer, resource);
    // The older endpoint's numbers are strings, and it repeats the resource; ADFS is asked with a scope as well.
    const v1 = form.has('resource') && version === 'v1';
    const times = v1
      ? { expires_on: String(token.expiresOn), not_before: String(token.notBefore), resource }
      : { ext_expires_in: token.expiresInSeconds };
    return json(200, {
      token_type: 'Bearer',
      expires_in: v1 ? String(token.expiresInSeconds) : token.expiresInSeconds,
      ...times,
      access_token: token.accessToken,
    });
  } catch (error) {
    return refuse(parts, context, error);
  }
}

function answerConfiguration(parts: IdentityParts, context: AppContext, version: 'v1' | 'v2'): Response {
  const tenant = tenantOf(context);
  if (tenant !== undefined && !knowsTenant(parts.directory, tenant)) {
    return refuse(parts, context, new SignInRefusal(400, 'invalid_tenant', 90002, `Tenant '${tenant}' not found.`));
  }
  return json(200, openIdConfiguration(parts.originOf(context), authorityOf(parts, context), version));
}

function refuse(parts: IdentityParts, context: AppContext, error: unknown): Response {
  if (!(error instanceof SignInRefusal)) {
    throw error;
  }
  return json(error.status, error.toBody(parts.clock.now(), context.req.header('client-request-id')));
}

function notInteractive(): SignInRefusal {
  return new SignInRefusal(400, 'unsupported_grant_type', 70003, 'This authority signs in with client credentials only.');
}

function tenantOf(context: AppContext): string | undefined {
  return context.req.param('tenant');
}

/** The authority's path as the caller spelt it, lower case; the tenant's own where it named none. */
function authorityOf(parts: IdentityParts, context: AppContext): string {
  const path = /^(.*?)\/(?:oauth2|v2\.0|\.well-known)\//.exec(context.req.path)?.[1] ?? '';
  return path === '' || path === '/common' || path === '/organizations'
    ? `/${parts.directory.tenantGuid}`
    : path.replace(/^\/adfs\/adfs$/, `/${adfsTenant}`);
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', pragma: 'no-cache', 'x-ms-request-id': randomUUID() } });
}
