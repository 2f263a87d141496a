/**
 * The seam inside the sandbox between the gateway (HTTP, tokens, api-version, limits, paging, faults) and the
 * resource providers behind it, which know only these shapes.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined };
export type JsonObject = { [key: string]: Json | undefined };

export interface ArmRequest {
  readonly method: string;
  /** Repeated slashes folded, percent-decoded, the caller's casing kept. */
  readonly path: string;
  /** Values of the template's `{names}`, decoded, the caller's casing kept. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly apiVersion: string;
  readonly body: Json | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Origin as the caller reached it: `https://127.0.0.1:8443`; absolute links in answers start with it. */
  readonly origin: string;
}

export interface ArmReply {
  readonly status: number;
  /** Absent: an empty body. */
  readonly body?: Json;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ArmHandler = (request: ArmRequest) => ArmReply | Promise<ArmReply>;

export interface ArmRouter {
  /**
   * Template segments match without case: `/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.RecoveryServices/vaults/{vault}`.
   * A path that no template matches gets ARM's own 404.
   */
  on(method: string, template: string, handler: ArmHandler): void;
}

/** A refusal in ARM's form. Thrown by handlers; the gateway writes it. */
export class ArmFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Json | undefined;
  /** Value of `x-ms-failure-cause`: who refused. */
  readonly failureCause: 'gateway' | 'service';

  constructor(status: number, code: string, message: string, options: { failureCause?: 'gateway' | 'service'; details?: Json } = {}) {
    super(message);
    this.name = 'ArmFailure';
    this.status = status;
    this.code = code;
    this.details = options.details;
    this.failureCause = options.failureCause ?? 'service';
  }
}

/**
 * Time in the sandbox. Moments are the machine's own (UTC); only waiting is shortened: work that takes Azure
 * `azureMs` milliseconds takes `azureMs / speed` here, Retry-After included.
 */
export interface SandboxClock {
  readonly speed: number;
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** What `azureMs` of Azure's time takes here, in milliseconds. */
  scaled(azureMs: number): number;
}

/** Numbers from the seed: the same seed gives the same world. */
export interface Random {
  /** 0 (included) to 1 (excluded). */
  next(): number;
  /** A GUID. */
  guid(): string;
}

export interface PageOptions {
  /** Items a page; 200 as Azure has it. */
  readonly size?: number;
}

/** What the gateway lends to providers. */
export interface ArmToolbox {
  readonly clock: SandboxClock;
  readonly random: Random;
  /** Cuts a list into pages with an opaque `$skipToken` and a `nextLink` that repeats the caller's query. */
  paged(request: ArmRequest, items: readonly Json[], options?: PageOptions): ArmReply;
  /**
   * Parses `$filter` (`eq`, `and`, single quotes doubled) into names (as written) and values; undefined where there is none.
   * @throws ArmFailure 400 for text that does not parse.
   */
  filter(request: ArmRequest): ReadonlyMap<string, string> | undefined;
  /** An absolute URL on the caller's origin, signed as Azure signs operation URLs (`t`, `c`, `s`, `h`, about 3 kB). */
  signedUrl(request: ArmRequest, path: string, apiVersion: string): string;
  /** Seconds for a Retry-After header, shortened by the clock's speed, at least 1 unless the speed makes it 0 below half a second. */
  retryAfter(azureSeconds: number): string;
}

/** One resource provider of the sandbox. */
export interface ArmProvider {
  register(router: ArmRouter): void;
}
