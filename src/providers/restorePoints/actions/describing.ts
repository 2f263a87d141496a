/** How operations on restore points are named in the journal and the panel. */
import { lastSegment, segmentOf } from '../../../core/armId.ts';
import type { OperationTarget } from '../../../core/operation.ts';
import type { ActionTarget } from '../../action.ts';
import type { DiskRestorePoint, RestorePoint, RestorePointCollection, VirtualMachine } from '../model.ts';

export function describeMachine({ id, name }: Pick<ActionTarget<VirtualMachine>, 'id' | 'name'>): OperationTarget {
  return { ...named(id, name, 'VM'), ...where(id) };
}

export function describeCollection({ id, name }: Pick<ActionTarget<RestorePointCollection>, 'id' | 'name'>): OperationTarget {
  return { ...named(id, name, 'restore point collection'), ...where(id) };
}

export function describePoint({ id, name }: Pick<ActionTarget<RestorePoint>, 'id' | 'name'>): OperationTarget {
  return { ...named(id, name, 'restore point'), ...inCollection(id) };
}

export function describeDiskPoint({ id, name }: Pick<ActionTarget<DiskRestorePoint>, 'id' | 'name'>): OperationTarget {
  const point = segmentOf(id, 'restorePoints');
  return { ...named(id, name, 'disk restore point'), ...inCollection(id), ...(point === undefined ? {} : { where: point }) };
}

export function describeDisk(id: string, name: string): OperationTarget {
  return { ...named(id, name, 'disk'), ...where(id) };
}

function named(id: string, name: string, kind: string): OperationTarget {
  const subscriptionId = segmentOf(id, 'subscriptions');
  return { id, name, kind, ...(subscriptionId === undefined ? {} : { subscriptionId }) };
}

function where(id: string): Pick<OperationTarget, 'where'> {
  const group = segmentOf(id, 'resourceGroups');
  return group === undefined ? {} : { where: group };
}

function inCollection(id: string): Pick<OperationTarget, 'containerId' | 'containerName'> {
  const at = /^.*\/restorePointCollections\/[^/]+/i.exec(id)?.[0];
  return at === undefined ? {} : { containerId: at, containerName: lastSegment(at) };
}
