import { armIdKey, lastSegment } from '../../core/armId.ts';
import { ageOf, expiryText, type ApiBackup, type BackupAge } from '../../providers/apiManagement/model.ts';
import { ago, joined, localTime } from '../text.ts';
import { backupAges, capabilities, kinds, systems } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, type NodeContext } from './common.ts';

/** Days left from which on a row stands out. */
const soonDays = 3;

/** A blob, which has no ARM id: nothing to open in the portal. */
export function apiManagementBackupNode(backup: ApiBackup, context: NodeContext): InventoryNode {
  const age = ageOf(backup, context.nowMs);
  const tenant = context.tenantId === undefined ? {} : { tenantId: context.tenantId };
  const { place } = backup;
  return {
    key: armIdKey(backup.id),
    kind: kinds.apiManagementBackup,
    label: labelOf(backup),
    description: joined(expiryText(age), ago(backup.madeAt, context.nowMs), sizeText(backup.sizeBytes)),
    tooltip: lines(
      backup.name,
      explained(age),
      fact('Made', localTime(backup.madeAt)),
      fact('Size', sizeText(backup.sizeBytes)),
      fact('Storage account', place.account),
      fact('Container', place.container),
    ),
    icon: iconOf(age),
    tokens: [kinds.apiManagementBackup, systems.apiManagement, backupAges[age.kind], capabilities.listed],
    expandable: false,
    target: { kind: kinds.apiManagementBackup, id: backup.id, name: backup.name, ...tenant, model: backup },
    ...tenant,
    raw: backup.raw,
  };
}

/** What tells the backups of one service apart: of a name as it is proposed, what is between the service's name and the ending. */
function labelOf({ name, serviceId }: ApiBackup): string {
  const own = `${lastSegment(serviceId)}-`;
  const ending = '.apimbackup';
  const rest = name.slice(own.length, -ending.length);
  return rest !== '' && name.length > own.length + ending.length && name.startsWith(own) && name.endsWith(ending) ? rest : name;
}

function explained(age: BackupAge): string {
  switch (age.kind) {
    case 'usable':
      return `It ${expiryText(age)}: Azure restores a backup for 30 days. The blob stays until somebody deletes it.`;
    case 'expired':
      return `It ${expiryText(age)}: Azure does not restore it any more. The blob stays until somebody deletes it.`;
    case 'unknown':
      return 'The storage account does not say when it was made. Azure restores a backup for 30 days.';
  }
}

function iconOf(age: BackupAge): NodeIcon {
  if (age.kind === 'expired') {
    return { id: 'archive', color: colours.muted };
  }
  return { id: 'archive', ...(age.kind === 'usable' && age.daysLeft <= soonDays ? { color: colours.warning } : {}) };
}

/** `12 MB`, `640 KB`. */
function sizeText(bytes: number | undefined): string | undefined {
  if (bytes === undefined) {
    return undefined;
  }
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  const at = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Math.round(bytes / 1024 ** at)} ${units[at]}`;
}
