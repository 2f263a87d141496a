import type { BackupError, RemedyStatement } from '../core/errors.ts';
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
  /** Plain text too: a policy's or a server's name may be part of it. */
  readonly description?: string;
  /** Lines of plain text. */
  readonly tooltip?: readonly string[];
  readonly icon: NodeIcon;
  /** Whole words without spaces; never a person's string. They become contextValue and are what actions match. */
  readonly tokens: readonly string[];
  readonly expandable: boolean;
  /** Open at first sight. A person's own folding wins. */
  readonly expanded?: boolean;
  /** What actions act on; absent for groups, but for those whose target is the vault, and for what an inquiry came to. */
  readonly target?: ActionTarget;
  /** What is behind it and is no row of its own here: actions that apply to `tokens` are done to it. */
  readonly also?: { readonly target: ActionTarget; readonly tokens: readonly string[] };
  /** ARM id to copy and to open in the portal, or an id of ours for what stands on an appliance; absent for groups. */
  readonly resourceId?: string;
  /** The tenant whose token reads it; the sign-in's home tenant where absent. */
  readonly tenantId?: string;
  /** What mends what is wrong with it, to copy; where it is there, so is the token `statement`. */
  readonly statement?: RemedyStatement;
  /** As Azure gave it, for View JSON. */
  readonly raw?: JsonObject;
}

export interface NodePage {
  readonly nodes: readonly InventoryNode[];
  /** Opaque; hand it back to get the next page. */
  readonly more?: string;
  /** What is said where there is more, instead of how many nodes are loaded: `0 of this VM among 200 read`. */
  readonly soFar?: string | undefined;
  /**
   * Where `nodes` is empty: why, and what to do next; the command is called with the node asked, or, where it `asks`
   * itself what to do it to, with nothing.
   */
  readonly empty?: { readonly message: string; readonly command?: string; readonly commandTitle?: string; readonly asks?: true };
  /** Entries, or parts of the list, that could not be read while the others came out. */
  readonly problems?: readonly BackupError[];
}

export interface Inventory {
  /**
   * The first level where `parent` is undefined. Without `more`: all that is loaded, or the first page where nothing is.
   * With `more`: the next page alone. Callers that ask the same at the same time share one request; it ends early
   * only when each of them has aborted.
   * @throws BackupError; an error is never an empty page.
   */
  children(parent: InventoryNode | undefined, options: { readonly signal: AbortSignal; readonly more?: string }): Promise<NodePage>;
  /** What stands beside the first level and needs no cloud: the group of appliances, where there are some. */
  beside(): readonly InventoryNode[];
  /** What is loaded, without a request; undefined where nothing is. */
  loaded(parent: InventoryNode | undefined): NodePage | undefined;
  parentOf(node: InventoryNode): InventoryNode | undefined;
  /** Finds a resource by id, loading what lies on the way. */
  find(resourceId: string, signal: AbortSignal): Promise<InventoryNode | undefined>;
  /** Forgets what was loaded below a node, or all. */
  refresh(node?: InventoryNode): void;
  /** A node whose children or looks changed; undefined for all. */
  readonly onDidChange: Event<InventoryNode | undefined>;
  /** A node that may look different now, and holds what it held. */
  readonly onDidChangeLooks: Event<InventoryNode>;
  /** What could not be read of a node and below it is worth another attempt: a person changed what kept it from being read. */
  readonly onDidMend: Event<InventoryNode>;
}
