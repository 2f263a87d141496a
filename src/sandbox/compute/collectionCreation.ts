import { sameArmId, segmentOf } from '../../core/armId.ts';
import type { ArmRequest, JsonObject } from '../arm/types.ts';
import type { Estate } from './estate.ts';
import { flagOf, locationOf, propertiesOf, referenceOf, requireInstantAccessVersion, resourceOf } from './input.ts';
import { PointStore, type Collection } from './model.ts';
import { refusals } from './refusals.ts';

type NewCollection = Pick<Collection, 'id' | 'name' | 'subscriptionId' | 'resourceGroup' | 'location' | 'tags'>;

/** Makes a collection of a machine, or one for copies from another region. @throws ArmFailure where its source does not allow it. */
export function createCollection(estate: Estate, made: NewCollection, request: ArmRequest): Collection {
  const properties = propertiesOf(resourceOf(request));
  const sourceId = referenceOf(properties.source, 'source');
  if (sourceId === undefined) {
    throw refusals.missing('source');
  }
  const collection: Collection = {
    ...made,
    guid: estate.world.random.guid(),
    createdAt: estate.world.now(),
    source: sourceOf(estate, made, sourceId),
    instantAccess: instantAccessOf(request, properties),
    points: new PointStore(),
  };
  estate.addCollection(collection);
  return collection;
}

/** @throws ArmFailure 409 where a body says other than what a collection is (documented: only tags may be updated). */
export function refuseChanges(held: Collection, request: ArmRequest): void {
  const body = resourceOf(request);
  const properties = propertiesOf(body);
  const sourceId = referenceOf(properties.source, 'source');
  if (sourceId !== undefined && !sameArmId(sourceId, held.source.id)) {
    throw refusals.changeNotAllowed('source.id');
  }
  if (body.location !== undefined && body.location !== null && locationOf(body, 'restorePointCollections') !== held.location) {
    throw refusals.changeNotAllowed('location');
  }
  const instantAccess = instantAccessOf(request, properties);
  if (instantAccess !== undefined && instantAccess !== (held.instantAccess ?? false)) {
    throw refusals.changeNotAllowed('instantAccess');
  }
}

function instantAccessOf(request: ArmRequest, properties: JsonObject): boolean | undefined {
  requireInstantAccessVersion(request, properties.instantAccess, 'instantAccess');
  return flagOf(properties.instantAccess, 'instantAccess');
}

function sourceOf(estate: Estate, made: NewCollection, id: string): Collection['source'] {
  const kind = [segmentOf(id, 'providers'), ...kinds.map((type) => (segmentOf(id, type) === undefined ? '' : type))]
    .filter(Boolean)
    .join('/');
  switch (kind.toLowerCase()) {
    case 'microsoft.compute/virtualmachines':
      return machineSource(estate, made, id);
    case 'microsoft.compute/restorepointcollections':
      return collectionSource(estate, made, id);
    default:
      throw refusals.invalid(
        'source.id',
        `'${id}' is neither a virtual machine nor a restore point collection. Instances of scale sets with uniform orchestration are not supported.`,
      );
  }
}

/** Types that can stand in a source's id; anything below one of the first two is none. */
const kinds = ['virtualMachines', 'restorePointCollections', 'virtualMachineScaleSets', 'restorePoints', 'extensions'];

/** Documented: in the machine's region. Codes have no record. */
function machineSource(estate: Estate, made: NewCollection, id: string): Collection['source'] {
  const found = estate.machine(id);
  if (found === undefined) {
    throw refusals.resourceNotFound('virtualMachines', segmentOf(id, 'virtualMachines') ?? id, segmentOf(id, 'resourceGroups') ?? '');
  }
  const { machine } = found;
  if (machine.location !== made.location) {
    throw refusals.invalid(
      'location',
      `A restore point collection whose source is a virtual machine is created in the region of the machine, '${machine.location}', not in '${made.location}'. Use a restore point collection of the machine as source for another region.`,
    );
  }
  return { kind: 'machine', id: found.id, location: machine.location };
}

/** Documented: in another region than its source, and no copies of copies. Codes have no record. */
function collectionSource(estate: Estate, made: NewCollection, id: string): Collection['source'] {
  const source = estate.collection(id);
  if (source === undefined) {
    const name = segmentOf(id, 'restorePointCollections') ?? id;
    throw refusals.resourceNotFound('restorePointCollections', name, segmentOf(id, 'resourceGroups') ?? '');
  }
  if (source.location === made.location) {
    throw refusals.invalid(
      'location',
      `Restore points cannot be copied within a region: the source collection '${source.name}' is in '${source.location}' too.`,
    );
  }
  if (source.source.kind === 'collection') {
    throw refusals.notAllowed(`Restore points of '${source.name}' are copies from another region; copies cannot be copied again.`);
  }
  return { kind: 'collection', id: source.id, location: source.location };
}
