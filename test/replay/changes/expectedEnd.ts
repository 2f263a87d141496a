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
  /** Azure named no job: any of these may be found, each with its own end. */
  readonly jobs?: readonly (Required<Pick<ExpectedEnd, 'job'>> & Pick<ExpectedEnd, 'status'>)[];
  /** True where no clear answer came to the change itself: whether it was taken has to be looked up. */
  readonly isUnclear?: true;
  /** True where the service failed again and again when it was asked: what it worked on is read back, and that decides. */
  readonly isInsisted?: true;
}

/** Answers of somebody on the way, or that nothing is known yet: none of them is an end. */
const saysNothing = new Set([202, 401, 403, 404, 408, 429]);

/** Fewer failures one after another may be a hiccup. */
const leastFailures = 5;

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
    ({ way, poll: { status: said, body } }) => way === 'result' && !saysNothing.has(said) && said < 500 && stateOf(body) !== 'running',
  );
  if (result === undefined) {
    const failures = polls
      .filter(({ way, poll }) => way === 'result' && poll.status >= 500)
      .reduce((sum, { poll }) => sum + poll.repeat, 0);
    return failures >= leastFailures ? { isInsisted: true } : {};
  }
  return ofItem && result.poll.status < 400 ? {} : result.poll.status < 400 ? { status: 'succeeded' } : failed(result.poll.body);
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
  if (typeof job === 'string' && job !== '') {
    return {
      job,
      ...endOfJob(
        jobKeys(change, world).find((key) => key.endsWith(`/${job.toLowerCase()}`)),
        change,
        world,
      ),
    };
  }
  const own = jobKeys(change, world).filter((key) => isOwn(world.firstAfter(key, change.index)?.raw, change));
  return { jobs: own.map((key) => ({ job: key.slice(key.lastIndexOf('/') + 1), ...endOfJob(key, change, world) })) };
}

const jobEnds: Readonly<Record<string, ExpectedEnd['status']>> = {
  completed: 'succeeded',
  completedwithwarnings: 'succeededWithWarnings',
  failed: 'failed',
  cancelled: 'cancelled',
  canceled: 'cancelled',
};

/** Of the jobs of the vault that were seen after the change and not before. */
function jobKeys(change: Interaction, world: World): string[] {
  const vault = keyOf(change.url).replace(/^(.*?\/vaults\/[^/]+).*$/, '$1');
  return [...world.keys()].filter(
    (key) =>
      key.startsWith(`${vault}/backupjobs/`) &&
      world.lastBefore(key, change.index) === undefined &&
      world.firstAfter(key, change.index) !== undefined,
  );
}

function endOfJob(key: string | undefined, change: Interaction, world: World): Pick<ExpectedEnd, 'status'> {
  const looks = key === undefined ? [] : world.versions(key).filter(({ index }) => index > change.index);
  for (const { raw } of looks) {
    const status = jobEnds[String(at(raw, 'properties', 'status')).toLowerCase()];
    if (status) {
      return { status };
    }
  }
  return {};
}

/** True where a job does what the change asked for, to an item of its name. */
function isOwn(job: unknown, change: Interaction): boolean {
  const said = (name: string): string => String(at(job, 'properties', name)).toLowerCase();
  const item = /\/protecteditems\/([^/]+)/.exec(keyOf(change.url))?.[1] ?? '';
  const entity = said('entityFriendlyName');
  const name = item.slice(item.lastIndexOf(';') + 1);
  return (entity === name || entity.startsWith(`${name} [`)) && said('operation').replace(/ .*$/, '') === operationOf(change);
}

function operationOf({ method, sent, url }: Interaction): string {
  if (method !== 'PUT') {
    return method === 'DELETE' ? 'deletebackupdata' : (keyOf(url).split('/').at(-1) ?? '');
  }
  if (at(sent, 'properties', 'isRehydrate') === true) {
    return 'undelete';
  }
  return at(sent, 'properties', 'policyId') === '' ? 'disablebackup' : 'configurebackup';
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
