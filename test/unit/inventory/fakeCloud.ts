/** A cloud in memory for tests of the inventory and the tree: lists by path, requests counted, answers that can be held back. */
import type { ArmClient, ArmResponse, Connection, ConnectionState, Page, RequestOptions, Subscription } from '../../../src/cloud/types.ts';
import { armIdKey } from '../../../src/core/armId.ts';
import { CancelledError } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { Emitter } from '../../../src/core/events.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord } from '../../../src/core/operation.ts';

export const subscriptionKey = '/subscriptions/00000000-0000-0000-0000-000000000001';
export const vaultId = `${subscriptionKey}/resourceGroups/backup-rg/providers/Microsoft.RecoveryServices/vaults/vault-a`;
export const now = Date.parse('2026-03-01T10:00:00Z');

type Rows = readonly unknown[] | BackupError;

export interface FakeCloud {
  readonly connection: Connection;
  /** `GET` paths in the order asked, decoded, without api-version. */
  readonly asked: string[];
  readonly signals: AbortSignal[];
  /** Sets a list: its records, cut into pages of `pageSize`, or the refusal. The filter counts where the path has one. */
  set(path: string, rows: Rows, pageSize?: number): void;
  /** Sets what one resource answers; a query of its own (`$expand=...`) counts where the path has one. Until then it is not found. */
  setOne(path: string, one: JsonObject | BackupError): void;
  setSubscriptions(subscriptions: readonly Subscription[] | BackupError): void;
  setState(state: ConnectionState): void;
  /** From now on answers wait until `release`. */
  hold(): void;
  release(): void;
  clear(): void;
}

export function subscriptionOf(number: number, name = `Subscription ${number}`): Subscription {
  const subscriptionId = `00000000-0000-0000-0000-${String(number).padStart(12, '0')}`;
  const id = `/subscriptions/${subscriptionId}`;
  return { subscriptionId, id, name, tenantId: 'tenant-1', state: 'Enabled', raw: { id, displayName: name } };
}

export function fakeCloud(portalUrl?: string): FakeCloud {
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const lists = new Map<string, { readonly rows: Rows; readonly pageSize: number }>();
  const ones = new Map<string, JsonObject | BackupError>();
  const changes = new Emitter<ConnectionState>();
  let subscriptions: readonly Subscription[] | BackupError = [subscriptionOf(1)];
  let gate: { readonly promise: Promise<void>; readonly open: () => void } | undefined;

  const page = async (url: string, options?: RequestOptions): Promise<Page> => {
    const signal = options?.signal;
    const { path, skip } = addressOf(url);
    asked.push(skip === 0 ? path : `${path} +${skip}`);
    if (signal) {
      signals.push(signal);
    }
    await untilOpen(gate?.promise, signal);
    const list = lists.get(path) ?? lists.get(path.replace(/\?.*/, '')) ?? { rows: [], pageSize: 200 };
    if (list.rows instanceof BackupError) {
      throw list.rows;
    }
    const end = skip + list.pageSize;
    const items = list.rows.slice(skip, end);
    return end < list.rows.length ? { items, nextLink: `${url.replace(/&\$skip=\d+/, '')}&$skip=${end}` } : { items };
  };

  const environment = {
    kind: 'custom' as const,
    label: 'Test cloud',
    resourceManagerEndpoint: 'https://arm.test',
    authorityHost: 'https://login.test',
    audience: 'https://arm.test/',
    ...(portalUrl === undefined ? {} : { portalUrl }),
  };
  const refuse = (): never => {
    throw new Error('The inventory only reads lists and resources');
  };
  const get = async (url: string, options?: RequestOptions): Promise<ArmResponse> => {
    const path = addressOf(url).path;
    asked.push(path);
    if (options?.signal) {
      signals.push(options.signal);
    }
    await untilOpen(gate?.promise, options?.signal);
    const one = ones.get(path) ?? new BackupError('It is not there.', { code: 'NotFound', status: 404, attempted: 'read it' });
    if (one instanceof BackupError) {
      throw one;
    }
    return { status: 200, headers: {}, url, body: one, text: JSON.stringify(one) };
  };
  const arm: ArmClient = {
    environment,
    page,
    get,
    poll: refuse,
    send: refuse,
    pages: refuse,
  };
  let state: ConnectionState = { kind: 'connected', environment };
  return {
    asked,
    signals,
    connection: {
      get state() {
        return state;
      },
      onDidChange: changes.event,
      connect: (options) => {
        asked.push(options?.retry ? 'connect again' : 'connect');
        return Promise.resolve(state);
      },
      problems: [],
      arm: () => arm,
      subscriptions: async (signal) => {
        asked.push('subscriptions');
        await untilOpen(gate?.promise, signal);
        if (subscriptions instanceof BackupError) {
          throw subscriptions;
        }
        return subscriptions;
      },
    },
    setOne: (path, one) => void ones.set(keyOf(path), one),
    set: (path, rows, pageSize = 200) => void lists.set(keyOf(path), { rows, pageSize }),
    setSubscriptions: (some) => void (subscriptions = some),
    setState: (next) => {
      state = next;
      changes.fire(next);
    },
    hold: () => {
      let open = (): void => undefined;
      const promise = new Promise<void>((resolve) => (open = resolve));
      gate = { promise, open };
    },
    release: () => {
      gate?.open();
      gate = undefined;
    },
    clear: () => void asked.splice(0),
  };
}

async function untilOpen(gate: Promise<void> | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) {
    throw new CancelledError();
  }
  if (gate) {
    await Promise.race([
      gate,
      new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new CancelledError()), { once: true })),
    ]);
  }
}

/** `…/vaults/x/backupprotectableitems?backupmanagementtype eq 'azureiaasvm'`: the form of keys and of `asked`. */
function addressOf(url: string): { readonly path: string; readonly skip: number } {
  const parsed = new URL(url, 'https://arm.test');
  const expand = parsed.searchParams.get('$expand');
  const filter = parsed.searchParams.get('$filter') ?? (expand === null ? null : `$expand=${expand}`);
  return { path: keyOf(`${parsed.pathname}${filter ? `?${filter}` : ''}`), skip: Number(parsed.searchParams.get('$skip') ?? 0) };
}

function keyOf(path: string): string {
  const [id = '', filter] = path.split('?');
  return filter === undefined ? armIdKey(id) : `${armIdKey(id)}?${filter.toLowerCase()}`;
}

export const vaultsPath = `${subscriptionKey}/providers/Microsoft.RecoveryServices/vaults`;

export function vaultJson(name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: vaultId.replace(/vault-a$/, name),
    name,
    type: 'Microsoft.RecoveryServices/vaults',
    location: 'westeurope',
    properties: { provisioningState: 'Succeeded', ...properties },
  };
}

/** A protected VM as Azure answers it. */
export function vmItem(name: string, properties: JsonObject = {}): JsonObject {
  const container = `${vaultId}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;web-rg;${name}`;
  return {
    id: `${container}/protectedItems/VM;iaasvmcontainerv2;web-rg;${name}`,
    name: `VM;iaasvmcontainerv2;web-rg;${name}`,
    type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems',
    properties: {
      friendlyName: name,
      protectionState: 'Protected',
      protectionStatus: 'Healthy',
      healthStatus: 'Passed',
      lastBackupStatus: 'Completed',
      lastBackupTime: '2026-03-01T07:00:00Z',
      protectedItemType: 'Microsoft.Compute/virtualMachines',
      backupManagementType: 'AzureIaasVM',
      workloadType: 'VM',
      policyName: 'DailyPolicy',
      ...properties,
    },
  };
}

export function idOf(record: JsonObject): string {
  return record['id'] as string;
}

export function protectableVm(name: string, properties: JsonObject = {}): JsonObject {
  const id = idOf(vmItem(name)).replace(/protectedItems\/VM;/, 'protectableItems/vm;');
  return {
    id,
    name: `iaasvmcontainerv2;web-rg;${name}`,
    properties: {
      friendlyName: name,
      backupManagementType: 'AzureIaasVM',
      protectableItemType: 'Microsoft.Compute/virtualMachines',
      protectionState: 'NotProtected',
      ...properties,
    },
  };
}

export function sqlItem(name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: `${vaultId}/backupFabrics/Azure/protectionContainers/VMAppContainer;compute;rg;sql-01/protectedItems/SQLDataBase;mssqlserver;${name}`,
    name: `SQLDataBase;mssqlserver;${name}`,
    properties: {
      friendlyName: name,
      serverName: 'sql-01',
      protectionState: 'Protected',
      lastBackupStatus: 'Healthy',
      protectedItemType: 'AzureVmWorkloadSQLDatabase',
      backupManagementType: 'AzureWorkload',
      workloadType: 'SQLDataBase',
      ...properties,
    },
  };
}

export function jobJson(name: string, properties: JsonObject = {}): JsonObject {
  return {
    id: `${vaultId}/backupJobs/${name}`,
    name,
    properties: {
      jobType: 'AzureIaaSVMJob',
      operation: 'Backup',
      status: 'InProgress',
      entityFriendlyName: 'web-01',
      startTime: '2026-03-01T09:48:00Z',
      actionsInfo: ['Cancellable'],
      ...properties,
    },
  };
}

export function refusal(status: number, code: string, message = `Refused with ${code}`): BackupError {
  return new BackupError(message, { code, status, attempted: 'list the vaults' });
}

export function operation(members: Partial<OperationRecord> & { readonly target: OperationRecord['target'] }): OperationRecord {
  return {
    version: 1,
    id: 'operation-1',
    actionId: 'backUpNow',
    title: 'Back Up Now',
    cloud: 'https://arm.test',
    createdAt: '2026-03-01T09:59:00Z',
    updatedAt: '2026-03-01T09:59:00Z',
    status: 'running',
    tracker: 'job',
    progress: {},
    intent: {},
    trace: [],
    ...members,
  };
}
