/** Recorded changes of Azure Backup as our actions do them: which one it is tell its method, its path and its body. */
import { readJob } from '../../../src/providers/recoveryServices/model.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import type { Address } from '../address.ts';
import { filterOf } from '../address.ts';
import { containerChange, intentChange } from './backupContainers.ts';
import { itemChange } from './backupItems.ts';
import { requestName } from '../names.ts';
import { property, type Place } from './place.ts';
import type { ChangeReader, ForeignChange, RebuiltChange } from './systems.ts';

export const recoveryServicesChanges: ChangeReader = (change, address, world) => {
  const { segments } = address;
  const at = segments.findIndex(
    (segment, index) => segment.toLowerCase() === 'vaults' && segments[index - 1]?.toLowerCase() === 'microsoft.recoveryservices',
  );
  if (at < 0 || segments.length <= at + 1) {
    return undefined;
  }
  const idOf = (length: number): string => `/${segments.slice(0, length).map(inId).join('/')}`;
  const place: Place = { change, world, vaultId: idOf(at + 2), id: idOf(segments.length), name: requestName(change) };
  const below = segments.slice(at + 2).map((segment) => segment.toLowerCase());
  const types = below.filter((_, index) => index % 2 === 0).join('/');
  switch (`${change.method} ${types}`) {
    case 'POST backupfabrics/refreshcontainers':
      return discovery(place, address);
    case 'PUT backupfabrics/protectioncontainers':
    case 'DELETE backupfabrics/protectioncontainers':
      return containerChange(place);
    case 'POST backupfabrics/protectioncontainers/inquire':
      return containerChange({ ...place, id: idOf(segments.length - 1) }, address);
    case 'PUT backupfabrics/protectioncontainers/protecteditems':
    case 'DELETE backupfabrics/protectioncontainers/protecteditems':
      return itemChange(place);
    case 'POST backupfabrics/protectioncontainers/protecteditems/backup':
      return itemChange({ ...place, id: idOf(segments.length - 1) });
    case 'PUT backupfabrics/backupprotectionintent':
    case 'DELETE backupfabrics/backupprotectionintent':
      return intentChange(place);
    case 'POST backupjobs/cancel':
      return cancelling({ ...place, id: idOf(segments.length - 1) });
    default:
      return undefined;
  }
};

/** As Azure writes ids: plain, but for what would make another id of it. */
function inId(segment: string): string {
  return /[/?#%]/.test(segment) ? encodeURIComponent(segment) : segment;
}

const discoveries: Readonly<Record<string, RebuiltChange['actionId']>> = {
  '': 'discoverVms',
  azureiaasvm: 'discoverVms',
  azureworkload: 'discoverSql',
};

function discovery({ vaultId, world, change, name }: Place, address: Address): RebuiltChange | ForeignChange {
  const filter = filterOf(address);
  const { backupManagementType = '', ...others } = filter === 'unreadable' ? { unreadable: '' } : filter;
  const actionId = Object.keys(others).length === 0 ? discoveries[backupManagementType.toLowerCase()] : undefined;
  if (actionId === undefined) {
    return { is: 'unsupported', what: `${name} (${address.query.get('filter') ?? ''})` };
  }
  const raw = world.lastBefore(vaultId, change.index)?.raw;
  const named = { id: typeof raw?.['id'] === 'string' ? raw['id'] : vaultId, name: vaultId.slice(vaultId.lastIndexOf('/') + 1) };
  return { is: 'ours', actionId, target: { kind: targetKinds.vault, ...named, model: {} }, answers: {} };
}

/** What asked for it saw the job run and be cancellable: so it was, where nothing recorded tells otherwise. */
function cancelling({ id, world, change }: Place): RebuiltChange {
  const seen = world.lastBefore(id, change.index)?.raw;
  const name = id.slice(id.lastIndexOf('/') + 1);
  const raw = seen ?? {
    id,
    name,
    properties: { entityFriendlyName: name, status: 'InProgress', operation: 'Backup', actionsInfo: ['Cancellable'] },
  };
  const job = readJob(raw);
  const running = property(raw, 'status') === undefined || /^inprogress$/i.test(property(raw, 'status') ?? '');
  return {
    is: 'ours',
    actionId: 'cancelJob',
    target: { kind: targetKinds.job, id: job.id, name: job.name, model: job },
    answers: {},
    ...(running || change.status >= 400 ? { before: { [id]: raw } } : {}),
  };
}
