import { ArmFailure, type Json } from '../arm/types.ts';
import type { Failure, OperationKind } from './model.ts';

/**
 * Refusals of Microsoft.ApiManagement. "Recorded": seen in traffic of Microsoft's own tests. "Reported": in public threads.
 * "Documented": in Microsoft's pages. "No record": that Azure refuses is documented, its code and words were found nowhere.
 */
export const refusals = {
  /** ARM's own, recorded for other types. */
  resourceNotFound: (name: string, group: string) =>
    new ArmFailure(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.ApiManagement/service/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      { failureCause: 'gateway' },
    ),
  /** Reported for APIs; the same is taken for the others. */
  entityNotFound: (what: string) => new ArmFailure(404, 'ResourceNotFound', `${what} not found.`),
  /** Recorded by the tests of Azure's Node SDK, code and words. */
  locked: (service: string) =>
    new ArmFailure(409, 'ServiceLocked', `The API Service ${service} is transitioning at this time. Please try the request again later.`),
  /** The envelope is reported (Azure/apiops#737); the words of the details have no record. */
  invalid: (details: readonly { readonly target: string; readonly message: string }[]) =>
    new ArmFailure(400, 'ValidationError', 'One or more fields contain incorrect values:', {
      details: details.map(({ target, message }): Json => ({ code: 'ValidationError', target, message })),
    }),
  /** Documented that it cannot; no record. */
  tier: (kind: OperationKind, tier: string) =>
    new ArmFailure(
      400,
      'MethodNotAllowedInPricingTier',
      `Method not allowed in ${tier} pricing tier: ${kind} is available in the Developer, Basic, Standard and Premium tiers only.`,
    ),
  /** Documented that it cannot; no record. */
  workspaces: (kind: OperationKind) =>
    new ArmFailure(400, 'OperationNotSupported', `${kind} is not supported for a service instance that contains workspaces.`),
  /**
   * Keys that do not open the account. Azure says as little as this to most who report it (Azure/azure-powershell#23411, #27092;
   * arcus-azure/arcus.scripting#426): a bare BadRequest, with nothing of the reason.
   */
  badKey: () => new ArmFailure(400, 'BadRequest', 'Bad Request'),
  /** The form is reported (Azure/azure-powershell#23411, `Parameter name: backupStorageAccount`); the inner words have no record. */
  parameter: (what: string, name: string) =>
    new ArmFailure(400, 'InvalidParameters', `Invalid parameter: ${what}\r\nParameter name: ${name}`),
  /** The sandbox's own: no Azure answers this. */
  noBlobService: (reason: string) => new ArmFailure(501, 'SandboxBlobServiceMissing', reason),
  /** No record. */
  operationNotFound: () => new ArmFailure(404, 'ResourceNotFound', 'Operation not found.'),
} as const;

/** How an operation ends that fails after its 202. `RestoreFailed` is reported; `BackupFailed` is its likely twin, without a record. */
export const failures = {
  /** Reported, code and words (Azure/azure-powershell#25072). */
  otherSku: (current: string, backup: string): Failure => restore(`current SKU is '${current}', backup SKU is '${backup}'`),
  /** Documented, words. */
  expired: (): Failure => restore('backup expired'),
  /** No record. */
  noBackup: (name: string): Failure => restore(`'${name}' is not a backup of an API Management service`),
  /** No record; the storage's own words are documented. */
  storage: (kind: OperationKind, message: string): Failure =>
    kind === 'Restore' ? restore(message) : { code: 'BackupFailed', message: `Cannot backup: ${message}` },
} as const;

function restore(message: string): Failure {
  return { code: 'RestoreFailed', message: `Cannot restore: ${message}` };
}
