/** Finding the job of a request that Azure accepted without naming one: by what it works on and when it began. */
import { arrayAt, type Json } from '../../../core/json.ts';
import { lists } from '../api.ts';
import { readJob, type Job } from '../model/job.ts';
import { readRecords } from '../model/record.ts';
import { pacing } from './pacing.ts';

/** Plain JSON: whose job is looked for. */
export interface Wanted {
  readonly vaultId: string;
  /** As Azure names it in a job: the VM, the database, the share. */
  readonly entity: string;
  /** Id of the item, protectable or protected. */
  readonly itemId: string;
  /** Milliseconds since the epoch, of Azure's clock where it told. */
  readonly acceptedAtMs: number;
  /** The job's `operation` where it is known, e.g. `Backup`. */
  readonly operation?: string;
}

const dayMs = 86_400_000;

/** Absolute URL of the jobs that began since. */
export function findJobUrl(cloud: string, wanted: Wanted): string {
  const started = { fromMs: wanted.acceptedAtMs - pacing.skewMs, toMs: wanted.acceptedAtMs + dayMs };
  return cloud + lists.jobs(wanted.vaultId, { started }).path;
}

/** The job of a list's answer that fits, the earliest where several do; undefined where none does. */
export function jobIn(body: Json | undefined, wanted: Wanted): Job | undefined {
  return readRecords(arrayAt(body, 'value'), readJob)
    .items.filter((job) => fits(job, wanted))
    .sort((a, b) => Date.parse(a.startTime ?? '') - Date.parse(b.startTime ?? ''))[0];
}

function fits(job: Job, wanted: Wanted): boolean {
  const began = Date.parse(job.startTime ?? '');
  const entity = job.entityFriendlyName.toLowerCase();
  const name = wanted.entity.toLowerCase();
  return (
    began >= wanted.acceptedAtMs - pacing.skewMs &&
    // A database's job calls itself `msdb` first and `msdb [server]` later.
    (entity === name || entity.startsWith(`${name} [`)) &&
    (job.containerName === undefined || wanted.itemId.toLowerCase().includes(`${job.containerName.toLowerCase()}/`)) &&
    (wanted.operation === undefined || sameOperation(job.operation, wanted.operation))
  );
}

/** `Backup` becomes `Backup (Full)` while it runs. */
function sameOperation(said: string | undefined, wanted: string): boolean {
  const word = (text: string): string => text.replace(/\s*\(.*$/, '').toLowerCase();
  return said !== undefined && word(said) === word(wanted);
}
