/** Changes of containers of workloads in VMs, and what a vault protects by itself. */
import { readContainer, readProtectableItem, type Container } from '../../../src/providers/recoveryServices/model.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import { filterOf, type Address } from '../address.ts';
import { changed, lastOf, lastPartOf, property, segmentAfter, type Place, type Raw } from './place.ts';
import type { ForeignChange, RebuiltChange } from './systems.ts';

/** @param inquiry of an inquiry: its filter tells what is looked for */
export function containerChange(place: Place, inquiry?: Address): RebuiltChange | ForeignChange {
  const { change, id, name } = place;
  const type = property(change.sent, 'containerType') ?? property(seenOf(place)?.raw, 'containerType') ?? lastOf(id).split(';')[0] ?? '';
  if (type.toLowerCase() !== 'vmappcontainer') {
    return { is: 'unsupported', what: `${name} (${type || 'unknown'})` };
  }
  if (inquiry) {
    return inquiring(place, inquiry);
  }
  if (change.method === 'DELETE') {
    return { is: 'ours', actionId: 'unregisterContainer', ...registered(place), answers: {} };
  }
  if (/^reregister$/i.test(property(change.sent, 'operationType') ?? '')) {
    return { is: 'ours', actionId: 'reregisterContainer', ...registered(place), answers: {} };
  }
  const workload = property(change.sent, 'workloadType') ?? 'no workloadType';
  return workload.toLowerCase() === 'sqldatabase' ? registering(place) : { is: 'unsupported', what: `${name} (${workload})` };
}

function inquiring(place: Place, address: Address): RebuiltChange | ForeignChange {
  const filter = filterOf(address);
  const { workloadType = '' } = filter === 'unreadable' ? {} : filter;
  if (!/^(sqldatabase|saphanadatabase|sapasedatabase)$/i.test(workloadType)) {
    return { is: 'unsupported', what: `${place.name} (${address.query.get('filter') ?? 'no filter'})` };
  }
  return { is: 'ours', actionId: 'inquireContainer', ...registered(place, workloadType), answers: {} };
}

function registering(place: Place): RebuiltChange {
  const { id, world, change } = place;
  const protectableId = id.replace(/\/protectionContainers\/(?=[^/]+$)/i, '/protectableContainers/');
  const raw = world.lastBefore(protectableId, change.index)?.raw ?? {
    id: protectableId,
    name: lastOf(id),
    properties: {
      friendlyName: property(change.sent, 'friendlyName') ?? lastPartOf(lastOf(id)),
      backupManagementType: 'AzureWorkload',
      protectableContainerType: 'VMAppContainer',
      containerId: property(change.sent, 'sourceResourceId'),
    },
  };
  const model = readContainer(raw);
  const seen = world.lastBefore(id, change.index);
  const isFresh = seen !== undefined && world.changesBetween(id, seen.index, change.index).length === 0;
  return {
    is: 'ours',
    actionId: 'registerContainer',
    target: targetOf(model, targetKinds.protectableContainer),
    answers: {},
    // What was changed since it was looked at, or never looked at, is not registered: that is why it is registered.
    before: { [id]: isFresh ? seen.raw : null },
  };
}

/** A container that is registered, as it was last looked at; else as the change's own inputs tell. */
function registered(place: Place, workloadType?: string): Pick<RebuiltChange, 'target' | 'before'> {
  const { id, change } = place;
  const raw: Raw = seenOf(place)?.raw ?? {
    id,
    name: lastOf(id),
    properties: {
      friendlyName: lastPartOf(lastOf(id)),
      backupManagementType: 'AzureWorkload',
      containerType: 'VMAppContainer',
      sourceResourceId: property(change.sent, 'sourceResourceId'),
      workloadType: property(change.sent, 'workloadType') ?? workloadType,
    },
  };
  // Its name says of which type it is, where its record does not.
  const now = changed(raw, { registrationStatus: 'Registered', containerType: property(raw, 'containerType') ?? 'VMAppContainer' });
  return { target: targetOf(readContainer(now), targetKinds.container), before: { [id]: now } };
}

function seenOf({ id, world, change }: Place): ReturnType<Place['world']['lastBefore']> {
  return world.lastBefore(id, change.index) ?? world.firstAfter(id, change.index);
}

function targetOf(model: Container, kind: string): RebuiltChange['target'] {
  return { kind, id: model.id, name: model.friendlyName, model };
}

/** The vault protects what is new in an instance, or not any more. An intent's name is its maker's own. */
export function intentChange(place: Place): RebuiltChange | ForeignChange {
  const { id, change, world, name } = place;
  const isPut = change.method === 'PUT';
  const type = property(change.sent, 'protectionIntentItemType');
  const seen = world.lastBefore(id, change.index)?.raw;
  const made = world.changesBetween(id, -1, change.index).findLast(({ method }) => method === 'PUT')?.sent;
  const itemId = isPut ? property(change.sent, 'itemId') : (property(seen, 'itemId') ?? property(made, 'itemId'));
  if (isPut && !/^recoveryservicevaultitem$/i.test(type ?? '')) {
    return { is: 'unsupported', what: `${name} (${type ?? 'no protectionIntentItemType'})` };
  }
  if (itemId === undefined) {
    return { is: 'unsupported', what: `${name} (of an item that the recording does not name)` };
  }
  const raw = world.lastBefore(itemId, change.index)?.raw ?? holderOf(itemId);
  const item = readProtectableItem(raw);
  if (item.role !== 'instance' && item.role !== 'availabilityGroup') {
    return { is: 'unsupported', what: `${name} (${item.itemType ?? 'unknown'})` };
  }
  const containerId = item.containerId ?? '';
  const policy = property(change.sent, 'policyId') ?? '';
  const target = { kind: targetKinds.protectableItem, id: item.id, name: item.friendlyName, model: item };
  const container = world.lastBefore(containerId, change.index)?.raw ?? {
    id: containerId,
    properties: { containerType: 'VMAppContainer' },
  };
  const policyRaw = world.lastBefore(policy, change.index)?.raw ?? {
    id: policy,
    name: lastOf(policy),
    properties: { backupManagementType: 'AzureWorkload', workLoadType: 'SQLDataBase' },
  };
  const intent = { ...seen, id, name: lastOf(id) };
  const listed = { value: [changed(intent, { protectionIntentItemType: 'AzureWorkloadSQLAutoProtectionIntent', itemId })] };
  return isPut
    ? {
        is: 'ours',
        actionId: 'autoProtect',
        target,
        answers: { policy },
        ownName: true,
        before: { [containerId]: container, [policy]: policyRaw },
      }
    : {
        is: 'ours',
        actionId: 'stopAutoProtect',
        target,
        answers: {},
        before: { [`${place.vaultId}/backupProtectionIntents`]: listed },
      };
}

function holderOf(id: string): Raw {
  const name = lastOf(id);
  const type = /^sqlinstance;/i.test(name)
    ? 'SQLInstance'
    : /^sqlavailabilitygroup/i.test(name)
      ? 'SQLAvailabilityGroupContainer'
      : name.split(';')[0];
  return {
    id,
    name,
    properties: {
      friendlyName: lastPartOf(name),
      backupManagementType: 'AzureWorkload',
      protectableItemType: type,
      serverName: lastPartOf(segmentAfter(id, 'protectionContainers')),
    },
  };
}
