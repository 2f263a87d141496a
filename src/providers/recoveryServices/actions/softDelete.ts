import { isCancelled } from '../../../core/cancellation.ts';
import { lastSegment } from '../../../core/armId.ts';
import { messageOf } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { ActionContext, ActionTarget } from '../../action.ts';
import { getVault, getVaultConfig } from '../api.ts';
import { softDeleteKeeps, type ProtectedItem } from '../model.ts';
import { readOptions } from '../../arm/asking.ts';
import { vaultIdOf } from './looking.ts';

/** Azure's own, where a vault does not say for how long. */
const defaultDays = 14;
const dayMs = 86_400_000;

/** What a delete in the item's vault means for the data, one sentence, read from the vault now. */
export async function fateOfDeletedData(context: ActionContext, target: ActionTarget<ProtectedItem>): Promise<string> {
  const vaultId = vaultIdOf(target.model);
  const name = displayName(lastSegment(vaultId));
  const options = readOptions(context, target);
  const [config, vault] = await Promise.allSettled([
    getVaultConfig(context.arm, vaultId, options),
    getVault(context.arm, vaultId, options),
  ]);
  for (const answer of [config, vault]) {
    if (answer.status === 'rejected' && isCancelled(answer.reason)) {
      throw answer.reason;
    }
  }
  const settings = vault.status === 'fulfilled' ? vault.value.softDelete : {};
  const said = config.status === 'fulfilled' ? softDeleteKeeps(config.value.raw) : undefined;
  const keeps = said ?? keepsByVault(settings.state);
  if (keeps === undefined) {
    const because = config.status === 'rejected' ? ` (${messageOf(config.reason)})` : '';
    return `Whether soft delete is on in the vault ${name} could not be found out${because}: take it that the data will be gone for good.`;
  }
  if (!keeps) {
    return `Soft delete is off in the vault ${name}: the data is deleted for good, at once, and cannot be brought back.`;
  }
  const days = settings.retentionDays ?? defaultDays;
  const until = new Date(context.now() + days * dayMs).toISOString().slice(0, 10);
  return `Soft delete is on in the vault ${name}: the data is kept for ${days} days, until ${until}, and can be undeleted until then; after that it is gone for good.`;
}

function keepsByVault(state: string | undefined): boolean | undefined {
  const word = state?.toLowerCase();
  return word === 'enabled' || word === 'alwayson' ? true : word === 'disabled' ? false : undefined;
}
