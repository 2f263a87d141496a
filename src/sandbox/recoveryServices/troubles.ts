import type { BackupTrouble } from '../world/entities.ts';
import type { BackupError } from './model.ts';

/**
 * What goes wrong in backup jobs. Titles, messages and advice are Azure's (documented; 400446 and 400239 are recorded);
 * the other numbers are of Azure's range but not on record.
 */
export const troubles: Readonly<Record<BackupTrouble, BackupError>> = {
  agentUnavailable: {
    code: 400024,
    title: 'UserErrorGuestAgentStatusUnavailable',
    message: 'VM agent unable to communicate with Azure Backup.',
    recommendations: [
      'Ensure that the VM is running and has network connectivity, and that the latest VM agent is installed and its service is started. For more information, see https://aka.ms/UserErrorGuestAgentStatusUnavailable',
    ],
  },
  comError: {
    code: 400174,
    title: 'ExtensionSnapshotFailedCOM',
    message: 'Snapshot operation failed due to COM+ error.',
    recommendations: [
      "Restart the Windows service 'COM+ System Application' (COMSysApp) and the Distributed Transaction Coordinator service, then retry the backup.",
      'If the issue persists, restart the VM and retry.',
    ],
  },
  collectionLimit: {
    code: 400340,
    title: 'UserErrorRpCollectionLimitReached',
    message: 'The Restore Point collection max limit has reached.',
    recommendations: [
      "Remove the lock from the resource group 'AzureBackupRG_{Geo}_{number}', delete the stale restore point collections, and retry. For more information, see https://aka.ms/AzureBackupRGLock",
    ],
  },
  crashConsistent: {
    code: 400446,
    title: 'UserErrorBackupTookCrashConsistentSnapshot',
    message: 'Backup has succeeded with Crash consistent snapshot as Application consistent snapshot could not be taken.',
    recommendations: [
      'For Application/File consistent snapshot please select a supported distribution from the list - https://docs.microsoft.com/en-us/azure/virtual-machines/linux/endorsed-distros',
    ],
  },
};

/** The pre-check of a machine whose backups are fine. */
export const healthy: BackupError = {
  code: 400239,
  title: 'IaasVmHealthGreenDefault',
  message: 'Backup pre-check status of this virtual machine is OK.',
  recommendations: [],
};
