import { randomBytes } from 'node:crypto';
import type { JsonObject, SandboxClock } from '../arm/types.ts';
import { badField, Problem } from './problem.ts';
import type { User } from './users.ts';

const minute = 60_000;
/** Lifetimes as documented; `--speed` does not shorten them. */
const lifetimes = { accessMs: 60 * minute, refreshMs: 14 * 24 * 60 * minute, shortRefreshMs: 60 * minute, mfaMs: 5 * minute };

interface Grant {
  readonly user: User;
  readonly shortLived: boolean;
  readonly expiresAt: number;
}

const grants = ['Password', 'Refresh_token', 'Mfa'] as const;
/** Grants of the contract that need an identity provider or Veeam's updater, which the sandbox has not. */
const foreignGrants = ['Saml', 'SsoToken', 'Updater_token', 'Authorization_code'];

/** `/api/oauth2/token` of one appliance: who is signed in, and with which tokens. */
export class SignIn {
  readonly #users: readonly User[];
  readonly #clock: SandboxClock;
  readonly #access = new Map<string, Grant>();
  readonly #refresh = new Map<string, Grant>();
  readonly #mfa = new Map<string, Grant>();

  constructor(users: readonly User[], clock: SandboxClock) {
    this.#users = users;
    this.#clock = clock;
  }

  /** Answers a token request. Names of fields and grants are taken in any casing. @throws Problem 400 or 401 */
  token(body: string): JsonObject {
    const form = new Map([...new URLSearchParams(body)].map(([name, value]) => [name.toLowerCase(), value]));
    const asked = need(form, 'grant_type');
    const shortLived = form.get('short_lived_refresh_token')?.toLowerCase() === 'true';
    switch (grants.find((grant) => grant.toLowerCase() === asked.toLowerCase())) {
      case 'Password':
        return this.#withPassword(need(form, 'username'), need(form, 'password'), shortLived);
      case 'Refresh_token':
        return this.#withRefreshToken(need(form, 'refresh_token'));
      case 'Mfa':
        return this.#withCode(need(form, 'mfa_token'), need(form, 'mfa_code'));
      case undefined: {
        const foreign = foreignGrants.some((grant) => grant.toLowerCase() === asked.toLowerCase());
        throw badField('grant_type', foreign ? `The grant type '${asked}' is not configured.` : `The value '${asked}' is not valid.`);
      }
    }
  }

  /** Whose token a request carries. @throws Problem 401 */
  authenticate(authorization: string | undefined): User {
    const token = bearer(authorization);
    const grant = token === undefined ? undefined : this.#access.get(token);
    if (grant === undefined) {
      throw unauthorized(
        'invalid_token',
        'The Authorization header does not contain an access token, or the provided access token is invalid.',
      );
    }
    if (grant.expiresAt <= this.#clock.now()) {
      throw unauthorized('invalid_token', `The access token expired at ${new Date(grant.expiresAt).toISOString()}.`);
    }
    return grant.user;
  }

  /** Access and refresh tokens that were handed out and not spent. */
  issued(): readonly string[] {
    return [...this.#access.keys(), ...this.#refresh.keys()];
  }

  /** Ends the tokens of the user who asks. */
  signOut(user: User): void {
    this.expire({ user, refresh: true });
  }

  /** Ends tokens before their time: those of one user or of all, refresh tokens where asked for; or one access token. */
  expire(which: { readonly user?: User; readonly refresh?: boolean; readonly accessToken?: string }): void {
    const { user, refresh, accessToken } = which;
    const expiresAt = this.#clock.now();
    for (const tokens of refresh === true ? [this.#access, this.#refresh] : [this.#access]) {
      for (const [token, grant] of tokens) {
        if ((user === undefined || grant.user === user) && (accessToken === undefined || accessToken === token)) {
          tokens.set(token, { ...grant, expiresAt });
        }
      }
    }
  }

  #withPassword(username: string, password: string, shortLived: boolean): JsonObject {
    const user = this.#users.find((known) => known.username.toLowerCase() === username.toLowerCase());
    if (user === undefined || !user.hasPassword(password)) {
      throw new Problem(401, 'Invalid username or password.');
    }
    refuseLocked(user);
    if (!user.needsCode) {
      return this.#issue(user, shortLived);
    }
    const mfaToken = newToken();
    this.#mfa.set(mfaToken, { user, shortLived, expiresAt: this.#clock.now() + lifetimes.mfaMs });
    return {
      ...who(user),
      access_token: null,
      token_type: null,
      refresh_token: null,
      expires_in: 0,
      mfa_enabled: true,
      mfa_token: mfaToken,
    };
  }

  #withCode(mfaToken: string, code: string): JsonObject {
    const grant = this.#mfa.get(mfaToken);
    if (grant === undefined || grant.expiresAt <= this.#clock.now()) {
      throw new Problem(401, 'The MFA token is invalid or has expired. Sign in with the password again.');
    }
    refuseLocked(grant.user);
    if (!grant.user.hasCode(code, this.#clock.now())) {
      throw new Problem(401, 'Invalid verification code.');
    }
    this.#mfa.delete(mfaToken);
    return this.#issue(grant.user, grant.shortLived);
  }

  #withRefreshToken(token: string): JsonObject {
    const grant = this.#refresh.get(token);
    // Rotated: whoever comes with a spent one comes too late.
    this.#refresh.delete(token);
    if (grant === undefined || grant.expiresAt <= this.#clock.now()) {
      throw new Problem(401, 'The refresh token is invalid or has expired.');
    }
    refuseLocked(grant.user);
    return this.#issue(grant.user, grant.shortLived);
  }

  #issue(user: User, shortLived: boolean): JsonObject {
    const now = this.#clock.now();
    const [access, refresh] = [newToken(), newToken()];
    this.#access.set(access, { user, shortLived, expiresAt: now + lifetimes.accessMs });
    this.#refresh.set(refresh, { user, shortLived, expiresAt: now + (shortLived ? lifetimes.shortRefreshMs : lifetimes.refreshMs) });
    return {
      ...who(user),
      access_token: access,
      token_type: 'bearer',
      refresh_token: refresh,
      expires_in: lifetimes.accessMs / 1000,
      '.issued': new Date(now).toISOString(),
      '.expires': new Date(now + lifetimes.accessMs).toISOString(),
      mfa_enabled: user.needsCode,
      mfa_token: null,
      shortLived,
    };
  }
}

function who(user: User): JsonObject {
  return { userId: user.id, username: user.username, roleName: user.role, userType: 'Internal', redirectTo: null };
}

function refuseLocked(user: User): void {
  if (user.locked) {
    throw new Problem(401, `The user account '${user.username}' is locked. Contact the administrator of the backup appliance.`);
  }
}

function need(form: ReadonlyMap<string, string>, name: string): string {
  const value = form.get(name);
  if (value === undefined || value === '') {
    throw badField(name, `The ${name} field is required.`);
  }
  return value;
}

function unauthorized(error: string, description: string): Problem {
  return new Problem(401, description, { headers: { 'www-authenticate': `Bearer error="${error}", error_description="${description}"` } });
}

export function bearer(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
}

function newToken(): string {
  return randomBytes(48).toString('base64url');
}
