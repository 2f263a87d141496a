import { lastSegment, segmentOf } from '../../../core/armId.ts';
import { defined } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';
import { thingId } from '../ids.ts';

/** An Azure VM as an appliance knows it. */
export interface VeeamMachine extends AzureRecord {
  /** Of the appliance. */
  readonly origin: string;
  /** Veeam's own, which its requests name. */
  readonly machineId: string;
  /** Its id in Azure. Veeam writes it in lower case. */
  readonly azureId?: string;
  readonly region?: string;
  readonly resourceGroup?: string;
  readonly subscription?: string;
  readonly size?: string;
  readonly osType?: string;
  /** All its disks, GB. */
  readonly totalGb?: number;
  /** It is no more in Azure. */
  readonly isDeleted: boolean;
  /** The appliance itself runs on it. */
  readonly isController: boolean;
}

/** @throws BackupError `MalformedRecord` */
export function readMachine(raw: unknown, origin: string): VeeamMachine {
  const { head, top } = readRecord(raw, 'VM');
  const azureId = top.text('azureId');
  return {
    ...head,
    id: thingId(origin, 'virtualMachines', head.id),
    name: top.text('name') ?? (azureId === undefined ? head.id : lastSegment(azureId)),
    origin,
    machineId: head.id,
    ...defined<Partial<VeeamMachine>>({
      azureId,
      region: top.text('regionName', 'regionDisplayName'),
      resourceGroup: top.text('resourceGroupName') ?? (azureId === undefined ? undefined : segmentOf(azureId, 'resourceGroups')),
      subscription:
        top.text('subscriptionName', 'subscriptionId') ?? (azureId === undefined ? undefined : segmentOf(azureId, 'subscriptions')),
      size: top.text('vmSize'),
      osType: top.text('osType'),
      totalGb: top.number('totalSizeInGB'),
    }),
    isDeleted: top.flag('isDeleted') ?? false,
    isController: top.flag('isController') ?? false,
  };
}
