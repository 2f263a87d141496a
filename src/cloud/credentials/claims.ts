import { parsedJson, type Json } from '../../core/json.ts';

/** What a token says of itself, unproven; undefined of an opaque one, which is legal. */
export function claimsOf(token: string): Json | undefined {
  return parsedJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}
