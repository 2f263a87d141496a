import type { Policy, ProtectedItem } from './model.ts';
import type { Vault } from './vault.ts';

/** What the property bag of a ConfigureBackup job tells. @param vault the one that has the item; absent where it is to come. */
export function configured(item: ProtectedItem, policy: Policy, vault?: Vault): Record<string, string> {
  const name = { 'Policy Name': policy.name };
  switch (item.workload) {
    case 'VM':
      return { ...placeOf(item, vault), ...name };
    case 'AzureFileShare':
      return { 'File Share Name': item.friendlyName, 'Storage Account Name': item.parentName ?? '', ...name };
    case 'SQLDataBase':
    case 'SAPHanaDatabase':
      return { ...name, ...placeOf(item, vault) };
  }
}

/**
 * What the property bags of all changes of an item tell (recorded for machines and, since 2024, for SQL Server: the container's
 * name in the item's own spelling while the item is being made, and later in the container's).
 */
export function placeOf(item: ProtectedItem, vault?: Vault): Record<string, string> {
  switch (item.workload) {
    case 'VM':
      return { 'VM Name': item.friendlyName };
    case 'SQLDataBase':
      return { ContainerUniqueName: (vault?.container(item.containerName)?.name ?? item.containerName).replace(/^VMAppContainer;/i, '') };
    case 'SAPHanaDatabase':
    case 'AzureFileShare':
      return {};
  }
}
