import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { parseTarget, type Target } from '../arm/path.ts';

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
