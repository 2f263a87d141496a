/** What is read of API Management, and of the storage accounts that its backups go to. */
export { ageOf, backupId, backupOf, expiryMs, expiryText, type ApiBackup, type BackupAge } from './model/backup.ts';
export { isAtRest, readService, sameRegion, tierHasBackups, type ApiService, type ServiceIdentity } from './model/service.ts';
export {
  readAccount,
  readContainer,
  readRoleAssignment,
  type Container,
  type RoleAssignment,
  type StorageAccount,
} from './model/storageAccount.ts';
