import { randomUUID } from 'node:crypto';
import { SignJWT, errors, exportJWK, generateKeyPair, jwtVerify, type JWK, type JWTPayload } from 'jose';
import type { SandboxClock } from '../arm/types.ts';
import type { Directory } from './directory.ts';

export interface IssuedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Seconds since the epoch. */
  readonly notBefore: number;
  readonly expiresOn: number;
}

/** What a presented token is worth. Times are milliseconds since the epoch, UTC. */
export type TokenVerdict =
  | { readonly kind: 'valid'; readonly audience: string; readonly tenantId: string; readonly principalId: string }
  | { readonly kind: 'expired'; readonly expiredAtMs: number }
  | { readonly kind: 'invalid'; readonly reason: string };

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;

/** Tokens whose signature was checked are known by so many: a client sends one for an hour. */
const mostVerified = 1_000;

/** Such keys are dear to make, and a test starts many sandboxes: theirs are the same, and `kid` tells whose a token is. */
let processKeys: Promise<Keys> | undefined;

/** Issues and checks signed access tokens (RS256). Its key is made by the process that it runs in, and never leaves that. */
export class TokenIssuer {
  readonly lifetimeSeconds: number;
  readonly #keys: Keys;
  readonly #keyId = randomUUID();
  readonly #directory: Directory;
  readonly #clock: SandboxClock;
  /** `jti` of tokens that expired before their time, with the moment. */
  readonly #expired = new Map<string, number>();
  /** By token: what those with a good signature say. */
  readonly #verified = new Map<string, JWTPayload>();

  /** @throws JWSSignatureVerificationFailed for a token of another sandbox */
  readonly #keyOf = ({ kid }: { readonly kid?: string }): Keys['publicKey'] => {
    if (kid !== this.#keyId) {
      throw new errors.JWSSignatureVerificationFailed();
    }
    return this.#keys.publicKey;
  };

  private constructor(keys: Keys, directory: Directory, clock: SandboxClock, lifetimeSeconds: number) {
    this.#keys = keys;
    this.#directory = directory;
    this.#clock = clock;
    this.lifetimeSeconds = lifetimeSeconds;
  }

  static async create(directory: Directory, clock: SandboxClock, lifetimeSeconds: number): Promise<TokenIssuer> {
    processKeys ??= generateKeyPair('RS256');
    return new TokenIssuer(await processKeys, directory, clock, lifetimeSeconds);
  }

  async issue(issuer: string, audience: string): Promise<IssuedToken> {
    const { clientId, objectId, tenantGuid } = this.#directory;
    const notBefore = Math.floor(this.#clock.now() / 1000);
    const expiresOn = notBefore + this.lifetimeSeconds;
    const accessToken = await new SignJWT({
      appid: clientId,
      appidacr: '1',
      idp: issuer,
      idtyp: 'app',
      oid: objectId,
      sub: objectId,
      tid: tenantGuid,
      ver: '1.0',
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: this.#keyId })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(notBefore)
      .setNotBefore(notBefore)
      .setExpirationTime(expiresOn)
      .setJti(randomUUID())
      .sign(this.#keys.privateKey);
    return { accessToken, expiresInSeconds: this.lifetimeSeconds, notBefore, expiresOn };
  }

  async verify(token: string): Promise<TokenVerdict> {
    const now = this.#clock.now();
    try {
      const payload = this.#known(token, now) ?? (await this.#checked(token, now));
      const endedAt = this.#expired.get(payload.jti ?? '');
      if (endedAt !== undefined) {
        return { kind: 'expired', expiredAtMs: endedAt };
      }
      const text = (value: unknown): string => (typeof value === 'string' ? value : '');
      return { kind: 'valid', audience: text(payload.aud), tenantId: text(payload['tid']), principalId: text(payload['oid']) };
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        return { kind: 'expired', expiredAtMs: (error.payload.exp ?? 0) * 1000 };
      }
      return { kind: 'invalid', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Undefined for one that is to be looked at closely. */
  #known(token: string, now: number): JWTPayload | undefined {
    const payload = this.#verified.get(token);
    return payload && (payload.nbf ?? Infinity) * 1000 <= now && now < (payload.exp ?? 0) * 1000 ? payload : undefined;
  }

  async #checked(token: string, now: number): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#keyOf, { algorithms: ['RS256'], currentDate: new Date(now) });
    if (this.#verified.size >= mostVerified) {
      this.#verified.clear();
    }
    this.#verified.set(token, payload);
    return payload;
  }

  /** Ends a token before its time; it stays ended. Anything that is no token of ours is left alone. */
  async expire(token: string): Promise<void> {
    const { payload } = await jwtVerify(token, this.#keyOf, { algorithms: ['RS256'] }).catch(() => ({ payload: undefined }));
    if (payload?.jti !== undefined) {
      this.#expired.set(payload.jti, this.#clock.now());
    }
  }

  /** The public key, for whoever checks a token himself. */
  async keySet(): Promise<{ keys: JWK[] }> {
    return { keys: [{ ...(await exportJWK(this.#keys.publicKey)), kid: this.#keyId, use: 'sig', alg: 'RS256' }] };
  }
}
