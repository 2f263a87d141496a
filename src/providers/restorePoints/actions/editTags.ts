import { displayName } from '../../../core/displayText.ts';
import { objectAt } from '../../../core/json.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import { kinds, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ReadBack, Settlement } from '../../action.ts';
import { apiVersions } from '../../../cloud/apiVersions.ts';
import { armPath } from '../../arm/armUrl.ts';
import { getCollection } from '../api.ts';
import type { RestorePointCollection } from '../model.ts';
import { changeTags } from '../requests.ts';
import { parseTags, sameTags, tagsText, type Tags } from '../tags.ts';
import { trackingOfUrl } from '../../arm/armOperation.ts';
import { trackerNames } from '../tracking.ts';
import { describeCollection } from './describing.ts';
import { fact, readOptions } from '../../arm/asking.ts';
import { freshCollection, refusal } from './looking.ts';

export const editCollectionTags: Action<RestorePointCollection> = {
  does: 'send',
  id: 'editCollectionTags',
  title: 'Edit Tags',
  summary: 'Changes the tags of a restore point collection.',
  nothing: 'There is no restore point collection here.',
  system: 'restorePoints',
  targetKind: targetKinds.restorePointCollection,
  when: { all: [kinds.restorePointCollection] },
  many: false,
  group: '4_change@1',
  assurance: 'none',
  tracker: trackerNames.armOperation,
  questions: [
    {
      type: 'text',
      id: 'tags',
      title: 'Tags, as name=value; name=value (none: all tags go)',
      propose: (_nowMs, [target]) => tagsText(target?.model.tags ?? {}),
      refuse: (text, [target]) => {
        const parsed = parseTags(text);
        if ('refused' in parsed) {
          return parsed.refused;
        }
        return target !== undefined && sameTags(parsed.tags, target.model.tags) ? 'These are its tags already.' : undefined;
      },
    },
  ],
  describe: describeCollection,

  async build(context, target, answers) {
    const attempted = `change the tags of ${displayName(target.name)}`;
    const parsed = parseTags(answers['tags'] ?? '');
    if ('refused' in parsed) {
      throw refusal(
        'TagsRefused',
        `The tags cannot be taken: ${parsed.refused}`,
        'Write them as name=value; name=value.',
        attempted,
        target.id,
      );
    }
    const { tags: before } = await freshCollection(context, target, target.id, attempted);
    if (!sameTags(before, target.model.tags)) {
      // What is sent replaces all tags: somebody else's would be lost.
      const sentence = `The tags of ${displayName(target.name)} were changed since they were shown.`;
      throw refusal('StateChanged', sentence, 'Refresh, and start again.', attempted, target.id);
    }
    return {
      request: await changeTags(context.arm.environment, target.id, parsed.tags),
      intent: { collectionId: target.id, tags: { ...parsed.tags }, before: { ...before } },
    };
  },

  async readBack(context, record): Promise<ReadBack> {
    const { tags } = await getCollection(context.arm, fact(record, 'collectionId'), readOptions(context, record));
    const name = displayName(record.target.name);
    return sameTags(tags, tagsIn(record, 'tags'))
      ? { reading: 'asAsked', sentence: `The tags of ${name} are ${tagsText(tags) || 'all gone'}.` }
      : { reading: 'different', sentence: `The tags of ${name} are not as asked: ${tagsText(tags) || 'it has none'}.` };
  },

  settle: settleTags,
};

async function settleTags(context: ActionContext, record: OperationRecord): Promise<Settlement> {
  const id = fact(record, 'collectionId');
  const { tags } = await getCollection(context.arm, id, readOptions(context, record));
  if (sameTags(tags, tagsIn(record, 'tags'))) {
    const url = record.cloud + armPath(id, [], { apiVersion: apiVersions.restorePoints });
    return { found: 'started', tracking: trackingOfUrl(record.cloud, url), because: 'The tags are as asked.' };
  }
  return sameTags(tags, tagsIn(record, 'before'))
    ? { found: 'absent', because: 'The tags have not changed.' }
    : { found: 'unclear', because: 'The tags are neither as they were nor as asked: somebody else changes them too.' };
}

function tagsIn(record: OperationRecord, name: string): Tags {
  const entries = Object.entries(objectAt(record.intent, name));
  return Object.fromEntries(entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])));
}
