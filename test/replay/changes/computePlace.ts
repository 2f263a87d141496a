/** Resources of Microsoft.Compute around a recorded change: as they were last looked at, else as the change needs them to be. */
import { isObject } from '../../../src/core/json.ts';
import type { Interaction } from '../recording.ts';
import { changed, lastOf, member, type Raw } from './place.ts';
import { keyOf, type World } from './world.ts';

export interface ComputePlace {
  readonly change: Interaction;
  readonly world: World;
  /** Of what is changed, in the spelling of the change's URL. */
  readonly id: string;
  /** Of the change, where it is none of ours. */
  readonly name: string;
}

/** Where nothing in a recording tells a region. */
const someRegion = 'westus';

export const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** `properties.{name}.id` */
export function idIn(raw: unknown, name: string): string | undefined {
  const value = member(raw, name);
  return isObject(value) ? textIn(value['id']) : undefined;
}

function seenOf({ world, change }: ComputePlace, id: string): Raw | undefined {
  return (world.lastBefore(id, change.index) ?? world.firstAfter(id, change.index))?.raw;
}

/** At rest, and of a source: what was made a moment ago may have been seen on its way. */
export function collectionRaw(place: ComputePlace, id: string, needed: Raw = {}, location?: string): Raw {
  const seen = seenOf(place, id) ?? { id, name: lastOf(id), properties: {} };
  const source =
    idIn(seen, 'source') === undefined ? { source: { id: `${beforeProvider(id)}/providers/Microsoft.Compute/virtualMachines/vm` } } : {};
  const settled = changed(seen, { ...source, ...needed, provisioningState: 'Succeeded' });
  const region = textIn(seen['location']) ?? location ?? (needed['source'] === undefined ? someRegion : `${someRegion}2`);
  return { ...settled, location: location ?? region };
}

export function machineOfCollection(collection: Raw): string {
  return idIn(collection, 'source') ?? '';
}

/** The list of a whole subscription, where our actions count restore points. */
export function collectionsList(id: string): string {
  return `/${keyOf(id).split('/').slice(0, 2).join('/')}/providers/Microsoft.Compute/restorePointCollections`;
}

/** A VM with at least the disks that are named and one more; disks that nobody looked at cannot be read. */
export function machineWithDisks(
  place: ComputePlace,
  id: string,
  diskIds: readonly string[],
  location: string | undefined,
): { readonly raw: Raw; readonly before: Readonly<Record<string, unknown>> } {
  const seen = seenOf(place, id);
  const base = seen ?? { id, name: lastOf(id), location: location ?? someRegion, properties: { provisioningState: 'Succeeded' } };
  const profile = member(base, 'storageProfile');
  const storage: Raw = isObject(profile)
    ? profile
    : { osDisk: { name: 'os', managedDisk: { id: `${beforeProvider(id)}/providers/Microsoft.Compute/disks/os` } } };
  const attached = disksIn(storage);
  const missing = diskIds.filter((one) => !attached.some((other) => keyOf(other) === keyOf(one)));
  const dataDisks = [
    ...(Array.isArray(storage['dataDisks']) ? (storage['dataDisks'] as unknown[]) : []),
    ...missing.map((one, index) => ({ lun: 50 + index, name: lastOf(one), managedDisk: { id: one } })),
  ];
  const raw = changed(base, { storageProfile: { ...storage, dataDisks } });
  const disks = [...attached, ...missing].map((one) => [one, seenOf(place, one) ?? null]);
  return { raw, before: { [id]: raw, ...(Object.fromEntries(disks) as Record<string, unknown>) } };
}

function disksIn(storage: Raw): string[] {
  const all = [storage['osDisk'], ...(Array.isArray(storage['dataDisks']) ? (storage['dataDisks'] as unknown[]) : [])];
  return all.flatMap((disk) => {
    const managed = isObject(disk) ? disk['managedDisk'] : undefined;
    return isObject(managed) ? (textIn(managed['id']) ?? []) : [];
  });
}

/** A restore point that can be used, with the disk that is named. */
export function pointRaw(place: ComputePlace, id: string, diskPointId?: string): Raw {
  const seen = seenOf(place, id);
  const disk = { name: lastOf(diskPointId ?? '').replace(/_[0-9a-f-]{36}$/i, ''), diskRestorePoint: { id: diskPointId } };
  const metadata = diskPointId === undefined ? {} : { sourceMetadata: { storageProfile: { osDisk: disk } } };
  // What is copied or deleted was there in full: that Azure took the change says so.
  return changed(seen ?? { id, name: lastOf(id), properties: metadata }, { provisioningState: 'Succeeded' });
}

export function diskPointRaw(place: ComputePlace, id: string): Raw {
  return seenOf(place, id) ?? { id, name: lastOf(id), properties: { networkAccessPolicy: 'AllowAll' } };
}

const beforeProvider = (id: string): string => id.replace(/\/providers\/.*$/i, '');
