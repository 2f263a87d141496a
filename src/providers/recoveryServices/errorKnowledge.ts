/**
 * What to do about Azure Backup's error codes. From Microsoft's troubleshooting guides for Azure VM backup and from
 * refusals in recorded traffic; one sentence a remedy.
 */
import type { ErrorRecord } from '../../core/errors.ts';
import { stringAt } from '../../core/json.ts';
import { sqlRemedies, sqlStatementFor, type ErrorSubject } from './sqlKnowledge.ts';

const retryLater = 'Try again later: the service had a passing problem.';
const waitForJob = 'Wait until the running job has ended, then try again.';
const checkAgent = 'Check that the VM is running and that its agent (Azure VM Agent) is installed, up to date and can reach the network.';
const restartVss =
  'In the VM, list the writers that are in a bad state (vssadmin list writers), restart their services or the VM, and back up again.';
const refresh = 'Refresh the tree and choose it again: the vault knows it by another name or not any more.';

const byCode: Readonly<Record<string, readonly string[]>> = {
  // The state of the VM.
  UserErrorVmNotInDesirableState: [
    'The VM is failed or changing: bring it to a running or stopped state (Redeploy or Reapply in the portal helps a failed one), then try again.',
  ],
  VmNotInDesirableState: ['The VM is failed or changing: bring it to a running or stopped state, then try again.'],
  BCMV2VMNotFound: ['The VM was deleted or moved: stop protection and keep the data, or restore it from a recovery point.'],
  '400094': ['The VM was deleted or moved: stop protection and keep the data, or restore it from a recovery point.'],
  '320001': ['The VM was deleted or moved: stop protection and keep the data, or restore it from a recovery point.'],
  AzureVmOffline: ['Start the VM.', checkAgent],
  '380008': ['Start the VM.', checkAgent],
  UserErrorGuestAgentStatusUnavailable: [checkAgent],
  GuestAgentSnapshotTaskStatusError: [checkAgent],
  // Snapshots.
  ExtensionSnapshotFailedNoNetwork: [checkAgent],
  ExtensionSnapshotFailedCOM: [
    'In the VM, restart the service COM+ System Application (and Distributed Transaction Coordinator), then back up again.',
  ],
  ExtensionFailedVssWriterInBadState: [restartVss],
  ExtensionFailedVssServiceInBadState: [restartVss],
  ExtensionVSSWriterTimeoutError: [restartVss],
  ExtensionStuckInDeletionState: ['Remove the VMSnapshot extension of the VM, then back up again: the backup installs it anew.'],
  ExtensionInstallationFailedCOM: ['In the VM, repair the service COM+ System Application, then back up again.'],
  ExtensionFailedSnapshotLimitReachedError: [
    'Delete snapshots of the VM’s disks that nothing needs: one disk has reached the number that it may have.',
  ],
  ExtensionFailedTimeoutVMNetworkUnresponsive: ['The VM was too busy or cut off: back it up at a quieter time.', checkAgent],
  ExtensionOperationFailedForManagedDisks: [checkAgent, 'Restart the VM if it stays.'],
  UserErrorFsFreezeFailed: [
    'In the VM, unmount and check (fsck) the file systems that could not be frozen, or name them in MountsToSkip of the snapshot extension’s configuration.',
  ],
  UserErrorBackupTookCrashConsistentSnapshot: ['The recovery point is usable but only as after a power failure.', checkAgent],
  CopyingVHDsFromBackUpVaultTakingLongTime: ['The storage account was too slow for now: try again, at a quieter time if it stays.'],
  UserErrorRpCollectionLimitReached: [
    'The VM has too many restore point collections: in its AzureBackupRG_… resource group, remove the lock, delete the collections that are not needed, and back up again.',
  ],
  UserErrorInstantRpNotFound: ['The snapshot is gone: choose a recovery point that is in the vault tier.'],
  // Protecting.
  UserErrorRequestDisallowedByPolicy: [
    'An Azure Policy forbids the resource group for snapshots (often: missing tags): have it exempted, or choose another group in the backup policy.',
  ],
  UserErrorMigrationFromTrustedLaunchVMToNonTrustedVMNotAllowed: [
    'Delete the earlier backup item of this VM, its soft-deleted data too, before protecting the new VM.',
  ],
  BMSUserErrorContainerObjectNotFound: [refresh],
  BMSUserErrorDataSourceObjectNotFound: [refresh],
  BMSUserErrorObjectLocked: [waitForJob],
  BMSUserErrorInvalidPolicyInput: ['Choose a policy of the same vault and for the same kind of item.'],
  BMSUserErrorProtectionStopped: ['Resume protection first.'],
  BMSUserErrorConflictingProtectionOperation: [
    'Something else is changing its protection right now: wait until that has ended, refresh, and try again.',
  ],
  BMSUserErrorInvalidConfigureProtectionRequest: [refresh],
  BMSUserErrorInvalidInput: [refresh],
  BMSUserErrorProtectionIntentAlreadyExists: ['It is auto-protected already: refresh the tree.'],
  BMSUserErrorProtectionIntentNotFound: ['It is not auto-protected any more: refresh the tree.'],
  BMSUserErrorPolicyObjectInUse: ['Change the policy of the items that use it first.'],
  BMSUserErrorProtectedItemNameIncorrectFormat: [refresh],
  BMSUserErrorContainerNameIncorrectFormat: [refresh],
  BMSUserErrorContainerHasDatasources: ['Stop protection of the items in it, and delete their data, first.'],
  UserErrorVmRegisteredWithAnotherVault: [
    'Another vault protects this VM: stop protection and delete its data there first (soft-deleted data counts too).',
  ],
  UserErrorRegisteredVMNotFound: ['The VM that was registered is gone: unregister it, or register the one that took its place.'],
  BMSContainerStatusNotRegistered: ['Its container is deleted or not registered any more: refresh the tree.'],
  BMSUserErrorContainerNotUndeleted: ['Its container is soft-deleted: undelete that first.'],
  // Jobs.
  UserErrorBackupOperationInProgress: [waitForJob],
  UserErrorJobNotCancellable: ['The job has gone too far, or its kind cannot be cancelled: let it end.'],
  JobNotFound: ['The job is too old to be kept, or its vault is gone: refresh.'],
  // Deleting.
  BMSUserErrorVaultDeletionNotPermitted: [
    'Delete what the vault still holds first: items that are protected, and items in the soft-deleted state.',
  ],
  BMSUserErrorVaultDeletionNotAllowed: [
    'Delete what the vault still holds first: items that are protected, and items in the soft-deleted state.',
  ],
  UserErrorOperationDeniedOnImmutableItem: [
    'The vault is immutable: retention cannot be shortened and data cannot be deleted before it expires.',
  ],
  UserErrorChangeEnhancedSecurityStateNotAllowed: ['This vault’s security features cannot be turned off any more.'],
  // Restoring and regions.
  UserErrorSkuNotAvailable: ['This size is not available there: restore the disks and make a VM of another size from them.'],
  UserErrorMarketPlaceVMNotSupported: ['This marketplace image cannot be made anew: restore the disks and make a VM from them.'],
  BMSUserErrorUnableToEnableCrossRegionRestore: ['Cross-region restore is not offered for this vault’s pair of regions or redundancy.'],
  UserErrorIncompatibleSrcTargetSystemsForRestore: ['Restore to a system of the same kind and version.'],
  BMSUserErrorRecoveryPointNotFound: ['The recovery point has expired or was deleted: refresh and choose another.'],
  // Workloads in VMs.
  UserErrorOperationFailedForSAPASEDatabase: [
    'See in the message what the SAP ASE system answered; check that it runs and that the pre-registration script has been run.',
  ],
  UserErrorHANASystemDBNotRunning: ['Start the SYSTEMDB of the SAP HANA system, then try again.'],
  // The service itself.
  UserErrorCoreCountSubscriptionQuotaReached: [
    'The subscription has no cores left there: ask for a higher quota, or choose another size or region.',
  ],
  CloudInternalError: [refresh, retryLater],
  CloudInvalidInputError: [refresh],
  CloudStorageUnexpectedError: [retryLater],
  InternalServerError: [retryLater],
  CloudDosTimeboudLimitReached: [
    'Stop for some hours: Azure Backup limits how often this may be done in a day, and further tries lengthen the wait.',
  ],
  ResourceRequestsThrottled: ['Wait until the time that the message names: the vault may be asked only so often an hour.'],
  SubscriptionRequestsThrottled: ['Wait a minute: the subscription was asked too often.'],
  TooManyRequests: ['Wait a minute: too much was asked in a short time.'],
};

const byLowerCase = new Map(Object.entries({ ...byCode, ...sqlRemedies }).map(([code, remedies]) => [code.toLowerCase(), remedies]));

/** Remedies for a code of Azure Backup (or the number of a job's error), one sentence each; empty where none is known. */
export function remediesFor(code: string): readonly string[] {
  return byLowerCase.get(code.trim().toLowerCase()) ?? [];
}

/**
 * The error with what can be done about it, where the service itself gave no recommendation and we know one, and with the
 * statement that mends it, where there is one.
 */
export function errorWithRemedies(error: ErrorRecord, subject?: ErrorSubject): ErrorRecord {
  // Jobs name an error by a title and a number; either may be the one that is known.
  const codes = [error.code, stringAt(error.detail, 'errorCode') ?? ''];
  const remedies = error.remedies ?? codes.map(remediesFor).find((known) => known.length > 0) ?? [];
  const statement = error.statement ?? sqlStatementFor(error.code, { ...subject, said: error.message });
  return { ...error, ...(remedies.length > 0 ? { remedies } : {}), ...(statement ? { statement } : {}) };
}
