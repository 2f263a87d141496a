import type { Policy, ProtectedItem } from './model.ts';

/** What the property bag of a ConfigureBackup job tells. */
export function configured(item: ProtectedItem, policy: Policy): Record<string, string> {
  const name = { 'Policy Name': policy.name };
  switch (item.workload) {
    case 'VM':
      return { ...placeOf(item), ...name };
    case 'AzureFileShare':
      return { 'File Share Name': item.friendlyName, 'Storage Account Name': item.parentName ?? '', ...name };
    case 'SQLDataBase':
    case 'SAPHanaDatabase':
      return { ...name, ...placeOf(item) };
  }
}

/** What the property bags of all changes of an item tell (recorded for machines and, since 2025, for SQL Server). */
export function placeOf(item: ProtectedItem): Record<string, string> {
  switch (item.workload) {
    case 'VM':
      return { 'VM Name': item.friendlyName };
    case 'SQLDataBase':
      return { ContainerUniqueName: item.containerName.replace(/^VMAppContainer;/i, '') };
    case 'SAPHanaDatabase':
    case 'AzureFileShare':
      return {};
  }
}
