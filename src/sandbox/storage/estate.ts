import { armIdKey } from '../../core/armId.ts';
import { groupId } from '../world/entities.ts';
import type { World } from '../world/world.ts';
import { allows, type Account, type Assignment, type Identity } from './model.ts';

/** Storage accounts, managed identities and role assignments of a world. Keys are ids without case. */
export class StorageEstate {
  readonly world: World;
  readonly #accounts = new Map<string, Account>();
  readonly #identities = new Map<string, Identity>();
  readonly #assignments = new Map<string, Assignment>();

  constructor(world: World) {
    this.world = world;
  }

  addAccount(account: Account): void {
    this.#accounts.set(armIdKey(account.id), account);
  }

  account(id: string): Account | undefined {
    return this.#accounts.get(armIdKey(id));
  }

  accounts(): Account[] {
    return [...this.#accounts.values()];
  }

  accountsOf(subscriptionId: string): Account[] {
    return this.accounts().filter((account) => same(account.subscriptionId, subscriptionId));
  }

  /** Names are lower case and unique; an address with another casing leads to the same account. */
  accountNamed(name: string): Account | undefined {
    return this.accounts().find((account) => same(account.name, name));
  }

  addIdentity(identity: Identity): void {
    this.#identities.set(armIdKey(identity.id), identity);
  }

  identity(id: string): Identity | undefined {
    return this.#identities.get(armIdKey(id));
  }

  identitiesOf(subscriptionId: string): Identity[] {
    return [...this.#identities.values()].filter((identity) => same(identity.subscriptionId, subscriptionId));
  }

  assign(assignment: Assignment): void {
    this.#assignments.set(armIdKey(assignment.id), assignment);
  }

  unassign(assignment: Assignment): void {
    this.#assignments.delete(armIdKey(assignment.id));
  }

  assignment(id: string): Assignment | undefined {
    return this.#assignments.get(armIdKey(id));
  }

  assignments(): Assignment[] {
    return [...this.#assignments.values()];
  }

  /** Whether some role, on the container or on anything above it, lets a principal do that to its blobs. */
  mayUse(principalId: string, container: string, what: 'read' | 'write'): boolean {
    return this.assignments().some(
      (assignment) =>
        same(assignment.principalId, principalId) && allows(assignment.roleId, what) && isAtOrAbove(assignment.scope, container),
    );
  }
}

/** True where what holds at `scope` holds for `id`. */
export function isAtOrAbove(scope: string, id: string): boolean {
  const [above, key] = [armIdKey(scope), armIdKey(id)];
  return above === key || key.startsWith(`${above}/`);
}

export function accountId(of: { subscriptionId: string; resourceGroup: string; name: string }): string {
  return `${groupId(of)}/providers/Microsoft.Storage/storageAccounts/${of.name}`;
}

/** Without a name: of all of the account, below which role assignments of a container stand too. */
export function containerId(account: Account, name: string): string {
  return `${account.id}/blobServices/default/containers/${name}`;
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
