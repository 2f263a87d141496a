/** One request, and its answer where it is known: a line of recorded traffic, or an interaction of a recording. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    /** With or without an origin. */
    readonly url: string;
    /** First word of the user agent; absent for what a test asked by itself. */
    readonly caller?: string;
    /** True where its content is not known. */
    readonly unread?: boolean;
    readonly body?: unknown;
  };
  readonly response?: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, unknown>>;
    /** Parsed where it is JSON; undefined, null or '' for none. */
    readonly body?: unknown;
  };
}

export interface Target {
  /** Decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

export function targetOf(url: string): Target {
  // Azure itself hands out links with a second question mark.
  const [path = '', ...queries] = url.replace(/^https?:\/\/[^/]*/i, '').split('?');
  return { segments: path.split('/').filter(Boolean).map(decoded), query: new URLSearchParams(queries.join('&')) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export function queryValue(query: URLSearchParams, name: string): string | undefined {
  return [...query].find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** `Microsoft.Compute/virtualMachines/instanceView`: the type of what a path names, `(no provider)` where it names none. */
export function typeOf(segments: readonly string[]): string {
  const at = segments.map((segment) => segment.toLowerCase()).lastIndexOf('providers');
  if (at < 0 || at + 1 >= segments.length) {
    return 'subscriptions and groups';
  }
  return [segments[at + 1], ...segments.slice(at + 2).filter((_, index) => index % 2 === 0)].join('/');
}
