/** Changes of protected items: one PUT is protecting, another policy, stopping, resuming or undeleting. */
import { readProtectableItem, readProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import type { ActionId } from '../../../src/providers/actionIds.ts';
import { changed, lastOf, lastPartOf, member, property, segmentAfter, type Place, type Raw } from './place.ts';
import type { ForeignChange, RebuiltChange } from './systems.ts';
import { keyOf } from './world.ts';

type Workload = 'vm' | 'sql';

export function itemChange(place: Place): RebuiltChange | ForeignChange {
  const { change, name } = place;
  const type = typeOf(place);
  const workload = workloadOf(type, place.id);
  const foreign = (of: string): ForeignChange => ({ is: 'unsupported', what: `${name} (${of})` });
  if (workload === undefined) {
    return foreign(type || lastOf(place.id).split(';')[0] || 'unknown');
  }
  switch (change.method) {
    case 'DELETE':
      if (known(place).state === 'deleted') {
        return foreign('of an item that soft delete keeps already');
      }
      return ofItem(place, workload, 'stopDeleteData', {}, { isScheduledForDeferredDelete: undefined });
    case 'POST':
      return backup(place, workload, foreign);
    default:
      return put(place, workload, foreign);
  }
}

type Foreign = (of: string) => ForeignChange;

function backup(place: Place, workload: Workload, foreign: Foreign): RebuiltChange | ForeignChange {
  const { sent } = place.change;
  const type = property(sent, 'objectType') ?? 'no objectType';
  const expiry = momentOf(property(sent, 'recoveryPointExpiryTimeInUTC'));
  const answers = expiry === undefined ? {} : { expiry };
  if (type.toLowerCase() !== (workload === 'vm' ? 'iaasvmbackuprequest' : 'azureworkloadbackuprequest')) {
    return foreign(type);
  }
  if (workload === 'vm') {
    return ofItem(place, workload, 'backUpNow', answers, protectedNow);
  }
  const backupType = property(sent, 'backupType') ?? '';
  const compression = member(sent, 'enableCompression') === true ? 'yes' : 'no';
  return ofItem(place, workload, 'backUpDatabase', { ...answers, backupType, compression }, protectedNow);
}

function put(place: Place, workload: Workload, foreign: Foreign): RebuiltChange | ForeignChange {
  const { sent } = place.change;
  if (member(sent, 'extendedProperties') !== undefined) {
    return foreign('extendedProperties: some disks only');
  }
  const policy = property(sent, 'policyId') ?? '';
  const wanted = property(sent, 'protectionState');
  if (member(sent, 'isRehydrate') === true) {
    return policy === '' ? ofItem(place, workload, 'undelete', {}, deletedNow) : foreign('isRehydrate with a policy');
  }
  if (policy === '') {
    return /^protectionstopped$/i.test(wanted ?? '')
      ? ofItem(place, workload, 'stopKeepData', {}, protectedNow)
      : foreign(wanted ?? 'no policy');
  }
  const { state, policyId } = known(place);
  if (state === 'deleted') {
    return foreign('of an item that soft delete keeps');
  }
  if (state === 'unprotected') {
    return protecting(place, workload, policy);
  }
  if (state === 'stopped') {
    return ofItem(place, workload, 'resumeProtection', { policy }, stoppedNow, policyOf(place, workload, policy));
  }
  if (policyId !== undefined && keyOf(policyId) === keyOf(policy)) {
    return foreign('with the policy that it has already');
  }
  return ofItem(place, workload, 'changePolicy', { policy }, protectedNow, policyOf(place, workload, policy));
}

const protectedNow: Raw = { protectionState: 'Protected', isScheduledForDeferredDelete: undefined };
const stoppedNow: Raw = { protectionState: 'ProtectionStopped', policyId: '', isScheduledForDeferredDelete: undefined };
const deletedNow: Raw = { protectionState: 'ProtectionStopped', policyId: '', isScheduledForDeferredDelete: true };

interface Known {
  readonly state: 'unprotected' | 'protected' | 'stopped' | 'deleted';
  readonly policyId?: string;
}

/** What the recording tells of the item at the moment of the change: its last look, or the last change since. */
function known({ id, world, change: { index } }: Place): Known {
  const seen = world.lastBefore(id, index);
  const since = world.changesBetween(id, seen?.index ?? -1, index).at(-1);
  if (since) {
    const policyId = property(since.sent, 'policyId');
    return since.method === 'DELETE' ? { state: 'unprotected' } : policyId ? { state: 'protected', policyId } : { state: 'stopped' };
  }
  if (!seen || member(seen.raw, 'protectionState') === undefined) {
    return { state: 'unprotected' };
  }
  if (String(member(seen.raw, 'isScheduledForDeferredDelete')).toLowerCase() === 'true') {
    return { state: 'deleted' };
  }
  const policyId = property(seen.raw, 'policyId');
  const stopped = /^(protectionstopped|backupssuspended|protectionpaused)$/i.test(property(seen.raw, 'protectionState') ?? '');
  return { state: stopped ? 'stopped' : 'protected', ...(policyId ? { policyId } : {}) };
}

/**
 * An item as it was last looked at; where it was changed since, or nobody looked, it is as the request needs it to be:
 * that Azure took the request says so.
 */
function ofItem(
  place: Place,
  workload: Workload,
  actionId: ActionId,
  answers: RebuiltChange['answers'],
  needed: Raw,
  more: Record<string, unknown> = {},
): RebuiltChange {
  const { id, world, change } = place;
  const seen = world.lastBefore(id, change.index);
  const isFresh = seen !== undefined && world.changesBetween(id, seen.index, change.index).length === 0;
  const base = seen?.raw ?? world.firstAfter(id, change.index)?.raw ?? itemOf(place, workload);
  const raw = isFresh ? base : changed(base, needed);
  const item = readProtectedItem(raw);
  return {
    is: 'ours',
    actionId,
    target: { kind: targetKinds.protectedItem, id: item.id, name: item.friendlyName, model: item },
    answers,
    before: { [id]: raw, ...more },
  };
}

function protecting(place: Place, workload: Workload, policy: string): RebuiltChange {
  const { id, world, change } = place;
  const protectableId = id.replace(/\/protectedItems\/(?=[^/]+$)/i, '/protectableItems/');
  const raw = world.lastBefore(protectableId, change.index)?.raw ?? protectableOf(place, protectableId, workload);
  const item = readProtectableItem(raw);
  return {
    is: 'ours',
    actionId: workload === 'vm' ? 'protectVm' : 'protectDatabase',
    target: { kind: targetKinds.protectableItem, id: item.id, name: item.friendlyName, model: item },
    answers: { policy },
    before: { [id]: null, ...policyOf(place, workload, policy) },
  };
}

/** A policy that nobody looked at is one for such items: that Azure took it says so. */
function policyOf({ world, change }: Place, workload: Workload, id: string): Record<string, unknown> {
  const seen = world.lastBefore(id, change.index) ?? world.firstAfter(id, change.index);
  const properties =
    workload === 'vm' ? { backupManagementType: 'AzureIaasVM' } : { backupManagementType: 'AzureWorkload', workLoadType: 'SQLDataBase' };
  return { [id]: seen?.raw ?? { id, name: lastOf(id), properties } };
}

function protectableOf({ id, change }: Place, protectableId: string, workload: Workload): Raw {
  const name = lastOf(id);
  const [, parentName] = name.split(';');
  const common = { friendlyName: lastPartOf(name), protectionState: 'NotProtected' };
  const properties =
    workload === 'vm'
      ? {
          ...common,
          backupManagementType: 'AzureIaasVM',
          protectableItemType: property(change.sent, 'protectedItemType') ?? 'Microsoft.Compute/virtualMachines',
          virtualMachineId: property(change.sent, 'sourceResourceId'),
        }
      : {
          ...common,
          backupManagementType: 'AzureWorkload',
          workloadType: 'SQL',
          protectableItemType: 'SQLDataBase',
          parentName,
          serverName: lastPartOf(segmentAfter(id, 'protectionContainers')),
        };
  // A protectable VM's name has no type before it, whatever its id says.
  return { id: protectableId, name: workload === 'vm' ? name.replace(/^vm;/i, '') : name, properties };
}

function itemOf({ id, change }: Place, workload: Workload): Raw {
  const name = lastOf(id);
  const [, parentName] = name.split(';');
  const common = { friendlyName: lastPartOf(name), sourceResourceId: property(change.sent, 'sourceResourceId') };
  const properties =
    workload === 'vm'
      ? { ...common, backupManagementType: 'AzureIaasVM', workloadType: 'VM', protectedItemType: 'Microsoft.Compute/virtualMachines' }
      : {
          ...common,
          backupManagementType: 'AzureWorkload',
          workloadType: 'SQLDataBase',
          protectedItemType: 'AzureVmWorkloadSQLDatabase',
          parentName,
          serverName: lastPartOf(segmentAfter(id, 'protectionContainers')),
        };
  return { id, name, properties };
}

/** As the body says, else as the item was seen; empty where neither tells. */
function typeOf({ id, world, change }: Place): string {
  const seen = world.lastBefore(id, change.index) ?? world.firstAfter(id, change.index);
  return property(change.sent, 'protectedItemType') ?? property(seen?.raw, 'protectedItemType') ?? '';
}

/** Those that our actions change. Where no type is told, the item's name begins with one. */
function workloadOf(type: string, id: string): Workload | undefined {
  const said = type === '' ? lastOf(id).split(';')[0] : type;
  switch (said?.toLowerCase()) {
    case 'microsoft.compute/virtualmachines':
    case 'microsoft.classiccompute/virtualmachines':
    case 'azureiaasvmprotecteditem':
    case 'vm':
      return 'vm';
    case 'azurevmworkloadsqldatabase':
    case 'sqldatabase':
      return 'sql';
    default:
      return undefined;
  }
}

function momentOf(text: string | undefined): string | undefined {
  const ms = Date.parse(text === undefined || /(Z|[+-]\d\d:?\d\d)$/.test(text) ? (text ?? '') : `${text}Z`);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}
