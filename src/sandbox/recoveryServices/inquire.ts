import type { ArmReply, ArmRequest, ArmRouter } from '../arm/types.ts';
import { isObject } from '../world/scope.ts';
import { startIntents } from './autoProtection.ts';
import { containerOf, statusOf } from './containers.ts';
import { containerTemplate, filterOf, vaultOf, type BackupContext } from './context.ts';
import { registeredNodes } from './groups.ts';
import { lookInside, unreachable } from './inquiry.ts';
import type { Container, DatabaseWorkload } from './model.ts';
import { acceptedInquiry, startOperation } from './operations.ts';
import { databaseWorkloads } from './registration.ts';
import { refusals } from './rules.ts';
import type { Vault } from './vault.ts';

/** Looking anew for what a registered machine or account holds. */
export function registerInquire(context: BackupContext, router: ArmRouter): void {
  router.on('POST', `${containerTemplate}/inquire`, (request) => inquire(context, request));
}

function inquire(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const container = containerOf(vault, request);
  if (isObject(request.body) && Object.keys(request.body).length > 0) {
    throw refusals.invalidInput('An inquiry takes no body.');
  }
  const workloads = workloadsAsked(container, filterOf(context, request, ['backupManagementType', 'workloadType']));
  if (statusOf(vault, container) === 'SoftDeleted') {
    throw refusals.containerNotRegistered();
  }
  const error = container.management === 'AzureWorkload' ? unreachable(context, vault, container) : undefined;
  const operation = startOperation(context, vault, { family: 'container', takes: 30_000, ...(error === undefined ? {} : { error }) });
  if (error === undefined) {
    context.world.agenda.plan(operation.dueAt, (at) => look(context, vault, container, workloads, at));
  }
  return acceptedInquiry(context, request, vault, operation);
}

function look(context: BackupContext, vault: Vault, container: Container, workloads: readonly DatabaseWorkload[], at: number): void {
  container.inquired = true;
  container.updatedAt = at;
  const machines = container.isGroup === true ? registeredNodes(context.world, vault, container) : [container];
  for (const machine of machines.filter((one) => workloads.length > 0 && unreachable(context, vault, one) === undefined)) {
    for (const workload of workloads) {
      lookInside(context, vault, machine, workload);
    }
    startIntents(context, vault, machine, at);
  }
}

/** Without a filter, what was looked for before. @throws ArmFailure 400 for a workload that such a container does not have. */
function workloadsAsked(container: Container, filter: ReadonlyMap<string, string>): DatabaseWorkload[] {
  const management = filter.get('backupmanagementtype');
  if (
    container.management === 'AzureIaasVM' ||
    (management !== undefined && management.toLowerCase() !== container.management.toLowerCase())
  ) {
    throw refusals.invalidInput(`'${container.name}' has nothing inside that '${management ?? container.management}' could look for.`);
  }
  const asked = filter.get('workloadtype');
  const known = container.management === 'AzureStorage' ? ['AzureFileShare'] : databaseWorkloads;
  if (asked !== undefined && !known.some((workload) => workload.toLowerCase() === asked.toLowerCase())) {
    throw refusals.invalidInput(`'${asked}' is not a workloadType of '${container.name}'; it is one of ${known.join(', ')}.`);
  }
  if (container.management === 'AzureStorage') {
    return [];
  }
  const before = [...(container.inquiries?.keys() ?? [])];
  return asked === undefined ? before : databaseWorkloads.filter((workload) => workload.toLowerCase() === asked.toLowerCase());
}
