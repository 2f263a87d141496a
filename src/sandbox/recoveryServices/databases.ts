import type { ProtectedItem } from './model.ts';

/** Whether an item is a database in a machine; else it is a machine or a share. */
export function isDatabase(item: ProtectedItem): boolean {
  return item.workload === 'SQLDataBase' || item.workload === 'SAPHanaDatabase';
}
