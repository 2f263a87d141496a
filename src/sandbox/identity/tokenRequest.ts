import { timingSafeEqual } from 'node:crypto';
import { type Audiences, type Directory, knowsTenant } from './directory.ts';
import { SignInRefusal } from './refusal.ts';

/**
 * Checks a client-credentials request and returns the resource it asks a token for, in the caller's spelling.
 * @param tenant of the path; undefined where the path names none.
 * @throws SignInRefusal as Microsoft's token endpoint refuses.
 */
export function checkTokenRequest(
  directory: Directory,
  audiences: Audiences,
  tenant: string | undefined,
  form: URLSearchParams,
  authorization: string | undefined,
): string {
  if (tenant !== undefined && !knowsTenant(directory, tenant)) {
    const hint = 'Check to make sure you have the correct tenant ID and are signing into the correct cloud.';
    throw new SignInRefusal(400, 'invalid_request', 90002, `Tenant '${tenant}' not found. ${hint}`);
  }
  const grant = required(form.get('grant_type'), 'grant_type');
  if (grant !== 'client_credentials') {
    throw new SignInRefusal(400, 'unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  }
  const basic = basicCredentials(authorization);
  const clientId = required(form.get('client_id') ?? basic?.id, 'client_id');
  if (clientId.toLowerCase() !== directory.clientId) {
    const text = `Application with identifier '${clientId}' was not found in the directory '${directory.tenantGuid}'.`;
    throw new SignInRefusal(400, 'unauthorized_client', 700016, text);
  }
  checkSecret(directory, form.get('client_secret') ?? basic?.secret);
  return resourceOf(audiences, form);
}

function checkSecret(directory: Directory, secret: string | undefined): void {
  if (!secret) {
    const text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
    throw new SignInRefusal(401, 'invalid_client', 7000218, text);
  }
  const [given, expected] = [Buffer.from(secret), Buffer.from(directory.clientSecret)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    const hint = 'Ensure the secret being sent in the request is the client secret value, not the client secret ID';
    throw new SignInRefusal(
      401,
      'invalid_client',
      7000215,
      `Invalid client secret provided. ${hint}, for a secret added to app '${directory.clientId}'.`,
    );
  }
}

/** v2 asks with `scope` (`https://management.azure.com//.default`), v1 and ADFS with `resource`. */
function resourceOf(audiences: Audiences, form: URLSearchParams): string {
  const resource = form.get('resource') ?? resourceOfScope(required(form.get('scope'), 'scope'));
  if (!audiences.isKnown(resource)) {
    const text = `The resource principal named ${resource} was not found in the tenant. This can happen if the application has not been installed by the administrator of the tenant.`;
    throw new SignInRefusal(400, 'invalid_resource', 500011, text);
  }
  return resource;
}

function resourceOfScope(scope: string): string {
  // MSAL adds OpenID scopes to what its caller asked for.
  const wanted = scope.split(/\s+/).filter((part) => part && !['openid', 'profile', 'offline_access'].includes(part));
  const resource = wanted.length === 1 ? /^(.+)\/\.default$/.exec(wanted[0] ?? '')?.[1] : undefined;
  if (resource === undefined) {
    const text = `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`;
    throw new SignInRefusal(400, 'invalid_scope', 1002012, text);
  }
  return resource;
}

function required(value: string | null | undefined, name: string): string {
  if (!value) {
    throw new SignInRefusal(400, 'invalid_request', 900144, `The request body must contain the following parameter: '${name}'.`);
  }
  return value;
}

function basicCredentials(authorization: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(authorization ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? undefined : { id: formDecode(text.slice(0, at)), secret: formDecode(text.slice(at + 1)) };
}

/** RFC 6749 §2.3.1 has both halves form-encoded; text that is not is taken as it is. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
