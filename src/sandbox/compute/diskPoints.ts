import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { grant, linkOf, requireDuration, revoke } from './access.ts';
import { diskPointOf, diskPointTemplate, pointOf, pointTemplate, type ComputeContext } from './context.ts';
import { bodyOf, flagOf } from './input.ts';
import type { Access } from './model.ts';
import { operationHeaders, startOperation } from './operations.ts';
import { diskPointResource } from './pointResource.ts';
import { refusals } from './refusals.ts';
import { isComplete } from './transfer.ts';

/** How long a link takes to be given or taken back, in ms: a guess. */
const accessMs = 2000;

export function registerDiskPoints(context: ComputeContext, router: ArmRouter): void {
  const { estate, tools } = context;
  router.on('GET', `${pointTemplate}/diskRestorePoints`, (request) => {
    const { point } = pointOf(context, request);
    const made = estate.world.now() < point.readyAt ? [] : point.disks;
    return tools.paged(
      request,
      made.map((disk) => diskPointResource(estate, point, disk)),
    );
  });
  router.on('GET', diskPointTemplate, (request) => {
    const { point, disk } = diskPointOf(context, request);
    return { status: 200, body: diskPointResource(estate, point, disk) };
  });
  router.on('POST', `${diskPointTemplate}/beginGetAccess`, (request) => begin(context, request));
  router.on('POST', `${diskPointTemplate}/endGetAccess`, (request) => end(context, request));
}

/** The link is counted from the moment it is made, and told at the end of the operation. */
function begin(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const { collection, point, disk } = diskPointOf(context, request);
  const body = bodyOf(request);
  requireReading(body.access);
  const seconds = requireDuration(body.durationInSeconds);
  if (body.fileFormat !== undefined && body.fileFormat !== 'VHD') {
    throw refusals.invalid('grantAccessData.fileFormat', "The disk restore point is of format 'VHD'.");
  }
  if (flagOf(body.getSecureVMGuestStateSAS, 'grantAccessData.getSecureVMGuestStateSAS') === true) {
    throw refusals.invalid(
      'grantAccessData.getSecureVMGuestStateSAS',
      'Only disks of confidential and trusted virtual machines have a guest state.',
    );
  }
  if (point.deletingAt !== undefined || collection.deletingAt !== undefined) {
    throw refusals.notAllowed(`Disk restore point '${disk.name}' is being deleted.`);
  }
  if (!isComplete(disk, estate.world.now())) {
    throw refusals.notAllowed(`Disk restore point '${disk.name}' is not complete; there is nothing to download yet.`);
  }
  let access: Access | undefined;
  const { subscriptionId, location } = collection;
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'DiskOperations', takes: accessMs },
    effect: () => {
      access = grant(estate, disk, seconds);
    },
    output: () => (access === undefined ? undefined : { accessSAS: linkOf(request, access) }),
  });
  return { status: 202, headers: operationHeaders(tools, request, operation) };
}

function requireReading(access: unknown): void {
  if (access === undefined || access === null) {
    throw refusals.missing('grantAccessData.access');
  }
  if (access !== 'Read') {
    throw refusals.invalid('grantAccessData.access', `A disk restore point can be read only ('Read'), not ${JSON.stringify(access)}.`);
  }
}

function end(context: ComputeContext, request: ArmRequest): ArmReply {
  const { estate, tools } = context;
  const { collection, disk } = diskPointOf(context, request);
  const { subscriptionId, location } = collection;
  const operation = startOperation(estate, {
    ...{ subscriptionId, location, family: 'DiskOperations', takes: accessMs },
    effect: () => revoke(disk),
  });
  return { status: 202, headers: operationHeaders(tools, request, operation) };
}
