import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import { failureToWire, type WireReply } from '../arm/reply.ts';
import type { SandboxClock } from '../arm/types.ts';
import { htmlError, namingSeveralJobs, serviceError, signInError, throttled, truncated, withCommonHeaders } from '../faults/answers.ts';
import type { FaultPlan, FaultVerdict } from '../faults/plan.ts';
import { type Authentication, bearerOf } from '../identity/authentication.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import type { Connections } from './connections.ts';
import type { Ledger } from './ledger.ts';
import { type AppContext, type Env, readTarget } from './request.ts';

export interface FaultLayerParts {
  readonly faults: FaultPlan;
  readonly ledger: Ledger;
  readonly clock: SandboxClock;
  readonly tokens: TokenIssuer;
  readonly authentication: Authentication;
  readonly connections: Connections;
  readonly region: string;
  /** Milliseconds that every answer is held back. */
  readonly latencyMs: number;
  /** Aborted when the sandbox closes: nothing waits on. */
  readonly closing: AbortSignal;
}

type Effect = Exclude<NonNullable<FaultVerdict['fault']>, undefined>;

/** Stands before everything but the control endpoints: writes the ledger, holds answers back, spoils what the plan says. */
export function faultLayer(parts: FaultLayerParts): MiddlewareHandler<Env> {
  return async (context, next) => {
    const target = readTarget(context.env.incoming.url ?? '/');
    const headers = context.req.header();
    const entry = parts.ledger.open({ method: context.req.method, path: target.path, query: target.query, headers }, parts.clock.now());
    const { slowMs, fault } = parts.faults.take(context.req.method, target.path);
    if (fault !== undefined || slowMs > 0) {
      entry.fault = fault?.kind ?? 'slow';
    }
    const stand = fault && (await standIn(parts, fault, context, target.path));
    const carriesOut =
      fault === undefined ||
      ['truncate', 'severalJobs', 'resetAfter'].includes(fault.kind) ||
      (fault.kind === 'error' && fault.takesEffect);
    if (carriesOut) {
      await next();
      entry.status = context.res.status;
      entry.tookEffect = context.res.status < 400;
    }
    await hold(parts.latencyMs + slowMs, parts.closing);
    if (fault?.kind === 'resetBefore' || fault?.kind === 'resetAfter') {
      parts.connections.reset(context.env.incoming);
      context.res = undefined;
      context.res = RESPONSE_ALREADY_SENT.clone();
      return RESPONSE_ALREADY_SENT;
    }
    entry.answered = true;
    if (stand !== undefined) {
      entry.status = stand.status;
      setResponse(context, toResponse(withCommonHeaders(stand, headers, parts.region, parts.clock.now())));
    } else if (fault?.kind === 'truncate') {
      const { status, headers: own } = context.res;
      // Half of nothing is nothing: a 204 must not have a body at all.
      setResponse(context, new Response(truncated(await context.res.text()) || null, { status, headers: own }));
    } else if (fault?.kind === 'severalJobs') {
      const { status, headers: own } = context.res;
      setResponse(context, new Response(namingSeveralJobs(await context.res.text(), fault) || null, { status, headers: own }));
    }
    return undefined;
  };
}

async function standIn(parts: FaultLayerParts, fault: Effect, context: AppContext, path: string): Promise<WireReply | undefined> {
  switch (fault.kind) {
    case 'throttle':
      return isSignIn(path) ? signInError(fault, parts.clock.now()) : throttled(fault, `${context.req.method} ${path}`);
    case 'error':
      return isSignIn(path) ? signInError(fault, parts.clock.now()) : serviceError(fault);
    case 'htmlError':
      return htmlError(fault);
    case 'expireToken': {
      const token = bearerOf(context.req.header('authorization'));
      if (token !== undefined) {
        await parts.tokens.expire(token);
      }
      const failure = parts.authentication.expired(parts.clock.now() - 1000, fault.challenge);
      return failureToWire(failure, failure.headers);
    }
    default:
      return undefined;
  }
}

function isSignIn(path: string): boolean {
  return /\/oauth2\/(v2\.0\/)?token$/i.test(path);
}

/** Hono merges the headers of a response it already had into the next; a stand-in has none of the other's. */
function setResponse(context: AppContext, response: Response): void {
  context.res = undefined;
  context.res = response;
}

export function toResponse(reply: WireReply): Response {
  return new Response(reply.body ?? null, { status: reply.status, headers: reply.headers });
}

function hold(ms: number, closing: AbortSignal): Promise<void> {
  if (ms <= 0 || closing.aborted) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      closing.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    closing.addEventListener('abort', done, { once: true });
  });
}
