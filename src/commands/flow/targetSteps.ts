import type { Inventory, InventoryNode } from '../../inventory/types.ts';
import { appliesTo, type AnyAction } from '../../providers/action.ts';
import { kinds, workloads } from '../../providers/tokens.ts';
import { displayName } from '../../core/displayText.ts';
import type { Step } from '../prompts/prompter.ts';
import { collect, holdsItsKind, itemOf } from './collectNodes.ts';
import { applianceSteps } from './applianceSteps.ts';
import { subscriptionSteps } from './subscriptionSteps.ts';

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

/** What the palette steps found out. */
export interface Chosen {
  vault?: InventoryNode | undefined;
  nodes?: readonly InventoryNode[] | undefined;
}

/**
 * The steps that find an action's targets where no node was clicked: of Azure Backup a vault of all subscriptions, then what
 * stands in it, only what the action applies to. A branch that cannot be read is a row that says so, never a missing row.
 */
export function targetSteps(inventory: Inventory, action: AnyAction, chosen: Chosen): Step[] {
  if (action.system === 'veeam') {
    return applianceSteps(inventory, action, chosen);
  }
  if (action.system === 'restorePoints' || action.system === 'apiManagement') {
    return subscriptionSteps(inventory, action, chosen);
  }
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

/** False where all below is of another workload than the action is for, and for what the action is done to itself. */
function mayHold(action: AnyAction, node: InventoryNode): boolean {
  if (node.kind === kinds.server) {
    return !Object.values(workloads).some((workload) => action.when.all.includes(workload) && !node.tokens.includes(workload));
  }
  return !holdsItsKind(node) || !appliesTo(action, node.tokens);
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
