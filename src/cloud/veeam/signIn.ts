/**
 * The sign-in of an appliance: `POST /api/oauth2/token`, a form. Access tokens last 60 minutes and refresh tokens 14 days;
 * both are others after each refresh. A user with a second factor is asked for a code in between (grant `Mfa`).
 * Source: Veeam Backup for Microsoft Azure, REST API reference, "Requesting Authorization".
 */
import { isCancelled } from '../../core/cancellation.ts';
import { BackupError } from '../../core/errors.ts';
import { isObject, parsedJson, stringAt } from '../../core/json.ts';
import { unansweredError } from '../networkErrors.ts';
import type { ArmPipeline } from '../pipeline.ts';
import { serviceErrorOf } from '../serviceError.ts';
import type { ServiceEndpoint } from '../types.ts';

export interface ApplianceTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since the epoch, UTC: of the access token. */
  readonly expiresAt: number;
}

/** `needsCode`: goes on with the code of the user's authenticator app. */
export type SignInStep = { readonly tokens: ApplianceTokens } | { readonly needsCode: { readonly mfaToken: string } };

export type Grant =
  | { readonly type: 'Password'; readonly user: string; readonly password: string }
  | { readonly type: 'Refresh_token'; readonly refreshToken: string }
  | { readonly type: 'Mfa'; readonly mfaToken: string; readonly code: string };

export interface SignInDoor {
  readonly endpoint: ServiceEndpoint;
  /** Adds no token. */
  readonly pipeline: ArmPipeline;
  now(): number;
}

/** Codes of a sign-in that was refused: only a person can help, and trying again by itself would lock the user out. */
export const refusedCodes = { wrong: 'SignInRefused', locked: 'UserLocked', spent: 'RefreshTokenSpent', code: 'CodeRefused' } as const;

/** Shorter ones stand by chance in words that have nothing to do with them. */
const shortestSecret = 4;

/**
 * Asks for tokens, once. @throws BackupError with a code of `refusedCodes` where the appliance refused, others where it did
 *   not answer or answered with something else; never with what was sent in it. CancelledError
 */
export async function requestTokens(door: SignInDoor, grant: Grant, signal?: AbortSignal): Promise<SignInStep> {
  const { endpoint } = door;
  const answer = await door.pipeline.send({
    method: 'POST',
    url: `${endpoint.resourceManagerEndpoint}/api/oauth2/token`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fieldsOf(grant)).toString(),
    ...(signal ? { signal } : {}),
  });
  const about = { attempted: 'sign in', resource: endpoint.label };
  if ('error' in answer) {
    throw isCancelled(answer.error) ? answer.error : unansweredError(answer.error, endpoint, about);
  }
  const { status } = answer;
  const text = status < 300 ? (answer.bodyAsText ?? '') : withoutSecrets(answer.bodyAsText ?? '', grant);
  // A page is no word of the appliance's API: what answers so on the way may let us through tomorrow.
  const isPage = text.trim().startsWith('<');
  if (status === 401 || ((status === 400 || status === 403) && !isPage)) {
    throw refused(grant, endpoint, status, serviceErrorOf(status, text).message);
  }
  const step = status < 300 ? readStep(text, door.now()) : undefined;
  if (!step) {
    const reason = status >= 400 || isPage ? serviceErrorOf(status, text).message : 'The answer holds no token.';
    throw new BackupError(`Could not sign in to ${endpoint.label}: ${reason}`, {
      ...about,
      code: status === 404 || status < 400 ? 'NoAppliance' : serviceErrorOf(status, text).code,
      status,
      remedies: [
        'Check that the address is that of a Veeam Backup for Microsoft Azure appliance, and its port that of the web page.',
        'If it is, try again in a few minutes.',
      ],
    });
  }
  return step;
}

function fieldsOf(grant: Grant): Record<string, string> {
  switch (grant.type) {
    case 'Password':
      return { grant_type: grant.type, Username: grant.user, Password: grant.password };
    case 'Refresh_token':
      return { grant_type: grant.type, refresh_token: grant.refreshToken };
    case 'Mfa':
      return { grant_type: grant.type, mfa_token: grant.mfaToken, mfa_code: grant.code };
  }
}

/** An answer without what was sent, which it may say back: what it says of a refusal is shown and kept. */
function withoutSecrets(text: string, grant: Grant): string {
  const { grant_type: _type, Username: _user, ...secrets } = fieldsOf(grant);
  return Object.values(secrets)
    .filter((secret) => secret.length >= shortestSecret)
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      new URLSearchParams({ '': secret }).toString().slice(1),
    ])
    .reduce((all, secret) => all.replaceAll(secret, '(not shown)'), text);
}

function readStep(text: string, nowMs: number): SignInStep | undefined {
  const body = parsedJson(text);
  const accessToken = stringAt(body, 'access_token');
  const refreshToken = stringAt(body, 'refresh_token');
  const seconds = isObject(body) ? Number(body['expires_in']) : Number.NaN;
  if (accessToken && refreshToken) {
    return { tokens: { accessToken, refreshToken, expiresAt: nowMs + (seconds > 0 ? seconds : 3600) * 1000 } };
  }
  const mfaToken = stringAt(body, 'mfa_token');
  return mfaToken ? { needsCode: { mfaToken } } : undefined;
}

function refused(grant: Grant, { label }: ServiceEndpoint, status: number, reason: string): BackupError {
  const locked = /\block(ed)?\b/i.test(reason);
  const error = (code: string, sentence: string, remedies: readonly string[]): BackupError =>
    new BackupError(`${sentence} ${reason}`, { code, attempted: 'sign in', resource: label, status, remedies });
  if (locked) {
    return error(refusedCodes.locked, `${label} has locked the user.`, [
      'Ask the administrator of the appliance to unlock the user, then run "Sign In Again...".',
    ]);
  }
  switch (grant.type) {
    case 'Password':
      return error(refusedCodes.wrong, `${label} refused the sign-in.`, [
        'Check the user name and the password: those of the appliance’s own web page. Several wrong ones may lock the user.',
      ]);
    case 'Mfa':
      return error(refusedCodes.code, `${label} refused the code.`, [
        'Type the code that the authenticator app shows now, and check the clock of the device that shows it.',
      ]);
    case 'Refresh_token':
      return error(refusedCodes.spent, `The sign-in to ${label} has expired.`, ['Run "Sign In Again..." on the appliance.']);
  }
}
