/** Looks that actions on restore points take before they build a request. GETs only. */
import { apiVersions } from '../../../cloud/apiVersions.ts';
import { lastSegment } from '../../../core/armId.ts';
import { BackupError } from '../../../core/errors.ts';
import { displayName } from '../../../core/displayText.ts';
import type { Json } from '../../../core/json.ts';
import type { ActionContext } from '../../action.ts';
import { armPath } from '../../arm/armUrl.ts';
import { orNone, readOptions, statusOf } from '../../arm/asking.ts';
import { getCollection, getCollectionWithPoints, getMachineWithDisks, getRestorePoint, listCollectionsOf } from '../api.ts';
import {
  canRestore,
  disksOf,
  isWhole,
  mostPointsOfMachine,
  pointState,
  whyUnsupported,
  type RestorePoint,
  type RestorePointCollection,
  type VirtualMachine,
} from '../model.ts';

/** Whose token is used. */
export interface Of {
  readonly tenantId?: string;
}

/** What a refusal before sending is made of. */
export function refusal(
  code: string,
  sentence: string,
  remedy: string,
  attempted: string,
  resource?: string,
  cause?: unknown,
): BackupError {
  return new BackupError(
    `${sentence} Nothing was sent.`,
    { code, attempted, ...(resource === undefined ? {} : { resource }), remedies: [remedy] },
    cause === undefined ? undefined : { cause },
  );
}

async function orGone<T>(look: Promise<T>, gone: (cause: unknown) => BackupError): Promise<T> {
  try {
    return await look;
  } catch (error) {
    throw statusOf(error) === 404 ? gone(error) : error;
  }
}

/**
 * The VM as it is now, with its disks.
 * @throws BackupError `VmGone` where it was deleted (collections outlive their VM), `UnsupportedVm`
 */
export async function freshMachine(context: ActionContext, of: Of, machineId: string, attempted: string): Promise<VirtualMachine> {
  const name = displayName(lastSegment(machineId));
  const machine = await orGone(getMachineWithDisks(context.arm, machineId, readOptions(context, of)), (cause) =>
    refusal(
      'VmGone',
      `The VM ${name} does not exist any more: it was deleted or moved. Its restore points stay and can be restored and copied.`,
      'Choose a VM that exists; disks of the old one can be restored from its restore points.',
      attempted,
      machineId,
      cause,
    ),
  );
  const because = whyUnsupported(machine);
  if (because !== undefined) {
    throw refusal('UnsupportedVm', `${name} ${because}.`, 'Protect it with Azure Backup, or change its disks.', attempted, machineId);
  }
  return machine;
}

/** @throws BackupError `CollectionGone`, `CollectionBusy` where it is being deleted */
export async function freshCollection(
  context: ActionContext,
  of: Of,
  collectionId: string,
  attempted: string,
  withPoints = false,
): Promise<RestorePointCollection> {
  const name = displayName(lastSegment(collectionId));
  const look = (withPoints ? getCollectionWithPoints : getCollection)(context.arm, collectionId, readOptions(context, of));
  const collection = await orGone(look, (cause) =>
    refusal(
      'CollectionGone',
      `The restore point collection ${name} does not exist any more.`,
      'Refresh the tree.',
      attempted,
      collectionId,
      cause,
    ),
  );
  if (collection.provisioningState?.toLowerCase() === 'deleting') {
    throw refusal(
      'CollectionBusy',
      `The restore point collection ${name} is being deleted.`,
      'Choose another one.',
      attempted,
      collectionId,
    );
  }
  return collection;
}

/** @throws BackupError `RestorePointGone` */
export async function freshPoint(context: ActionContext, of: Of, pointId: string, attempted: string): Promise<RestorePoint> {
  return orGone(getRestorePoint(context.arm, pointId, readOptions(context, of)), (cause) =>
    refusal(
      'RestorePointGone',
      `The restore point ${displayName(lastSegment(pointId))} does not exist any more.`,
      'Refresh the tree and choose another one.',
      attempted,
      pointId,
      cause,
    ),
  );
}

/**
 * @param purpose `restore`: disks are made of it. `read`: its data itself is copied or downloaded, for which all of it must be there.
 * @throws BackupError `RestorePointNotReady` where it cannot be used so yet, or never will be
 */
export function requireUsable(point: RestorePoint, purpose: 'restore' | 'read', attempted: string): void {
  const state = pointState(point);
  const name = displayName(point.name);
  switch (state.kind) {
    case 'usable': {
      const missing = disksOf(point).find((disk) => !(purpose === 'restore' ? canRestore(disk) : isWhole(disk)));
      if (missing === undefined) {
        return;
      }
      const sentence = `The disk ${displayName(missing.name)} of the restore point ${name} is still being filled.`;
      throw refusal('RestorePointNotReady', sentence, 'Wait until its data is there.', attempted, point.id);
    }
    case 'creating':
      throw refusal(
        'RestorePointNotReady',
        `The restore point ${name} is still being made.`,
        'Wait until it is ready.',
        attempted,
        point.id,
      );
    case 'copying': {
      const far = state.percent === undefined ? '' : `, ${state.percent} percent of it`;
      const sentence = `The restore point ${name} is still being copied (${state.done} of ${state.of} disks have arrived${far}).`;
      throw refusal('RestorePointNotReady', sentence, 'Wait until every disk has arrived.', attempted, point.id);
    }
    case 'failed':
      throw refusal(
        'RestorePointNotReady',
        `The restore point ${name} failed: ${state.reason}`,
        'Choose another one.',
        attempted,
        point.id,
      );
    case 'deleting':
      throw refusal('RestorePointNotReady', `The restore point ${name} is being deleted.`, 'Choose another one.', attempted, point.id);
    case 'unknown': {
      const said = state.said === '' ? 'Azure does not say what state it is in' : `Azure says "${state.said}"`;
      throw refusal(
        'RestorePointNotReady',
        `Whether the restore point ${name} is ready is not known: ${said}.`,
        'Refresh.',
        attempted,
        point.id,
      );
    }
  }
}

export interface Looked {
  /** Undefined where there is no such resource. */
  readonly body: Json | undefined;
  readonly found: boolean;
  /** The service's own clock at that moment, ISO 8601 UTC; ours where it did not say. */
  readonly seenAt: string;
}

/** Whether something is there. @throws BackupError for any answer but "here it is" and "there is none" */
export async function lookFor(
  context: ActionContext,
  of: Of,
  id: string,
  attempted: string,
  apiVersion: string = apiVersions.restorePoints,
): Promise<Looked> {
  const path = armPath(id, [], { apiVersion });
  const options = { ...readOptions(context, of), attempted, resource: lastSegment(id) };
  const polled = await context.arm.poll(context.arm.environment.resourceManagerEndpoint + path, options);
  // Asked once more in the way that turns a refusal into its error, with what can be done about it.
  // A service that has recovered meanwhile may then say that there is none: no refusal, but what was asked.
  const answer = polled.status === 404 || polled.status < 300 ? polled : await orNone(context.arm.get(path, options));
  const ms = Date.parse((answer ?? polled).headers['date'] ?? '');
  const seenAt = new Date(Number.isNaN(ms) ? context.now() : ms).toISOString();
  const found = answer !== undefined && answer.status !== 404;
  return { found, body: found ? answer.body : undefined, seenAt };
}

/**
 * Makes sure that a name is free: Azure would change, or take for asked, what has it already.
 * @returns the service's clock at that moment
 * @throws BackupError `NameTaken`
 */
export async function requireFree(
  context: ActionContext,
  of: Of,
  id: string,
  what: string,
  attempted: string,
  apiVersion?: string,
): Promise<string> {
  const { found, seenAt } = await lookFor(context, of, id, attempted, apiVersion);
  if (found) {
    throw refusal('NameTaken', `There is ${what} named ${displayName(lastSegment(id))} already.`, 'Choose another name.', attempted, id);
  }
  return seenAt;
}

/** How many restore points a VM has, in all its collections, those of Azure Backup too. */
export async function countPoints(
  context: ActionContext,
  of: Of,
  collections: readonly RestorePointCollection[],
): Promise<ReadonlyMap<string, number>> {
  const options = readOptions(context, of);
  const counted = await inTurns(collections, async ({ id }): Promise<[string, number]> => {
    const { points } = await getCollectionWithPoints(context.arm, id, options);
    return [id, (points?.items.length ?? 0) + (points?.problems.length ?? 0)];
  });
  return new Map(counted);
}

/**
 * @returns how many restore points the VM has, in all its collections together
 * @throws BackupError `TooManyRestorePoints` where the VM has as many as Azure lets it have
 */
export async function requireRoom(context: ActionContext, of: Of, machine: VirtualMachine, attempted: string): Promise<number> {
  const { items } = await listCollectionsOf(context.arm, machine.id, machine.subscriptionId ?? '', readOptions(context, of));
  const all = sum(await countPoints(context, of, items));
  if (all >= mostPointsOfMachine) {
    throw refusal(
      'TooManyRestorePoints',
      `${displayName(machine.name)} has ${all} restore points in ${items.length === 1 ? '1 collection' : `${items.length} collections`}; Azure keeps at most ${mostPointsOfMachine} of a VM.`,
      'Delete restore points of this VM that nobody needs.',
      attempted,
      machine.id,
    );
  }
  return all;
}

export function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, one) => all + one, 0);
}

const parallel = 4;

/** The results in the order of the items; a few are asked for at a time. */
export async function inTurns<Item, Result>(items: readonly Item[], ask: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += parallel) {
    results.push(...(await Promise.all(items.slice(at, at + parallel).map(ask))));
  }
  return results;
}
