import { ArmFailure } from '../arm/types.ts';

/**
 * Refusals of Microsoft.Storage, Microsoft.Authorization and Microsoft.ManagedIdentity as the resource manager passes them on.
 * "Documented": in Microsoft's pages. "Reported": in public threads. "No record": code or words were found nowhere.
 */
export const refusals = {
  /** ARM's own, recorded for other types. */
  resourceNotFound: (type: string, name: string, group: string) =>
    new ArmFailure(
      404,
      'ResourceNotFound',
      `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      { failureCause: 'gateway' },
    ),
  /** Reported. */
  containerNotFound: () => new ArmFailure(404, 'ContainerNotFound', 'The specified container does not exist.'),
  /** Reported. */
  containerName: () =>
    new ArmFailure(400, 'ContainerOperationFailure', 'The specified resource name contains invalid characters.', {
      failureCause: 'service',
    }),
  /** Reported. */
  assignmentExists: (id: string) =>
    new ArmFailure(409, 'RoleAssignmentExists', `The role assignment already exists. The ID of the existing role assignment is ${id}.`),
  /** Reported. */
  assignmentNotFound: (name: string) => new ArmFailure(404, 'RoleAssignmentNotFound', `The role assignment '${name}' is not found.`),
  /** Reported. */
  roleNotFound: (id: string) =>
    new ArmFailure(404, 'RoleDefinitionDoesNotExist', `The specified role definition with ID '${id}' does not exist.`),
  /** Code reported; the words have no record. */
  badAssignment: (detail: string) => new ArmFailure(400, 'BadRequestFormat', `The request was incorrectly formatted. ${detail}`),
  /** Reported. */
  badFilter: (filter: string) =>
    new ArmFailure(
      400,
      'UnsupportedQuery',
      `The filter '${filter}' is not supported. Supported filters are either 'atScope()' or 'principalId eq '{value}'' or 'assignedTo('{value}')'.`,
    ),
  /** The sandbox's own: no Azure answers this. */
  noBlobService: (reason: string) => new ArmFailure(501, 'SandboxBlobServiceMissing', reason),
} as const;
