import { lastSegment } from '../../core/armId.ts';
import type { RestorePointCollection } from '../../providers/restorePoints/model.ts';
import { joined, spelled } from '../text.ts';
import { collectionStates, itemStates, kinds, systems } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, resourceNode, type NodeContext } from './common.ts';
import { runningText } from './protectedItem.ts';
import { countOf } from './virtualMachine.ts';

export interface CollectionLook {
  /** How many restore points it has, where they were read. */
  readonly points?: number | undefined;
  /** True where all VMs of the subscription were read, and its VM is not among them. */
  readonly machineGone: boolean;
  /** True where it stands below its VM: what that row says is left out. */
  readonly below: boolean;
}

const sourceStates = {
  machine: collectionStates.ofMachine,
  collection: collectionStates.ofCollection,
  other: collectionStates.ofOther,
} as const satisfies Record<RestorePointCollection['sourceKind'], string>;

export function restorePointCollectionNode(
  collection: RestorePointCollection,
  { points, machineGone, below }: CollectionLook,
  context: NodeContext,
): InventoryNode {
  const running = context.running(collection.id);
  const provisioning = collection.provisioningState?.toLowerCase() ?? 'succeeded';
  const state = provisioning !== 'succeeded' && spelled(collection.provisioningState ?? '').toLowerCase();
  const source = collection.sourceId === undefined ? undefined : lastSegment(collection.sourceId);
  const tags = Object.entries(collection.tags);
  return resourceNode(context, kinds.restorePointCollection, collection, {
    label: collection.name,
    description: joined(
      running && runningText(running),
      collection.madeByAzureBackup && 'made by Azure Backup',
      machineGone && 'VM not found',
      state,
      // Copies are told apart by where they are.
      ...(collection.sourceKind === 'collection'
        ? [collection.location, sourceText(collection, source, below)]
        : [sourceText(collection, source, below), collection.location]),
      points !== undefined && countOf(points, 'point'),
      collection.resourceGroup,
    ),
    tooltip: lines(
      collection.name,
      running && lines(runningText(running), running.message).join(': '),
      collection.madeByAzureBackup &&
        'Azure Backup made it for itself: its restore points are what vaults restore from. Leave it to Azure Backup.',
      machineGone &&
        'Its VM is not among those of the subscription: it was deleted or moved, or you may not see it. Its restore points can still be used.',
      fact('Region', collection.location),
      fact('Resource group', collection.resourceGroup),
      fact(
        collection.sourceKind === 'collection' ? 'Copies of the collection' : collection.sourceKind === 'machine' ? 'VM' : 'Made of',
        source,
      ),
      fact('Region of its source', collection.sourceLocation === collection.location ? undefined : collection.sourceLocation),
      fact('Restore points', points),
      fact('Provisioning', collection.provisioningState),
      ...tags.map(([name, value]) => `Tag ${name}: ${value}`),
    ),
    icon: running ? { id: 'sync~spin', color: colours.active } : iconOf(collection, machineGone || provisioning === 'failed'),
    expandable: true,
    system: systems.restorePoints,
    states: [
      sourceStates[collection.sourceKind],
      ...(collection.madeByAzureBackup ? [collectionStates.azureBackup] : []),
      ...(running ? [itemStates.busy] : []),
    ],
  });
}

function sourceText({ sourceKind }: RestorePointCollection, source: string | undefined, below: boolean): string | undefined {
  switch (sourceKind) {
    case 'machine':
      return below || source === undefined ? undefined : `of ${source}`;
    case 'collection':
      return `copies of ${source ?? 'another collection'}`;
    case 'other':
      return source === undefined ? 'source not given' : `of ${source}`;
  }
}

function iconOf({ madeByAzureBackup, sourceKind }: RestorePointCollection, wrong: boolean): NodeIcon {
  if (madeByAzureBackup) {
    return { id: 'lock', color: colours.muted };
  }
  return wrong ? { id: 'warning', color: colours.warning } : { id: sourceKind === 'collection' ? 'copy' : 'versions' };
}
