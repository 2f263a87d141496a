/** One request that the sandbox received, for tests and for the curious. Never a token, a body or a URL's signature. */
export interface LedgerEntry {
  /** 1 for the first since start. */
  readonly number: number;
  /** ISO 8601, UTC, when it arrived. */
  readonly at: string;
  /** Which server it came to, by name; absent for the resource manager's. */
  readonly server?: string;
  readonly method: string;
  /** Decoded, slashes folded, the caller's casing. */
  readonly path: string;
  /** Without the signatures of operation URLs and of links to blobs, and without secrets. */
  readonly query: string;
  /** `x-ms-client-request-id` or `client-request-id`, where sent. */
  readonly clientRequestId?: string;
  readonly userAgent?: string;
  /** Status of the answer that was made, whether or not it arrived; absent while it is being made and where none was. */
  readonly status?: number;
  /** True where the request was carried out and not refused, even if its answer was lost. */
  readonly tookEffect: boolean;
  /** True where an answer left; false while it is being made, and where the connection was reset instead. */
  readonly answered: boolean;
  /** Kind of the fault that hit it. */
  readonly fault?: string;
}

interface LedgerRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly server?: string | undefined;
}

type Open = { -readonly [K in keyof LedgerEntry]: LedgerEntry[K] };

/** Signatures of URLs, and what has no business in a query but might be put there by mistake. */
const secret = new Set(['t', 'c', 's', 'h', 'sig', 'password', 'access_token', 'refresh_token', 'mfa_token', 'mfa_code']);

/** The newest requests, bounded. */
export class Ledger {
  readonly #limit: number;
  #entries: Open[] = [];
  #count = 0;

  constructor(limit = 5000) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** Opens an entry that the caller fills in as the request goes on. */
  open(request: LedgerRequest, nowMs: number): Open {
    const clientRequestId = request.headers['x-ms-client-request-id'] ?? request.headers['client-request-id'];
    const userAgent = request.headers['user-agent'];
    const entry: Open = {
      number: ++this.#count,
      at: new Date(nowMs).toISOString(),
      ...(request.server === undefined ? {} : { server: request.server }),
      method: request.method,
      path: request.path,
      query: [...request.query].flatMap(([key, value]) => (secret.has(key.toLowerCase()) ? [] : [`${key}=${value}`])).join('&'),
      ...(clientRequestId === undefined ? {} : { clientRequestId }),
      ...(userAgent === undefined ? {} : { userAgent }),
      tookEffect: false,
      answered: false,
    };
    this.#entries.push(entry);
    if (this.#entries.length > this.#limit) {
      this.#entries.splice(0, this.#entries.length - this.#limit);
    }
    return entry;
  }

  /** Oldest first. */
  list(): readonly LedgerEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }
}
