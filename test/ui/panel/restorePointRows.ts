/** Rows of VM restore points: copies with a figure a disk, one that waits for another, one that makes its collection first. */
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { FullView } from '../../unit/views/fullView.ts';
import { row } from './rows.ts';

const minute = 60_000;
const collection = '/subscriptions/5f0c/resourceGroups/rg-prod/providers/Microsoft.Compute/restorePointCollections/vm-web-01-northeurope';
const point = (name: string): Partial<OperationRecord> => ({
  title: 'Copy Collection to Another Region',
  target: {
    id: `${collection}/restorePoints/${name}`,
    name,
    kind: 'restore point',
    containerId: collection,
    containerName: 'vm-web-01-northeurope',
  },
});
const lane = {
  key: collection.toLowerCase(),
  waiting: 'Waiting for another copy into vm-web-01-northeurope: they are made in their order',
};

export function restorePointJobs(): FullView[] {
  return [
    row('copying', 'p', 50 * minute, {
      ...point('nightly-2026-03-01'),
      lane: { ...lane, turnAt: '2026-03-01T12:00:00Z' },
      progress: {
        percent: 37,
        message: '1 of 3 disks copied; it can be used when all are',
        tasks: [
          { name: 'vm-web-01-os', status: 'succeeded', percent: 100, detail: '32 GB' },
          { name: 'vm-web-01-data-with-a-name-that-is-rather-long-for-a-pane', status: 'running', percent: 41, detail: '256 GB' },
          { name: 'vm-web-01-log', status: 'running', percent: 4, detail: '128 GB' },
        ],
      },
    }),
    row('queued', 'p', 49 * minute, {
      ...point('nightly-2026-03-02'),
      status: 'planned',
      lane: { ...lane, waitsSince: '2026-03-01T12:01:00Z' },
      progress: { message: 'Queued: waits for Copy Collection to Another Region of nightly-2026-03-01' },
    }),
    row('first', 'vm-app-03', minute, {
      title: 'Create Restore Point',
      target: { id: '/subscriptions/5f0c/vm-app-03', name: 'vm-app-03', kind: 'VM', where: 'rg-prod' },
      status: 'accepted',
      progress: { message: 'Creating the restore point collection vm-app-03-restore-points' },
    }),
  ];
}
