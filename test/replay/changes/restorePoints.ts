/** Recorded changes of restore points as our actions do them: collections, points, copies, disks made of them, links. */
import { answerOfMany, type ActionTarget } from '../../../src/providers/action.ts';
import {
  readCollection,
  readDiskRestorePoint,
  readRestorePoint,
  readVirtualMachine,
  disksOf,
} from '../../../src/providers/restorePoints/model.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import { tagsText } from '../../../src/providers/restorePoints/tags.ts';
import { isObject } from '../../../src/core/json.ts';
import { requestName } from '../names.ts';
import {
  collectionRaw,
  collectionsList,
  diskPointRaw,
  idIn,
  machineOfCollection,
  machineWithDisks,
  pointRaw,
  textIn,
  type ComputePlace,
} from './computePlace.ts';
import { lastOf, member, property } from './place.ts';
import type { ChangeReader, ForeignChange, RebuiltChange } from './systems.ts';
import { keyOf } from './world.ts';

type Reading = RebuiltChange | ForeignChange;

export const restorePointChanges: ChangeReader = (change, { segments }, world) => {
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers');
  if (at < 0 || segments[at + 1]?.toLowerCase() !== 'microsoft.compute') {
    return undefined;
  }
  const types = segments
    .slice(at + 2)
    .filter((_, index) => index % 2 === 0)
    .join('/')
    .toLowerCase();
  const idOf = (length: number): string => `/${segments.slice(0, length).join('/')}`;
  const place: ComputePlace = { change, world, id: idOf(segments.length), name: requestName(change) };
  switch (`${change.method} ${types}`) {
    case 'PUT restorepointcollections':
      return creating(place);
    case 'PATCH restorepointcollections':
      return tagging(place);
    case 'DELETE restorepointcollections':
      return deleting(place, 'deleteCollection');
    case 'PUT restorepointcollections/restorepoints':
      return member(change.sent, 'sourceRestorePoint') === undefined ? adding(place) : copying(place);
    case 'DELETE restorepointcollections/restorepoints':
      return deleting(place, 'deleteRestorePoint');
    case 'PUT disks':
      return restoring(place);
    case 'POST restorepointcollections/restorepoints/diskrestorepoints/begingetaccess':
      return linking({ ...place, id: idOf(segments.length - 1) });
    case 'POST restorepointcollections/restorepoints/diskrestorepoints/endgetaccess':
      return revoking({ ...place, id: idOf(segments.length - 1) });
    default:
      return undefined;
  }
};

/** What our actions never send and Azure goes by: such a change is another one than ours. */
function foreignMembers(sent: unknown, top: readonly string[], inner: readonly string[]): string[] {
  const said = (value: unknown): boolean => value !== undefined && value !== null && !(isObject(value) && Object.keys(value).length === 0);
  const others = (value: unknown, known: readonly string[]): string[] =>
    Object.entries(isObject(value) ? value : {})
      .filter(([name, one]) => said(one) && !known.includes(name.toLowerCase()))
      .map(([name]) => name);
  return [...others(sent, [...top, 'properties', 'id', 'name', 'type']), ...others(isObject(sent) ? sent['properties'] : {}, inner)];
}

const foreign = ({ name }: ComputePlace, why: string): ForeignChange => ({ is: 'unsupported', what: `${name} (${why})` });

function creating(place: ComputePlace): Reading {
  const { change, world, id } = place;
  const others = foreignMembers(change.sent, ['location'], ['source']);
  const sourceId = idIn(change.sent, 'source');
  if (others.length > 0 || sourceId === undefined) {
    return foreign(place, others.length > 0 ? `with ${others.join(', ')}` : 'without a source');
  }
  const seen = world.lastBefore(id, change.index);
  const isThere = seen !== undefined && !world.changesBetween(id, seen.index, change.index).some(({ method }) => method === 'DELETE');
  if (isThere) {
    return foreign(place, 'that is there already');
  }
  if (groupOf(sourceId) !== groupOf(id)) {
    return foreign(place, 'in another resource group than what it is made of');
  }
  const location = isObject(change.sent) ? textIn(change.sent['location']) : undefined;
  const ofCollection = /\/restorePointCollections\//i.test(sourceId);
  const source = ofCollection ? collectionRaw(place, sourceId) : undefined;
  const machineId = source === undefined ? sourceId : (idIn(source, 'source') ?? '');
  const machine = machineWithDisks(place, machineId, [], source === undefined ? location : undefined);
  return {
    is: 'ours',
    actionId: 'createCollection',
    target: targetOf(targetKinds.virtualMachine, readVirtualMachine(machine.raw)),
    answers: { source: ofCollection ? sourceId : 'machine', region: location ?? '', collectionName: lastOf(id) },
    before: { ...machine.before, [id]: null, ...(source === undefined ? {} : { [sourceId]: source }) },
  };
}

function tagging(place: ComputePlace): Reading {
  const { change, id } = place;
  const others = foreignMembers(change.sent, ['tags'], []);
  const tags = isObject(change.sent) ? change.sent['tags'] : undefined;
  if (others.length > 0 || !isObject(tags)) {
    return foreign(place, others.length > 0 ? `with ${others.join(', ')}` : 'without tags');
  }
  const raw = collectionRaw(place, id);
  const text = tagsText(
    Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])),
  );
  return {
    is: 'ours',
    actionId: 'editCollectionTags',
    target: targetOf(targetKinds.restorePointCollection, readCollection(raw)),
    answers: { tags: text },
    before: { [id]: raw },
  };
}

function deleting(place: ComputePlace, actionId: 'deleteCollection' | 'deleteRestorePoint'): Reading {
  const { id } = place;
  const isPoint = actionId === 'deleteRestorePoint';
  const raw = isPoint ? pointRaw(place, id) : collectionRaw(place, id);
  const target = isPoint
    ? targetOf(targetKinds.restorePoint, readRestorePoint(raw))
    : targetOf(targetKinds.restorePointCollection, readCollection(raw));
  return { is: 'ours', actionId, target, answers: {}, before: { [id]: raw } };
}

function adding(place: ComputePlace): Reading {
  const { change, id } = place;
  const others = foreignMembers(change.sent, [], ['excludedisks', 'consistencymode']);
  const consistency = property(change.sent, 'consistencyMode');
  // The contract takes crash consistent alone; all else is what Azure makes where nothing is said.
  if (others.length > 0 || (consistency !== undefined && consistency !== 'CrashConsistent')) {
    return foreign(place, others.length > 0 ? `with ${others.join(', ')}` : `consistencyMode ${consistency}`);
  }
  const excluded = member(change.sent, 'excludeDisks');
  const excludedIds = (Array.isArray(excluded) ? excluded : []).flatMap((one) => (isObject(one) ? (textIn(one['id']) ?? []) : []));
  const collectionId = parentOf(id);
  const collection = collectionRaw(place, collectionId);
  const machine = machineWithDisks(place, machineOfCollection(collection), excludedIds, textIn(collection['location']));
  return {
    is: 'ours',
    actionId: 'addRestorePoint',
    target: targetOf(targetKinds.restorePointCollection, readCollection(collection)),
    answers: { pointName: lastOf(id), consistency: consistency ?? 'ApplicationConsistent', excludeDisks: answerOfMany(excludedIds) },
    before: { ...machine.before, [collectionId]: collection, [collectionsList(id)]: { value: [collection] }, [id]: null },
  };
}

function copying(place: ComputePlace): Reading {
  const { change, id } = place;
  const others = foreignMembers(change.sent, [], ['sourcerestorepoint']);
  const sourceId = idIn(change.sent, 'sourceRestorePoint');
  if (others.length > 0 || sourceId === undefined) {
    return foreign(place, others.length > 0 ? `with ${others.join(', ')}` : 'of a source without an id');
  }
  const point = pointRaw(place, sourceId);
  const source = collectionRaw(place, parentOf(sourceId));
  const into = collectionRaw(place, parentOf(id), { source: { id: parentOf(sourceId) } });
  return {
    is: 'ours',
    actionId: 'copyRestorePoint',
    target: targetOf(targetKinds.restorePoint, readRestorePoint(point)),
    answers: { region: textIn(into['location']) ?? '', collection: parentOf(id), pointName: lastOf(id) },
    before: { [sourceId]: point, [parentOf(sourceId)]: source, [parentOf(id)]: into, [id]: null },
  };
}

/** A disk of a restore point. What else a disk is made of is no matter of backups. */
function restoring(place: ComputePlace): Reading {
  const { change, id } = place;
  const { sent } = change;
  const made = member(sent, 'creationData');
  const diskPointId = isObject(made) ? textIn(made['sourceResourceId']) : undefined;
  const option = isObject(made) ? (textIn(made['createOption']) ?? 'no createOption') : 'no creationData';
  if (option.toLowerCase() !== 'restore' || diskPointId === undefined || !/\/diskRestorePoints\/[^/]+$/i.test(diskPointId)) {
    return foreign(place, option);
  }
  const others = [...foreignMembers(sent, ['location', 'sku', 'zones', 'tags'], ['creationdata', 'disksizegb']), ...tagsIn(sent)];
  const sku = isObject(sent) && isObject(sent['sku']) ? textIn(sent['sku']['name']) : undefined;
  const zones = isObject(sent) && Array.isArray(sent['zones']) ? sent['zones'] : [];
  if (others.length > 0 || zones.length > 1) {
    return foreign(place, `Restore with ${others.join(', ') || 'several zones'}`);
  }
  const pointId = parentOf(diskPointId);
  const raw = pointRaw(place, pointId, diskPointId);
  const point = readRestorePoint(raw);
  const disk = disksOf(point).find(({ diskRestorePointId }) => diskRestorePointId && keyOf(diskRestorePointId) === keyOf(diskPointId));
  const size = member(sent, 'diskSizeGB');
  if (size !== undefined && size !== disk?.sizeGB) {
    return foreign(place, 'Restore, with another size than it was');
  }
  if (sku === undefined && disk?.sku !== undefined) {
    return foreign(place, 'Restore, its type left to Azure');
  }
  const location = isObject(sent) ? textIn(sent['location']) : undefined;
  const name = lastOf(id);
  const isOurs = disk !== undefined && name.startsWith(disk.name) && name.length > disk.name.length;
  return {
    is: 'ours',
    actionId: 'restoreDisks',
    target: targetOf(targetKinds.restorePoint, point),
    answers: {
      disks: answerOfMany([diskPointId]),
      group: id.replace(/\/providers\/.*$/i, ''),
      zone: textIn(zones[0]) ?? 'none',
      sku: sku ?? 'asItWas',
      ending: isOurs ? name.slice(disk.name.length) : '-restored',
    },
    // Our disks are called as those that they are made of, with an ending.
    ...(isOurs ? {} : { ownName: true }),
    before: {
      [pointId]: raw,
      [parentOf(pointId)]: collectionRaw(place, parentOf(pointId), {}, location),
      [isOurs ? id : id.replace(/[^/]+$/, `${disk?.name ?? ''}-restored`)]: null,
    },
  };
}

function linking(place: ComputePlace): Reading {
  const { change, id } = place;
  const sent = isObject(change.sent) ? change.sent : {};
  const seconds = Number(sent['durationInSeconds']);
  const access = textIn(sent['access']) ?? 'none';
  if (access.toLowerCase() !== 'read' || !Number.isInteger(seconds) || seconds <= 0 || Object.keys(sent).length > 2) {
    return foreign(place, `access ${access}`);
  }
  const raw = diskPointRaw(place, id);
  return {
    is: 'ours',
    actionId: 'getDiskLink',
    target: targetOf(targetKinds.diskRestorePoint, readDiskRestorePoint(raw)),
    answers: { duration: String(seconds) },
    before: { [id]: raw, [parentOf(id)]: pointRaw(place, parentOf(id), id) },
  };
}

function revoking(place: ComputePlace): Reading {
  const { id } = place;
  const raw = diskPointRaw(place, id);
  return {
    is: 'ours',
    actionId: 'revokeDiskLink',
    target: targetOf(targetKinds.diskRestorePoint, readDiskRestorePoint(raw)),
    answers: {},
    before: { [id]: raw },
  };
}

function tagsIn(sent: unknown): string[] {
  const tags = isObject(sent) ? sent['tags'] : undefined;
  return isObject(tags) && Object.keys(tags).length > 0 ? ['tags'] : [];
}

function targetOf(kind: string, model: { readonly id: string; readonly name: string }): ActionTarget {
  return { kind, id: model.id, name: model.name, model };
}

/** What it stands in: two segments less. */
const parentOf = (id: string): string => id.replace(/\/[^/]+\/[^/]+$/, '');
const groupOf = (id: string): string => keyOf(id).split('/').slice(0, 4).join('/');
