import { requireApiVersion } from './apiVersion.ts';
import { parseBody } from './body.ts';
import type { Limits } from './limits.ts';
import { parseTarget, type Target } from './path.ts';
import { commonHeaders, failureToWire, toWire, type WireReply } from './reply.ts';
import type { TemplateRouter } from './router.ts';
import { ArmFailure, type ArmHandler, type ArmRequest, type SandboxClock } from './types.ts';
import { noRoute } from './unrouted.ts';

/** A request as HTTP gave it. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly origin: string;
  /** Reads the content; called once, and only for requests that got past the checks before it. */
  readonly read: () => Promise<Uint8Array>;
}

/** Who may pass: throws `Unauthorized` where the request's token is not good for the resource manager. */
type Authenticate = (headers: Readonly<Record<string, string>>) => Promise<void>;

/** A refusal that has headers of its own (`WWW-Authenticate`, `Retry-After`, `Allow`). */
export class FailureWithHeaders extends ArmFailure {
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>>) {
    super(status, code, message, { failureCause: 'gateway' });
    this.headers = headers;
  }
}

export interface GatewayParts {
  readonly router: TemplateRouter;
  readonly limits: Limits;
  readonly clock: SandboxClock;
  readonly authenticate: Authenticate;
  /** As `x-ms-routing-request-id` starts. */
  readonly region: string;
  /** Told of whatever a provider throws that is not a refusal: a mistake of the sandbox, never of its caller. */
  readonly onError: (error: unknown) => void;
}

interface Route {
  readonly handler: ArmHandler;
  readonly params: Readonly<Record<string, string>>;
}

/** The resource manager's front: everything that is the same whichever provider stands behind a path. */
export class Gateway {
  readonly #parts: GatewayParts;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
  }

  async handle(raw: RawRequest): Promise<WireReply> {
    const common = commonHeaders(raw.headers, this.#parts.region, this.#parts.clock.now());
    const reply = await this.#answer(raw);
    return { ...reply, headers: { ...common, ...reply.headers } };
  }

  async #answer(raw: RawRequest): Promise<WireReply> {
    let limitHeaders: Readonly<Record<string, string>> = {};
    try {
      await this.#parts.authenticate(raw.headers);
      const target = parseTarget(raw.target);
      const apiVersion = requireApiVersion(target.query);
      const route = this.#route(raw, target, apiVersion);
      limitHeaders = this.#take(raw.method, target);
      const reply = await this.#call(raw, target, apiVersion, route);
      return { ...reply, headers: { ...limitHeaders, ...reply.headers } };
    } catch (error) {
      const own = error instanceof FailureWithHeaders ? error.headers : {};
      return failureToWire(this.#asFailure(error), { ...limitHeaders, ...own });
    }
  }

  #route(raw: RawRequest, target: Target, apiVersion: string): Route {
    const match = this.#parts.router.match(target.segments);
    if (match === undefined) {
      throw noRoute(this.#parts.router, target.segments, apiVersion, raw.origin + raw.target);
    }
    const handler = match.handlers.get(raw.method);
    if (handler === undefined) {
      const message = `The requested resource does not support http method '${raw.method}'.`;
      throw new FailureWithHeaders(405, 'MethodNotAllowed', message, { allow: [...match.handlers.keys()].join(', ') });
    }
    return { handler, params: match.params };
  }

  #take(method: string, target: Target): Readonly<Record<string, string>> {
    const { headers, refusal } = this.#parts.limits.take(method, target.segments);
    if (refusal !== undefined) {
      throw new FailureWithHeaders(429, refusal.code, refusal.message, { ...headers, 'retry-after': String(refusal.retryAfterSeconds) });
    }
    return headers;
  }

  async #call(raw: RawRequest, target: Target, apiVersion: string, route: Route): Promise<WireReply> {
    const body = parseBody(await raw.read(), raw.headers['content-type']);
    const { authorization: _, ...headers } = raw.headers;
    const { path, query } = target;
    const request: ArmRequest = { method: raw.method, path, query, params: route.params, apiVersion, body, headers, origin: raw.origin };
    return toWire(await route.handler(request));
  }

  #asFailure(error: unknown): ArmFailure {
    if (error instanceof ArmFailure) {
      return error;
    }
    this.#parts.onError(error);
    return new ArmFailure(500, 'InternalServerError', 'Encountered internal server error.', { failureCause: 'gateway' });
  }
}
