import { CancelledError, isCancelled, throwIfCancelled } from '../core/cancellation.ts';
import { BackupError, messageOf } from '../core/errors.ts';
import { isObject, stringAt, type Json } from '../core/json.ts';
import type { PreparedRequest } from '../core/operation.ts';
import { refusalOf, unusableAnswer, type RemediesFor } from './armErrors.ts';
import type { Held } from './budget/held.ts';
import { guardedUrl } from './endpointGuard.ts';
import { unansweredError } from './networkErrors.ts';
import type { ArmPipeline, ArmRequest, Unanswered } from './pipeline.ts';
import { retryAfterMs } from './retryAfter.ts';
import { serviceErrorOf } from './serviceError.ts';
import type {
  ArmClient,
  ArmResponse,
  BlobReader,
  CloudEnvironment,
  Page,
  RequestOptions,
  ServiceClient,
  ServiceEndpoint,
} from './types.ts';

export interface ServiceClientSetup {
  readonly environment: ServiceEndpoint;
  /** Called with the first request: the pipeline is not loaded before. @throws BackupError where it cannot be made. */
  readonly pipeline: () => Promise<ArmPipeline>;
  readonly remediesFor?: RemediesFor;
  /** The tenant of a path's subscription, where a request names none itself. */
  readonly tenantOf?: (url: string) => string | undefined;
  /** What an answer to `url` holds of a list, or what it lacks to be one. Resource managers' own form where absent. */
  readonly pageIn?: (body: Json | undefined, url: string) => Page | string;
  /** As `ServiceClient.pace`, of an absolute URL. Absent where nobody counts. */
  readonly pace?: (url: string) => number;
  /** What stands in the way of a click, as `ServiceClient.heldBack`. Absent where nobody counts. */
  readonly heldBack?: (method: string, url: string) => Held | undefined;
}

export interface ArmClientSetup extends ServiceClientSetup {
  readonly environment: CloudEnvironment;
  /** Absent where nobody said where this cloud keeps blobs. */
  readonly blobs?: BlobReader;
}

interface Answer extends ArmResponse {
  readonly retryAfterMs: number | undefined;
  /** False where there is text and it is not JSON. */
  readonly readable: boolean;
}

export function createArmClient(setup: ArmClientSetup): ArmClient {
  const { environment, blobs } = setup;
  return { environment, ...(blobs ? { blobs } : {}), ...createServiceClient(setup) };
}

/** Everything but what is a resource manager's alone. */
export function createServiceClient(setup: ServiceClientSetup): ServiceClient {
  const { environment, pageIn = armPage, pace, heldBack } = setup;
  const remediesFor = setup.remediesFor ?? (() => []);

  async function ask(request: ArmRequest, options: RequestOptions): Promise<Answer | Unanswered> {
    throwIfCancelled(options.signal);
    const tenantId = options.tenantId ?? setup.tenantOf?.(request.url);
    const pipeline = await setup.pipeline();
    const result = await pipeline.send({
      ...request,
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.priority ? { priority: options.priority } : {}),
      ...(tenantId === undefined ? {} : { tenantId }),
    });
    if ('error' in result) {
      return result;
    }
    const text = result.bodyAsText ?? '';
    const parsed = parse(text);
    const requestId = result.headers.get('x-ms-request-id') ?? result.headers.get('x-ms-correlation-request-id');
    return {
      url: result.request.url,
      status: result.status,
      headers: result.headers.toJSON(),
      text,
      readable: parsed.readable,
      retryAfterMs: retryAfterMs(result.headers, Date.now()),
      ...(parsed.body === undefined ? {} : { body: parsed.body }),
      ...(requestId === undefined ? {} : { requestId }),
    };
  }

  async function read(pathOrUrl: string, options: RequestOptions): Promise<Answer> {
    const answer = await ask({ method: 'GET', url: guardedUrl(environment, pathOrUrl) }, options);
    if ('error' in answer) {
      throw isCancelled(answer.error) ? asCancelled(answer.error) : unansweredError(answer.error, environment, options);
    }
    return answer;
  }

  async function get(pathOrUrl: string, options: RequestOptions = {}): Promise<ArmResponse> {
    const answer = await read(pathOrUrl, options);
    if (answer.status >= 400) {
      throw refusalOf(serviceErrorOf(answer.status, answer.text), answer, options, answer.retryAfterMs, remediesFor);
    }
    if (!answer.readable || answer.status >= 300) {
      throw unusableAnswer(answer.readable ? 'The answer points elsewhere' : unreadable(answer), answer, options);
    }
    return answer;
  }

  async function page(pathOrUrl: string, options: RequestOptions = {}): Promise<Page> {
    const answer = await get(pathOrUrl, options);
    const found = pageIn(answer.body, answer.url);
    if (typeof found === 'string') {
      throw unusableAnswer(`The answer is not a list: ${found}`, answer, options);
    }
    return found.nextLink === undefined ? found : { ...found, nextLink: guardedUrl(environment, found.nextLink, 'nextLink') };
  }

  return {
    ...(pace ? { pace: (url: string) => pace(new URL(url, environment.resourceManagerEndpoint).href) } : {}),
    ...(heldBack
      ? {
          heldBack: ({ method, url }: Pick<PreparedRequest, 'method' | 'url'>, options: RequestOptions = {}) => {
            const held = heldBack(method, new URL(url, environment.resourceManagerEndpoint).href);
            return held && refusalOf(held, { status: 429 }, options, held.waitMs, remediesFor);
          },
        }
      : {}),
    get,
    page,
    async *pages(pathOrUrl, options = {}) {
      const seen = new Set<string>();
      for (let next: string | undefined = pathOrUrl; next !== undefined;) {
        if (seen.has(next)) {
          throw new BackupError('The list does not end: its link to the next page leads back to a page that was read already.', {
            code: 'UnusableAnswer',
            remedies: ['Try again later.'],
          });
        }
        seen.add(next);
        const current: Page = await page(next, options);
        yield current;
        next = current.nextLink;
      }
    },
    async poll(url, options = {}) {
      const answer = await read(url, options);
      if (answer.status < 300 && !answer.readable) {
        throw unusableAnswer(unreadable(answer), answer, options);
      }
      return answer;
    },
    async send(request: PreparedRequest, options = {}) {
      const { method, headers, body } = request;
      const url = guardedUrl(environment, request.url);
      const answer = await ask({ method, url, headers, ...(body === undefined ? {} : { body }) }, options).catch((error: unknown) => {
        // Only what comes before the connection rejects: the pipeline could not be made.
        throw isCancelled(error) ? error : notSent(error, environment, options);
      });
      if (!('error' in answer)) {
        return answer;
      }
      if (answer.mayHaveLeft) {
        throw noAnswer(answer.error, environment, options);
      }
      throw isCancelled(answer.error) ? asCancelled(answer.error) : notSent(answer.error, environment, options);
    },
  };
}

function armPage(body: Json | undefined): Page | string {
  const items = isObject(body) ? body['value'] : undefined;
  const nextLink = stringAt(body, 'nextLink');
  return Array.isArray(items) ? { items, ...(nextLink ? { nextLink } : {}) } : 'it has no “value”';
}

/** What came where JSON was due. */
function unreadable({ text }: ArmResponse): string {
  return text.trim().startsWith('<') ? 'A web page came instead of an answer' : 'The answer is not valid JSON';
}

function notSent(error: unknown, environment: ServiceEndpoint, options: RequestOptions): BackupError {
  const reason = unansweredError(error, environment, options);
  return new BackupError(reason.message, { ...reason.facts, code: 'NotSent' }, { cause: reason });
}

function noAnswer(error: unknown, environment: ServiceEndpoint, options: RequestOptions): BackupError {
  const reason = isCancelled(error) ? undefined : unansweredError(error, environment, options);
  const message = reason?.message ?? 'The request was given up after it had left.';
  return new BackupError(
    `${message} Whether the request was taken is not known.`,
    { ...reason?.facts, code: 'NoAnswer' },
    { cause: reason ?? error },
  );
}

function asCancelled(error: unknown): CancelledError {
  return error instanceof CancelledError ? error : new CancelledError(messageOf(error), { cause: error });
}

function parse(text: string): { readonly body: Json | undefined; readonly readable: boolean } {
  // Some gateways begin an answer with a byte order mark.
  const plain = text.replace(/^\uFEFF/, '').trim();
  if (plain === '') {
    return { body: undefined, readable: true };
  }
  try {
    return { body: JSON.parse(plain) as Json, readable: true };
  } catch {
    return { body: undefined, readable: false };
  }
}
