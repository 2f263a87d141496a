import { sameArmId } from '../../core/armId.ts';
import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import type { BackupContext } from './context.ts';
import { isObject, subscriptionOf, textOf } from '../world/scope.ts';
import { refusals } from './rules.ts';

/** Is this resource protected, and where? Asked of a region, not of a vault. */
export function registerBackupStatus(context: BackupContext, router: ArmRouter): void {
  const location = '/subscriptions/{subscriptionId}/providers/Microsoft.RecoveryServices/locations/{location}';
  router.on('POST', `${location}/backupStatus`, (request) => backupStatus(context, request));
}

function backupStatus(context: BackupContext, request: ArmRequest): ArmReply {
  const { world } = context;
  world.now();
  subscriptionOf(world, request);
  const body = isObject(request.body) ? request.body : {};
  const resourceId = textOf(body.resourceId);
  if (resourceId === undefined || textOf(body.resourceType) === undefined) {
    throw refusals.invalidInput("The request body needs 'resourceId' and 'resourceType'.");
  }
  const vault = world.protectorOf(resourceId);
  const item = [...(vault?.items.values() ?? [])].find((candidate) => sameArmId(candidate.sourceResourceId, resourceId));
  if (vault === undefined || item === undefined) {
    const none: JsonObject = {
      protectionStatus: 'NotProtected',
      vaultId: '',
      fabricName: '',
      containerName: '',
      protectedItemName: '',
      errorCode: 'Success',
      errorMessage: '',
    };
    return { status: 200, body: none };
  }
  return {
    status: 200,
    body: {
      protectionStatus: item.policyName === undefined ? 'ProtectionFailed' : 'Protected',
      vaultId: vault.id,
      fabricName: 'Azure',
      // Recorded: all lower case here, though the item's own id is not.
      containerName: item.containerName.toLowerCase(),
      protectedItemName: item.name.toLowerCase(),
      policyName: item.policyName ?? '',
      errorCode: 'Success',
      errorMessage: '',
    },
  };
}
