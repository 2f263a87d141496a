import { displayName } from '../../core/displayText.ts';
import type { Inventory, InventoryNode } from '../../inventory/types.ts';
import { appliesTo, type AnyAction } from '../../providers/action.ts';
import { kinds } from '../../providers/tokens.ts';
import type { PickPrompt, Step } from '../prompts/prompter.ts';
import { allChildren, itemOf } from './collectNodes.ts';
import type { Chosen } from './targetSteps.ts';

const groupOf: Readonly<Record<string, string>> = {
  [kinds.veeamMachine]: kinds.veeamMachines,
  [kinds.veeamSession]: kinds.veeamSessions,
};

/** They stand on an appliance: that first, then what the action applies to. */
export function applianceSteps(inventory: Inventory, action: AnyAction, chosen: Chosen): Step[] {
  let appliance: InventoryNode | undefined;
  let offered: readonly InventoryNode[] = [];
  const load = (parent: () => Promise<InventoryNode | undefined>, fits: (node: InventoryNode) => boolean): PickPrompt['load'] => {
    return async (signal) => {
      const from = await parent();
      const found = from ? await allChildren(inventory, from, signal) : { nodes: [], notes: [] };
      offered = found.nodes.filter(fits);
      return [...offered.map((node) => itemOf(node)), ...found.notes];
    };
  };
  const applianceStep: Step = {
    id: kinds.veeamAppliance,
    needed: () => true,
    undo: () => void (appliance = undefined),
    async ask(prompts) {
      const group = (): Promise<InventoryNode | undefined> =>
        Promise.resolve(inventory.beside().find(({ kind }) => kind === kinds.veeamAppliances));
      const key = await prompts.pickOne({
        placeholder: 'The Veeam appliance',
        empty: 'No Veeam appliance was added: run "Add Veeam Appliance..." first.',
        load: load(group, () => true),
      });
      appliance = offered.find((node) => node.key === key);
    },
  };
  const itemStep: Step = {
    id: 'items',
    needed: () => true,
    undo: () => void (chosen.nodes = undefined),
    async ask(prompts) {
      const group = async (): Promise<InventoryNode | undefined> =>
        appliance &&
        (await inventory.children(appliance, { signal: new AbortController().signal })).nodes.find(
          ({ kind }) => kind === groupOf[action.targetKind],
        );
      const prompt: PickPrompt = {
        placeholder: `${action.title}: ${action.many ? 'one or more of' : 'one of'} ${displayName(appliance?.label ?? '', 60)}`,
        empty: action.nothing,
        load: load(group, (node) => appliesTo(action, node.tokens)),
      };
      const keys = new Set(action.many ? await prompts.pickMany(prompt) : [await prompts.pickOne(prompt)]);
      chosen.nodes = offered.filter((node) => keys.has(node.key));
    },
  };
  return [applianceStep, itemStep];
}
