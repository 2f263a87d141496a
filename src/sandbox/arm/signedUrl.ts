import { createHash, createHmac, randomBytes } from 'node:crypto';
import { encodePath } from './path.ts';

/** .NET ticks (100 ns since year 1) of the Unix epoch. */
const epochTicks = 621_355_968_000_000_000n;

/**
 * Operation URLs as Azure signs them: `t` the time in ticks, `c` a certificate, `s` a signature, `h` a hash.
 * Together some 3 kB, which is what a client's headers, journal and logs must bear. Azure answers the same path without
 * them, so they are not checked.
 */
export class UrlSigner {
  readonly #key = randomBytes(32);
  readonly #certificate = randomBytes(1740).toString('base64url');
  /** Makes a signature as long as one of RSA. */
  readonly #rest = randomBytes(192);

  /**
   * @param path decoded, starting with `/`. Where it carries a query of its own, Azure puts a second `?` behind that: plain
   * in 2023, and since 2024 escaped, so that the api-version is part of the other parameter's value (both recorded).
   */
  sign(origin: string, path: string, apiVersion: string, nowMs: number): string {
    const ticks = BigInt(nowMs) * 10_000n + epochTicks;
    const version = `?api-version=${encodeURIComponent(apiVersion)}`;
    const plain = `${origin}${encodePath(path)}${path.includes('?') ? encodeURIComponent(version) : version}&t=${ticks}`;
    const signature = [createHmac('sha512', this.#key).update(plain).digest(), this.#rest];
    const hash = createHash('sha256').update(plain).digest('base64url');
    return `${plain}&c=${this.#certificate}&s=${Buffer.concat(signature).toString('base64url')}&h=${hash}`;
  }
}
