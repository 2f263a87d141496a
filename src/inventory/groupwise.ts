import { groupsOf, isForbidden, readGroups, type GroupsLeft, type ListOf } from '../providers/arm/groupwise.ts';
import type { AzureRecord } from '../providers/arm/record.ts';
import type { ListSource } from './pagedList.ts';
import { fullPage, source, type Where } from './sources.ts';

/** Before what is left of the groups, to tell it from a subscription's own next page. */
const mark = 'groups:';

/** A list of a subscription (`scope` is `/subscriptions/{id}`); of its resource groups, some at a time, where the subscription itself may not be listed. */
export function subscriptionSource<R extends AzureRecord>(
  where: Where,
  scope: string,
  listOf: ListOf<R>,
  compare: (a: R, b: R) => number,
): ListSource<R> {
  const whole = source(where, [listOf(scope)], compare, fullPage);
  return {
    ...whole,
    fetch: async (next, signal) => {
      const arm = where.connection.arm();
      const options = { signal, ...(where.tenantId === undefined ? {} : { tenantId: where.tenantId }) };
      const ofGroups = async (left: GroupsLeft): ReturnType<ListSource<R>['fetch']> => {
        const part = await readGroups(arm, listOf, left, options);
        return {
          items: part.items,
          problems: part.problems.map(({ error }) => error),
          ...(part.left === undefined ? {} : { next: mark + JSON.stringify(part.left) }),
        };
      };
      if (next?.startsWith(mark)) {
        return ofGroups(JSON.parse(next.slice(mark.length)) as GroupsLeft);
      }
      try {
        return await whole.fetch(next, signal);
      } catch (error) {
        if (next !== undefined || !isForbidden(error)) {
          throw error;
        }
        const groups = await groupsOf(arm, scope, options);
        if (groups.of === 0) {
          // Nothing is known that could be listed instead: the refusal says what is missing.
          throw error;
        }
        return ofGroups(groups);
      }
    },
  };
}
