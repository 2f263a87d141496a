/** The ways in which answers can be spoiled, and the places that they hit. */
import { delay } from '../../../src/core/cancellation.ts';
import type { OperationRecord, PreparedRequest } from '../../../src/core/operation.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { decodedPath, SpoiledCloud } from './spoiledCloud.ts';

/** A fault without the place that it hits. */
export type Spoiling = FaultInput extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'path' | 'pathPattern' | 'method'>
    : never
  : never;

export interface SendingRow {
  readonly name: string;
  readonly fault: Spoiling;
  /** Whether the request is carried out in the end. */
  readonly taken: boolean;
  /** What the service says of it, where it says that it did not take it. */
  readonly told?: RegExp;
}

/** What hits the request that changes something. */
export const ofSending: readonly SendingRow[] = [
  { name: 'the connection breaks before it is taken', fault: { kind: 'resetBefore' }, taken: false },
  { name: 'the connection breaks after it was taken', fault: { kind: 'resetAfter' }, taken: true },
  { name: '500, not taken', fault: { kind: 'error', status: 500 }, taken: false },
  { name: '500, taken', fault: { kind: 'error', status: 500, takesEffect: true }, taken: true },
  { name: '503, taken', fault: { kind: 'error', status: 503, takesEffect: true }, taken: true },
  { name: 'a web page of a gateway', fault: { kind: 'htmlError' }, taken: false },
  { name: 'no answer in time, taken', fault: { kind: 'slow', ms: 900 }, taken: true },
  { name: 'a torn answer', fault: { kind: 'truncate' }, taken: true },
  { name: 'throttled once', fault: { kind: 'throttle', retryAfterSeconds: 0 }, taken: true },
  {
    name: 'throttled again and again',
    fault: { kind: 'throttle', retryAfterSeconds: 0, count: 'unlimited' },
    taken: false,
    told: /429|Throttled/,
  },
  { name: 'the token has expired', fault: { kind: 'expireToken' }, taken: true },
  { name: 'the token has expired, with a challenge', fault: { kind: 'expireToken', challenge: true }, taken: true },
  { name: 'no permission', fault: { kind: 'error', status: 403, count: 'unlimited' }, taken: false, told: /AuthorizationFailed/ },
  { name: 'another operation is in the way', fault: { kind: 'error', status: 409 }, taken: false, told: /Conflict/ },
];

export interface FollowingRow {
  readonly name: string;
  readonly fault: Spoiling;
}

/** What hits the questions after it; more often than the pipeline asks again by itself. */
export const ofFollowing: readonly FollowingRow[] = [
  { name: 'the connection breaks', fault: { kind: 'resetBefore', count: 6 } },
  { name: '500 with an empty message', fault: { kind: 'error', status: 500, code: 'CloudStorageUnexpectedError', message: '', count: 6 } },
  { name: '503', fault: { kind: 'error', status: 503, count: 6 } },
  { name: 'a web page of a gateway', fault: { kind: 'htmlError', count: 6 } },
  { name: 'no answer in time', fault: { kind: 'slow', ms: 500, count: 2 } },
  { name: 'torn JSON', fault: { kind: 'truncate', count: 3 } },
  { name: 'throttled', fault: { kind: 'throttle', retryAfterSeconds: 0, count: 6 } },
  { name: 'not found at first', fault: { kind: 'error', status: 404, count: 3 } },
  { name: 'the token has expired', fault: { kind: 'expireToken' } },
];

/** Such faults refuse the first attempt, and the pipeline may send it again. */
export const isRefusedFirst = ({ fault }: SendingRow): boolean => fault.kind === 'throttle' || fault.kind === 'expireToken';

/** Nobody has heard how it went. Torn JSON has its headers, and they say what is followed. */
export const isUnheard = (row: SendingRow): boolean => row.told === undefined && !isRefusedFirst(row) && row.fault.kind !== 'truncate';

/** A fault and the step of an action that it is for. */
export interface Placed {
  readonly step: 'sending' | 'following' | 'reading back' | 'stopping';
  readonly spoiling: Spoiling;
  readonly fault: FaultInput;
}

export function onlyThis(request: PreparedRequest, spoiling: Spoiling): Placed {
  const pathPattern = `^${decodedPath(request.url).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  return { step: 'sending', spoiling, fault: { ...spoiling, method: request.method, pathPattern } };
}

const questions =
  '/(operationsStatus|operationResults|backupOperations|backupOperationResults|backupJobs|locations/[^/]+/(operations|DiskOperations))/[^/]+$';

/** @param pathPattern of what is asked how it goes */
export function questionsAfter(spoiling: Spoiling, pathPattern = questions): Placed {
  return { step: 'following', spoiling, fault: { ...spoiling, method: 'GET', pathPattern } };
}

/** All else that is read before the end is known: lists in which a job is looked for. */
export function listsAfter(spoiling: Spoiling): Placed {
  return questionsAfter(spoiling, `^(?!.*${questions}).*$`);
}

/** Whatever is read when the end is known. */
export function readingAfter(spoiling: Spoiling): Placed {
  return { step: 'reading back', spoiling, fault: { ...spoiling, method: '*', path: '**' } };
}

/** What a record says, for who reads that a test has failed. */
export const sayings = ({ status, error, outcome, warnings, trace }: OperationRecord): string =>
  JSON.stringify({ status, error, outcome, warnings, trace });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A sandbox that a fault is tried in; answers that come late must be later than a client waits. */
export function cloudFor(fault: Spoiling, speed: number): Promise<SpoiledCloud> {
  return SpoiledCloud.open(speed, fault.kind === 'slow' ? 500 : 10_000);
}

/** Asks until it is so, for as long as a busy machine may need. */
export async function settled(what: string, is: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + 60_000; !(await is()); await delay(20)) {
    if (Date.now() > until) {
      throw new Error(`${what} did not come`);
    }
  }
}

/** Declares a test for each work; some run at a time, as they mostly wait. Problems are lines of text; none is well. */
export function together(
  works: readonly { readonly title: string; readonly run: () => Promise<readonly string[]> }[],
  atOnce: number,
): void {
  const outcomes = new Map<string, Promise<readonly string[]>>();
  before(() => {
    const lanes = Array.from({ length: atOnce }, () => Promise.resolve<readonly string[]>([]));
    for (const [at, { title, run }] of works.entries()) {
      const lane = at % atOnce;
      const outcome = (lanes[lane] ?? Promise.resolve()).then(run).catch((error: unknown) => [String(error)]);
      lanes[lane] = outcome;
      outcomes.set(title, outcome);
    }
  });
  for (const { title } of works) {
    it(title, async () => {
      const problems = await outcomes.get(title);
      if (problems === undefined || problems.length > 0) {
        throw new Error(problems?.join('\n') ?? 'it did not run');
      }
    });
  }
}
