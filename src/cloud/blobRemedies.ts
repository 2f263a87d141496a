/** What to do about the refusals of a storage account's blob service (Microsoft's list of its error codes). */
const role =
  'Ask an owner of the storage account for the role Storage Blob Data Reader, or a higher one: Owner and Contributor do not open blobs.';
const firewall =
  'The firewall of the storage account may not let this machine in: add its address, or look from a network that it lets in.';

const byCode: Readonly<Record<string, readonly string[]>> = {
  AuthorizationPermissionMismatch: [role, 'A role that was given only now may take some minutes.'],
  AuthorizationFailure: [firewall, role],
  AuthenticationFailed: ['Sign in again.', 'Check the clock of this machine.'],
  InvalidAuthenticationInfo: ['Sign in again, to the tenant of the storage account.'],
  NoAuthenticationInformation: ['Sign in again, to the tenant of the storage account.'],
  PublicAccessNotPermitted: [role],
  SandboxBlobServiceMissing: ['Run the command "Azure Backup: Fetch Azurite for the Sandbox...".'],
  ContainerNotFound: ['Create the container, or choose another one.'],
  ContainerBeingDeleted: ['Choose another container.'],
  AccountIsDisabled: ['The storage account is disabled: have its owner enable it.'],
};

/** As `RemediesFor`. */
export function storageRemedies(code: string): readonly string[] {
  return byCode[code] ?? [];
}
