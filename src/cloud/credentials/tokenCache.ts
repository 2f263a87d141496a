import { isCancelled, throwIfCancelled } from '../../core/cancellation.ts';
import { untilAborted } from '../untilAborted.ts';
import type { ArmToken, TokenRequest, TokenSource } from './types.ts';

interface Entry extends ArmToken {
  /** Milliseconds since the epoch from which on a newer one is asked for. */
  readonly renewAt: number;
}

/** A token is renewed this long before its end, milliseconds, or in the last fifth of a short life. */
const renewalLead = 5 * 60_000;
const renewalShare = 0.2;

/** Keeps one token for each resource of a tenant, renews it early, and asks once however many wait. Memory only. */
export class TokenCache implements TokenSource {
  readonly #source: TokenSource;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #pending = new Map<string, Promise<ArmToken>>();

  constructor(source: TokenSource, now: () => number = Date.now) {
    this.#source = source;
    this.#now = now;
  }

  async getToken(request: TokenRequest): Promise<ArmToken> {
    throwIfCancelled(request.signal);
    const tenant = `${request.tenantId?.toLowerCase() ?? ''} ${request.resource ?? ''}`;
    const forced = request.fresh === true || request.claims !== undefined;
    const entry = forced ? undefined : this.#entries.get(tenant);
    const usable = entry !== undefined && entry.expiresAt > this.#now();
    if (usable && entry.renewAt > this.#now()) {
      return entry;
    }
    try {
      return await untilAborted(this.#ask(tenant, forced, request), request.signal);
    } catch (error) {
      // Early renewal that failed is no reason to fail while the token of before still works.
      if (usable && !isCancelled(error)) {
        return entry;
      }
      throw error;
    }
  }

  #ask(tenant: string, forced: boolean, request: TokenRequest): Promise<ArmToken> {
    const key = `${tenant}|${forced ? 'fresh' : ''}|${request.claims ?? ''}`;
    let pending = this.#pending.get(key);
    if (!pending) {
      // Without the signal of the first who asked: closing one view must not fail the others that wait.
      const { tenantId, claims, resource } = request;
      pending = this.#source
        .getToken({
          ...(tenantId === undefined ? {} : { tenantId }),
          ...(resource === undefined ? {} : { resource }),
          ...(claims === undefined ? {} : { claims }),
          ...(forced ? { fresh: true } : {}),
        })
        .then((token) => {
          const life = token.expiresAt - this.#now();
          this.#entries.set(tenant, { ...token, renewAt: token.expiresAt - Math.min(renewalLead, life * renewalShare) });
          return token;
        })
        .finally(() => this.#pending.delete(key));
      this.#pending.set(key, pending);
    }
    return pending;
  }
}
