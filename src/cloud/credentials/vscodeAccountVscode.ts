/** Signing in with the Microsoft account of VS Code. */
import * as vscode from 'vscode';
import { BackupError, messageOf } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import { tokenScope } from '../environments.ts';
import type { CloudEnvironment } from '../types.ts';
import { claimsOf } from './claims.ts';
import type { ArmToken, Credential } from './types.ts';

const label = 'the Microsoft account of VS Code';
/** Milliseconds that a token is taken to live that does not tell. */
const assumedLife = 5 * 60_000;

/** Claims that a tenant asked for and that only a person can fulfil, by `provider tenant`; taken up by the next sign-in. */
const pendingClaims = new Map<string, string>();
/** Where the blobs need a sign-in of their own, by `provider tenant`. */
const pendingStorage = new Set<string>();

/** VS Code's provider of accounts for a cloud. */
export function accountProvider(environment: CloudEnvironment): string {
  return environment.kind === 'public' ? 'microsoft' : 'microsoft-sovereign-cloud';
}

/** The credential of who is signed in already; undefined where nobody is. Asks nobody. @throws BackupError. */
export async function signedInAccount(environment: CloudEnvironment): Promise<Credential | undefined> {
  const session = await ask(environment, {}, { silent: true });
  return session && credentialOf(environment, session.account);
}

/**
 * Lets the person sign in, to a tenant where one is named.
 * @throws BackupError where the provider is missing or refuses; a person who closes the prompt is such a refusal.
 */
export async function signInAccount(environment: CloudEnvironment, tenantId?: string): Promise<void> {
  await chooseSovereignCloud(environment);
  const key = claimsKey(environment, tenantId);
  await ask(environment, { tenantId }, { createIfNone: true }, pendingClaims.get(key));
  pendingClaims.delete(key);
  if (pendingStorage.has(key)) {
    await ask(environment, { tenantId, resource: 'storage' }, { createIfNone: true });
    pendingStorage.delete(key);
  }
}

function claimsKey(environment: CloudEnvironment, tenantId: string | undefined): string {
  return `${accountProvider(environment)} ${tenantId ?? ''}`;
}

function credentialOf(environment: CloudEnvironment, account: vscode.AuthenticationSessionAccountInformation): Credential {
  return {
    kind: 'vscode',
    label,
    account: account.label,
    manyTenants: true,
    async getToken({ tenantId, claims, resource }): Promise<ArmToken> {
      const session = await ask(environment, { tenantId, resource }, { silent: true, account }, claims);
      if (!session) {
        if (resource === 'storage') {
          pendingStorage.add(claimsKey(environment, tenantId));
        } else if (claims !== undefined) {
          pendingClaims.set(claimsKey(environment, tenantId), claims);
        }
        throw new BackupError(`${account.label} has to sign in${tenantId === undefined ? '' : ` to tenant ${tenantId}`} again.`, {
          code: 'SignInNeeded',
          attempted: 'sign in',
          resource: tenantId ?? environment.label,
          remedies: ['Sign in: the tenant asks for consent or another factor, or the account is not a member of it.'],
        });
      }
      return { token: session.accessToken, expiresAt: expiryOf(session.accessToken) ?? Date.now() + assumedLife };
    },
  };
}

async function ask(
  environment: CloudEnvironment,
  { tenantId, resource }: { readonly tenantId?: string | undefined; readonly resource?: 'storage' | undefined },
  options: vscode.AuthenticationGetSessionOptions,
  claims?: string,
): Promise<vscode.AuthenticationSession | undefined> {
  const scopes = [tokenScope(environment, resource), ...(tenantId === undefined ? [] : [`VSCODE_TENANT:${tenantId}`])];
  const request =
    claims === undefined
      ? scopes
      : {
          wwwAuthenticate: `Bearer error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`,
          fallbackScopes: scopes,
        };
  try {
    return await vscode.authentication.getSession(accountProvider(environment), request, options);
  } catch (error) {
    throw new BackupError(
      `Could not sign in to ${environment.label} with ${label}: ${messageOf(error)}`,
      { code: 'SignInFailed', attempted: 'sign in', resource: environment.label, remedies: remediesFor(environment) },
      { cause: error },
    );
  }
}

function remediesFor(environment: CloudEnvironment): string[] {
  const other = 'Or choose another way of signing in (azureBackup.credential).';
  return environment.kind === 'custom'
    ? ['For a custom cloud, fill in microsoft-sovereign-cloud.environment and microsoft-sovereign-cloud.customEnvironment.', other]
    : ['Sign in again and finish in the browser.', other];
}

/** VS Code has one account provider for all sovereign clouds; a setting of its own tells it which. */
async function chooseSovereignCloud(environment: CloudEnvironment): Promise<void> {
  const wanted = environment.kind === 'usGovernment' ? 'USGovernment' : environment.kind === 'china' ? 'ChinaCloud' : undefined;
  const configuration = vscode.workspace.getConfiguration('microsoft-sovereign-cloud');
  if (wanted !== undefined && configuration.get('environment') !== wanted) {
    await configuration.update('environment', wanted, vscode.ConfigurationTarget.Global);
  }
}

function expiryOf(token: string): number | undefined {
  const claims = claimsOf(token);
  const seconds = isObject(claims) ? claims['exp'] : undefined;
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}
