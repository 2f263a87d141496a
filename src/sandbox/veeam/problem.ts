import { randomBytes } from 'node:crypto';
import type { WireReply } from '../arm/reply.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

/** Sections of RFC 7231 that ASP.NET names in `type`. */
const sections: Readonly<Record<number, string>> = {
  400: '6.5.1',
  403: '6.5.3',
  404: '6.5.4',
  409: '6.5.8',
  415: '6.5.13',
  500: '6.6.1',
  502: '6.6.3',
  503: '6.6.4',
};

/** A refusal in the appliance's form: `application/problem+json` (RFC 7807) with a `traceId`, and `errors` by field for a bad request. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, readonly string[]>> | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    detail: string,
    options: { errors?: Readonly<Record<string, readonly string[]>>; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
  }

  toWire(): WireReply {
    const section = sections[this.status];
    const body = {
      type: section === undefined ? 'about:blank' : `https://tools.ietf.org/html/rfc7231#section-${section}`,
      title: titles[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      traceId: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
    };
    return {
      status: this.status,
      headers: { 'content-type': 'application/problem+json; charset=utf-8', ...this.headers },
      body: JSON.stringify(body),
    };
  }
}

/** A field of the request that cannot be. */
export function badField(field: string, message: string): Problem {
  return new Problem(400, `One or more validation errors occurred: ${message}`, { errors: { [field]: [message] } });
}
