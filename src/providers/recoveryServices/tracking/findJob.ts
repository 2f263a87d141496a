/** Finding the job of a request that Azure accepted without naming one: by what it works on and when it began. */
import { arrayAt, type Json } from '../../../core/json.ts';
import { lists } from '../api.ts';
import { readJob, type Job } from '../model/job.ts';
import { readRecords } from '../../arm/record.ts';
import { pacing } from '../../arm/pacing.ts';
import { fitOf, type Fit, type JobOwner } from './whoseJob.ts';

/** Plain JSON: whose job is looked for. */
export interface Wanted extends JobOwner {
  readonly vaultId: string;
  /** Milliseconds since the epoch, of Azure's clock where it told. */
  readonly acceptedAtMs: number;
}

export interface Candidate {
  readonly job: Job;
  readonly fit: Fit;
}

const dayMs = 86_400_000;
/** An HTTP date has lost up to a second. */
const dateMs = 1_000;

/** Absolute URL of the jobs that began since. */
export function findJobUrl(cloud: string, wanted: Wanted): string {
  const started = { fromMs: wanted.acceptedAtMs - pacing.skewMs, toMs: wanted.acceptedAtMs + dayMs };
  return cloud + lists.jobs(wanted.vaultId, { started }).path;
}

/** The jobs of a list's answer that fit, the earliest first. What had ended before the request was accepted is an earlier one's. */
export function candidatesIn(body: Json | undefined, wanted: Wanted): Candidate[] {
  return readRecords(arrayAt(body, 'value'), readJob)
    .items.filter((job) => Date.parse(job.startTime ?? '') >= wanted.acceptedAtMs - pacing.skewMs)
    .filter((job) => job.endTime === undefined || Date.parse(job.endTime) >= wanted.acceptedAtMs - dateMs)
    .map((job) => ({ job, fit: fitOf(job, wanted) }))
    .filter(({ fit }) => fit !== 'other')
    .sort((a, b) => Date.parse(a.job.startTime ?? '') - Date.parse(b.job.startTime ?? ''));
}
