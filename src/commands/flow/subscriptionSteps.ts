import { displayName } from '../../core/displayText.ts';
import type { Inventory, InventoryNode } from '../../inventory/types.ts';
import { appliesTo, type AnyAction } from '../../providers/action.ts';
import { kinds } from '../../providers/tokens.ts';
import type { PickPrompt, Step, StepPrompts } from '../prompts/prompter.ts';
import { allChildren, itemOf, type Found } from './collectNodes.ts';
import type { Chosen } from './targetSteps.ts';

/** What stands on the way from a subscription to an action's target, by the target's kind. */
const ways: Readonly<Record<string, readonly string[]>> = {
  [kinds.virtualMachine]: [],
  [kinds.restorePointCollection]: [],
  [kinds.restorePoint]: [kinds.restorePointCollection],
  [kinds.diskRestorePoint]: [kinds.restorePointCollection, kinds.restorePoint],
  [kinds.apiManagementService]: [],
  [kinds.apiManagementBackup]: [kinds.apiManagementService],
};

const words: Readonly<Record<string, { readonly placeholder: string; readonly empty: string }>> = {
  [kinds.subscription]: {
    placeholder: 'The subscription',
    empty: 'No subscription can be seen. Sign in, or check the subscription filter.',
  },
  [kinds.restorePointCollection]: {
    placeholder: 'The restore point collection',
    empty: 'There is no restore point collection in this subscription. Create a restore point of a VM first.',
  },
  [kinds.apiManagementService]: {
    placeholder: 'The API Management service',
    empty: 'There is no API Management service in this subscription.',
  },
  [kinds.restorePoint]: { placeholder: 'The restore point', empty: 'This collection has no restore points.' },
};

/** They stand in no vault: a subscription, then level by level down to what the action applies to. */
export function subscriptionSteps(inventory: Inventory, action: AnyAction, chosen: Chosen): Step[] {
  const picked: (InventoryNode | undefined)[] = [];
  const line = [kinds.subscription, ...(ways[action.targetKind] ?? [])];
  let offered: readonly InventoryNode[] = [];
  const load = (at: number, kind: string, fits: (node: InventoryNode) => boolean): PickPrompt['load'] => {
    return async (signal) => {
      const found = await below(inventory, picked[at - 1], kind, signal);
      offered = found.nodes.filter(fits);
      return [...offered.map((node) => itemOf(node)), ...found.notes];
    };
  };
  const on = line.map((kind, at): Step => ({
    id: kind,
    needed: () => true,
    undo: () => void (picked[at] = undefined),
    async ask(prompts: StepPrompts) {
      const { placeholder = '', empty = '' } = words[kind] ?? {};
      const key = await prompts.pickOne({ placeholder, empty, load: load(at, kind, () => true) });
      picked[at] = offered.find((node) => node.key === key);
    },
  }));
  const last: Step = {
    id: 'items',
    needed: () => true,
    undo: () => void (chosen.nodes = undefined),
    async ask(prompts: StepPrompts) {
      const prompt: PickPrompt = {
        placeholder: `${action.title}: ${action.many ? 'one or more of' : 'one of'} ${displayName(picked.at(-1)?.label ?? '', 60)}`,
        empty: action.nothing,
        load: load(line.length, action.targetKind, (node) => node.target !== undefined && appliesTo(action, node.tokens)),
      };
      const keys = new Set(action.many ? await prompts.pickMany(prompt) : [await prompts.pickOne(prompt)]);
      chosen.nodes = offered.filter((node) => keys.has(node.key));
    },
  };
  return [...on, last];
}

/** The groups in which things stand, by their kind; the others stand below what holds them. */
const groupOf: Readonly<Record<string, string>> = {
  [kinds.virtualMachine]: kinds.virtualMachines,
  [kinds.restorePointCollection]: kinds.restorePointCollections,
  [kinds.apiManagementService]: kinds.apiManagementServices,
  [kinds.apiManagementBackup]: kinds.apiManagementBackups,
};

/** What of a kind stands below a node, where need be in its group of those. */
async function below(inventory: Inventory, parent: InventoryNode | undefined, kind: string, signal: AbortSignal): Promise<Found> {
  const wanted = groupOf[kind];
  if (parent === undefined || wanted === undefined) {
    return allChildren(inventory, parent, signal);
  }
  const group = (await inventory.children(parent, { signal })).nodes.find((node) => node.kind === wanted);
  return group === undefined ? { nodes: [], notes: [] } : allChildren(inventory, group, signal);
}
