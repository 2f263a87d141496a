import type { Event } from '../core/events.ts';
import type { JsonObject } from '../core/json.ts';
import type { ActionTarget } from '../providers/action.ts';

/** Codicon id and, where state is told by colour, a theme colour id. */
export interface NodeIcon {
  readonly id: string;
  readonly color?: string;
}

/** What a tree row, a palette picker and an action see of one thing that exists. Knows no vscode. */
export interface InventoryNode {
  /** Stable and unique in the tree over refreshes: made of `armIdKey`s. */
  readonly key: string;
  readonly kind: string;
  /** Plain text; may hold anything that a resource name can. */
  readonly label: string;
  readonly description?: string;
  /** Lines of plain text. */
  readonly tooltip?: readonly string[];
  readonly icon: NodeIcon;
  /** Whole words without spaces; never a person's string. They become contextValue and are what actions match. */
  readonly tokens: readonly string[];
  readonly expandable: boolean;
  /** What actions act on; absent for groups. */
  readonly target?: ActionTarget;
  /** ARM id to copy and to open in the portal; absent for groups. */
  readonly resourceId?: string;
  /** As Azure gave it, for View JSON. */
  readonly raw?: JsonObject;
}

export interface NodePage {
  readonly nodes: readonly InventoryNode[];
  /** Opaque; hand it back to get the next page. */
  readonly more?: string;
  /** Where `nodes` is empty: why, and what to do next. */
  readonly empty?: { readonly message: string; readonly command?: string; readonly commandTitle?: string };
}

export interface Inventory {
  /** The first level where `parent` is undefined. @throws BackupError; an error is never an empty page. */
  children(parent: InventoryNode | undefined, options: { readonly signal: AbortSignal; readonly more?: string }): Promise<NodePage>;
  parentOf(node: InventoryNode): InventoryNode | undefined;
  /** Finds a resource by id, loading what lies on the way. */
  find(resourceId: string, signal: AbortSignal): Promise<InventoryNode | undefined>;
  /** Forgets what was loaded below a node, or all. */
  refresh(node?: InventoryNode): void;
  /** A node whose children or looks changed; undefined for all. */
  readonly onDidChange: Event<InventoryNode | undefined>;
}
