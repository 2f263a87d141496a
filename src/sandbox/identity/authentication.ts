import { FailureWithHeaders } from '../arm/gateway.ts';
import type { SandboxClock } from '../arm/types.ts';
import type { Audiences } from './directory.ts';
import type { TokenIssuer } from './tokens.ts';

export interface AuthenticationParts {
  readonly tokens: TokenIssuer;
  readonly audiences: Audiences;
  readonly clock: SandboxClock;
  /** Where a client is told to sign in. */
  readonly authorizationUri: string;
}

/** The resource manager's check of a request's token, with its 401 bodies and `WWW-Authenticate`. */
export class Authentication {
  readonly #parts: AuthenticationParts;

  constructor(parts: AuthenticationParts) {
    this.#parts = parts;
  }

  /** @throws FailureWithHeaders 401 where the token is missing, not ours, expired, or for another audience or tenant. */
  async check(headers: Readonly<Record<string, string>>): Promise<void> {
    const { authorization } = headers;
    if (authorization === undefined) {
      throw this.#refuse('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
    }
    const token = bearerOf(authorization);
    if (token === undefined) {
      const text = "Authentication failed. The 'Authorization' header is provided in an invalid format.";
      throw this.#refuse('AuthenticationFailedInvalidHeader', text);
    }
    const verdict = await this.#parts.tokens.verify(token);
    if (verdict.kind === 'expired') {
      throw this.expired(verdict.expiredAtMs);
    }
    if (verdict.kind === 'invalid') {
      throw this.#refuse('InvalidAuthenticationToken', `The access token is invalid. ${verdict.reason}`);
    }
    if (!this.#parts.audiences.isResourceManager(verdict.audience)) {
      const allowed = this.#parts.audiences.resourceManagerNames.map((name) => `'${name}'`).join(',');
      const text = `The access token has been obtained for wrong audience or resource '${verdict.audience}'. It should exactly match with one of the allowed audiences ${allowed}.`;
      throw this.#refuse('InvalidAuthenticationTokenAudience', text);
    }
  }

  /** ARM's refusal of an expired token. @param claims asks the client, by a claims challenge, for a token made after now. */
  expired(expiredAtMs: number, claims = false): FailureWithHeaders {
    const [expiry, now] = [usDate(expiredAtMs), usDate(this.#parts.clock.now())];
    const text = `The access token expiry UTC time '${expiry}' is earlier than current UTC time '${now}'.`;
    return this.#refuse('ExpiredAuthenticationToken', text, claims ? this.#challenge() : undefined);
  }

  #challenge(): string {
    const since = String(Math.floor(this.#parts.clock.now() / 1000));
    return Buffer.from(JSON.stringify({ access_token: { nbf: { essential: true, value: since } } })).toString('base64');
  }

  #refuse(code: string, message: string, claims?: string): FailureWithHeaders {
    const error = claims === undefined ? 'invalid_token' : 'insufficient_claims';
    const parts = [
      `authorization_uri="${this.#parts.authorizationUri}"`,
      `error="${error}"`,
      `error_description="${message.replaceAll('"', "'")}"`,
    ];
    if (claims !== undefined) {
      parts.push(`claims="${claims}"`);
    }
    return new FailureWithHeaders(401, code, message, { 'www-authenticate': `Bearer ${parts.join(', ')}` });
  }
}

/** The token of an `Authorization` header; undefined where it is of another scheme or empty. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** `5/30/2025 7:51:21 AM`, UTC: how ARM writes moments in its messages. */
function usDate(ms: number): string {
  return new Date(ms).toLocaleString('en-US', { timeZone: 'UTC' }).replace(',', '').replaceAll('\u202f', ' ');
}
