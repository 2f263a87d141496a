/** Ways of signing in that `@azure/identity` knows: Azure CLI, environment, service principal. */
import type { TokenCredential } from '@azure/core-auth';
import type * as identity from '@azure/identity';
import { isCancelled } from '../../core/cancellation.ts';
import { badSetting, tokenScope } from '../environments.ts';
import type { VerifyingHttpClient } from '../httpClient.ts';
import type { RequestLog } from '../requestLog.ts';
import type { CloudEnvironment } from '../types.ts';
import { authorityTransport, type AuthorityTransport } from './authorityTransport.ts';
import { signInError } from './signInErrors.ts';
import type { ArmToken, Credential, CredentialKind, TokenRequest } from './types.ts';

type IdentityLibrary = typeof identity;

interface IdentityOptions extends identity.TokenCredentialOptions {
  readonly disableInstanceDiscovery: boolean;
  readonly additionallyAllowedTenants: string[];
}

interface IdentityWay {
  readonly kind: CredentialKind;
  readonly label: string;
  readonly account?: string;
  readonly homeTenantId?: string;
  readonly secrets: readonly string[];
  readonly make: (library: IdentityLibrary, options: IdentityOptions) => TokenCredential;
}

export interface CredentialSetup {
  readonly environment: CloudEnvironment;
  /** Called with the first token. @throws BackupError where it cannot be made. */
  readonly client: () => Promise<VerifyingHttpClient>;
  readonly log?: RequestLog;
}

/** Loads the library while there is something else to wait for. Its failure is told by the first token. */
export function preloadIdentityLibrary(): void {
  import('@azure/identity').catch(() => undefined);
}

export function azureCliCredential(setup: CredentialSetup): Credential {
  return identityCredential(setup, {
    kind: 'azureCli',
    label: 'Azure CLI',
    secrets: [],
    make: (library) => new library.AzureCliCredential({ additionallyAllowedTenants: ['*'], processTimeoutInMs: 30_000 }),
  });
}

/** @param variables the environment, for what must not be shown and for the tenant that it names */
export function environmentCredential(setup: CredentialSetup, variables: NodeJS.ProcessEnv = process.env): Credential {
  const tenant = variables['AZURE_TENANT_ID'];
  const client = variables['AZURE_CLIENT_ID'];
  const names = ['AZURE_CLIENT_SECRET', 'AZURE_CLIENT_CERTIFICATE_PASSWORD', 'AZURE_PASSWORD'];
  return identityCredential(setup, {
    kind: 'environment',
    label: 'the environment',
    secrets: names.map((name) => variables[name] ?? ''),
    make: (library, options) => new library.EnvironmentCredential(options),
    ...(client ? { account: client } : {}),
    ...(tenant ? { homeTenantId: tenant } : {}),
  });
}

export interface ServicePrincipal {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** @throws BackupError where tenant or client id are not set. */
export function servicePrincipalCredential(setup: CredentialSetup, principal: ServicePrincipal): Credential {
  for (const name of ['tenantId', 'clientId'] as const) {
    if (principal[name] === '') {
      throw badSetting(
        `azureBackup.servicePrincipal.${name}`,
        undefined,
        `the ${name === 'tenantId' ? 'tenant' : 'application'} id of the service principal`,
      );
    }
  }
  const { tenantId, clientId, clientSecret } = principal;
  return identityCredential(setup, {
    kind: 'servicePrincipal',
    label: 'a service principal',
    account: clientId,
    homeTenantId: tenantId,
    secrets: [clientSecret, encodeURIComponent(clientSecret)],
    make: (library, options) => new library.ClientSecretCredential(tenantId, clientId, clientSecret, options),
  });
}

function identityCredential(setup: CredentialSetup, way: IdentityWay): Credential {
  const { environment } = setup;
  let transport: AuthorityTransport | undefined;
  let credential: Promise<TokenCredential> | undefined;

  async function make(): Promise<TokenCredential> {
    const [library, http] = await Promise.all([import('@azure/identity'), setup.client()]);
    transport ??= authorityTransport(environment, http, setup.log);
    return way.make(library, {
      authorityHost: environment.authorityHost,
      httpClient: transport,
      // Which authority to trust is the settings' word; asking Microsoft's public host would tell it of a private cloud.
      disableInstanceDiscovery: true,
      additionallyAllowedTenants: ['*'],
      retryOptions: { maxRetries: 2, retryDelayInMs: 400, maxRetryDelayInMs: 5000 },
    });
  }

  async function getToken(request: TokenRequest): Promise<ArmToken> {
    if (request.fresh) {
      // The library keeps tokens of its own; only a new one of it forgets the token that was refused.
      credential = undefined;
    }
    try {
      const { tenantId, signal, claims, resource } = request;
      const token = await (
        await (credential ??= make())
      ).getToken(tokenScope(environment, resource), {
        ...(tenantId === undefined ? {} : { tenantId }),
        ...(signal ? { abortSignal: signal } : {}),
        ...(claims === undefined ? {} : { claims }),
      });
      if (!token) {
        throw new Error('No token was given');
      }
      return { token: token.token, expiresAt: token.expiresOnTimestamp };
    } catch (error) {
      credential = undefined;
      if (isCancelled(error) && request.signal?.aborted) {
        throw error;
      }
      const failure = transport?.failure;
      throw signInError(error, { ...way, environment, ...(failure === undefined ? {} : { failure }) });
    }
  }

  return {
    kind: way.kind,
    label: way.label,
    manyTenants: false,
    getToken,
    ...(way.account === undefined ? {} : { account: way.account }),
    ...(way.homeTenantId === undefined ? {} : { homeTenantId: way.homeTenantId }),
  };
}
