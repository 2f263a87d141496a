import { armIdKey } from '../core/armId.ts';
import type { ListKey } from './lists.ts';
import { kinds } from './tokens.ts';

/** Keys of the lists of API Management: those of their groups in the tree. */
export const apiManagementLists = {
  services: (subscriptionId: string): ListKey => `${armIdKey(subscriptionId)}#${kinds.apiManagementServices}`,
  backups: (serviceId: string): ListKey => `${armIdKey(serviceId)}#${kinds.apiManagementBackups}`,
} as const;

/** Of API Management services, or of their backups. */
export function isOfApiManagement(listKey: ListKey): boolean {
  return listKey.endsWith(`#${kinds.apiManagementServices}`) || listKey.includes('/providers/microsoft.apimanagement/');
}
