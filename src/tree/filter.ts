import type { Inventory, InventoryNode, NodePage } from '../inventory/types.ts';
import { treeCommands } from './ids.ts';

/** What a filter finds in what is loaded. */
export interface FilterResult {
  readonly matches: number;
  /** False where a list has more pages, or a vault or an item has never been opened: matches may be there. */
  readonly complete: boolean;
}

/**
 * Rows that hold a text, their ancestors, and all that stands below a match. Looks at what is loaded only, each node
 * once for each change, so that thousands of rows cost thousands of steps.
 */
export class TreeFilter {
  readonly #inventory: Pick<Inventory, 'loaded' | 'parentOf' | 'beside'>;
  readonly #words: readonly string[];
  readonly #visible = new Map<string, boolean>();
  /** Rows that led to a match when what is below them was known last: they stay while it is read anew. */
  readonly #led = new Set<string>();
  #result: FilterResult | undefined;
  readonly text: string;

  constructor(inventory: Pick<Inventory, 'loaded' | 'parentOf' | 'beside'>, text: string) {
    this.#inventory = inventory;
    this.text = text;
    this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
  }

  /** Something was loaded or forgotten. */
  invalidate(): void {
    this.#visible.clear();
    this.#result = undefined;
  }

  /** The children to show of those that there are. */
  apply(parent: InventoryNode | undefined, nodes: readonly InventoryNode[]): readonly InventoryNode[] {
    if (this.#isBelowMatch(parent)) {
      return nodes;
    }
    this.result();
    return nodes.filter((node) => this.#visible.get(node.key) ?? this.matches(node));
  }

  /** True for a row that is shown for what stands below it. */
  holdsMatches(node: InventoryNode): boolean {
    this.result();
    return !this.matches(node) && this.#visible.get(node.key) === true;
  }

  /** True for a row that stayed while what is below it was read anew, where nothing matches any more. */
  leadsNowhere(node: InventoryNode): boolean {
    this.result();
    return this.#visible.get(node.key) === false && !this.#isBelowMatch(node);
  }

  result(): FilterResult {
    if (this.#result === undefined) {
      const count = { matches: 0, complete: true };
      this.#visit(undefined, count);
      this.#result = count;
    }
    return this.#result;
  }

  /** Groups are the same everywhere and match nothing: it is resources that are looked for. */
  matches(node: InventoryNode): boolean {
    if (node.resourceId === undefined) {
      return false;
    }
    // A label may be a name made short.
    const text = `${node.label} ${node.target?.name ?? ''} ${node.description ?? ''}`.toLowerCase();
    return this.#words.every((word) => text.includes(word));
  }

  #isBelowMatch(node: InventoryNode | undefined): boolean {
    for (let at = node; at; at = this.#inventory.parentOf(at)) {
      if (this.matches(at)) {
        return true;
      }
    }
    return false;
  }

  /** True where something at or below this level is to be shown. */
  #visit(parent: InventoryNode | undefined, count: { matches: number; complete: boolean }): boolean {
    const page = this.#inventory.loaded(parent);
    if (!page || page.more !== undefined) {
      count.complete = false;
    }
    let any = false;
    for (const node of [...(page?.nodes ?? []), ...(parent === undefined ? this.#inventory.beside() : [])]) {
      const matches = this.matches(node);
      count.matches += matches ? 1 : 0;
      const below = node.expandable && this.#leads(node, count);
      this.#visible.set(node.key, matches || below);
      any ||= matches || below;
    }
    return any;
  }

  #leads(node: InventoryNode, count: { matches: number; complete: boolean }): boolean {
    const found = this.#visit(node, count);
    if (found) {
      this.#led.add(node.key);
    } else if (this.#inventory.loaded(node)) {
      this.#led.delete(node.key);
    }
    return this.#led.has(node.key);
  }
}

/** What stands in the tree where nothing does. */
export function nothingMatches(filter: TreeFilter): NonNullable<NodePage['empty']> {
  return {
    message: filter.result().complete ? `Nothing matches "${filter.text}".` : `Nothing that is loaded matches "${filter.text}".`,
    command: treeCommands.clearFilter,
    commandTitle: 'Clear Filter',
  };
}
