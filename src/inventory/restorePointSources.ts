/** VMs, their restore points and those points' disks as sources of pages. */
import { getCollectionWithPoints, getRestorePoint, lists, type ReadOptions } from '../providers/restorePoints/api.ts';
import type { RestorePoint, RestorePointCollection, VirtualMachine } from '../providers/restorePoints/model.ts';
import type { ListSource } from './pagedList.ts';
import { byName, fullPage, source, type Where } from './sources.ts';

/** @param scope `/subscriptions/{id}` */
export function virtualMachineSource(where: Where, scope: string): ListSource<VirtualMachine> {
  return source(
    where,
    [lists.virtualMachines(scope)],
    byName((machine) => machine.name),
    fullPage,
  );
}

/** Without their points; those that Azure Backup made for itself after those of people. @param scope `/subscriptions/{id}` */
export function collectionSource(where: Where, scope: string): ListSource<RestorePointCollection> {
  return source(
    where,
    [lists.collections(scope)],
    (a, b) => Number(a.madeByAzureBackup) - Number(b.madeByAzureBackup) || collectionsByName(a, b),
    fullPage,
  );
}

const collectionsByName = byName<RestorePointCollection>(({ name }) => name);

/** One collection, with its points: a list of one. */
export function pointsSource(where: Where, collectionId: string): ListSource<RestorePointCollection> {
  return single(async (signal) => {
    const collection = await getCollectionWithPoints(where.connection.arm(), collectionId, optionsOf(where, signal));
    return { items: [collection], problems: (collection.points?.problems ?? []).map(({ error }) => error) };
  });
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
