/**
 * Links that were handed out in this window and are in force. The links themselves are here, in memory, and nowhere else:
 * they leave for the clipboard, at a person's request, and are dropped as soon as they have ended or were revoked.
 */
import { armIdKey } from '../../core/armId.ts';
import type { Disposable, Event } from '../../core/events.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import type { Given, HandedOut } from '../../providers/action.ts';
import type { ActionId } from '../../providers/actionIds.ts';
import { GivenLinks } from '../../providers/restorePoints/links.ts';

/** What is known of a link beside the link. */
export interface HeldLink extends Given {
  /** What it was asked for on, to ask again or to revoke it. */
  readonly node: InventoryNode;
  /** The action that handed it out: again, it makes the link last longer. */
  readonly extendedBy: ActionId;
  /** Origin of the resource manager that gave it. */
  readonly cloud: string;
  /** Milliseconds since the epoch, UTC. */
  readonly heldAtMs: number;
  /** What the other links of the same answer are called, in their order. */
  readonly others: readonly string[];
}

export class HeldLinks implements Disposable {
  readonly onDidChange: Event<void>;
  readonly #given: GivenLinks;
  readonly #now: () => number;
  /** By key of the target's id. */
  readonly #held = new Map<string, { readonly link: HeldLink; readonly secrets: readonly string[] }>();

  /** @param now milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
    this.#given = new GivenLinks(now);
    this.onDidChange = this.#given.onDidChange;
  }

  add({ secret, others, given }: HandedOut, of: Pick<HeldLink, 'node' | 'extendedBy' | 'cloud'>): HeldLink {
    const link: HeldLink = { ...given, ...of, heldAtMs: this.#now(), others: others.map(({ label }) => label) };
    this.#held.set(armIdKey(given.target.id), { link, secrets: [secret, ...others.map((other) => other.secret)] });
    this.#given.add(given);
    return link;
  }

  /** Those in force, the first to end first. What has ended is dropped here. */
  list(): readonly HeldLink[] {
    const inForce = this.#given.list().map(({ target }) => armIdKey(target.id));
    for (const key of this.#held.keys()) {
      if (!inForce.includes(key)) {
        this.#held.delete(key);
      }
    }
    return inForce.flatMap((key) => this.#held.get(key)?.link ?? []);
  }

  /** For the clipboard; undefined where it is not in force any more. @param at 0 for the link, then `others` */
  secretOf(id: string, at = 0): string | undefined {
    this.list();
    return this.#held.get(armIdKey(id))?.secrets[at];
  }

  /** Drops the link that an operation has revoked. One that was handed out after the revoking began may be a new one, and stays. */
  noteOperation({ actionId, status, target, cloud, createdAt }: OperationRecord): void {
    const link = this.#held.get(armIdKey(target.id))?.link;
    const revoked = actionId === link?.revokedBy && (status === 'succeeded' || status === 'succeededWithWarnings');
    if (link && revoked && cloud === link.cloud && Date.parse(createdAt) >= link.heldAtMs) {
      this.#held.delete(armIdKey(target.id));
      this.#given.forget(target.id);
    }
  }

  dispose(): void {
    this.#held.clear();
    this.#given.dispose();
  }
}
