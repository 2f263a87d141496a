import { sameArmId } from '../../core/armId.ts';
import type { JsonObject } from '../arm/types.ts';
import { diskSkus, type DiskSku } from '../world/entities.ts';
import { isObject, textOf } from '../world/scope.ts';
import type { Estate } from './estate.ts';
import { propertiesOf, tagsOf } from './input.ts';
import type { LooseDisk } from './model.ts';
import { refusals } from './refusals.ts';
import { canRestore } from './transfer.ts';

type NewDisk = Pick<LooseDisk, 'id' | 'name' | 'subscriptionId' | 'resourceGroup' | 'location'>;

/** What a disk is made from. */
interface Source {
  readonly creationData: JsonObject;
  /** Undefined for an empty one. */
  readonly held?: { readonly sizeGb: number; readonly sku: DiskSku; readonly osType?: 'Windows' | 'Linux' };
}

const largestGb = 65_536;

/** A disk that is not added yet. @throws ArmFailure where its source, size, sku or zone cannot be. */
export function createDisk(estate: Estate, made: NewDisk, body: JsonObject): LooseDisk {
  const properties = propertiesOf(body);
  const { creationData, held } = sourceOf(estate, made, properties.creationData);
  const sizeGb = sizeOf(properties, held?.sizeGb);
  const now = estate.world.now();
  return {
    ...made,
    createdAt: now,
    readyAt: now,
    uniqueId: estate.world.random.guid(),
    creationData,
    zones: zonesOf(body),
    ...(held?.osType === undefined ? {} : { osType: held.osType }),
    sku: skuOf(body) ?? held?.sku ?? 'Standard_LRS',
    sizeGb,
    tags: tagsOf(body) ?? {},
  };
}

/** A PUT of a disk that is there: it can grow, and be of another kind. */
export function updateDisk(disk: LooseDisk, body: JsonObject): void {
  const properties = propertiesOf(body);
  const asked = isObject(properties.creationData) ? properties.creationData : {};
  for (const key of ['createOption', 'sourceResourceId'] as const) {
    const [value, held] = [textOf(asked[key]), textOf(disk.creationData[key])];
    if (value !== undefined && !sameArmId(value, held ?? '')) {
      throw refusals.changeNotAllowed(`creationData.${key}`);
    }
  }
  const zones = zonesOf(body);
  if (zones.join() !== disk.zones.join()) {
    throw refusals.changeNotAllowed('zones');
  }
  disk.sizeGb = sizeOf(properties, disk.sizeGb);
  disk.sku = skuOf(body) ?? disk.sku;
  disk.tags = tagsOf(body) ?? {};
}

function sourceOf(estate: Estate, made: NewDisk, value: unknown): Source {
  if (!isObject(value)) {
    throw refusals.missing('disk.creationData');
  }
  const option = textOf(value.createOption);
  if (option === undefined) {
    throw refusals.missing('disk.creationData.createOption');
  }
  switch (option.toLowerCase()) {
    case 'empty':
      return { creationData: { createOption: 'Empty' } };
    case 'copy':
      return copied(estate, made, requireSource(value));
    case 'restore':
      return restored(estate, made, requireSource(value));
    default:
      throw refusals.invalid('disk.creationData.createOption', `'${option}': this sandbox knows Empty, Copy and Restore.`);
  }
}

function requireSource(creationData: JsonObject): string {
  const id = textOf(creationData.sourceResourceId);
  if (id === undefined || id === '') {
    throw refusals.missing('disk.creationData.sourceResourceId');
  }
  return id;
}

/** Reported: a source of another region is not found. */
function copied(estate: Estate, made: NewDisk, id: string): Source {
  const loose = estate.disk(id);
  const attached = loose === undefined ? estate.attachedDisk(subscriptionIn(id) ?? made.subscriptionId, id) : undefined;
  const location = loose?.location ?? attached?.machines[0].location;
  if (location === undefined || location !== made.location) {
    throw refusals.notFound(id);
  }
  const creationData = { createOption: 'Copy', sourceResourceId: id };
  if (loose !== undefined) {
    return { creationData, held: loose };
  }
  const disk = attached?.disk;
  if (disk === undefined) {
    throw refusals.notFound(id);
  }
  const osType = disk.lun === undefined ? attached?.machines[0].osType : undefined;
  return { creationData, held: { sizeGb: disk.sizeGb, sku: disk.sku, ...(osType === undefined ? {} : { osType }) } };
}

/** In the region of the collection, from data that is there (documented: `snapshotAccessState`); the codes have no record. */
function restored(estate: Estate, made: NewDisk, id: string): Source {
  const found = estate.diskPoint(id);
  const now = estate.world.now();
  if (found === undefined || now < found.point.readyAt || found.point.deletingAt !== undefined) {
    throw refusals.notFound(id);
  }
  const { collection, disk } = found;
  if (collection.location !== made.location) {
    throw refusals.invalid(
      'location',
      `Disk restore point '${disk.name}' is in '${collection.location}'; a disk can be restored from it in that region only, not in '${made.location}'.`,
    );
  }
  if (!canRestore(disk, now)) {
    throw refusals.notAllowed(`Disk restore point '${disk.name}' is not complete; a disk cannot be restored from it yet.`);
  }
  return { creationData: { createOption: 'Restore', sourceResourceId: id }, held: disk };
}

function subscriptionIn(id: string): string | undefined {
  return /^\/subscriptions\/([^/]+)\//i.exec(id)?.[1];
}

function sizeOf(properties: JsonObject, held: number | undefined): number {
  const asked = properties.diskSizeGB;
  if (asked === undefined || asked === null) {
    if (held === undefined) {
      throw refusals.missing('disk.diskSizeGB');
    }
    return held;
  }
  if (typeof asked !== 'number' || !Number.isInteger(asked) || asked < 1 || asked > largestGb) {
    throw refusals.invalid('disk.diskSizeGB', `Expected whole gigabytes from 1 to ${largestGb}, not ${JSON.stringify(asked)}.`);
  }
  if (held !== undefined && asked < held) {
    throw refusals.diskTooSmall(asked, held);
  }
  return asked;
}

function skuOf(body: JsonObject): DiskSku | undefined {
  if (body.sku !== undefined && body.sku !== null && !isObject(body.sku)) {
    throw refusals.invalid('sku', 'Expected an object with a name.');
  }
  const name = body.sku?.name;
  if (name === undefined || name === null) {
    return undefined;
  }
  const known = diskSkus.find((sku) => typeof name === 'string' && sku.toLowerCase() === name.toLowerCase());
  if (known === undefined) {
    throw refusals.invalid('sku.name', `${JSON.stringify(name)} is none of ${diskSkus.join(', ')}.`);
  }
  return known;
}

function zonesOf(body: JsonObject): string[] {
  if (body.zones === undefined || body.zones === null) {
    return [];
  }
  const zones = Array.isArray(body.zones) ? body.zones.map((zone) => (typeof zone === 'string' ? zone : '')) : ['', ''];
  if (zones.length > 1 || zones.some((zone) => !['1', '2', '3'].includes(zone))) {
    throw refusals.invalid('zones', `${JSON.stringify(body.zones)}: expected a list of at most one of the texts '1', '2' and '3'.`);
  }
  return zones;
}
