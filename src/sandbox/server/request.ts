import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { maxBodyBytes } from '../arm/body.ts';
import { parseTarget, type Target } from '../arm/path.ts';
import { ArmFailure } from '../arm/types.ts';

export interface Env {
  Bindings: HttpBindings;
}
export type App = Hono<Env>;
export type AppContext = Context<Env>;

/** A request's target; one whose escapes are no UTF-8 is taken as it stands, for the gateway to refuse. */
export function readTarget(url: string): Target {
  try {
    return parseTarget(url);
  } catch {
    const path = url.split('?', 1)[0] ?? '/';
    return { segments: path.split('/').filter(Boolean), path, query: new URLSearchParams() };
  }
}

/** The path that routes outside the resource manager are matched with: lower case, slashes folded. */
export function routingPath(url: string): string {
  return readTarget(url.replace(/^https?:\/\/[^/?#]*/i, '')).path.toLowerCase();
}

/** The origin that the caller reached, where it is one of ours; else the first of ours, so that no foreign name gets into links. */
export function originOf(context: AppContext, origins: readonly [string, ...string[]]): string {
  const asked = `https://${context.env.incoming.headers.host?.toLowerCase() ?? ''}`;
  return origins.find((origin) => origin === asked) ?? origins[0];
}

/**
 * The content of a request, no further than a byte past the limit: that is enough for the refusal.
 * @throws ArmFailure 400 where the caller went away in the middle.
 */
export async function readBody(context: AppContext): Promise<Uint8Array> {
  const stream = context.req.raw.body;
  if (stream === null) {
    return new Uint8Array();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > maxBodyBytes) {
        break;
      }
    }
  } catch (error) {
    if (context.env.incoming.complete) {
      throw error;
    }
    throw incomplete();
  }
  // A caller that goes away before anybody reads leaves a stream that ends as if it were whole.
  if (size <= maxBodyBytes && !context.env.incoming.complete) {
    throw incomplete();
  }
  return Buffer.concat(chunks);
}

function incomplete(): ArmFailure {
  return new ArmFailure(400, 'IncompleteContent', 'The request ended before its content did.', { failureCause: 'gateway' });
}

/** The same as text. */
export async function readText(context: AppContext): Promise<string> {
  return Buffer.from(await readBody(context)).toString('utf8');
}
