import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { propertiesOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { textOf } from '../world/scope.ts';
import type { Vault } from './vault.ts';
import { refusals } from './rules.ts';
import { setSoftDelete } from './softDelete.ts';

/** The settings of a vault that Backup keeps: soft delete, storage, encryption, resource guards. */
export function registerVaultConfig(context: BackupContext, router: ArmRouter): void {
  const read = (path: string, body: (vault: Vault) => JsonObject): void =>
    router.on('GET', `${vaultTemplate}/${path}`, (request) => ({ status: 200, body: body(vaultOf(context, request)) }));
  read('backupconfig/vaultconfig', configResource);
  read('backupstorageconfig/vaultstorageconfig', storageResource);
  read('backupEncryptionConfigs/backupResourceEncryptionConfig', encryptionResource);
  read('backupResourceGuardProxies', () => ({ value: [] }));
  // No backup servers of one's own: those are on machines that this cloud has not.
  read('backupEngines', () => ({ value: [] }));
  const patch = (request: ArmRequest): ArmReply => patchConfig(context, request);
  router.on('PATCH', `${vaultTemplate}/backupconfig/vaultconfig`, patch);
  router.on('PUT', `${vaultTemplate}/backupconfig/vaultconfig`, patch);
  // Recorded: a PATCH gives 204 and nothing else, a PUT the resource.
  const storage = `${vaultTemplate}/backupstorageconfig/vaultstorageconfig`;
  router.on('PATCH', storage, (request) => {
    changeStorage(context, request);
    return { status: 204 };
  });
  router.on('PUT', storage, (request) => ({ status: 200, body: storageResource(changeStorage(context, request)) }));
}

function resource(vault: Vault, kind: string, name: string, properties: JsonObject): JsonObject {
  return { id: `${vault.id}/${kind}/${name}`, name, type: `Microsoft.RecoveryServices/vaults/${kind}`, properties };
}

function configResource(vault: Vault): JsonObject {
  return resource(vault, 'backupconfig', 'vaultconfig', {
    enhancedSecurityState: vault.enhancedSecurityState,
    softDeleteFeatureState: vault.softDeleteState,
    softDeleteRetentionPeriodInDays: vault.softDeleteRetentionDays,
    isSoftDeleteFeatureStateEditable: true,
  });
}

function storageResource(vault: Vault): JsonObject {
  return resource(vault, 'backupstorageconfig', 'vaultstorageconfig', {
    storageModelType: vault.storageType,
    storageType: vault.storageType,
    dedupState: 'Disabled',
    xcoolState: 'Disabled',
    storageTypeState: vault.items.size > 0 ? 'Locked' : 'Unlocked',
    crossRegionRestoreFlag: false,
  });
}

function encryptionResource(vault: Vault): JsonObject {
  return resource(vault, 'backupEncryptionConfigs', 'backupResourceEncryptionConfig', {
    useSystemAssignedIdentity: true,
    encryptionAtRestType: 'MicrosoftManaged',
    lastUpdateStatus: 'NotEnabled',
    infrastructureEncryptionState: 'Disabled',
  });
}

function patchConfig(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const given = propertiesOf(request);
  // Recorded: old api-versions refuse to take enhanced security away, new ones do it.
  if (given.enhancedSecurityState === 'Disabled' && vault.enhancedSecurityState === 'Enabled' && request.apiVersion < '2020') {
    throw refusals.enhancedSecurityStays();
  }
  setSoftDelete(vault, given.softDeleteFeatureState, given.softDeleteRetentionPeriodInDays);
  vault.enhancedSecurityState = textOf(given.enhancedSecurityState) ?? vault.enhancedSecurityState;
  return { status: 200, body: configResource(vault) };
}

const storageTypes = ['GeoRedundant', 'LocallyRedundant', 'ZoneRedundant', 'ReadAccessGeoZoneRedundant'];

function changeStorage(context: BackupContext, request: ArmRequest): Vault {
  const vault = vaultOf(context, request);
  const given = propertiesOf(request);
  const wanted = textOf(given.storageModelType) ?? textOf(given.storageType);
  if (wanted !== undefined && !storageTypes.includes(wanted)) {
    throw refusals.invalidInput(`'${wanted}' is not a storage type; it is one of ${storageTypes.join(', ')}.`);
  }
  if (wanted !== undefined && wanted !== vault.storageType) {
    if (vault.items.size > 0) {
      throw refusals.invalidInput('The storage type cannot be changed once the vault holds backup items.');
    }
    vault.storageType = wanted;
  }
  return vault;
}
