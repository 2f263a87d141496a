import { armIdKey } from '../../core/armId.ts';
import type { ArmReply, ArmRequest, ArmRouter, Json, JsonObject } from '../arm/types.ts';
import { filterOf, propertiesOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { isObject, matches, param, textOf } from '../world/scope.ts';
import { checkedDatabasePolicy } from './databasePolicies.ts';
import { managementOf, type Policy, type ProtectedItem, type Workload } from './model.ts';
import { accepted } from './operations.ts';
import { changePolicy } from './policyChange.ts';
import type { Vault } from './vault.ts';
import { refusals } from './rules.ts';

export function registerPolicies(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/backupPolicies`, (request) => listPolicies(context, request));
  router.on('GET', `${vaultTemplate}/backupPolicies/{policy}`, (request) => getPolicy(context, request));
  router.on('PUT', `${vaultTemplate}/backupPolicies/{policy}`, (request) => putPolicy(context, request));
  router.on('DELETE', `${vaultTemplate}/backupPolicies/{policy}`, (request) => deletePolicy(context, request));
}

/** What a policy is for. The name of the key is Azure's: `workLoadType`. */
export function workloadOf(policy: Policy): Workload | undefined {
  if (policy.properties.backupManagementType === 'AzureIaasVM') {
    return 'VM';
  }
  const workload = textOf(policy.properties.workLoadType);
  return (Object.keys(managementOf) as Workload[]).find((known) => known === workload);
}

/** The policy of a vault behind an id in any spelling; undefined for one of another vault. */
export function policyById(vault: Vault, policyId: string): Policy | undefined {
  const key = armIdKey(policyId);
  return [...vault.policies.values()].find((policy) => armIdKey(`${vault.id}/backupPolicies/${policy.name}`) === key);
}

function policyResource(vault: Vault, policy: Policy): JsonObject {
  return {
    id: `${vault.id}/backupPolicies/${policy.name}`,
    name: policy.name,
    type: 'Microsoft.RecoveryServices/vaults/backupPolicies',
    properties: { ...policy.properties, protectedItemsCount: itemsOf(vault, policy).length },
  };
}

function itemsOf(vault: Vault, policy: Policy): ProtectedItem[] {
  return [...vault.items.values()].filter((item) => item.policyName?.toLowerCase() === policy.name.toLowerCase());
}

function listPolicies(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const filter = filterOf(context, request, ['backupManagementType', 'workloadType', 'fabricName']);
  const wanted = [...vault.policies.values()].filter(
    (policy) =>
      matches(filter, 'backupmanagementtype', textOf(policy.properties.backupManagementType) ?? '') &&
      matches(filter, 'workloadtype', workloadOf(policy) ?? '') &&
      matches(filter, 'fabricname', 'Azure'),
  );
  return context.tools.paged(
    request,
    wanted.map((policy) => policyResource(vault, policy)),
  );
}

function getPolicy(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const policy = vault.policy(param(request, 'policy'));
  // Azure's own 404 here has an empty object for a body.
  return policy === undefined ? { status: 404, body: {} } : { status: 200, body: policyResource(vault, policy) };
}

function putPolicy(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const {
    protectedItemsCount: _count,
    resourceGuardOperationRequests: _guard,
    makePolicyConsistent: _consistent,
    ...given
  } = propertiesOf(request);
  const policy: Policy = { name: param(request, 'policy'), properties: normalised(checked(given)) };
  const existing = vault.policy(policy.name);
  if (existing !== undefined && workloadOf(existing) !== workloadOf(policy)) {
    throw refusals.invalidPolicy('The workload of an existing policy cannot be changed.');
  }
  const stored = existing === undefined ? policy : { ...policy, name: existing.name };
  const items = itemsOf(vault, stored);
  if (items.length === 0) {
    vault.policies.set(stored.name.toLowerCase(), stored);
    return { status: 200, body: policyResource(vault, stored) };
  }
  const operation = changePolicy(context, vault, items, stored, () => policyResource(vault, stored));
  return accepted(context, request, vault, operation);
}

/** @throws ArmFailure 400 naming what is missing. */
function checked(given: JsonObject): JsonObject {
  const management = textOf(given.backupManagementType);
  if (management === 'AzureWorkload') {
    return checkedDatabasePolicy(given);
  }
  if (management !== 'AzureIaasVM' && management !== 'AzureStorage') {
    throw refusals.invalidPolicy(`'${management ?? ''}' is not a supported backupManagementType.`);
  }
  for (const part of ['schedulePolicy', 'retentionPolicy']) {
    if (!isObject(given[part])) {
      throw refusals.invalidPolicy(`'${part}' is missing.`);
    }
  }
  checkInstantRetention(given);
  const type = isObject(given.schedulePolicy) && given.schedulePolicy.schedulePolicyType === 'SimpleSchedulePolicyV2' ? 'V2' : 'V1';
  return management === 'AzureIaasVM'
    ? { policyType: type, instantRPDetails: {}, instantRpRetentionRangeInDays: 2, timeZone: 'UTC', ...given }
    : given;
}

/** Snapshots are kept 1 to 5 days with a standard policy, 1 to 30 with an enhanced one (documented). */
function checkInstantRetention(given: JsonObject): void {
  const days = given.instantRpRetentionRangeInDays;
  const limit = given.policyType === 'V2' ? 30 : 5;
  if (days !== undefined && days !== null && (typeof days !== 'number' || days < 1 || days > limit)) {
    throw refusals.invalidPolicy(`'instantRpRetentionRangeInDays' must be 1 to ${limit}.`);
  }
}

/** Azure answers the times of a policy without milliseconds: `2025-05-29T17:00:00Z`. */
function normalised(value: JsonObject): JsonObject {
  return plain(value) as JsonObject;
}

function plain(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') {
    return value.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|\+00:00)$/, '$1Z');
  }
  if (Array.isArray(value)) {
    return value.map((entry) => plain(entry) ?? null);
  }
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)])) : value;
}

function deletePolicy(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const policy = vault.policy(param(request, 'policy'));
  if (policy === undefined) {
    return { status: 204 };
  }
  const items = itemsOf(vault, policy);
  if (items.length > 0) {
    throw refusals.policyInUse(policy.name, items.length);
  }
  vault.policies.delete(policy.name.toLowerCase());
  return { status: 200 };
}
