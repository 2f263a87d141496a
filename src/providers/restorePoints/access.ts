/**
 * Getting a link to a disk. Its answer opens the disk to whoever holds it, so that this goes past the engine: sent once,
 * followed here, and the link is in the value that is returned and nowhere else, no error and no log included.
 */
import type { ArmClient, ArmResponse } from '../../cloud/types.ts';
import { refusalOf } from '../../cloud/armErrors.ts';
import { retryAfterMs } from '../../cloud/retryAfter.ts';
import { serviceErrorOf } from '../../cloud/serviceError.ts';
import { delay, isCancelled, throwIfCancelled } from '../../core/cancellation.ts';
import { BackupError } from '../../core/errors.ts';
import { withoutSignatures } from '../../core/signedUrl.ts';
import type { Json } from '../../core/json.ts';
import type { PreparedRequest } from '../../core/operation.ts';
import { fieldsOf } from '../arm/fields.ts';
import { beginOperation, stepOperation } from '../arm/asyncOperation.ts';
import { operationUrls } from '../arm/operationUrl.ts';
import { pacing } from '../arm/pacing.ts';
import { computeRemediesFor } from './errorKnowledge.ts';
import type { ReadOptions } from './api.ts';

export interface AccessLinks {
  readonly link: string;
  /** Confidential VMs only. */
  readonly guestState?: string;
  readonly metadata?: string;
  /** Milliseconds since the epoch, UTC, by the service's own clock. */
  readonly expiresAtMs: number;
}

/** Granting takes seconds; after so long it is given up, and the link, which nobody has seen, ends by itself. */
const patienceMs = 5 * 60_000;
/** So often in a row an answer that says nothing of the operation (none, 429, 5xx) is passed over: the link may be there already. */
const mostHiccups = 5;

export interface AccessOptions extends ReadOptions {
  readonly attempted: string;
  /** The disk's name, for errors. */
  readonly resource: string;
  readonly durationInSeconds: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** @throws BackupError for a refusal, for no answer, and where Azure gives no link; CancelledError */
export async function getAccess(arm: ArmClient, request: PreparedRequest, options: AccessOptions): Promise<AccessLinks> {
  const { signal, tenantId, attempted, resource } = options;
  const about = { attempted, resource, ...(signal ? { signal } : {}), ...(tenantId === undefined ? {} : { tenantId }) };
  const cloud = arm.environment.resourceManagerEndpoint;
  const sent = await arm.send(request, about).catch((error: unknown) => {
    // What was given up after it had left is no answer to the engine; here the person has turned away, and nobody has the link.
    throwIfCancelled(signal);
    throw error;
  });
  const grantedFromMs = serviceMs(sent, options.now());
  const ended = sent.status < 300 ? await follow(arm, sent, cloud, about, options.now) : sent;
  if ('failed' in ended) {
    throw plainError(ended.failed.message, ended.failed.code, options, ended.failed.remedies);
  }
  if (ended.status >= 300) {
    throw refusedBy(ended, options);
  }
  return linksIn(ended.body, grantedFromMs, options) ?? (await linksAt(arm, sent, cloud, about, grantedFromMs, options));
}

interface Failed {
  readonly failed: { readonly code: string; readonly message: string; readonly remedies?: readonly string[] };
}

async function follow(
  arm: ArmClient,
  sent: ArmResponse,
  cloud: string,
  about: Parameters<ArmClient['poll']>[1],
  now: () => number,
): Promise<ArmResponse | Failed> {
  const begun = beginOperation(cloud, sent, now());
  if (begun === undefined || linkIn(sent.body) !== undefined) {
    return sent;
  }
  const untilMs = now() + patienceMs;
  for (let { state, delayMs } = begun; ;) {
    await delay(delayMs, about?.signal);
    const response = await asked(arm, state.url, about, delayMs);
    const answer = stepOperation(state, response, now());
    switch (answer.is) {
      case 'running':
        if (now() >= untilMs) {
          return {
            failed: {
              code: 'TooSlow',
              message: 'Azure has not made the link within five minutes. Try again: it makes the same one last longer.',
            },
          };
        }
        ({ state, delayMs } = answer);
        break;
      case 'succeeded':
        return response;
      case 'cancelled':
        return { failed: { code: 'OperationCancelled', message: 'Azure says that it was cancelled.' } };
      case 'failed':
      case 'lost':
        return { failed: answer.error };
    }
  }
}

/**
 * One question, asked again where its answer says nothing of the operation. Never the request itself.
 * @param waitMs before it is asked again
 * @throws BackupError of the last answer; CancelledError
 */
async function asked(arm: ArmClient, url: string, about: Parameters<ArmClient['poll']>[1], waitMs: number): Promise<ArmResponse> {
  for (let hiccups = 1; ; hiccups++) {
    try {
      const response = await arm.poll(url, about);
      if (hiccups >= mostHiccups || !(response.status === 408 || response.status === 429 || response.status >= 500)) {
        return response;
      }
    } catch (error) {
      if (hiccups >= mostHiccups || isCancelled(error)) {
        throw error;
      }
    }
    await delay(waitMs, about?.signal);
  }
}

/** The status of an operation need not hold the links; what `Location` points to does. */
async function linksAt(
  arm: ArmClient,
  sent: ArmResponse,
  cloud: string,
  about: Parameters<ArmClient['poll']>[1],
  grantedFromMs: number,
  options: AccessOptions,
): Promise<AccessLinks> {
  const { locationUrl } = operationUrls(sent, cloud);
  const answer = locationUrl === undefined ? undefined : await asked(arm, locationUrl, about, pacing.leastMs);
  const links = answer && answer.status < 300 ? linksIn(answer.body, grantedFromMs, options) : undefined;
  if (links === undefined) {
    throw plainError('Azure says that it gave access to the disk, but its answer holds no link.', 'NoLink', options, ['Try again.']);
  }
  return links;
}

/** `{accessSAS}`, or of an operation's status `{properties: {output: {accessSAS}}}`. */
function linkIn(body: Json | undefined): string | undefined {
  return fieldsOf(body).text('accessSAS') ?? fieldsOf(body).object('properties').object('output').text('accessSAS');
}

function linksIn(body: Json | undefined, grantedFromMs: number, options: AccessOptions): AccessLinks | undefined {
  const link = linkIn(body);
  if (link === undefined) {
    return undefined;
  }
  const top = fieldsOf(body);
  const fields = top.text('accessSAS') === undefined ? top.object('properties').object('output') : top;
  const guestState = fields.text('securityDataAccessSAS');
  const metadata = fields.text('securityMetadataAccessSAS');
  return {
    link,
    ...(guestState === undefined ? {} : { guestState }),
    ...(metadata === undefined ? {} : { metadata }),
    expiresAtMs: expiryIn(link) ?? grantedFromMs + options.durationInSeconds * 1_000,
  };
}

/** `se` of a storage signature: when it ends. */
function expiryIn(link: string): number | undefined {
  const text = URL.canParse(link) ? new URL(link).searchParams.get('se') : null;
  const ms = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function serviceMs(response: ArmResponse, nowMs: number): number {
  const ms = Date.parse(response.headers['date'] ?? '');
  return Number.isNaN(ms) ? nowMs : ms;
}

function refusedBy(answer: ArmResponse, options: AccessOptions): BackupError {
  const service = serviceErrorOf(answer.status, answer.text);
  const clean = { ...service, message: withoutSignatures(service.message) };
  const waitMs = retryAfterMs({ get: (name) => answer.headers[name] }, options.now());
  const requestId = answer.headers['x-ms-request-id'];
  const about = { attempted: options.attempted, resource: options.resource };
  return refusalOf(clean, { status: answer.status, ...(requestId === undefined ? {} : { requestId }) }, about, waitMs, (code) =>
    computeRemediesFor(code, clean.message),
  );
}

function plainError(message: string, code: string, options: AccessOptions, remedies: readonly string[] | undefined): BackupError {
  return new BackupError(withoutSignatures(message), {
    code,
    attempted: options.attempted,
    resource: options.resource,
    ...(remedies === undefined ? {} : { remedies }),
  });
}
