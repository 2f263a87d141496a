import type { Json, JsonObject } from '../arm/types.ts';
import { isObject, textOf } from '../world/scope.ts';
import { refusals } from './rules.ts';
import type { Vault } from './vault.ts';

/**
 * Sets how a vault deletes. Two resources say it, each in names of its own: the vault (`softDeleteSettings`) and its
 * `backupconfig`; absent values stay as they are.
 * @throws ArmFailure 400 for a state or a number of days that Azure does not have.
 */
export function setSoftDelete(vault: Vault, state: Json | undefined, days: Json | undefined): void {
  if (state !== undefined && (typeof state !== 'string' || !['Enabled', 'Disabled', 'AlwaysON'].includes(state))) {
    throw refusals.invalidInput(`${JSON.stringify(state)} is not a soft delete state; it is one of Enabled, Disabled, AlwaysON.`);
  }
  if (days !== undefined && (typeof days !== 'number' || days < 14 || days > 180)) {
    throw refusals.invalidInput(`'softDeleteRetentionPeriodInDays' must be 14 to 180, not ${JSON.stringify(days)}.`);
  }
  vault.softDeleteState = state ?? vault.softDeleteState;
  vault.softDeleteRetentionDays = days ?? vault.softDeleteRetentionDays;
}

/** The same from `properties` of a vault. */
export function takeSoftDeleteSettings(vault: Vault, properties: JsonObject): void {
  const { securitySettings } = properties;
  const given = isObject(securitySettings) ? securitySettings.softDeleteSettings : undefined;
  if (!isObject(given)) {
    return;
  }
  setSoftDelete(vault, given.softDeleteState, given.softDeleteRetentionPeriodInDays);
  vault.enhancedSecurityState = textOf(given.enhancedSecurityState) ?? vault.enhancedSecurityState;
}
