import type { ArmReply, ArmRequest, ArmRouter, Json, JsonObject } from '../arm/types.ts';
import { azureTime, notYet } from '../world/wireFormat.ts';
import { containerTemplate, itemTemplate, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { param } from '../world/scope.ts';
import type { Operation, OperationError, OperationFamily } from './model.ts';
import type { Vault } from './vault.ts';
import { refusals } from './rules.ts';

/** The api-version that Azure puts into status URLs of containers and fabrics, whatever the caller asked with. */
const containerStatusVersion = '2019-05-13-preview';

export interface NewOperation {
  readonly family: OperationFamily;
  /** How long it takes in Azure, in ms. */
  readonly takes: number;
  readonly jobId?: string;
  readonly jobIds?: readonly string[];
  readonly failedJobs?: Readonly<Record<string, string>>;
  readonly error?: OperationError;
  readonly errorStatus?: number;
  readonly result?: () => Json | undefined;
}

export function startOperation({ world }: BackupContext, vault: Vault, made: NewOperation): Operation {
  const now = world.now();
  const { takes, ...rest } = made;
  const operation: Operation = {
    ...rest,
    id: world.random.guid(),
    startAt: now,
    dueAt: now + world.clock.scaled(takes),
    resultPolls: 0,
    told: false,
  };
  vault.operations.set(operation.id, operation);
  return operation;
}

/** The 202 that starts an operation, with the URLs that Azure gives for its family. */
export function accepted(context: BackupContext, request: ArmRequest, vault: Vault, operation: Operation): ArmReply {
  const { tools } = context;
  const own = { 'Retry-After': tools.retryAfter(60) };
  const version = request.apiVersion;
  const at = (path: string, apiVersion = version): string => tools.signedUrl(request, path, apiVersion);
  switch (operation.family) {
    case 'item': {
      const path = itemPath(request, vault);
      return {
        status: 202,
        headers: {
          ...own,
          'Azure-AsyncOperation': at(`${path}/operationsStatus/${operation.id}`),
          Location: at(`${path}/operationResults/${operation.id}`),
        },
      };
    }
    case 'vault':
      return {
        status: 202,
        headers: {
          ...own,
          'Azure-AsyncOperation': at(`${vault.id}/backupOperations/${operation.id}`),
          Location: at(`${vault.id}/backupOperationResults/${operation.id}`),
        },
      };
    case 'container': {
      const path = containerPath(request, vault);
      return {
        status: 202,
        body: {},
        headers: {
          ...own,
          'Azure-AsyncOperation': at(`${path}/operationsStatus/${operation.id}`, containerStatusVersion),
          Location: at(`${path}/operationResults/${operation.id}`),
        },
      };
    }
    case 'fabric':
      return {
        status: 202,
        headers: {
          ...own,
          'Azure-AsyncOperation': at(`${vault.id}/backupFabrics/Azure/operationsStatus/${operation.id}`, containerStatusVersion),
          Location: at(`${vault.id}/backupFabrics/Azure/operationResults/${operation.id}`),
        },
      };
    case 'policy': {
      const path = `${vault.id}/backupPolicies/${param(request, 'policy')}`;
      return {
        status: 202,
        headers: {
          ...own,
          'Azure-AsyncOperation': at(`${path}/operations/${operation.id}`),
          Location: at(`${path}/operationResults/${operation.id}`),
        },
      };
    }
    case 'job':
      return {
        status: 202,
        headers: { ...own, Location: at(`${vault.id}/backupJobs/${param(request, 'job')}/operationResults/${operation.id}`) },
      };
  }
}

/** An unregistration's 202: its Location has the api-version inside another parameter, and its status stands at the fabric. */
export function acceptedUnregister(context: BackupContext, request: ArmRequest, vault: Vault, operation: Operation): ArmReply {
  const { tools } = context;
  return {
    status: 202,
    headers: {
      'Retry-After': tools.retryAfter(60),
      'Azure-AsyncOperation': tools.signedUrl(
        request,
        `${vault.id}/backupFabrics/Azure/operationsStatus/${operation.id}`,
        containerStatusVersion,
      ),
      Location: tools.signedUrl(request, `${vault.id}/backupOperationResults/${operation.id}?fabricName=Azure`, request.apiVersion),
    },
  };
}

/** An inquiry's 202: as a registration's, without a body (recorded). */
export function acceptedInquiry(context: BackupContext, request: ArmRequest, vault: Vault, operation: Operation): ArmReply {
  const { body: _body, ...reply } = accepted(context, request, vault, operation);
  return reply;
}

export function registerOperations(context: BackupContext, router: ArmRouter): void {
  const bare = (request: ArmRequest): ArmReply => ({ status: 200, body: bareStatus(context, find(context, request)) });
  const full = (request: ArmRequest): ArmReply => ({ status: 200, body: fullStatus(context, request, find(context, request)) });
  const result = (request: ArmRequest): ArmReply => pollResult(context, request, find(context, request));
  router.on('GET', `${vaultTemplate}/backupOperations/{operation}`, bare);
  router.on('GET', `${itemTemplate}/operationsStatus/{operation}`, bare);
  router.on('GET', `${vaultTemplate}/backupJobs/{job}/operationsStatus/{operation}`, bare);
  router.on('GET', `${vaultTemplate}/backupPolicies/{policy}/operations/{operation}`, bare);
  router.on('GET', `${containerTemplate}/operationsStatus/{operation}`, full);
  router.on('GET', `${vaultTemplate}/backupFabrics/{fabric}/operationsStatus/{operation}`, full);
  router.on('GET', `${vaultTemplate}/backupOperationResults/{operation}`, result);
  router.on('GET', `${itemTemplate}/operationResults/{operation}`, result);
  router.on('GET', `${containerTemplate}/operationResults/{operation}`, result);
  router.on('GET', `${vaultTemplate}/backupFabrics/{fabric}/operationResults/{operation}`, result);
  router.on('GET', `${vaultTemplate}/backupJobs/{job}/operationResults/{operation}`, result);
  router.on('GET', `${vaultTemplate}/backupPolicies/{policy}/operationResults/{operation}`, result);
}

function find(context: BackupContext, request: ArmRequest): Operation {
  const id = param(request, 'operation');
  const operation = vaultOf(context, request).operations.get(id.toLowerCase());
  if (operation === undefined) {
    throw refusals.operationNotFound(id);
  }
  return operation;
}

function isDue({ world }: BackupContext, operation: Operation): boolean {
  return world.now() >= operation.dueAt;
}

/** The status with a bare guid for an id; at the end both times are the start, as Azure has it. */
function bareStatus(context: BackupContext, operation: Operation): JsonObject {
  const startTime = azureTime(operation.startAt);
  const names = { id: operation.id, name: operation.id };
  if (!isDue(context, operation)) {
    return { ...names, status: 'InProgress', startTime, endTime: notYet };
  }
  operation.told = true;
  const properties = jobsOf(operation);
  if (operation.error !== undefined) {
    return { ...names, status: 'Failed', startTime, endTime: startTime, error: { ...operation.error }, properties };
  }
  return { ...names, status: 'Succeeded', startTime, endTime: startTime, properties };
}

/** An operation on one item names its job; one on a policy names those of all its items (published contract). */
function jobsOf({ jobId, jobIds, failedJobs }: Operation): JsonObject {
  if (jobIds !== undefined) {
    return { objectType: 'OperationStatusJobsExtendedInfo', jobIds: [...jobIds], failedJobsError: { ...failedJobs } };
  }
  return { objectType: 'OperationStatusJobExtendedInfo', ...(jobId === undefined ? {} : { jobId }) };
}

/** The status of containers and fabrics: the id is a path, and the end time never comes. */
function fullStatus(context: BackupContext, request: ArmRequest, operation: Operation): JsonObject {
  const due = isDue(context, operation);
  operation.told ||= due;
  const status = !due ? 'InProgress' : operation.error === undefined ? 'Succeeded' : 'Failed';
  const error = due && operation.error !== undefined ? { error: { ...operation.error } } : {};
  return { id: request.path, name: operation.id, status, startTime: azureTime(operation.startAt), endTime: notYet, ...error };
}

function pollResult(context: BackupContext, request: ArmRequest, operation: Operation): ArmReply {
  if (!isDue(context, operation) || (!operation.told && operation.resultPolls < 2)) {
    operation.resultPolls += 1;
    const { tools } = context;
    const again = { 'Retry-After': tools.retryAfter(60), Location: tools.signedUrl(request, request.path, request.apiVersion) };
    // Recorded: below a container each poll gives both URLs and `{}`, that of an unregistration too.
    if (!/\/protectionContainers\/[^/]+\/operationResults\//i.test(request.path)) {
      return { status: 202, headers: again };
    }
    const status = request.path.replace(/\/operationResults\//i, '/operationsStatus/');
    return {
      status: 202,
      body: {},
      headers: { ...again, 'Azure-AsyncOperation': tools.signedUrl(request, status, containerStatusVersion) },
    };
  }
  operation.told = true;
  if (operation.error !== undefined) {
    return { status: operation.errorStatus ?? 400, headers: { 'x-ms-failure-cause': 'service' }, body: { error: { ...operation.error } } };
  }
  const body = operation.result?.();
  return body === undefined ? { status: 204 } : { status: 200, body };
}

/** An item's path for headers: container and item as the caller wrote them (recorded). */
function itemPath(request: ArmRequest, vault: Vault): string {
  return `${vault.id}/backupFabrics/Azure/protectionContainers/${param(request, 'container')}/protectedItems/${param(request, 'item')}`;
}

function containerPath(request: ArmRequest, vault: Vault): string {
  return `${vault.id}/backupFabrics/Azure/protectionContainers/${param(request, 'container')}`;
}
