/** Finding whose new databases a vault protects by itself. GETs only. */
import type { ArmClient } from '../../../cloud/types.ts';
import { lastSegment, sameArmId, segmentOf } from '../../../core/armId.ts';
import { listProtectionIntents, type ReadOptions } from '../api.ts';
import type { ProtectableItem, ProtectionIntent } from '../model.ts';
import { vaultIdOf } from './looking.ts';

/** An instance or an availability group. */
export type Holder = Pick<ProtectableItem, 'id' | 'friendlyName' | 'itemType' | 'vaultId'>;

/**
 * The intents for an instance or an availability group, asked for as Azure CLI was recorded to: by kind, name and the
 * container's name. Azure compares loosely, so what comes is compared again.
 */
export async function intentsOf(arm: ArmClient, item: Holder, options: ReadOptions): Promise<readonly ProtectionIntent[]> {
  const filter = {
    backupManagementType: 'AzureWorkload',
    itemName: item.friendlyName,
    itemType: item.itemType,
    parentName: segmentOf(item.id, 'protectionContainers'),
  };
  const { items, problems } = await listProtectionIntents(arm, vaultIdOf(item), filter, options);
  const found = items.filter((intent) => isFor(intent, item));
  if (found.length === 0 && problems[0]) {
    throw problems[0].error;
  }
  return found;
}

/**
 * Azure's examples name an intent's item below `backupProtectionContainer/.../backupProtectableItems/`, the lists of
 * protectable items below `protectionContainers/.../protectableItems/`: where the ids differ, the names of both decide.
 */
export function isFor(intent: ProtectionIntent, item: Holder): boolean {
  const { itemId } = intent;
  if (itemId === undefined || sameArmId(itemId, item.id)) {
    return itemId !== undefined;
  }
  const container = segmentOf(itemId, 'backupProtectionContainer') ?? segmentOf(itemId, 'protectionContainers') ?? '';
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  return same(lastSegment(itemId), lastSegment(item.id)) && same(container, segmentOf(item.id, 'protectionContainers') ?? '');
}
