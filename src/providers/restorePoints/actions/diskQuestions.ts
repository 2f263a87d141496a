/** Which disks of a restore point are restored, and what becomes of them. */
import { segmentOf } from '../../../core/armId.ts';
import type { Choice, PickManyQuestion, PickQuestion, TextQuestion } from '../../action.ts';
import { lists, readAll } from '../api.ts';
import { diskText, disksOf, sameRegion, type RestorePoint } from '../model.ts';
import { refuseName, timeInName } from '../names.ts';
import { readOptions } from '../../arm/asking.ts';
import { freshCollection, freshPoint } from './looking.ts';

/** Answers that leave something out of the request. */
export const noZone = 'none';
export const asItWas = 'asItWas';

const disks: PickManyQuestion<RestorePoint> = {
  type: 'pickMany',
  id: 'disks',
  title: 'The disks to restore',
  empty: 'This restore point has no disks that can be restored.',
  load: async (context, [target]) => {
    if (target === undefined) {
      return [];
    }
    const point = await freshPoint(context, target, target.id, 'read the restore point');
    return disksOf(point).flatMap((disk): Choice[] =>
      disk.diskRestorePointId === undefined
        ? []
        : [{ value: disk.diskRestorePointId, label: disk.name, description: diskText(disk), recommended: true }],
    );
  },
};

const group: PickQuestion<RestorePoint> = {
  type: 'pick',
  id: 'group',
  title: 'The resource group for the disks',
  empty: 'The subscription has no resource group that you can see.',
  load: async (context, [target]) => {
    if (target === undefined) {
      return [];
    }
    const own = segmentOf(target.id, 'resourceGroups')?.toLowerCase();
    const { items } = await readAll(
      context.arm,
      lists.resourceGroups(segmentOf(target.id, 'subscriptions') ?? ''),
      readOptions(context, target),
    );
    return items
      .map(({ id, name, location }): Choice => ({
        value: id,
        label: name,
        ...(location === undefined ? {} : { description: location }),
        ...(name.toLowerCase() === own ? { detail: 'Where the restore point is', recommended: true } : {}),
      }))
      .sort((a, b) => Number(b.recommended ?? false) - Number(a.recommended ?? false) || a.label.localeCompare(b.label));
  },
};

const zone: PickQuestion<RestorePoint> = {
  type: 'pick',
  id: 'zone',
  title: 'The availability zone for the disks',
  empty: 'No zone can be chosen.',
  load: async (context, [target]) => {
    if (target === undefined) {
      return [];
    }
    const options = readOptions(context, target);
    const collection = await freshCollection(context, target, target.model.collectionId ?? '', 'read the collection');
    const { items } = await readAll(context.arm, lists.regions(segmentOf(target.id, 'subscriptions') ?? ''), options);
    const region = items.find(({ name }) => sameRegion(name, collection.location));
    const told = region?.zones;
    const zones = told ?? ['1', '2', '3'];
    return [
      { value: noZone, label: 'No zone', detail: 'For VMs that are in no zone, and for zone-redundant disks', recommended: true },
      ...zones.map((one): Choice => ({
        value: one,
        label: `Zone ${one}`,
        ...(told === undefined ? { description: `Azure does not say whether ${region?.displayName ?? 'the region'} has it` } : {}),
        detail: 'For VMs in this zone',
      })),
    ];
  },
};

/** Types that Azure makes of a disk restore point, cheapest last. */
const types: readonly Choice[] = [
  { value: asItWas, label: 'As it was', detail: 'The type that each disk had', recommended: true },
  { value: 'Premium_LRS', label: 'Premium SSD', description: 'Premium_LRS' },
  { value: 'StandardSSD_LRS', label: 'Standard SSD', description: 'StandardSSD_LRS' },
  { value: 'Standard_LRS', label: 'Standard HDD', description: 'Standard_LRS' },
  { value: 'Premium_ZRS', label: 'Premium SSD, zone-redundant', description: 'Premium_ZRS' },
  { value: 'StandardSSD_ZRS', label: 'Standard SSD, zone-redundant', description: 'StandardSSD_ZRS' },
];

const sku: PickQuestion<RestorePoint> = {
  type: 'pick',
  id: 'sku',
  title: 'The type of the disks',
  empty: 'No type can be chosen.',
  load: () => Promise.resolve(types),
};

const ending: TextQuestion<RestorePoint> = {
  type: 'text',
  id: 'ending',
  title: 'What is added to the name of each disk',
  propose: (nowMs) => `-restored-${timeInName(nowMs)}`,
  refuse: (text) =>
    text.trim() === '' ? 'Type what is added, so that the new disks have names of their own.' : refuseName(`disk${text.trim()}`),
};

export const diskQuestions = [disks, group, zone, sku, ending] as const;
