import { createHmac } from 'node:crypto';

const stepMs = 30_000;
const digits = 6;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of an authenticator app (RFC 6238: HMAC-SHA-1, 30 seconds, six digits). @param secret raw bytes */
export function totp(secret: Uint8Array, nowMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / stepMs)));
  const hash = createHmac('sha1', secret).update(counter).digest();
  const offset = hash.readUInt8(hash.length - 1) & 0xf;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** True for the code of now, and of the steps beside it, for clocks that differ. */
export function matchesTotp(secret: Uint8Array, code: string, nowMs: number): boolean {
  return [0, -1, 1].some((step) => totp(secret, nowMs + step * stepMs) === code.trim());
}

/** Base 32 (RFC 4648) without padding, as authenticator apps take a secret. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((group) => alphabet.charAt(parseInt(group.padEnd(5, '0'), 2))).join('');
}
