/** Requests of an operation: bounded in time, noted in its timeline, and what to make of those without a usable answer. */
import type { ArmResponse, Page, RequestOptions, ServiceClient } from '../cloud/types.ts';
import { CancelledError, isCancelled } from '../core/cancellation.ts';
import { BackupError, toErrorRecord, type ErrorRecord } from '../core/errors.ts';
import type { Insistence, OperationRecord, PreparedRequest, RequestTrace } from '../core/operation.ts';
import { isoTime, type Clock } from './clock.ts';
import { timing, type EngineContext } from './context.ts';
import { leastInsisted } from './insistence.ts';
import { pathOnly } from './redact.ts';
import type { Changes, Entry } from './store.ts';

/** Rejects with `NoAnswer` after `ms`, with `CancelledError` on abort, even where the work heeds neither. */
export async function bounded<T>(clock: Clock, ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (signal.aborted) {
    throw new CancelledError();
  }
  const own = new AbortController();
  const late = new BackupError(`No answer came within ${Math.round(ms / 1000)} seconds.`, { code: 'NoAnswer' });
  let onAbort: () => void = () => undefined;
  let timer: { dispose(): void } | undefined;
  const cut = new Promise<never>((_, reject) => {
    onAbort = () => {
      own.abort();
      reject(new CancelledError());
    };
    signal.addEventListener('abort', onAbort, { once: true });
    timer = clock.after(ms, () => {
      reject(late);
      own.abort();
    });
  });
  try {
    return await Promise.race([work(own.signal), cut]);
  } finally {
    timer?.dispose();
    signal.removeEventListener('abort', onAbort);
  }
}

/** What every request of an operation carries. @param attempted a verb phrase: `follow "Back Up Now"` */
export function about(
  { tenantId, target }: OperationRecord,
  attempted: string,
  resource = target.name,
): Pick<RequestOptions, 'attempted' | 'resource' | 'tenantId'> {
  return { attempted, resource, ...(tenantId === undefined ? {} : { tenantId }) };
}

/** The client, noting each request: moment, path without query, status, time taken, request id. */
export function traced<Client extends ServiceClient>(client: Client, clock: Clock, note: (trace: RequestTrace) => void): Client {
  async function noted<T>(method: string, url: string, work: () => Promise<T>, answer: (value: T) => Partial<ArmResponse>): Promise<T> {
    const start = clock.now();
    const base = { at: isoTime(start), method, path: pathOnly(url) };
    // A clock may be set back meanwhile.
    const since = (moment: number): number => Math.max(0, clock.now() - moment);
    try {
      const value = await work();
      const { status, requestId } = answer(value);
      note({ ...base, ms: since(start), ...(status === undefined ? {} : { status }), ...(requestId ? { requestId } : {}) });
      return value;
    } catch (error) {
      const { status, requestId } = error instanceof BackupError ? error.facts : {};
      note({ ...base, ms: since(start), ...(status === undefined ? {} : { status }), ...(requestId ? { requestId } : {}) });
      throw error;
    }
  }
  const own = (response: ArmResponse): Partial<ArmResponse> => response;
  const page = (url: string, options?: RequestOptions): Promise<Page> =>
    noted(
      'GET',
      url,
      () => client.page(url, options),
      () => ({ status: 200 }),
    );
  return {
    ...client,
    get: (url: string, options?: RequestOptions) => noted('GET', url, () => client.get(url, options), own),
    poll: (url: string, options?: RequestOptions) => noted('GET', url, () => client.poll(url, options), own),
    send: (request: PreparedRequest, options?: RequestOptions) =>
      noted(request.method, request.url, () => client.send(request, options), own),
    page,
    async *pages(url: string, options?: RequestOptions) {
      for (let next: string | undefined = url; next !== undefined;) {
        const found: Page = await page(next, options);
        yield found;
        next = found.nextLink;
      }
    },
  };
}

/** An answer that a tracker must not see: the service is busy or broken, nothing is said of the operation. */
export function isNoAnswer(response: ArmResponse): boolean {
  return response.status === 408 || response.status === 429 || response.status >= 500;
}

/** Only a person can help: signed out, no role, an address that must not get the token, a certificate that is another one now. */
const needsPerson = new Set([
  'SignInNeeded',
  'SecretRefused',
  'SecretExpired',
  'AccessBlocked',
  'TenantUnknown',
  'ApplicationUnknown',
  'AudienceUnknown',
  'ForeignHost',
  'CertificateChanged',
]);

/** What the way to the service, and not the service, may fail with. */
const onTheWay = new Set(['EndpointUnreachable', 'ConnectionLost', 'CertificateRefused', 'NetworkFailure', 'NoAnswer', 'UnusableAnswer']);

/** True where asking again, by itself or after a person has helped, may bring an answer. */
export function mayPass({ status, code }: ErrorRecord): boolean {
  return onTheWay.has(code) || needsPerson.has(code) || (status !== undefined && ([401, 403, 408, 429].includes(status) || status >= 500));
}

/** What an operation is told after a round without a usable answer. */
export interface Setback {
  readonly changes: Changes;
  /** Milliseconds until it is asked again; absent where that waits for a person. */
  readonly waitMs?: number;
}

/**
 * Waits longer each time, or pauses where asking on is pointless; undefined where the asking was broken off.
 * Never an end: what happens at the service is not known here.
 * @param insists what the service itself has answered so far, where that may become the end
 */
export function setback(clock: Clock, entry: Entry, error: unknown, insists?: Insistence): Setback | undefined {
  if (isCancelled(error) || entry.abort.signal.aborted) {
    return undefined;
  }
  const record = toErrorRecord(error);
  const since = entry.record.trouble?.since ?? isoTime(clock.now());
  const series = insists === undefined ? {} : { insists };
  if (record.status === 401 || record.status === 403 || needsPerson.has(record.code)) {
    return { changes: { trouble: { kind: 'paused', since, error: record, ...series }, nextPollAt: undefined } };
  }
  entry.failures += 1;
  // An answer that may become the end is asked for at the pace at which it becomes one.
  const longest =
    insists === undefined ? timing.backoffLongestMs : (Date.parse(insists.decidesAt) - Date.parse(insists.since)) / leastInsisted;
  const backoff = Math.max(timing.shortestWaitMs, Math.min(timing.backoffFirstMs * 2 ** (entry.failures - 1), longest));
  const asked = error instanceof BackupError ? (error.facts.retryAfterMs ?? 0) : 0;
  const waitMs = Math.max(backoff, Math.min(asked, timing.longestWaitMs));
  const nextAt = isoTime(clock.now() + waitMs);
  return { changes: { trouble: { kind: 'noAnswer', since, nextAt, error: record, ...series }, nextPollAt: nextAt }, waitMs };
}

/** After a round of one operation without a usable answer: journals it, and asks again in a while. @param insists as in `setback` */
export async function troubled(context: EngineContext, entry: Entry, error: unknown, insists?: Insistence): Promise<void> {
  const found = setback(context.clock, entry, error, insists);
  if (!found) {
    return;
  }
  await context.store.update(entry, found.changes);
  if (found.waitMs !== undefined) {
    context.schedule(entry, found.waitMs);
  }
}
