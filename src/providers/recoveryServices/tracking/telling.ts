/** Telling which of several jobs is a database's, where Azure named none: by the jobs themselves, then by the vault's other items. */
import { arrayAt, stringAt } from '../../../core/json.ts';
import type { TrackedResponse } from '../../../core/operation.ts';
import { lists } from '../api.ts';
import { armPath } from '../../arm/armUrl.ts';
import { readJob } from '../model/job.ts';
import { readProtectableItem } from '../model/protectableItem.ts';
import { readProtectedItem } from '../model/protectedItem.ts';
import { readRecords } from '../../arm/record.ts';
import type { Candidate, Wanted } from './findJob.ts';
import { fitOf, isTold, namesakesAmong, nearest, type Fit, type Namesakes } from './whoseJob.ts';

/** Plain JSON: what is still to be asked, one address after another, and what came out so far. */
export interface Telling {
  readonly jobs: readonly { readonly id: string; readonly fit: Fit }[];
  /** Absolute URLs; jobs first, then lists, page by page. */
  readonly urls: readonly string[];
  readonly namesakes: Namesakes;
}

export type Told =
  | { readonly is: 'asking'; readonly telling: Telling }
  | { readonly is: 'job'; readonly id: string }
  | { readonly is: 'untold'; readonly count: number };

/** More jobs of one name within minutes are not looked into: they would not be told apart. */
const mostJobs = 10;

/** @param candidates at least one */
export function beginTelling(cloud: string, wanted: Wanted, candidates: readonly Candidate[]): Told {
  const jobs = candidates.map(({ job, fit }) => ({ id: job.id, fit }));
  const untold = jobs.filter(({ fit }) => fit === 'untold').slice(0, mostJobs);
  const urls = [...untold.map(({ id }) => cloud + armPath(id)), ...itemLists(wanted).map((path) => cloud + path)];
  return { is: 'asking', telling: { jobs, urls, namesakes: 'none' } };
}

/** @param response of the first of `urls` */
export function stepTelling(cloud: string, wanted: Wanted, telling: Telling, response: TrackedResponse): Told {
  const [asked = '', ...rest] = telling.urls;
  const job = telling.jobs.find(({ id }) => cloud + armPath(id) === asked);
  const next = job ? withJob(telling, rest, job.id, wanted, response) : withPage(cloud, telling, rest, wanted, response);
  // One that was looked into may turn out to be another's: what is left decides.
  const left = next.jobs.filter(({ fit }) => fit !== 'other');
  if (next.urls.length > 0 && left.length > 0) {
    return { is: 'asking', telling: next };
  }
  const [only, ...others] = left;
  return only && others.length === 0 && isTold(only.fit, next.namesakes)
    ? { is: 'job', id: only.id }
    : { is: 'untold', count: left.length };
}

function withJob(telling: Telling, urls: readonly string[], id: string, wanted: Wanted, response: TrackedResponse): Telling {
  const [read] = response.status === 200 ? readRecords([response.body], readJob).items : [];
  const fit = read && fitOf(read, wanted);
  return { ...telling, urls, jobs: fit === undefined ? telling.jobs : telling.jobs.map((one) => (one.id === id ? { id, fit } : one)) };
}

function withPage(cloud: string, telling: Telling, urls: readonly string[], wanted: Wanted, response: TrackedResponse): Telling {
  if (response.status !== 200) {
    // Nobody knows who else is there: then nothing but the container itself may tell, and that only among instances.
    return { ...telling, urls, namesakes: 'sameContainer' };
  }
  const raws = arrayAt(response.body, 'value');
  const items = [...readRecords(raws, readProtectedItem).items, ...readRecords(raws, readProtectableItem).items];
  const nextLink = stringAt(response.body, 'nextLink');
  const next = nextLink && URL.canParse(nextLink, cloud) ? [new URL(nextLink, cloud).href] : [];
  return { ...telling, urls: [...next, ...urls], namesakes: nearest([telling.namesakes, namesakesAmong(items, wanted)]) };
}

/** Where namesakes stand: among what is protected, and for a new protection among what could be. */
function itemLists(wanted: Wanted): string[] {
  const filter = { backupManagementType: 'AzureWorkload' };
  return [
    lists.protectedItems(wanted.vaultId, filter).path,
    ...(wanted.operation === 'ConfigureBackup' ? [lists.protectableItems(wanted.vaultId, filter).path] : []),
  ];
}
