import type { ArmReply, ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { day } from '../world/wireFormat.ts';
import { filterOf, vaultOf, vaultTemplate, type BackupContext } from './context.ts';
import { statusOf } from './jobs.ts';
import { managementOf, type Management } from './model.ts';
import type { Vault } from './vault.ts';
import { refusals } from './rules.ts';

export function registerUsages(context: BackupContext, router: ArmRouter): void {
  router.on('GET', `${vaultTemplate}/usages`, (request) => vaultUsages(context, request));
  router.on('GET', `${vaultTemplate}/replicationUsages`, (request) => {
    vaultOf(context, request);
    return { status: 200, body: { value: [] } };
  });
  router.on('GET', `${vaultTemplate}/backupUsageSummaries`, (request) => summaries(context, request));
}

const labels: Readonly<Record<Management, string>> = {
  AzureIaasVM: 'Azure Virtual Machine',
  AzureStorage: 'Azure Storage (Azure Files)',
  AzureWorkload: 'SQL in Azure VM',
};

function summaries(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const type = filterOf(context, request, ['type']).get('type');
  const count = counter(vault, type);
  const value = (Object.keys(labels) as Management[]).map((management) => usage(management, labels[management], count(management)));
  return { status: 200, body: { value } };
}

function counter(vault: Vault, type: string | undefined): (management: Management) => number {
  switch (type?.toLowerCase()) {
    case 'backupprotecteditemcountsummary':
      return (management) => [...vault.items.values()].filter((item) => managementOf[item.workload] === management).length;
    case 'backupprotectioncontainercountsummary':
      return (management) => [...vault.containers.values()].filter((container) => container.management === management).length;
    default:
      throw refusals.invalidInput(
        "The filter must name a 'type': 'BackupProtectedItemCountSummary' or 'BackupProtectionContainerCountSummary'.",
      );
  }
}

function usage(name: string, label: string, currentValue: number, unit = 'Count', quotaPeriod?: string): JsonObject {
  return {
    unit,
    ...(quotaPeriod === undefined ? {} : { quotaPeriod }),
    currentValue,
    limit: -1,
    name: { value: name, localizedValue: label },
  };
}

function vaultUsages(context: BackupContext, request: ArmRequest): ArmReply {
  const vault = vaultOf(context, request);
  const now = context.world.now();
  const items = [...vault.items.values()];
  const machines = items.filter((item) => item.workload === 'VM');
  const critical = machines.filter((item) => item.lastError !== undefined).length;
  const recent = vault.jobs().filter((job) => job.startAt >= now - day);
  const running = recent.filter((job) => statusOf(job, now) === 'InProgress').length;
  const failed = recent.filter((job) => statusOf(job, now) === 'Failed').length;
  const stored = items.reduce((sum, item) => sum + item.sizeGb * 1024 ** 3 * (item.points.all.length > 0 ? 0.5 : 0), 0);
  const isGeo = vault.storageType === 'GeoRedundant';
  const value = [
    usage('MABContainersCount', 'Backup management servers', 0),
    usage('ProtectedItemCount', 'Backup items/Azure virtual machine backup', items.length),
    usage('ProtectedItemCriticalCount', 'Critical', critical),
    usage('ProtectedItemWarningCount', 'Warning', 0),
    usage('IaaSVMProtectedItemCount', 'Azure Virtual Machines', machines.length),
    usage('IaaSVMProtectedItemCriticalCount', 'Critical', critical),
    usage('IaaSVMProtectedItemWarningCount', 'Warning', 0),
    usage('MABProtectedItemCount', 'File-Folders', 0),
    usage('DPMProtectedItemCount', 'DPM Protected Items Count', 0),
    usage('AzureBackupServerProtectedItemCount', 'Azure Backup Server Protected Items Count', 0),
    usage('InProgressJobsCount', 'In progress', running, 'Count', 'P1D'),
    usage('FailedJobsCount', 'Failed', failed, 'Count', 'P1D'),
    usage('GRSStorageUsage', 'Cloud - GRS', isGeo ? Math.round(stored) : 0, 'Bytes'),
    usage('LRSStorageUsage', 'Cloud - LRS', isGeo ? 0 : Math.round(stored), 'Bytes'),
    usage('ManagedInstances', 'Protected Instances', items.length),
  ];
  return { status: 200, body: { value } };
}
