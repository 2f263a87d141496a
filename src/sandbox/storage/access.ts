import { BlockList } from 'node:net';
import { containerId, type StorageEstate } from './estate.ts';
import type { Account } from './model.ts';
import { storageErrors, type StorageError } from './storageError.ts';

/** Whoever wants something of an account's blobs. */
export interface Caller {
  /** Absent for one that comes with a key, or with what was signed with one. */
  readonly principalId?: string;
  readonly ip: string;
  /** Region, for what runs in Azure. */
  readonly region?: string;
  /** A service of Azure that comes with its system-assigned identity. */
  readonly isTrustedService?: boolean;
}

/**
 * What an account says before it looks at names and signatures: its firewall, whether keys are taken, and the caller's roles.
 * @param container undefined for what is of the account as a whole
 */
export function refusalOf(
  estate: StorageEstate,
  account: Account,
  container: string | undefined,
  caller: Caller,
  what: 'read' | 'write',
): StorageError | undefined {
  if (!isLetIn(account, caller)) {
    return storageErrors.firewall;
  }
  if (caller.principalId === undefined) {
    return account.allowSharedKeyAccess ? undefined : storageErrors.keysOff;
  }
  const scope = container === undefined ? account.id : containerId(account, container);
  return estate.mayUse(caller.principalId, scope, what) ? undefined : storageErrors.noRole;
}

/**
 * A firewall's rules name public addresses; what runs in the account's own region comes with none of those (documented), so
 * that no address rule lets it in.
 */
function isLetIn({ firewall, location }: Account, caller: Caller): boolean {
  if (firewall.defaultAction === 'Allow' || (firewall.bypass === 'AzureServices' && caller.isTrustedService === true)) {
    return true;
  }
  const rules = new BlockList();
  for (const rule of firewall.ipRules) {
    const [address = '', bits] = rule.split('/');
    rules.addSubnet(address, Number(bits ?? 32));
  }
  return caller.region !== location && rules.check(caller.ip);
}
