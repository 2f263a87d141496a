import { lastSegment } from '../../core/armId.ts';
import type { ErrorRecord } from '../../core/errors.ts';
import { errorWithRemedies } from '../../providers/recoveryServices/errorKnowledge.ts';
import { protectedItemState, type ProtectedItem, type ProtectedItemState } from '../../providers/recoveryServices/model.ts';
import type { RunningOperation } from '../overlay.ts';
import { ago, joined, localTime, spelled } from '../text.ts';
import { capabilities, itemStates, kinds } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { workloadOf } from '../workloads.ts';
import { withMachine } from './machineBehind.ts';
import { colours, fact, lines, resourceNode, statementLines, type NodeContext } from './common.ts';

const icons: Readonly<Record<ProtectedItemState['kind'], NodeIcon>> = {
  healthy: { id: 'pass-filled', color: colours.good },
  firstBackupPending: { id: 'circle-outline', color: colours.active },
  stopped: { id: 'debug-pause', color: colours.muted },
  suspended: { id: 'debug-pause', color: colours.warning },
  softDeleted: { id: 'trash', color: colours.warning },
  failed: { id: 'error', color: colours.bad },
  unhealthy: { id: 'warning', color: colours.warning },
  unknown: { id: 'question', color: colours.muted },
};

/** @param below true where it stands below its instance: what the rows above it say is left out. */
export function protectedItemNode(item: ProtectedItem, context: NodeContext, below = false): InventoryNode {
  const state = protectedItemState(item, context.nowMs);
  const running = context.running(item.id);
  const trouble = troubleOf(item, state);
  const node = resourceNode(context, kinds.protectedItem, item, {
    label: item.friendlyName,
    description: describe(item, state, running, context.nowMs, below),
    tooltip: tooltip(item, state, running, trouble, context.nowMs),
    icon: running ? { id: 'sync~spin', color: colours.active } : icons[state.kind],
    expandable: true,
    states: [
      workloadOf(item),
      ...tokensOf(item, state),
      ...(isChangeable(item) ? [capabilities.changeable] : []),
      ...(running ? [itemStates.busy] : []),
      ...(trouble?.statement ? [capabilities.statement] : []),
    ],
  });
  return withMachine(trouble?.statement ? { ...node, statement: trouble.statement } : node, item);
}

/** Why it is not well, with what can be done about it. */
function troubleOf(item: ProtectedItem, state: ProtectedItemState): ErrorRecord | undefined {
  const ill = state.kind === 'failed' || state.kind === 'unhealthy';
  return ill && item.lastBackupError ? errorWithRemedies(item.lastBackupError, { database: item.friendlyName }) : undefined;
}

/** What the actions that change protection can write: see the kinds of items that requests are made for. */
function isChangeable(item: ProtectedItem): boolean {
  return item.isVirtualMachine || item.itemType?.toLowerCase() === 'azurevmworkloadsqldatabase';
}

function describe(
  item: ProtectedItem,
  state: ProtectedItemState,
  running: RunningOperation | undefined,
  nowMs: number,
  below: boolean,
): string {
  const where = below ? undefined : whereText(item);
  if (running) {
    return joined(runningText(running), where, policyOf(item));
  }
  const last = ago(item.lastBackupTime, nowMs);
  return joined(where, ...stateParts(state, last), policyOf(item));
}

/** The type of its parent is Azure's: `AzureVmWorkloadSQLAvailabilityGroup`. */
function isInGroup({ parentType }: ProtectedItem): boolean {
  return parentType !== undefined && /availabilitygroup$/i.test(parentType);
}

/** Azure names the policy of a database by its id alone. */
function policyOf({ policyName, policyId }: ProtectedItem): string | undefined {
  return policyName ?? (policyId === undefined ? undefined : lastSegment(policyId));
}

/** `MSSQLSERVER on erp-db-01`: `master` and `msdb` are on every instance. */
function whereText({ friendlyName, serverName, parentName }: ProtectedItem): string | undefined {
  const server = serverName === friendlyName ? undefined : serverName;
  return parentName !== undefined && server !== undefined && parentName !== server ? `${parentName} on ${server}` : server;
}

/**
 * `running 42 % · Back Up Now`: what is cut off in a narrow view comes last; a percentage only where Azure gave one. One that
 * stands in line is `waiting`.
 */
export function runningText({ title, percent, waiting }: RunningOperation): string {
  return joined(waiting ? 'waiting' : percent === undefined ? 'running' : `running ${Math.floor(percent)} %`, title);
}

function stateParts(state: ProtectedItemState, last: string | undefined): readonly (string | undefined)[] {
  const lastBackup = last && `last backup ${last}`;
  switch (state.kind) {
    case 'healthy':
      return ['healthy', lastBackup];
    case 'firstBackupPending':
      return ['first backup pending'];
    case 'stopped':
      return ['stopped, data kept', lastBackup];
    case 'suspended':
      return ['suspended', lastBackup];
    case 'softDeleted':
      return ['soft-deleted', state.daysLeft === undefined ? 'data still kept' : daysLeft(state.daysLeft)];
    case 'failed':
      return [last ? `failed ${last}` : 'failed'];
    case 'unhealthy':
      return ['needs attention', lastBackup];
    case 'unknown':
      return [state.said ? spelled(state.said).toLowerCase() : 'state unknown', lastBackup];
  }
}

function daysLeft(days: number): string {
  return days === 0 ? 'purge is due' : `${days} ${days === 1 ? 'day' : 'days'} left`;
}

function tooltip(
  item: ProtectedItem,
  state: ProtectedItemState,
  running: RunningOperation | undefined,
  trouble: ErrorRecord | undefined,
  nowMs: number,
): readonly string[] {
  return lines(
    item.friendlyName,
    running && lines(runningText(running), running.message).join(': '),
    `State: ${joined(...stateParts(state, ago(item.lastBackupTime, nowMs)))}`,
    (state.kind === 'failed' || state.kind === 'unhealthy') && state.reason,
    ...(trouble?.remedies ?? []),
    ...statementLines(trouble?.statement),
    fact('Last backup', localTime(item.lastBackupTime)),
    fact('Last recovery point', localTime(item.lastRecoveryPointTime)),
    fact('Recovery points', item.recoveryPointCount),
    fact('Policy', policyOf(item)),
    fact(isInGroup(item) ? 'Availability group' : 'Instance', item.parentName),
    fact('Server', item.serverName),
    fact('Deleted', localTime(item.deletedAt)),
    fact('Workload', item.workloadType),
    fact('Protects', item.sourceResourceId),
  );
}

function tokensOf(item: ProtectedItem, state: ProtectedItemState): readonly string[] {
  const protection = item.protectionState?.toLowerCase() ?? '';
  switch (state.kind) {
    case 'softDeleted':
      return [itemStates.softDeleted];
    case 'stopped':
      return [itemStates.stopped];
    case 'suspended':
      return [itemStates.stopped, itemStates.suspended];
    default:
      return [
        protection === 'protected'
          ? itemStates.protected
          : protection === 'irpending'
            ? itemStates.firstBackupPending
            : itemStates.otherState,
        ...(state.kind === 'healthy' || state.kind === 'failed' || state.kind === 'unhealthy' ? [itemStates[state.kind]] : []),
      ];
  }
}
