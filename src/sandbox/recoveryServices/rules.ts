import { ArmFailure } from '../arm/types.ts';
import type { OperationError } from './model.ts';

/**
 * What Azure Backup refuses, in its words. Each names where the code was seen: in recorded traffic, in Microsoft's
 * documentation, or in users' reports. "No record" marks a code for a refusal that Azure certainly makes but whose wording
 * nobody wrote down in public: it follows the service's naming.
 */
export const refusals = {
  /** Reported: any path of an item that the vault does not hold. */
  itemNotFound: () =>
    new ArmFailure(
      404,
      'BMSUserErrorDataSourceObjectNotFound',
      'Item not found.\r\nSelected item might have been deleted. Please check if item is registered to the vault.',
    ),
  /** Reported, also for a list without its `backupManagementType`. */
  invalidInput: (detail: string) => new ArmFailure(400, 'BMSUserErrorInvalidInput', `Input provided for the call is invalid\r\n${detail}`),
  /** Reported. */
  invalidProtectionRequest: (detail: string) =>
    new ArmFailure(
      400,
      'BMSUserErrorInvalidConfigureProtectionRequest',
      `Input for configure protection is not in proper format\r\nPlease ensure that container exists and other parameters are in valid format. ${detail}`,
    ),
  /** Reported. */
  invalidPolicy: (detail: string) =>
    new ArmFailure(
      400,
      'BMSUserErrorInvalidPolicyInput',
      `Input for create or update policy is not in proper format\r\nPlease check format of parameters like schedule time, schedule days, retention time and retention days. ${detail}`,
    ),
  /** Reported: a policy is deleted while items use it. */
  policyInUse: (policy: string, items: number) =>
    new ArmFailure(
      400,
      'BMSUserErrorPolicyObjectInUse',
      `Policy cannot be deleted as it is in use\r\nPolicy '${policy}' is associated with ${items} backup item(s). Assign another policy to them and retry.`,
    ),
  /** Documented. */
  backupInProgress: () =>
    new ArmFailure(
      400,
      'UserErrorBackupOperationInProgress',
      'Unable to initiate backup as another backup operation is currently in progress\r\nWait for the current backup job to complete, or cancel it, and retry.',
    ),
  /** Documented. */
  objectLocked: () =>
    new ArmFailure(
      409,
      'BMSUserErrorObjectLocked',
      'Another operation is in progress on the selected item.\r\nWait for the other in-progress operation to complete and retry at a later time.',
    ),
  /** Documented. */
  conflictingProtection: () =>
    new ArmFailure(
      409,
      'BMSUserErrorConflictingProtectionOperation',
      'Another configure protection operation is in progress for this item.\r\nWait for the previous modify policy operation to finish and retry at a later time.',
    ),
  /** No record. */
  protectionStopped: () =>
    new ArmFailure(
      400,
      'BMSUserErrorProtectionStopped',
      'Backup cannot be triggered as protection is stopped for the selected item.\r\nResume protection with a backup policy and retry.',
    ),
  /** Recorded for a delete of an item whose container is soft-deleted; nothing but an undelete is possible then. */
  softDeleted: () =>
    new ArmFailure(
      400,
      'BMSUserErrorContainerNotUndeleted',
      'Container is not yet undeleted. Please undelete the container that contains this datasource before attempting to undelete the datasource.',
    ),
  /** Reported: `BackupsSuspended` in a vault that is not immutable. The misspelling is Azure's. */
  notImmutable: () =>
    new ArmFailure(
      400,
      'UserErrorOperationDeniedOnImmutableItem',
      'The Vault and Bakcup Item is in Immutable state where destructive operations are not supported. The Vault and Backup Item is immutable, hence operation is denied. Refer to the documentation to learn more: https://aka.ms/AB-ImmutableVaults-States ',
    ),
  /** Recorded. */
  containerNotRegistered: () => new ArmFailure(400, 'BMSContainerStatusNotRegistered', 'Not Registered'),
  /** Reported. */
  containerHasItems: () =>
    new ArmFailure(
      400,
      'BMSUserErrorContainerHasDatasources',
      'This container still has backup items. Stop protection and delete data of all of them, then retry.',
    ),
  /** Reported. */
  containerName: (name: string) =>
    new ArmFailure(400, 'BMSUserErrorContainerNameIncorrectFormat', `The container name '${name}' is not in the correct format.`),
  /** Reported. */
  itemName: (name: string) =>
    new ArmFailure(400, 'BMSUserErrorProtectedItemNameIncorrectFormat', `The protected item name '${name}' is not in the correct format.`),
  /** The status is known (a job that is not visible yet); the code has no record. */
  jobNotFound: (id: string) => new ArmFailure(404, 'JobNotFound', `The job '${id}' was not found in this vault.`),
  /** The refusal is documented, its code has no record. */
  jobNotCancellable: (detail: string) => new ArmFailure(400, 'UserErrorJobNotCancellable', detail),
  operationNotFound: (id: string) =>
    new ArmFailure(404, 'BMSUserErrorOperationNotFound', `The operation '${id}' was not found. Operations are kept for a limited time.`),
  recoveryPointNotFound: (name: string) =>
    new ArmFailure(404, 'BMSUserErrorRecoveryPointNotFound', `The recovery point '${name}' was not found for this backup item.`),
  /** Recorded. */
  enhancedSecurityStays: () =>
    new ArmFailure(
      400,
      'UserErrorChangeEnhancedSecurityStateNotAllowed',
      'Enhanced Security is enabled for this vault. You cannot disable Enhanced Security after enabling it.',
    ),
} as const;

/** Failures that come after a 202, as the status of the operation. */
export const laterFailures = {
  /** Documented as 400094. */
  machineGone: (): OperationError => ({
    code: 'BCMV2VMNotFound',
    message: 'The specified Azure Virtual Machine Not Found. Check that the virtual machine exists and retry.',
  }),
  /** The words are reported, and that they come after the 202; the code has no record. */
  protectedElsewhere: (vault: string): OperationError => ({
    code: 'UserErrorVmRegisteredWithAnotherVault',
    message: `Virtual machine is already registered\\registering with another recovery services vault. Please select a different virtual machine for registration. : ${vault}`,
  }),
  /** As a machine's; the code has no record. */
  registeredElsewhere: (name: string, vault: string): OperationError => ({
    code: 'BMSUserErrorContainerRegisteredWithAnotherVault',
    message: `'${name}' is already registered with another Recovery Services vault. Unregister it from that vault and retry. : ${vault}`,
  }),
  /** Recorded, double space and all. */
  vaultHoldsItems: (names: readonly string[]): OperationError => ({
    code: 'BMSUserErrorVaultDeletionNotAllowed',
    message: `Recovery Services Vault cannot be deleted as there are existing resources within the vault.  : ${names.join(',')}`,
  }),
  /** Recorded. */
  vaultHoldsSoftDeleted: (names: readonly string[]): OperationError => ({
    code: 'BMSUserErrorVaultDeletionNotPermitted',
    message: `Recovery Services vault cannot be deleted as there are backup items still present in soft delete state. Visit the following link for the steps to permanently delete soft deleted items: https://aka.ms/undeletesoftdeleteditems.  : ${names.join(',')}`,
  }),
} as const;
