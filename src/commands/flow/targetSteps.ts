import { throwIfCancelled } from '../../core/cancellation.ts';
import { messageOf } from '../../core/errors.ts';
import type { Inventory, InventoryNode } from '../../inventory/types.ts';
import { appliesTo, type AnyAction } from '../../providers/action.ts';
import { kinds, workloads } from '../../providers/tokens.ts';
import { displayName } from '../../core/displayText.ts';
import type { PickItem, Step } from '../prompts/prompter.ts';

/** The groups between a vault and the things that actions are done to. */
const groupsBelowVault: readonly string[] = [
  kinds.protectedItems,
  kinds.workload,
  kinds.protectableItems,
  kinds.server,
  kinds.containers,
  kinds.protectableContainers,
  kinds.policies,
  kinds.jobs,
];
/** What is asked at a time; ARM allows far more, but the windows of one person share it. */
const parallelBranches = 4;

/** What the palette steps found out. */
export interface Chosen {
  vault?: InventoryNode | undefined;
  nodes?: readonly InventoryNode[] | undefined;
}

/**
 * The steps that find an action's targets where no node was clicked: a vault of all subscriptions, then what stands in
 * it, only what the action applies to. A branch that cannot be read is a row that says so, never a missing row.
 */
export function targetSteps(inventory: Inventory, action: AnyAction, chosen: Chosen): Step[] {
  const isVaultAction = action.targetKind === kinds.vault;
  let offered: readonly InventoryNode[] = [];
  const vaultStep: Step = {
    id: 'vault',
    needed: () => true,
    undo: () => void (chosen.vault = undefined),
    async ask(prompts) {
      const key = await prompts.pickOne({
        placeholder: isVaultAction ? `The vault for "${action.title}"` : 'The vault',
        empty: 'No Recovery Services vault can be seen. Sign in, or check the subscription filter.',
        load: async (signal) => {
          const found = await collect(inventory, undefined, kinds.vault, [kinds.subscription, kinds.vaults], signal);
          offered = found.nodes.filter((node) => !isVaultAction || appliesTo(action, node.tokens));
          return [...offered.map((node) => itemOf(node, whereOf(inventory, node))), ...found.notes];
        },
      });
      chosen.vault = offered.find((node) => node.key === key);
      if (isVaultAction) {
        chosen.nodes = chosen.vault && [chosen.vault];
      }
    },
  };
  if (isVaultAction) {
    return [vaultStep];
  }
  const itemStep: Step = {
    id: 'items',
    needed: () => true,
    undo: () => void (chosen.nodes = undefined),
    async ask(prompts) {
      const vault = chosen.vault;
      const prompt = {
        placeholder: `${action.title}: ${action.many ? 'one or more of' : 'one of'} ${displayName(vault?.label ?? '', 60)}`,
        empty: action.nothing,
        load: async (signal: AbortSignal) => {
          const found = await collect(inventory, vault, action.targetKind, groupsBelowVault, signal, (node) => mayHold(action, node));
          offered = found.nodes.filter((node) => appliesTo(action, node.tokens));
          return [...offered.map((node) => itemOf(node, standsIn(inventory, node))), ...found.notes];
        },
      };
      const keys = new Set(action.many ? await prompts.pickMany(prompt) : [await prompts.pickOne(prompt)]);
      chosen.nodes = offered.filter((node) => keys.has(node.key));
    },
  };
  return [vaultStep, itemStep];
}

interface Found {
  readonly nodes: readonly InventoryNode[];
  readonly notes: readonly PickItem[];
}

/**
 * All nodes of a kind below a node, through groups of the given kinds, in the tree's order.
 * @param mayHold false for a node below which nothing is that is looked for
 */
async function collect(
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

function holdsItsKind(node: InventoryNode): boolean {
  return node.kind === kinds.protectableItem && node.expandable;
}

/** False where all below is of another workload than the action is for, and for what the action is done to itself. */
function mayHold(action: AnyAction, node: InventoryNode): boolean {
  if (node.kind === kinds.server) {
    return !Object.values(workloads).some((workload) => action.when.all.includes(workload) && !node.tokens.includes(workload));
  }
  return !holdsItsKind(node) || !appliesTo(action, node.tokens);
}

/** All pages of a list. A list of jobs is read anew: what runs changes by the minute. */
async function allChildren(inventory: Inventory, parent: InventoryNode | undefined, signal: AbortSignal): Promise<Found> {
  if (parent?.kind === kinds.jobs) {
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

function itemOf(node: InventoryNode, where?: string): PickItem {
  const description = [node.description, where].filter(Boolean).join(' · ');
  return { value: node.key, label: node.label, icon: node.icon.id, ...(description ? { description } : {}) };
}

/** `MSSQLSERVER on erp-db-01` of a database that stands below both. */
function standsIn(inventory: Inventory, node: InventoryNode): string | undefined {
  const above: string[] = [];
  for (let at = inventory.parentOf(node); at && (at.kind === kinds.server || holdsItsKind(at)); at = inventory.parentOf(at)) {
    above.push(displayName(at.label, 60));
  }
  return above.length > 0 ? above.join(' on ') : undefined;
}

function whereOf(inventory: Inventory, node: InventoryNode): string | undefined {
  for (let at = inventory.parentOf(node); at; at = inventory.parentOf(at)) {
    if (at.kind === kinds.subscription) {
      return at.label;
    }
  }
  return undefined;
}
