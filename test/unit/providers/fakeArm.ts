import { BackupError } from '../../../src/core/errors.ts';
import { armIdKey } from '../../../src/core/armId.ts';
import { isObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import type { ArmClient, ArmResponse, Page } from '../../../src/cloud/types.ts';

/** What a path answers: JSON is a 200, a number is that refusal. A function is asked each time. */
export type Answer = Json | number | (() => Json | number);

export interface FakeArm extends ArmClient {
  /** Paths asked, in order, lower case, with their query. */
  readonly asked: string[];
  readonly routes: Map<string, Answer>;
}

/** Azure's clock in these tests. */
export const serverTime = '2026-03-01T10:00:00.000Z';

/** An ArmClient that knows the answers of some paths; the query counts only where a route has one. Any other is a 404. */
export function fakeArm(routes: Readonly<Record<string, Answer>>): FakeArm {
  const known = new Map(Object.entries(routes).map(([path, answer]) => [keyOf(path), answer]));
  const asked: string[] = [];
  const answerTo = (url: string): ArmResponse => {
    asked.push(decodeURIComponent(url).toLowerCase());
    const found = known.get(keyOf(url)) ?? 404;
    const answer = typeof found === 'function' ? found() : found;
    const status = typeof answer === 'number' ? answer : 200;
    const body = typeof answer === 'number' ? { error: { code: `Code${answer}`, message: `Refused with ${answer}` } } : answer;
    return { status, headers: { date: new Date(serverTime).toUTCString() }, body, url, text: JSON.stringify(body) };
  };
  const get = (url: string): ArmResponse => {
    const answer = answerTo(url);
    if (answer.status >= 400) {
      throw new BackupError(`Refused with ${answer.status}`, { code: `Code${answer.status}`, status: answer.status });
    }
    return answer;
  };
  const pageOf = (url: string): Page => {
    const { body } = get(url);
    return { items: isObject(body) && Array.isArray(body['value']) ? body['value'] : [] };
  };
  return {
    asked,
    routes: known,
    environment: {
      kind: 'custom',
      label: 'Test',
      resourceManagerEndpoint: 'https://arm.test',
      authorityHost: 'https://login.test',
      audience: 'https://arm.test/',
    },
    get: async (url, options) => {
      options?.signal?.throwIfAborted();
      return Promise.resolve().then(() => get(url));
    },
    page: (url) => Promise.resolve().then(() => pageOf(url)),
    async *pages(url) {
      yield await Promise.resolve(pageOf(url));
    },
    poll: (url) => Promise.resolve().then(() => answerTo(url)),
    send: () => Promise.reject(new Error('An action sent something by itself')),
  };
}

function keyOf(url: string): string {
  return armIdKey(url);
}

export const subscriptionId = '00000000-0000-0000-0000-000000000001';
export const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/vault-rg/providers/Microsoft.RecoveryServices/vaults/vault-a`;
export const vmId = `/subscriptions/${subscriptionId}/resourceGroups/web-rg/providers/Microsoft.Compute/virtualMachines/web-01`;
const container = `${vaultId}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;web-rg;web-01`;
export const itemId = `${container}/protectedItems/VM;iaasvmcontainerv2;web-rg;web-01`;
const protectableId = `${container}/protectableItems/vm;iaasvmcontainerv2;web-rg;web-01`;
export const policyId = (name: string): string => `${vaultId}/backupPolicies/${name}`;

/** A protected VM as Azure answers it. */
export function itemJson(properties: JsonObject = {}, id = itemId): JsonObject {
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems',
    properties: {
      friendlyName: 'web-01',
      protectedItemType: 'Microsoft.Compute/virtualMachines',
      backupManagementType: 'AzureIaasVM',
      workloadType: 'VM',
      containerName: 'iaasvmcontainerv2;web-rg;web-01',
      sourceResourceId: vmId,
      virtualMachineId: vmId,
      policyId: policyId('DailyPolicy'),
      policyName: 'DailyPolicy',
      protectionState: 'Protected',
      protectionStatus: 'Healthy',
      healthStatus: 'Passed',
      lastBackupStatus: 'Completed',
      lastBackupTime: '2026-02-28T02:00:00Z',
      ...properties,
    },
  };
}

export const stoppedProperties: JsonObject = { protectionState: 'ProtectionStopped', policyId: '', policyName: '' };
export const softDeletedProperties: JsonObject = {
  ...stoppedProperties,
  isScheduledForDeferredDelete: true,
  deferredDeleteTimeInUTC: '2026-03-01T09:00:00Z',
  deferredDeleteTimeRemaining: '13.23:00:00',
  softDeleteRetentionPeriod: 14,
};

export function protectableJson(): JsonObject {
  return {
    id: protectableId,
    name: 'iaasvmcontainerv2;web-rg;web-01',
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectableItems',
    properties: {
      protectableItemType: 'Microsoft.Compute/virtualMachines',
      backupManagementType: 'AzureIaasVM',
      workloadType: 'VM',
      friendlyName: 'web-01',
      protectionState: 'NotProtected',
      virtualMachineId: vmId,
    },
  };
}

export function policyJson(name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: policyId(name),
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupPolicies',
    properties: {
      backupManagementType: 'AzureIaasVM',
      policyType: 'V1',
      timeZone: 'UTC',
      protectedItemsCount: 3,
      schedulePolicy: {
        schedulePolicyType: 'SimpleSchedulePolicy',
        scheduleRunFrequency: 'Daily',
        scheduleRunTimes: ['2026-01-01T02:30:00Z'],
      },
      retentionPolicy: {
        retentionPolicyType: 'LongTermRetentionPolicy',
        dailySchedule: { retentionTimes: ['2026-01-01T02:30:00Z'], retentionDuration: { count: 30, durationType: 'Days' } },
      },
      ...properties,
    },
  };
}

export function jobJson(name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: `${vaultId}/backupJobs/${name}`,
    name,
    type: 'Microsoft.RecoveryServices/vaults/backupJobs',
    properties: {
      jobType: 'AzureIaaSVMJob',
      operation: 'Backup',
      status: 'InProgress',
      entityFriendlyName: 'web-01',
      backupManagementType: 'AzureIaasVM',
      startTime: '2026-03-01T10:00:01Z',
      actionsInfo: ['Cancellable'],
      ...properties,
    },
  };
}
