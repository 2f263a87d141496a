import type { Container } from '../../providers/recoveryServices/model.ts';
import type { Host, Server } from '../servers.ts';
import { joined } from '../text.ts';
import { capabilities, itemStates, kinds, systems } from '../tokens.ts';
import type { InventoryNode } from '../types.ts';
import { workloadOf, workloadOrder, type Workload } from '../workloads.ts';
import { colours, fact, lines, type NodeContext } from './common.ts';
import { containerStateTokens, inquiryTrouble, isMachineGone } from './container.ts';
import { saysNotProtected } from './protectableItem.ts';
import { runningText } from './protectedItem.ts';

export interface ServerLook {
  /** The container as the vault lists it; undefined where that list was refused or does not hold it. */
  readonly container: Container | undefined;
  /** False while the list of protectable items has pages that were not read. */
  readonly complete: boolean;
}

/** A machine with databases, among the protectable items. Its key is its own: the container has a row of its own. */
export function serverNode(group: InventoryNode, server: Server, look: ServerLook, context: NodeContext): InventoryNode {
  const { container, complete } = look;
  const running = context.running(server.containerId);
  const hostName = serverNameOf(server);
  const label = container?.friendlyName ?? hostName ?? containerName(server.containerId);
  const gone = container !== undefined && isMachineGone(container);
  const trouble = container && inquiryTrouble(container);
  const cluster = isCluster(server);
  const counts = countsText(server, complete);
  return {
    key: `${group.key}#${server.containerKey}`,
    kind: kinds.server,
    label,
    description: joined(running && runningText(running), gone && 'its machine is gone', hostName !== label && hostName, counts),
    tooltip: lines(
      label,
      running && lines(runningText(running), running.message).join(': '),
      gone && 'The machine is gone: what it held cannot be backed up any more.',
      trouble && `${trouble.code}: ${trouble.message}`,
      counts,
      fact('Host name', hostName),
      fact('Machine', container?.sourceResourceId),
      fact('Container', server.containerId),
      cluster
        ? 'The cluster of an availability group: its nodes are what is registered.'
        : !container && 'Its container is not in the list that Azure gave, so nothing can be done to the machine from here.',
    ),
    icon: running
      ? { id: 'sync~spin', color: colours.active }
      : gone || trouble
        ? { id: 'warning', color: colours.warning }
        : { id: cluster ? 'server-environment' : 'server' },
    expandable: true,
    tokens: [
      kinds.server,
      systems.recoveryServices,
      ...workloadsOf(server),
      ...(container ? containerStateTokens(container) : []),
      ...(running ? [itemStates.busy] : []),
      capabilities.resource,
      ...(context.portal ? [capabilities.portal] : []),
      capabilities.refreshable,
    ],
    ...(container
      ? {
          target: {
            kind: kinds.container,
            id: container.id,
            name: container.friendlyName,
            ...(context.tenantId === undefined ? {} : { tenantId: context.tenantId }),
            model: container,
          },
          raw: container.raw,
        }
      : {}),
    resourceId: container?.id ?? server.containerId,
    ...(context.tenantId === undefined ? {} : { tenantId: context.tenantId }),
  };
}

/** An availability group has a container of its own, which is no machine. */
function isCluster({ containerId }: Server): boolean {
  return containerName(containerId).toLowerCase().startsWith('sqlagworkloadcontainer;');
}

function containerName(containerId: string): string {
  return containerId.slice(containerId.lastIndexOf('/') + 1);
}

/** What the machine calls itself: the same on all of its items. */
function serverNameOf(server: Server): string | undefined {
  return [...server.hosts.map(({ item }) => item), ...server.others].find((item) => item.serverName !== undefined)?.serverName;
}

function workloadsOf(server: Server): readonly Workload[] {
  const present = new Set([...server.hosts.map(({ item }) => item), ...server.others].map(workloadOf));
  return workloadOrder.filter((workload) => present.has(workload));
}

/** `1 instance, 6 databases, 4 not protected`. Azure lists only what is not protected, and says how many it has found. */
function countsText({ hosts, others }: Server, complete: boolean): string {
  const groups = hosts.filter(({ item }) => item.role === 'availabilityGroup').length;
  const systems = hosts.filter(({ item }) => workloadOf(item) === 'hana').length;
  const loose = others.filter(({ role }) => role === 'database');
  const found = hosts.reduce((sum, host) => sum + (foundIn(host) ?? 0), loose.length);
  const free = [...hosts.flatMap(({ databases }) => databases), ...loose].filter(saysNotProtected).length;
  return [
    several(hosts.length - groups - systems, 'instance'),
    several(systems, 'system'),
    several(groups, 'availability group'),
    several(found, 'database'),
    found > 0 && notProtectedText(free, complete),
  ]
    .filter(Boolean)
    .join(', ');
}

/** How many databases a host has, protected ones too; undefined where Azure does not say and none is listed. */
export function foundIn({ item, databases }: Host): number | undefined {
  const known = Math.max(item.foundCount ?? 0, databases.length);
  return known === 0 && item.foundCount === undefined ? undefined : known;
}

/** @param complete false: there may be more on pages that were not read. */
export function notProtectedText(count: number, complete: boolean): string {
  return complete ? (count === 0 ? 'all protected' : `${count} not protected`) : `${count} or more not protected`;
}

export function several(count: number, noun: string): string | undefined {
  return count === 0 ? undefined : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
