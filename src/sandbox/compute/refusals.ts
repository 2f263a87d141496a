import { ArmFailure } from '../arm/types.ts';
import type { FailureDetail } from './model.ts';

/**
 * Microsoft.Compute's refusals. "Documented": in Microsoft's pages on restore points and their troubleshooting.
 * "Reported": in public threads. "No record": that Azure refuses is documented, its code and words were found nowhere.
 */
export const refusals = {
  /** ARM's own, recorded for other types: tracked resources are looked up before their provider is asked. */
  resourceNotFound: (type: string, name: string, group: string) =>
    new ArmFailure(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.Compute/${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      { failureCause: 'gateway' },
    ),
  /** ARM's own, reported for extensions of a machine that is not there (hashicorp/terraform-provider-azurerm#18311). */
  parentNotFound: (name: string) =>
    new ArmFailure(
      404,
      'ParentResourceNotFound',
      `Can not perform requested operation on nested resource. Parent resource '${name}' not found.`,
      { failureCause: 'gateway' },
    ),
  /** Code reported for disks of another region; its use for things below a collection has no record. */
  notFound: (what: string) => new ArmFailure(404, 'NotFound', `Resource ${what} is not found.`),
  /** ARM's own, reported (Azure/azure-sdk-for-net#3487), where it ends with the place in the text. */
  unknownMember: (name: string) =>
    new ArmFailure(
      400,
      'InvalidRequestContent',
      `The request content was invalid and could not be deserialized: 'Could not find member '${name}' on object of type 'ResourceDefinition'. Path '${name}'.'.`,
      { failureCause: 'gateway' },
    ),
  /** ARM's own, reported. */
  locationRequired: () =>
    new ArmFailure(400, 'LocationRequired', 'The location property is required for this definition.', { failureCause: 'gateway' }),
  /** ARM's own, reported. */
  locationNotAvailable: (location: string, type: string, known: readonly string[]) =>
    new ArmFailure(
      400,
      'LocationNotAvailableForResourceType',
      `The provided location '${location}' is not available for resource type 'Microsoft.Compute/${type}'. List of available regions for the resource type is '${known.join(',')}'.`,
      { failureCause: 'gateway' },
    ),
  /** ARM's own, reported. */
  otherLocation: (name: string, group: string, held: string, asked: string) =>
    new ArmFailure(
      409,
      'InvalidResourceLocation',
      `The resource '${name}' already exists in location '${held}' in resource group '${group}'. A resource with the same name cannot be created in location '${asked}'. Please select a new resource name.`,
      { failureCause: 'gateway' },
    ),
  /** ARM's own, reported, for locks on whatever is above. */
  scopeLocked: (id: string, scopes: readonly string[]) =>
    new ArmFailure(
      409,
      'ScopeLocked',
      `The scope '${id}' cannot perform delete operation because following scope(s) are locked: '${scopes.join(',')}'. Please remove the lock and try again.`,
      { failureCause: 'gateway' },
    ),
  /** Reported for the provider as a whole. */
  missing: (parameter: string) => new ArmFailure(400, 'InvalidParameter', `Required parameter '${parameter}' is missing (null).`),
  /** Code reported for the provider as a whole; the words have no record. */
  invalid: (parameter: string, detail: string) =>
    new ArmFailure(400, 'InvalidParameter', `The value of parameter ${parameter} is invalid. ${detail}`),
  /** Reported for the provider as a whole. */
  changeNotAllowed: (property: string) =>
    new ArmFailure(409, 'PropertyChangeNotAllowed', `Changing property '${property}' is not allowed.`),
  /** The code is what the provider says of whatever a resource's state or kind forbids; for these words there is no record. */
  notAllowed: (detail: string) => new ArmFailure(409, 'OperationNotAllowed', detail),
  /** Documented. */
  tooOld: () => new ArmFailure(400, 'BadRequest', "This request can be made with api-version '2021-03-01' or newer."),
  /** The code and that the same again is no error: from the provider's source in a review of its contract (Azure/azure-rest-api-specs#13219). */
  pointExists: (name: string) =>
    new ArmFailure(409, 'OperationNotAllowed', `Operation 'Update Restore Point' is not supported on resource '${name}'.`),
  /** Documented. That it comes before anything is accepted has no record. */
  concurrent: () =>
    new ArmFailure(
      409,
      'VMRestorePointClientError',
      "RestorePoint creation failed since a concurrent 'Create RestorePoint' operation was triggered on the VM.",
    ),
  /** Reported in these words when the limit was 18 (MicrosoftDocs/azure-docs#47934); it is 500 today (documented). */
  tooMany: (limit: number) =>
    new ArmFailure(
      409,
      'OperationNotAllowed',
      `The number of restore points across restore point collections and resource groups for a VM cannot exceed ${limit}. To create a new restore point, please delete existing restore points.`,
    ),
  /** Documented, code and words. */
  sharedDisks: () =>
    new ArmFailure(
      409,
      'VMRestorePointClientError',
      'Creation of Restore Point of a Virtual Machine with Shared disks is not supported. You may exclude this disk from the restore point via excludeDisks property.',
    ),
  /** Documented, code and words. */
  linkOutstanding: () => new ArmFailure(409, 'DiskRestorePointUsedByCustomer', linkOutstanding.message),
  /** Reported. */
  diskAttached: (name: string, machineId: string) =>
    new ArmFailure(409, 'OperationNotAllowed', `Disk ${name} is attached to VM ${machineId}.`),
  /** Reported for machines made from images. */
  diskTooSmall: (asked: number, held: number) =>
    new ArmFailure(
      409,
      'OperationNotAllowed',
      `The specified disk size ${asked} GB is smaller than the size of the corresponding disk in the source: ${held} GB. This is not allowed. Please choose equal or greater size or do not specify an explicit size.`,
    ),
  /** No record. */
  operationNotFound: (id: string) => new ArmFailure(404, 'NotFound', `The entity ${id} was not found.`),
} as const;

/** Documented: why nothing goes that somebody holds a link to. */
export const linkOutstanding: FailureDetail = {
  code: 'DiskRestorePointUsedByCustomer',
  message:
    'There is an active shared access signature outstanding for disk restore point. Call EndGetAccess before deleting the restore point.',
};

/** Failures of a creation after its 201, documented, by what a machine runs into. */
export const creationFailures = {
  agentUnavailable: { code: 'VMAgentStatusCommunicationError', message: 'VM has not reported status for VM agent or extensions.' },
  comError: {
    code: 'VMRestorePointClientError',
    message:
      'Restore Point creation failed due to COM+ error. Please restart windows service "COM+ System Application" (COMSysApp). If the issue persists, restart the VM.',
  },
} as const satisfies Record<string, FailureDetail>;
