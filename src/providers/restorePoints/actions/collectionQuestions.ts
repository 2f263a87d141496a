/** The questions about where restore points go: a collection that there is, or a new one, in this or another region. */
import { armIdKey, lastSegment, segmentOf } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import type { ActionContext, ActionTarget, Answers, Choice, PickQuestion, TextQuestion } from '../../action.ts';
import { readAll, readAllOfSubscription, lists, listCollectionsOf } from '../api.ts';
import {
  manyPointsOfMachine,
  mostPointsOfMachine,
  sameRegion,
  type Region,
  type RestorePointCollection,
  type VirtualMachine,
} from '../model.ts';
import { proposeName, refuseName } from '../names.ts';
import { readOptions } from '../../arm/asking.ts';
import { countPoints, freshMachine, sum, type Of } from './looking.ts';

/** The answer for a collection that is yet to be made. No id begins so. */
export const newCollection = 'new';

/** Where a VM's restore points can go: its own collections in its region, with how many points each has. */
export const ownCollectionQuestion: PickQuestion<VirtualMachine> = {
  type: 'pick',
  id: 'collection',
  title: 'The restore point collection',
  empty: 'No restore point collection can be chosen.',
  load: async (context, [target]) => {
    if (target === undefined) {
      return [];
    }
    const subscriptionId = segmentOf(target.id, 'subscriptions') ?? '';
    const [machine, { items }] = await Promise.all([
      // One that is gone, or of which Azure makes none, is told before anything else is asked.
      freshMachine(context, target, target.id, `create a restore point of ${displayName(target.name)}`),
      listCollectionsOf(context.arm, target.id, subscriptionId, readOptions(context, target)),
    ]);
    const counts = await countPoints(context, target, items);
    const all = sum(counts);
    const choices = items.map((one) => ownChoice(one, machine, counts.get(one.id) ?? 0));
    return [
      ...(all >= manyPointsOfMachine ? [roomNote(target.name, all)] : []),
      ...choices.filter(({ note }) => !note),
      { value: newCollection, label: 'New collection...', detail: 'In the VM’s region and resource group' },
      ...choices.filter(({ note }) => note),
    ].map(withRecommendation);
  },
};

/** The first that can be chosen, where nothing else is recommended. */
function withRecommendation(choice: Choice, _index: number, all: readonly Choice[]): Choice {
  const first = all.find(({ note }) => !note);
  return choice === first && !all.some(({ recommended }) => recommended) ? { ...choice, recommended: true } : choice;
}

/** How many restore points a VM has, where they are many. */
export function roomNote(machine: string, all: number): Choice {
  return {
    value: '',
    label: `${displayName(machine)} has ${all} of at most ${mostPointsOfMachine} restore points`,
    detail:
      all >= mostPointsOfMachine ? 'Delete some that nobody needs first.' : 'Azure makes no more of a VM, in all its collections together.',
    note: true,
  };
}

function ownChoice(collection: RestorePointCollection, machine: VirtualMachine, count: number): Choice {
  const because = whyNotFor(collection, machine);
  return {
    value: collection.id,
    label: collection.name,
    description: [count === 1 ? '1 restore point' : `${count} restore points`, collection.resourceGroup].filter(Boolean).join(' · '),
    ...(because === undefined ? {} : { detail: because, note: true }),
  };
}

/** Why no restore point of the VM can go there, as a sentence. */
export function whyNotFor(collection: RestorePointCollection, machine: Pick<VirtualMachine, 'location'>): string | undefined {
  if (collection.madeByAzureBackup) {
    return 'Azure Backup made it for itself.';
  }
  if (collection.location !== undefined && machine.location !== undefined && !sameRegion(collection.location, machine.location)) {
    return `It is in ${collection.location}, and the VM is in ${machine.location}.`;
  }
  return collection.provisioningState?.toLowerCase() === 'deleting' ? 'It is being deleted.' : undefined;
}

/** The name of a collection that is yet to be made. @param end what the proposal ends with, e.g. `-restore-points` */
export function newNameQuestion<Model>(
  proposalOf: (target: ActionTarget<Model>, answers: Answers) => { readonly base: string; readonly end: string },
  asked?: (targets: readonly ActionTarget<Model>[], answers: Answers) => boolean,
): TextQuestion<Model> {
  return {
    type: 'text',
    id: 'collectionName',
    title: 'Name of the new restore point collection',
    ...(asked === undefined ? {} : { asked }),
    propose: (_nowMs, [target], answers) => {
      const { base, end } = target === undefined ? { base: '', end: '' } : proposalOf(target, answers);
      return proposeName(base, end);
    },
    refuse: (text) => refuseName(text.trim()),
  };
}

/** The region that copies go to. Those where they cannot go are shown with the reason. @param noteOf what is to be known first, as a sentence */
export function regionQuestion<Model>(
  collectionIdOf: (target: ActionTarget<Model>, answers: Answers) => string | undefined,
  asked?: (targets: readonly ActionTarget<Model>[], answers: Answers) => boolean,
  noteOf?: (target: ActionTarget<Model>) => string | undefined,
): PickQuestion<Model> {
  return {
    type: 'pick',
    id: 'region',
    title: 'The region to copy to',
    empty: 'The subscription has no other region.',
    ...(asked === undefined ? {} : { asked }),
    load: async (context, [target], answers) => {
      const collectionId = target && collectionIdOf(target, answers);
      if (target === undefined || collectionId === undefined) {
        return [];
      }
      const choices = await regionChoices(context, target, collectionId);
      const note = noteOf?.(target);
      return note === undefined || choices.length === 0 ? choices : [{ value: '', label: note, note: true }, ...choices];
    },
  };
}

async function regionChoices(context: ActionContext, of: Of, collectionId: string): Promise<readonly Choice[]> {
  const subscriptionId = segmentOf(collectionId, 'subscriptions') ?? '';
  const options = readOptions(context, of);
  const [{ items: regions }, { items: collections }] = await Promise.all([
    readAll(context.arm, lists.regions(subscriptionId), options),
    readAllOfSubscription(context.arm, `/subscriptions/${subscriptionId}`, lists.collections, options),
  ]);
  const source = collections.find(({ id }) => armIdKey(id) === armIdKey(collectionId));
  const copies = collections.filter(({ sourceId }) => sourceId !== undefined && armIdKey(sourceId) === armIdKey(collectionId));
  const home = regions.find(({ name }) => sameRegion(name, source?.location));
  return regions
    .filter(({ isPhysical }) => isPhysical)
    .map((region) => regionChoice(region, source, copies, home))
    .sort((a, b) => rank(a) - rank(b) || a.label.localeCompare(b.label));
}

function rank(choice: Choice): number {
  return choice.note ? 2 : choice.recommended ? 0 : 1;
}

function regionChoice(
  region: Region,
  source: RestorePointCollection | undefined,
  copies: readonly RestorePointCollection[],
  home: Region | undefined,
): Choice {
  const choice = { value: region.name, label: region.displayName };
  if (sameRegion(region.name, source?.location)) {
    return { ...choice, detail: 'The restore points are in this region already.', note: true };
  }
  const there = copies.find(({ location }) => sameRegion(location, region.name));
  const paired = home?.paired.some((name) => sameRegion(name, region.name)) ?? false;
  const description = [paired ? 'paired region' : '', there ? `copies go to ${displayName(there.name)}` : ''].filter(Boolean).join(' · ');
  return { ...choice, ...(description ? { description } : {}), ...(there || paired ? { recommended: true } : {}) };
}

/** Which collection of copies: those of this source in the region, or a new one. */
export function copyCollectionQuestion<Model>(collectionIdOf: (target: ActionTarget<Model>) => string | undefined): PickQuestion<Model> {
  return {
    type: 'pick',
    id: 'collection',
    title: 'The restore point collection for the copies',
    empty: 'No restore point collection can be chosen.',
    load: async (context, [target], answers) => {
      const sourceId = target && collectionIdOf(target);
      if (target === undefined || sourceId === undefined) {
        return [];
      }
      const { items } = await listCollectionsOf(
        context.arm,
        sourceId,
        segmentOf(sourceId, 'subscriptions') ?? '',
        readOptions(context, target),
      );
      const there = items.filter(
        ({ location, provisioningState }) => sameRegion(location, answers['region']) && provisioningState?.toLowerCase() !== 'deleting',
      );
      return [
        ...there.map(({ id, name, resourceGroup }): Choice => ({
          value: id,
          label: name,
          ...(resourceGroup ? { description: resourceGroup } : {}),
        })),
        {
          value: newCollection,
          label: 'New collection...',
          detail: `In ${answers['region'] ?? 'the region'}, made of ${displayName(lastSegment(sourceId))}`,
        },
      ].map(withRecommendation);
    },
  };
}
