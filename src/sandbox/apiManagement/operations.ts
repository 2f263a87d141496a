import { randomBytes } from 'node:crypto';
import type { ArmReply, ArmRequest, ArmRouter, ArmToolbox } from '../arm/types.ts';
import { BlobServiceMissing } from '../storage/blobStore.ts';
import { param } from '../world/scope.ts';
import { minute } from '../world/wireFormat.ts';
import type { ApiContext } from './estate.ts';
import { placeOf } from './input.ts';
import { isHeld, tiersWithBackup, type Failure, type Operation, type OperationKind, type Service } from './model.ts';
import { failures, refusals } from './refusals.ts';
import { serviceOf, serviceResource, serviceTemplate } from './services.ts';
import { keyFits, readBackup, writeBackup, type Transfer } from './transfer.ts';

/** How long they take in Azure: a backup some minutes (recorded: nine polls), a restore up to 30 and more (documented). */
const takesMs: Readonly<Record<OperationKind, number>> = { Backup: 4.5 * minute, Restore: 25 * minute };
/** Azure's own pace for looking again, in seconds; recordings have it stripped. */
const pollSeconds = 30;

/** Backup, restore, and the URLs that tell how they go. */
export function registerOperations(context: ApiContext, tools: ArmToolbox, router: ArmRouter): void {
  for (const kind of ['Backup', 'Restore'] as const) {
    router.on('POST', `${serviceTemplate}/${kind.toLowerCase()}`, async (request) => {
      const service = serviceOf(context.estate, request);
      const operation = await begin(context, service, kind, request);
      return accepted(tools, request, service, operation);
    });
  }
  router.on('GET', `${serviceTemplate}/operationresults/{operation}`, async (request) => {
    const service = serviceOf(context.estate, request);
    const operation = service.operations.get(param(request, 'operation'));
    if (operation === undefined) {
      throw refusals.operationNotFound();
    }
    await operation.settle();
    if (operation.outcome === undefined) {
      return accepted(tools, request, service, operation);
    }
    const { failure } = operation.outcome;
    if (failure !== undefined) {
      // Reported as the answer of the poll itself: "Long running operation failed with status 'BadRequest'".
      return {
        status: 400,
        headers: { 'x-ms-failure-cause': 'service' },
        body: { error: { ...failure, details: null, innerError: null } },
      };
    }
    return { status: 200, body: serviceResource(context.estate, service) };
  });
}

async function begin(context: ApiContext, service: Service, kind: OperationKind, request: ArmRequest): Promise<Operation> {
  const { estate, blobs } = context;
  const requireFree = (): void => {
    if (isHeld(service, estate.world.now())) {
      throw refusals.locked(service.name);
    }
  };
  if (!tiersWithBackup.includes(service.tier)) {
    throw refusals.tier(kind, service.tier);
  }
  if (service.workspaces.length > 0) {
    throw refusals.workspaces(kind);
  }
  requireFree();
  const transfer: Transfer = { storage: estate.storage, blobs, service, place: placeOf(request, service, estate.storage) };
  const fits = await orMissing(keyFits(transfer));
  if (!fits) {
    throw refusals.badKey();
  }
  // Two that come at the same time: only the first is taken.
  requireFree();
  return start(context, kind, transfer);
}

/** @throws ArmFailure 501 that says what is missing. */
async function orMissing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BlobServiceMissing ? refusals.noBlobService(error.message) : error;
  }
}

/** The work is done when it is due: by a timer, or by whoever looks, where the machine has slept through it. */
function start({ estate: { world } }: ApiContext, kind: OperationKind, transfer: Transfer): Operation {
  const startAt = world.now();
  const dueAt = startAt + world.clock.scaled(takesMs[kind]);
  const { service } = transfer;
  const { contents } = service;
  const perform = async (): Promise<void> => {
    const work = kind === 'Backup' ? writeBackup(transfer, contents, startAt) : readBackup(transfer, world.now());
    const failure = await work.catch((error: unknown): Failure =>
      failures.storage(kind, error instanceof Error ? error.message : String(error)),
    );
    operation.outcome = failure === undefined ? {} : { failure };
    service.revision += 1;
  };
  let work: Promise<void> | undefined;
  const settle = async (): Promise<void> => {
    if (world.now() >= dueAt) {
      await (work ??= perform());
    }
  };
  const id = Buffer.from(`${service.name}_${kind}_${randomBytes(4).toString('hex')}`).toString('base64');
  const operation: Operation = { id, kind, startAt, dueAt, settle };
  service.operations.set(id, operation);
  service.revision += 1;
  wakeAt(
    () => world.clock.now(),
    dueAt,
    () => void settle(),
  );
  return operation;
}

/** Timers fire a little early, and none is longer than 24 days. */
function wakeAt(now: () => number, at: number, run: () => void): void {
  const wait = at - now();
  if (wait <= 0) {
    run();
    return;
  }
  setTimeout(() => wakeAt(now, at, run), Math.min(Math.ceil(wait), 2 ** 31 - 1)).unref();
}

/** Recorded: `Location` only, the segment in lower case, and no body. */
function accepted(tools: ArmToolbox, request: ArmRequest, service: Service, { id }: Operation): ArmReply {
  const location = tools.signedUrl(request, `${service.id}/operationresults/${id}`, request.apiVersion);
  return { status: 202, headers: { Location: location, 'Retry-After': tools.retryAfter(pollSeconds) } };
}
