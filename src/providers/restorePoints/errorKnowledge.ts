/**
 * What to do about Microsoft.Compute's error codes around restore points and disks. From Microsoft's troubleshooting guide
 * for restore points and its limits of copies; one sentence a remedy. Compute uses one code for many things: where the code
 * says too little, the message decides.
 */
import type { ErrorRecord } from '../../core/errors.ts';

const later = 'Try again later: the service had a passing problem.';
const agent = 'Check that the VM is running and that its agent (Azure VM Agent) is installed, up to date and "Ready".';
const crash = 'Or make a crash consistent restore point, which needs nothing of the VM.';

const byCode: Readonly<Record<string, readonly string[]>> = {
  DiskRestorePointUsedByCustomer: ['Revoke the links to the disks of the restore point, then delete it.'],
  VMAgentStatusCommunicationError: [agent, crash],
  VMRestorePointInternalError: [agent, later, crash],
  DiskRestorePointClientError: ['See in the message what is missing (often: the key vault of a disk encryption set), and bring it back.'],
  InternalDiskRestorePointError: [later],
  InternalOperationError: [later],
  InternalExecutionError: [later],
  InternalError: [later],
  OSProvisioningClientError: ['The VM itself did not get ready: mend what the message says, then try again.'],
  AllocationFailed: ['Azure has no room for it there now: try again later, or choose another zone or region.'],
  SkuNotAvailable: ['This type of disk is not offered there: choose another type, zone or region.'],
  ZonalAllocationFailed: ['The zone has no room for it now: choose another zone, or none.'],
  DiskServiceInternalError: [later],
  QuotaExceeded: ['The subscription may have no more of these there: ask for a higher quota, or choose another region.'],
  InvalidResourceReference: ['What it refers to is gone or in another region: refresh and choose again.'],
  ParentResourceNotFound: ['The restore point collection has been deleted: refresh the tree.'],
};

/** Beginnings of sentences that tell apart what one code (`OperationNotAllowed`, `VMRestorePointClientError` ...) means. */
const byMessage: readonly (readonly [RegExp, readonly string[]])[] = [
  [/concurrent .*restore ?point/i, ['Another restore point of this VM is being made: wait until that has ended, then try again.']],
  [/changes were made to the virtual machine/i, ['The VM was being changed meanwhile: try again when that has ended.']],
  [/shared disks?\b.*not supported/i, ['Leave the shared disks out.']],
  [/not been allocated successfully/i, ['Leave the disks out that the message names.']],
  [/snapshot limit|cannot exceed \d+|maximum .*restore points?/i, ['Delete restore points of this VM that nobody needs.']],
  [
    /vss writers?|com\+|distributed transaction coordinator/i,
    ['Restart the services that the message names, or the VM, and try again.', crash],
  ],
  [/no network connectivity/i, ['Give the VM network access to Azure storage, and try again.', crash]],
  [/inadequate vm resources/i, ['Give the VM a larger size, and try again.']],
  [/visual c\+\+/i, ['Install the Visual C++ Redistributable for Visual Studio 2012 in the VM, restart it, and try again.', crash]],
  [/(active )?shared access signature|endgetaccess/i, ['Revoke the links to the disks of the restore point first.']],
  [/key ?vault/i, ['Bring the key vault of the disk encryption set back, and try again.']],
];

/** Remedies for a code, and for what its message says where the code says too little; empty where none is known. */
export function computeRemediesFor(code: string, message = ''): readonly string[] {
  const told = byMessage.find(([pattern]) => pattern.test(message))?.[1];
  return told ?? byLowerCase.get(code.trim().toLowerCase()) ?? [];
}

const byLowerCase = new Map(Object.entries(byCode).map(([code, remedies]) => [code.toLowerCase(), remedies]));

/** The error with what can be done about it. What is known of Compute comes before what others know of the same code. */
export function withComputeRemedies(error: ErrorRecord): ErrorRecord {
  const remedies = computeRemediesFor(error.code, error.message);
  return remedies.length > 0 ? { ...error, remedies } : error;
}
