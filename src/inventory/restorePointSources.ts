/** VMs, their restore points and those points' disks as sources of pages. */
import { getCollectionWithPoints, getRestorePoint, lists, type ReadOptions } from '../providers/restorePoints/api.ts';
import { isCancelled } from '../core/cancellation.ts';
import { pointState, type RestorePoint, type RestorePointCollection, type VirtualMachine } from '../providers/restorePoints/model.ts';
import type { ListSource } from './pagedList.ts';
import { subscriptionSource } from './groupwise.ts';
import { byName, type Where } from './sources.ts';

/** @param scope `/subscriptions/{id}` */
export function virtualMachineSource(where: Where, scope: string): ListSource<VirtualMachine> {
  return subscriptionSource(
    where,
    scope,
    lists.virtualMachines,
    byName((machine) => machine.name),
  );
}

/** Without their points; those that Azure Backup made for itself after those of people. @param scope `/subscriptions/{id}` */
export function collectionSource(where: Where, scope: string): ListSource<RestorePointCollection> {
  return subscriptionSource(
    where,
    scope,
    lists.collections,
    (a, b) => Number(a.madeByAzureBackup) - Number(b.madeByAzureBackup) || collectionsByName(a, b),
  );
}

const collectionsByName = byName<RestorePointCollection>(({ name }) => name);

/** Of so many copies, the newest ones, it is asked how far they are when their collection is opened; of others when they are. */
const mostLooks = 12;
const looksAtOnce = 4;

/**
 * One collection, with its points: a list of one. Lists do not tell how far copies are, which is what a person wants to
 * know of them: that is asked of each, where it is not known.
 * @param isKnown whether what came of a copy is known without asking
 */
export function pointsSource(
  where: Where,
  collectionId: string,
  isKnown: (pointId: string) => boolean,
): ListSource<RestorePointCollection> {
  return single(async (signal) => {
    const arm = where.connection.arm();
    const options = optionsOf(where, signal);
    const collection = await getCollectionWithPoints(arm, collectionId, options);
    const { points } = collection;
    const looked = new Map<RestorePoint, RestorePoint>();
    const unknown = (points?.items ?? []).filter((point) => isUntold(point) && !isKnown(point.id)).toSorted(newestFirst);
    for (let from = 0; from < Math.min(unknown.length, mostLooks); from += looksAtOnce) {
      const some = unknown.slice(from, Math.min(from + looksAtOnce, mostLooks));
      const answers = await Promise.all(some.map((point) => getRestorePoint(arm, point.id, options).catch(unlessCancelled)));
      some.forEach((point, at) => looked.set(point, answers[at] ?? point));
    }
    const items = points?.items.map((point) => looked.get(point) ?? point);
    return {
      items: [points === undefined || items === undefined ? collection : { ...collection, points: { ...points, items } }],
      problems: (points?.problems ?? []).map(({ error }) => error),
    };
  });
}

/** A copy of which the list does not say how far it is. */
function isUntold(point: RestorePoint): boolean {
  const state = pointState(point);
  return state.kind === 'copying' && !state.known;
}

/** The list is there whatever becomes of such a look: opening the copy looks again, and tells what is wrong. */
function unlessCancelled(error: unknown): undefined {
  if (isCancelled(error)) {
    throw error;
  }
}

/** Those without a time are being made. */
export function newestFirst(a: RestorePoint, b: RestorePoint): number {
  const at = ({ timeCreated }: RestorePoint): number => (timeCreated === undefined ? Infinity : Date.parse(timeCreated));
  return at(b) === at(a) ? a.name.localeCompare(b.name) : at(b) - at(a);
}

/** One restore point, with how far each of its disks is: a list of one. */
export function pointSource(where: Where, pointId: string): ListSource<RestorePoint> {
  return single(async (signal) => ({
    items: [await getRestorePoint(where.connection.arm(), pointId, optionsOf(where, signal))],
    problems: [],
  }));
}

function single<R extends { readonly id: string }>(
  read: (signal: AbortSignal) => Promise<Awaited<ReturnType<ListSource<R>['fetch']>>>,
): ListSource<R> {
  return { fetch: (_, signal) => read(signal), idOf: ({ id }) => id, compare: () => 0, atLeast: 1 };
}

function optionsOf({ tenantId }: Where, signal: AbortSignal): ReadOptions {
  return { signal, ...(tenantId === undefined ? {} : { tenantId }) };
}
