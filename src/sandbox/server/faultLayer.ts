import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { MiddlewareHandler } from 'hono';
import type { WireReply } from '../arm/reply.ts';
import type { SandboxClock } from '../arm/types.ts';
import { namingSeveralJobs, truncated } from '../faults/answers.ts';
import type { FaultPlan, FaultVerdict } from '../faults/plan.ts';
import type { Connections } from './connections.ts';
import type { Ledger } from './ledger.ts';
import { type AppContext, type Env, readTarget } from './request.ts';

export interface FaultLayerParts {
  readonly faults: FaultPlan;
  readonly ledger: Ledger;
  readonly clock: SandboxClock;
  readonly connections: Connections;
  readonly standIns: StandIns;
  /** Name of the server in the ledger; left out for the resource manager's. */
  readonly server?: string;
  /** Milliseconds that every answer is held back. */
  readonly latencyMs: number;
  /** Aborted when the sandbox closes: nothing waits on. */
  readonly closing: AbortSignal;
}

export type Effect = NonNullable<FaultVerdict['fault']>;

/** A request as far as what stands in for its answer depends on it. */
export interface HitRequest {
  readonly method: string;
  /** Decoded, slashes folded. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A server's own form of the answers that faults give. */
export interface StandIns {
  /** What is answered in place of the real answer; undefined for a fault that only spoils or loses it. */
  answer(fault: Effect, request: HitRequest): Promise<WireReply | undefined>;
}

/** Stands before everything but the control endpoints: writes the ledger, holds answers back, spoils what the plan says. */
export function faultLayer(parts: FaultLayerParts): MiddlewareHandler<Env> {
  return async (context, next) => {
    const target = readTarget(context.env.incoming.url ?? '/');
    const headers = context.req.header();
    const hit: HitRequest = { method: context.req.method, path: target.path, headers };
    const entry = parts.ledger.open({ ...hit, query: target.query, server: parts.server }, parts.clock.now());
    const { slowMs, fault } = parts.faults.take(context.req.method, target.path);
    if (fault !== undefined || slowMs > 0) {
      entry.fault = fault?.kind ?? 'slow';
    }
    const stand = fault && (await parts.standIns.answer(fault, hit));
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
      setResponse(context, toResponse(stand));
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
