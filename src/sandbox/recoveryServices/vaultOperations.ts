import { ArmFailure, type ArmReply, type ArmRequest, type ArmRouter, type JsonObject } from '../arm/types.ts';
import { usDateTime } from '../world/wireFormat.ts';
import { vaultTemplate, type BackupContext } from './context.ts';
import { param } from '../world/scope.ts';
import type { OperationError } from './model.ts';
import type { Vault } from './vault.ts';

export interface VaultOperation {
  /** Base64 of `2047;{guid}`; the number is Azure's code of the kind. */
  readonly id: string;
  readonly vaultId: string;
  readonly startAt: number;
  readonly dueAt: number;
  readonly error?: OperationError;
}

/** Operations on vaults by id. They outlive their vault. */
export type VaultOperations = Map<string, VaultOperation>;

const kindCodes = { create: 2047, update: 4095, delete: 1023 } as const;

export function startVaultOperation(
  { world }: BackupContext,
  operations: VaultOperations,
  made: { kind: keyof typeof kindCodes; vault: Vault; takes: number; error?: OperationError },
): VaultOperation {
  const now = world.now();
  const operation: VaultOperation = {
    id: Buffer.from(`${kindCodes[made.kind]};${world.random.guid()}`).toString('base64'),
    vaultId: made.vault.id,
    startAt: now,
    dueAt: now + world.clock.scaled(made.takes),
    ...(made.error === undefined ? {} : { error: made.error }),
  };
  operations.set(operation.id, operation);
  return operation;
}

export function statusHeader(
  { tools }: BackupContext,
  request: ArmRequest,
  vault: { id: string },
  operation: VaultOperation,
): Record<string, string> {
  return { 'Azure-AsyncOperation': tools.signedUrl(request, `${vault.id}/operationStatus/${operation.id}`, request.apiVersion) };
}

function bothHeaders(context: BackupContext, request: ArmRequest, operation: VaultOperation): Record<string, string> {
  const vault = { id: operation.vaultId };
  return {
    ...statusHeader(context, request, vault, operation),
    Location: context.tools.signedUrl(request, `${vault.id}/operationResults/${operation.id}`, request.apiVersion),
    'Retry-After': context.tools.retryAfter(60),
  };
}

export function acceptedVault(context: BackupContext, request: ArmRequest, operation: VaultOperation): ArmReply {
  return { status: 202, headers: bothHeaders(context, request, operation) };
}

/** @param show a vault as a GET of it shows it */
export function registerVaultOperations(
  context: BackupContext,
  operations: VaultOperations,
  router: ArmRouter,
  show: (vault: Vault) => JsonObject,
): void {
  const find = (request: ArmRequest): VaultOperation => {
    context.world.now();
    const operation = operations.get(param(request, 'operation'));
    if (operation === undefined) {
      throw new ArmFailure(404, 'ResourceNotFound', `The operation '${param(request, 'operation')}' was not found.`);
    }
    return operation;
  };
  router.on('GET', `${vaultTemplate}/operationStatus/{operation}`, (request) => pollStatus(context, request, find(request)));
  router.on('GET', `${vaultTemplate}/operationResults/{operation}`, (request) => pollResult(context, request, find(request), show));
}

function pollStatus(context: BackupContext, request: ArmRequest, operation: VaultOperation): ArmReply {
  const names: JsonObject = { id: `${operation.vaultId}/operationStatus/${operation.id}`, name: operation.id };
  if (context.world.now() < operation.dueAt) {
    // Each answer on the way repeats both URLs, freshly signed.
    return { status: 200, headers: bothHeaders(context, request, operation), body: { ...names, status: 'InProgress' } };
  }
  if (operation.error === undefined) {
    return { status: 200, body: { ...names, status: 'Succeeded' } };
  }
  const times = { startTime: usDateTime(operation.startAt), endTime: usDateTime(operation.dueAt) };
  return { status: 200, body: { ...names, status: 'Failed', ...times, error: { ...operation.error } } };
}

function pollResult(context: BackupContext, request: ArmRequest, operation: VaultOperation, show: (vault: Vault) => JsonObject): ArmReply {
  if (context.world.now() < operation.dueAt) {
    return { status: 202, headers: bothHeaders(context, request, operation) };
  }
  if (operation.error !== undefined) {
    throw new ArmFailure(400, operation.error.code, operation.error.message);
  }
  const vault = context.world.vault(operation.vaultId);
  return vault === undefined ? { status: 200 } : { status: 200, body: show(vault) };
}
