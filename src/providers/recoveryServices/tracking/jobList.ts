/**
 * The jobs of a vault by one list, where several operations of it are followed: a list leaves out tasks and percentages, and
 * says of each job whether it runs. Azure answers 200 jobs a page and counts a page as one request.
 */
import { armIdKey, idUpTo } from '../../../core/armId.ts';
import { isObject, stringAt, type Json, type JsonObject } from '../../../core/json.ts';
import type { OperationProgress, OperationTask, TrackedResponse, TrackStep } from '../../../core/operation.ts';
import type { ListPage, SharedList } from '../../../core/sharedList.ts';
import { pacing, retryAfterMs, waitMs } from '../../arm/pacing.ts';
import { lists } from '../api.ts';
import { readJob, type Job } from '../model/job.ts';
import { jobState } from '../model/state.ts';
import { jobUrl, type JobsState } from './jobPhases.ts';
import { progressOf, referenceOf } from './jobProgress.ts';

const dayMs = 86_400_000;
/** Azure looks back no further than a month for jobs by their time. */
const furthestMs = 28 * dayMs;

export const jobList: SharedList = {
  keyOf: (json) => {
    const state = readState(json);
    // One that is missing, or one of several, is asked for by its own address.
    const isPlain = state?.jobIds.length === 1 && state.failedJobs.length === 0 && state.absence === undefined;
    return isPlain ? armIdKey(vaultOf(state)) : undefined;
  },
  isOutlined: (json) => readState(json)?.isOutlined === true,
  url: (states, isLong, nowMs) => {
    const all = states.flatMap((json) => readState(json) ?? []);
    const sinceMs = Math.min(...all.map((state) => state.sinceMs ?? -Infinity));
    const isByTime = !isLong && nowMs - sinceMs < furthestMs;
    const vaultId = all[0] ? vaultOf(all[0]) : '';
    // By time the list tells of those that have ended too. The one of the running ones is shorter in a busy vault.
    const { path } = lists.jobs(
      vaultId,
      isByTime ? { started: { fromMs: sinceMs - pacing.skewMs, toMs: nowMs + dayMs } } : { status: 'InProgress' },
    );
    return `${all[0]?.cloud ?? ''}${path}`;
  },
  read: (answer, url) =>
    isObject(answer.body) && Array.isArray(answer.body['value']) ? pageOf(answer, answer.body['value'], url) : undefined,
};

function pageOf(answer: TrackedResponse, value: readonly Json[], url: string): ListPage {
  const jobs = new Map<string, Json>();
  for (const raw of value) {
    const id = stringAt(raw, 'id');
    if (id !== undefined) {
      jobs.set(armIdKey(id), raw);
    }
  }
  const nextLink = stringAt(answer.body, 'nextLink');
  return {
    ...(nextLink && URL.canParse(nextLink, url) ? { nextUrl: new URL(nextLink, url).href } : {}),
    tells: (json, before, nowMs) => {
      const state = readState(json);
      const job = state && readable(jobs.get(armIdKey(state.jobIds[0] ?? '')));
      return job && step(state, job, before, answer, nowMs);
    },
  };
}

function step(before: JobsState, job: Job, progress: OperationProgress, answer: TrackedResponse, nowMs: number): TrackStep | 'itself' {
  const startedMs = Date.parse(job.startTime ?? '');
  const state: JobsState = { ...before, asked: before.asked + 1, ...(Number.isNaN(startedMs) ? {} : { sinceMs: startedMs }) };
  switch (jobState(job)) {
    case 'running':
    case 'cancelling':
      return {
        state: { ...state } as unknown as JsonObject,
        status: 'running',
        next: { url: jobUrl(state) },
        delayMs: waitMs(state.asked, retryAfterMs(answer.headers, nowMs), state.paceMs),
        progress: outlined(job, progress),
        job: referenceOf(job),
      };
    case 'succeeded':
      return { state: { ...state, isOutlined: true } as unknown as JsonObject, status: 'succeeded', progress: {}, job: referenceOf(job) };
    default:
      // Why it failed, what it warns of, and a word that is not known: its own answer has more of that.
      return 'itself';
  }
}

/** What was known of its tasks stays true, how far they were does not. */
function outlined(job: Job, { tasks, properties, message }: OperationProgress): OperationProgress {
  const now = progressOf(job);
  if (tasks === undefined) {
    return now;
  }
  return {
    ...(jobState(job) === 'running' && message !== undefined ? { message } : now),
    tasks: tasks.map(({ name, status }): OperationTask => ({ name, status })),
    ...(properties === undefined ? {} : { properties }),
  };
}

function readable(raw: Json | undefined): Job | undefined {
  try {
    return readJob(raw);
  } catch {
    // No job that could be read: as if the list had nothing of it, so that it is asked for itself.
    return undefined;
  }
}

function vaultOf(state: JobsState): string {
  return idUpTo(state.jobIds[0] ?? '', 'vaults') ?? '';
}

function readState(json: JsonObject): JobsState | undefined {
  // Written by the tracker's own steps, and by nothing else.
  return json['phase'] === 'job' ? (json as unknown as JobsState) : undefined;
}
