import { adfsTenant, type Directory } from './directory.ts';

/**
 * OpenID configuration of one authority.
 * @param authority path of the authority, e.g. `/adfs` or `/{tenant}`, without trailing slash.
 */
export function openIdConfiguration(origin: string, authority: string, version: 'v1' | 'v2'): Record<string, unknown> {
  const base = `${origin}${authority}`;
  const oauth = version === 'v2' ? `${base}/oauth2/v2.0` : `${base}/oauth2`;
  return {
    issuer: issuerOf(origin, authority, version),
    authorization_endpoint: `${oauth}/authorize`,
    token_endpoint: `${oauth}/token`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    jwks_uri: `${base}/discovery/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    grant_types_supported: ['client_credentials'],
    response_types_supported: ['token'],
    response_modes_supported: ['query', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'oid', 'appid'],
    access_token_issuer: issuerOf(origin, authority, 'v1'),
  };
}

/** `iss` of tokens and configurations. */
export function issuerOf(origin: string, authority: string, version: 'v1' | 'v2'): string {
  return version === 'v2' ? `${origin}${authority}/v2.0` : `${origin}${authority}`;
}

/** `iss` of a token for a resource: storage looks for the name that Microsoft's own tokens have, and Azurite knows no other. */
export function issuerFor(resource: string, directory: Directory, usual: string): string {
  return /^https:\/\/storage\.azure\.com\/?$/i.test(resource) ? `https://sts.windows.net/${directory.tenantGuid}/` : usual;
}

/** Instance discovery: this host knows itself and nobody else. */
export function instanceDiscovery(
  origin: string,
  directory: Directory,
  authorizationEndpoint: string | undefined,
): { status: number; body: Record<string, unknown> } {
  const host = new URL(origin).host;
  const asked = hostOf(authorizationEndpoint);
  if (asked !== undefined && asked !== host) {
    const text = `AADSTS50049: Unknown or invalid instance '${asked}'.`;
    return { status: 400, body: { error: 'invalid_instance', error_description: text, error_codes: [50049] } };
  }
  const tenant = tenantOf(authorizationEndpoint) ?? directory.tenantGuid;
  const suffix = tenant === adfsTenant ? '' : '/v2.0';
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${origin}/${tenant}${suffix}/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  };
}

function hostOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;
}

function tenantOf(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname.split('/').find(Boolean)?.toLowerCase() : undefined;
}
