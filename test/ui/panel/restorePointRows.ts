/** Rows of VM restore points: copies with a figure a disk, one that waits for another, one that makes its collection first. */
import type { OperationRecord, OperationStatus, OperationStep } from '../../../src/core/operation.ts';
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
    manySteps(),
  ];
}

/** A restore point of a VM that made the collection for it first: five moments, their words long. */
function manySteps(): FullView {
  const end = Date.now();
  const moment = (agoMs: number): string => new Date(end - agoMs).toISOString();
  const step = (agoMs: number, status: OperationStatus, isFirst = false): OperationStep => ({
    at: moment(agoMs),
    status,
    ...(isFirst ? { isFirst: true as const } : {}),
  });
  const request = { method: 'PUT' as const, url: 'https://management.azure.com/x', headers: {} };
  return row('steps', 'vm-web-11', 3 * minute, {
    title: 'Create Restore Point',
    status: 'succeeded',
    createdAt: moment(3 * minute),
    endedAt: moment(0),
    request,
    first: { title: 'Create the Restore Point Collection', tracker: 'restorePoint', request, done: true },
    steps: [
      step(3 * minute, 'sending', true),
      step(3 * minute - 2_000, 'accepted', true),
      step(3 * minute - 3_000, 'running'),
      step(0, 'succeeded'),
    ],
  });
}
