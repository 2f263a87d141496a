/** Finding nodes below a node for a palette's pick: all of a kind, through the groups that hold them. */
import { throwIfCancelled } from '../../core/cancellation.ts';
import { displayName } from '../../core/displayText.ts';
import { messageOf } from '../../core/errors.ts';
import type { Inventory, InventoryNode } from '../../inventory/types.ts';
import { kinds } from '../../providers/tokens.ts';
import type { PickItem } from '../prompts/prompter.ts';

/** What is asked at a time; ARM allows far more, but the windows of one person share it. */
const parallelBranches = 4;

export interface Found {
  readonly nodes: readonly InventoryNode[];
  readonly notes: readonly PickItem[];
}

/**
 * All nodes of a kind below a node, through groups of the given kinds, in the tree's order.
 * @param mayHold false for a node below which nothing is that is looked for
 */
export async function collect(
  inventory: Inventory,
  from: InventoryNode | undefined,
  kind: string,
  through: readonly string[],
  signal: AbortSignal,
  mayHold: (node: InventoryNode) => boolean = () => true,
): Promise<Found> {
  const { nodes: children, notes } = await allChildren(inventory, from, signal);
  const parts: Found[] = new Array<Found>(children.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < children.length; at = next++) {
      const child = children[at] as InventoryNode;
      // An instance is of the kind of its databases, and holds them.
      const below =
        (through.includes(child.kind) ? leadsTo(child, kind) : child.kind === kind && holdsItsKind(child)) && mayHold(child)
          ? await collectOrNote(inventory, child, kind, through, signal, mayHold)
          : { nodes: [], notes: [] };
      parts[at] = child.kind === kind ? { ...below, nodes: [child, ...below.nodes] } : below;
    }
  };
  await Promise.all(Array.from({ length: parallelBranches }, worker));
  return { nodes: parts.flatMap((part) => part.nodes), notes: [...notes, ...parts.flatMap((part) => part.notes)] };
}

async function collectOrNote(
  inventory: Inventory,
  child: InventoryNode,
  kind: string,
  through: readonly string[],
  signal: AbortSignal,
  mayHold: (node: InventoryNode) => boolean,
): Promise<Found> {
  try {
    return await collect(inventory, child, kind, through, signal, mayHold);
  } catch (error) {
    throwIfCancelled(signal);
    return { nodes: [], notes: [noteOf(`${displayName(child.label)} could not be read`, error)] };
  }
}

/** False for a group below a vault that holds things of another kind: loading it would be a request for nothing. */
function leadsTo(node: InventoryNode, kind: string): boolean {
  const holds: Readonly<Record<string, string>> = {
    [kinds.protectedItems]: kinds.protectedItem,
    [kinds.workload]: kinds.protectedItem,
    [kinds.protectableItems]: kinds.protectableItem,
    [kinds.server]: kinds.protectableItem,
    [kinds.containers]: kinds.container,
    [kinds.protectableContainers]: kinds.protectableContainer,
    [kinds.policies]: kinds.policy,
    [kinds.jobs]: kinds.job,
  };
  const held = holds[node.kind];
  return held === undefined || held === kind;
}

/** An instance is of the kind of its databases, and holds them. */
export function holdsItsKind(node: InventoryNode): boolean {
  return node.kind === kinds.protectableItem && node.expandable;
}

/** All pages of a list. A list of jobs is read anew: what runs changes by the minute. */
export async function allChildren(inventory: Inventory, parent: InventoryNode | undefined, signal: AbortSignal): Promise<Found> {
  if (parent?.kind === kinds.jobs || parent?.kind === kinds.veeamSessions) {
    inventory.refresh(parent);
  }
  // A page may bring a group anew that it has filled further.
  const nodes = new Map<string, InventoryNode>();
  const notes: PickItem[] = [];
  let more: string | undefined;
  do {
    const page = await inventory.children(parent, { signal, ...(more === undefined ? {} : { more }) });
    page.nodes.forEach((node) => nodes.set(node.key, node));
    notes.push(...(page.problems ?? []).map((problem) => noteOf('A part of the list could not be read', problem)));
    more = page.more;
  } while (more !== undefined);
  return { nodes: [...nodes.values()], notes };
}

function noteOf(label: string, error: unknown): PickItem {
  return { value: '', label, detail: messageOf(error), icon: 'warning', note: true };
}

export function itemOf(node: InventoryNode, where?: string): PickItem {
  const description = [node.description, where].filter(Boolean).join(' · ');
  return { value: node.key, label: node.label, icon: node.icon.id, ...(description ? { description } : {}) };
}
