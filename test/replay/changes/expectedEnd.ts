/** How a recorded change ended, taken from the raw answers anew: nothing of our trackers is used here. */
import { isObject } from '../../../src/core/json.ts';
import { codeOf } from '../answers.ts';
import type { Interaction } from '../recording.ts';
import { operationsNamedBy, stateOf } from './operations.ts';
import { endOfPoint, makesPoint } from './pointEnd.ts';
import { keyOf, type World } from './world.ts';

export interface ExpectedEnd {
  /** Absent where the recording ends before the change does, or does not tell. */
  readonly status?: 'succeeded' | 'succeededWithWarnings' | 'failed' | 'cancelled';
  /** Of a failure, where Azure gave one. */
  readonly code?: string;
  /** Name of the job that Azure named. */
  readonly job?: string;
  /** True where no clear answer came to the change itself: whether it was taken has to be looked up. */
  readonly isUnclear?: true;
}

/**
 * What Azure's operation says of a protected item is only that a job exists, and the job decides: told by the path, or by
 * the operation itself, whatever our action takes it for.
 */
export function expectedEndOf(change: Interaction, world: World): ExpectedEnd {
  const { status } = change;
  const ofItem = /\/protecteditems\//.test(`/${keyOf(change.url)}`);
  if (status === 408 || status >= 500 || (status >= 300 && status < 400)) {
    return { isUnclear: true };
  }
  if (status >= 400) {
    return failed(change.body);
  }
  const named = operationsNamedBy(change);
  if (named.length === 0) {
    return status === 202 ? {} : { status: 'succeeded' };
  }
  const polls = world.gets.flatMap(({ interaction, operation }) =>
    operation && interaction.index > change.index && named.some(({ id }) => id === operation.id)
      ? [{ way: operation.way, poll: interaction }]
      : [],
  );
  const state = polls.find(
    ({ way, poll }) => way === 'state' && poll.status === 200 && !['running', undefined].includes(stateOf(poll.body)),
  );
  if (state) {
    return ofState(change, state.poll, world, ofItem);
  }
  const result = polls.find(
    ({ way, poll: { status: said, body } }) =>
      way === 'result' && said !== 202 && said !== 404 && said !== 429 && said < 500 && stateOf(body) !== 'running',
  );
  return result === undefined || (ofItem && result.poll.status < 400)
    ? {}
    : result.poll.status < 400
      ? { status: 'succeeded' }
      : failed(result.poll.body);
}

function ofState(change: Interaction, poll: Interaction, world: World, ofItem: boolean): ExpectedEnd {
  const state = stateOf(poll.body);
  if (state === 'failed') {
    return failed(poll.body);
  }
  if (state === 'succeeded' && makesPoint(change)) {
    return endOfPoint(change, world, poll.index);
  }
  const byJob = ofItem || /job/i.test(String(at(poll.body, 'properties', 'objectType')));
  if (!byJob || state === 'cancelled') {
    return { status: state === 'cancelled' ? 'cancelled' : 'succeeded' };
  }
  const job = at(poll.body, 'properties', 'jobId');
  return typeof job === 'string' && job !== '' ? { job, ...endOfJob(change, job, world) } : {};
}

const jobEnds: Readonly<Record<string, ExpectedEnd['status']>> = {
  completed: 'succeeded',
  completedwithwarnings: 'succeededWithWarnings',
  failed: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

function endOfJob(change: Interaction, job: string, world: World): ExpectedEnd {
  const suffix = `/backupjobs/${job.toLowerCase()}`;
  const key = [...world.keys()].find((one) => one.endsWith(suffix) && keyOf(change.url).startsWith(one.slice(0, -suffix.length)));
  const looks = key === undefined ? [] : world.versions(key).filter(({ index }) => index > change.index);
  for (const { raw } of looks) {
    const status = jobEnds[String(at(raw, 'properties', 'status')).toLowerCase()];
    if (status) {
      return { status };
    }
  }
  return {};
}

function failed(body: unknown): ExpectedEnd {
  const code = codeOf(body);
  return { status: 'failed', ...(code === undefined ? {} : { code }) };
}

function at(value: unknown, ...names: string[]): unknown {
  let found: unknown = value;
  for (const name of names) {
    found = isObject(found) ? found[name] : undefined;
  }
  return found;
}
