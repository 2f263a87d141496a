/** Rows of Veeam appliances: the group beside the subscriptions, each appliance, its VMs and its sessions. */
import { armIdKey } from '../../core/armId.ts';
import { displayName } from '../../core/displayText.ts';
import { hostOf, type Appliance } from '../../cloud/veeam/appliance.ts';
import { applianceId } from '../../providers/veeam/ids.ts';
import { isStoppable, sessionState, type SessionState, type VeeamMachine, type VeeamSession } from '../../providers/veeam/model.ts';
import { ago, durationMs, elapsed, joined, localTime } from '../text.ts';
import { applianceStates, capabilities, itemStates, jobStates, kinds, machineStates, systems, targetKinds } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';

export function appliancesGroup(count: number): InventoryNode {
  return {
    key: `#${kinds.veeamAppliances}`,
    kind: kinds.veeamAppliances,
    label: 'Veeam appliances',
    description: String(count),
    icon: { id: 'server-environment' },
    tokens: [kinds.veeamAppliances, systems.veeam, capabilities.refreshable],
    expandable: true,
    expanded: true,
  };
}

/** @param other the fingerprint that it presents instead of the trusted one */
export function applianceNode(appliance: Appliance, other: string | undefined): InventoryNode {
  const { origin, user, apiVersion, release, certificate } = appliance;
  const id = applianceId(origin);
  return {
    key: armIdKey(id),
    kind: kinds.veeamAppliance,
    label: hostOf(origin),
    description: other === undefined ? joined(user, release ?? apiVersion) : 'certificate changed: nothing is sent',
    tooltip: lines(
      hostOf(origin),
      other !== undefined && 'It presents another certificate than the one you trusted, so nothing is sent to it.',
      fact('User', user),
      fact('Release', release),
      fact('REST API', apiVersion),
      fact('Trusted certificate', certificate.subject),
      fact('Fingerprint (SHA-256)', certificate.fingerprint),
      fact('Presented now', other),
      fact('Valid until', localTime(certificate.validTo)),
    ),
    icon: other === undefined ? { id: 'server' } : { id: 'shield', color: colours.bad },
    tokens: [
      kinds.veeamAppliance,
      systems.veeam,
      ...(other === undefined ? [] : [applianceStates.certificateChanged]),
      capabilities.refreshable,
    ],
    expandable: true,
    target: { kind: kinds.veeamAppliance, id, name: hostOf(origin), model: appliance },
    resourceId: id,
  };
}

/** @param search what the VMs are searched for; empty: all are listed */
export function machinesGroup(appliance: InventoryNode, count: string | undefined, search: string): InventoryNode {
  const searched = search === '' ? undefined : `search "${displayName(search, 40)}"`;
  return group(appliance, kinds.veeamMachines, 'Virtual machines', 'vm', joined(searched, count));
}

export function sessionsGroup(appliance: InventoryNode, count: string | undefined): InventoryNode {
  return group(appliance, kinds.veeamSessions, 'Sessions', 'checklist', count ?? '');
}

function group(
  appliance: InventoryNode,
  kind: typeof kinds.veeamMachines | typeof kinds.veeamSessions,
  label: string,
  icon: string,
  description: string,
): InventoryNode {
  return {
    key: `${appliance.key}#${kind}`,
    kind,
    label,
    ...(description === '' ? {} : { description }),
    icon: { id: icon },
    tokens: [kind, systems.veeam, capabilities.refreshable],
    expandable: true,
    ...(appliance.target ? { target: appliance.target } : {}),
  };
}

export function veeamMachineNode(machine: VeeamMachine, context: NodeContext): InventoryNode {
  const running = context.running(machine.id);
  return {
    key: armIdKey(machine.id),
    kind: kinds.veeamMachine,
    label: machine.name,
    description: joined(running && runningText(running), machine.isDeleted && 'deleted in Azure', machine.region, machine.resourceGroup),
    tooltip: lines(
      machine.name,
      running && lines(runningText(running), running.message).join(': '),
      machine.isDeleted && 'It is no more in Azure: no snapshot can be taken of it.',
      machine.isController && 'The appliance itself runs on it.',
      fact('Region', machine.region),
      fact('Resource group', machine.resourceGroup),
      fact('Subscription', machine.subscription),
      fact('Size', machine.size),
      fact('Operating system', machine.osType),
      fact('Disks', machine.totalGb === undefined ? undefined : `${machine.totalGb} GB`),
      fact('Azure ID', machine.azureId),
      fact('Veeam ID', machine.machineId),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : { id: 'vm', ...(machine.isDeleted ? { color: colours.muted } : {}) },
    tokens: [
      kinds.veeamMachine,
      systems.veeam,
      ...(machine.isDeleted ? [machineStates.deletedInAzure] : []),
      ...(running ? [itemStates.busy] : []),
      capabilities.listed,
    ],
    expandable: false,
    target: { kind: targetKinds.veeamMachine, id: machine.id, name: machine.name, model: machine },
    resourceId: machine.id,
    raw: machine.raw,
  };
}

/** A VM of Azure that an appliance knows: Veeam can take snapshots of it from its own row too. */
export function withVeeam(node: InventoryNode, machine: VeeamMachine | undefined): InventoryNode {
  if (!machine || machine.isDeleted || node.also) {
    return node;
  }
  const target = { kind: targetKinds.veeamMachine, id: machine.id, name: machine.name, model: machine };
  return {
    ...node,
    tokens: [...node.tokens, capabilities.ofVeeam],
    tooltip: lines(...(node.tooltip ?? [node.label]), fact('Known to Veeam appliance', hostOf(machine.origin))),
    also: { target, tokens: [kinds.veeamMachine] },
  };
}

interface Look {
  readonly icon: NodeIcon;
  readonly tokens: readonly string[];
}

const looks: Readonly<Record<SessionState, Look>> = {
  pending: { icon: { id: 'clock', color: colours.active }, tokens: [jobStates.running] },
  running: { icon: { id: 'sync~spin', color: colours.active }, tokens: [jobStates.running] },
  cancelling: { icon: { id: 'sync~spin', color: colours.muted }, tokens: [jobStates.running] },
  succeeded: { icon: { id: 'pass', color: colours.good }, tokens: [jobStates.ended, jobStates.succeeded] },
  succeededWithWarnings: { icon: { id: 'warning', color: colours.warning }, tokens: [jobStates.ended, jobStates.warning] },
  failed: { icon: { id: 'error', color: colours.bad }, tokens: [jobStates.ended, jobStates.failed] },
  cancelled: { icon: { id: 'circle-slash', color: colours.muted }, tokens: [jobStates.ended, jobStates.cancelled] },
  // Not taken to have ended: somebody may want to follow it.
  unknown: { icon: { id: 'question', color: colours.muted }, tokens: [jobStates.running] },
};

export function veeamSessionNode(session: VeeamSession, context: NodeContext): InventoryNode {
  const { icon, tokens } = looks[sessionState(session)];
  // Followed here: newer than what the list said of it.
  const running = context.running(session.id);
  const took = durationMs(session.duration);
  return {
    key: armIdKey(session.id),
    kind: kinds.veeamSession,
    label: session.title,
    description: joined(
      running ? 'Running' : session.status,
      session.policy,
      ago(session.startTime, context.nowMs),
      took === undefined ? undefined : elapsed(took),
    ),
    tooltip: lines(
      session.title,
      running ? lines(runningText(running), running.message).join(': ') : fact('Status', session.status),
      fact('Policy', session.policy),
      fact('Started', localTime(session.startTime)),
      fact('Ended', localTime(session.endTime)),
      fact('Took', took === undefined ? undefined : elapsed(took)),
      fact('Session', session.sessionId),
    ),
    icon: running ? looks.running.icon : icon,
    tokens: [kinds.veeamSession, systems.veeam, ...tokens, ...(isStoppable(session) ? [jobStates.cancellable] : []), capabilities.listed],
    expandable: false,
    target: { kind: targetKinds.veeamSession, id: session.id, name: session.title, model: session },
    resourceId: session.id,
    raw: session.raw,
  };
}
