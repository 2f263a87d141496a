/**
 * What to do about errors of API Management's backup and restore, from Microsoft's guide to them and from what people have
 * reported; one sentence a remedy. It uses few codes, some of them (`BadRequest`) for everything: there the message decides.
 */
import type { ErrorRecord } from '../../core/errors.ts';

const identity =
  'Use a managed identity instead: give it the role Storage Blob Data Contributor on the storage account, and choose it as the access.';
const wait = 'Wait until the management operation that runs on the service has ended, then try again.';

const byCode: Readonly<Record<string, readonly string[]>> = {
  SandboxBlobServiceMissing: ['Run the command "Azure Backup: Fetch Azurite for the Sandbox...".'],
  ServiceLocked: [wait],
  ServiceInTransition: [wait],
  MethodNotAllowedInPricingTier: ['Only the Developer, Basic, Standard and Premium tiers have backup and restore.'],
  KeyBasedAuthenticationNotPermitted: ['The storage account does not take keys.', identity],
};

/** What a `BackupFailed` or `RestoreFailed`, and a bare refusal, are about. */
const byMessage: readonly (readonly [RegExp, readonly string[]])[] = [
  [/backup expired/i, ['A backup can be restored for 30 days: choose a newer one.']],
  [/current sku is .*backup sku is/i, ['Restore into a service of the tier that was backed up, or change the tier of this one first.']],
  [
    /is not supported .*workspaces/i,
    ['A service with workspaces has no backup and restore: delete the workspaces, or copy the APIs otherwise.'],
  ],
  [/parameter name: backupstorageaccount/i, ['Check the storage account, its firewall and the access.', identity]],
  [/specified container does not exist/i, ['Create the container in the storage account, or choose another one.']],
  [/specified blob does not exist/i, ['Refresh the backups of the service, and choose one that is there.']],
  [/is not a backup of/i, ['Choose a blob that API Management has written.']],
  [
    /not authorized to perform this operation/i,
    [
      'Let API Management through the firewall of the storage account: its system-assigned identity gets past it where "trusted Azure services" are let in.',
    ],
  ],
  [/permission|not authorized|authorizationfailure/i, ['Give the identity the role Storage Blob Data Contributor on the storage account.']],
];

/** Codes of its own that say no more than their message. */
const ours: ReadonlySet<string> = new Set(['backupfailed', 'restorefailed', 'invalidparameters', 'operationnotsupported']);

/** Remedies for a code, and for what its message says where the code says too little; empty where none is known. */
export function apiManagementRemediesFor(code: string, message = ''): readonly string[] {
  const plain = code.trim().toLowerCase();
  if (plain === 'badrequest' && /^bad ?request\.?$/i.test(message.trim())) {
    return ['It says no more than this. With an access key that is common: check the key, the container and the firewall.', identity];
  }
  const told = ours.has(plain) ? byMessage.find(([pattern]) => pattern.test(message))?.[1] : undefined;
  return told ?? byLowerCase.get(plain) ?? [];
}

const byLowerCase = new Map(Object.entries(byCode).map(([code, remedies]) => [code.toLowerCase(), remedies]));

/** The error with what can be done about it. What is known of API Management comes before what others know of the same code. */
export function withApiManagementRemedies(error: ErrorRecord): ErrorRecord {
  const remedies = apiManagementRemediesFor(error.code, error.message);
  return remedies.length > 0 ? { ...error, remedies } : error;
}
