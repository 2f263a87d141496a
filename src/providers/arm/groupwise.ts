/**
 * Lists of a whole subscription for those who may not read the whole of it: Azure refuses such a list with 403 to whom
 * has a role on single resource groups only, and gives the list of each of those groups.
 */
import { apiVersions } from '../../cloud/apiVersions.ts';
import type { ArmClient } from '../../cloud/types.ts';
import { lastSegment } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import { armPath } from './armUrl.ts';
import { statusOf } from './asking.ts';
import { readAll, readPage, type ListQuery, type ReadOptions } from './lists.ts';
import { readRecord, type RecordList } from './record.ts';

/** The list below a scope: `/subscriptions/{id}`, or a resource group's id. */
export type ListOf<T> = (scope: string) => ListQuery<T>;

/** What of the groups is still to be read. Plain JSON. */
export interface GroupsLeft {
  readonly groups: readonly { readonly id: string; readonly link?: string }[];
  /** Of so many groups in all. */
  readonly of: number;
  /** So many let nothing be listed. */
  readonly refused: number;
}

export interface GroupsPart<T> extends RecordList<T> {
  /** Absent at the end. */
  readonly left?: GroupsLeft;
}

const atOnce = 4;

export function isForbidden(error: unknown): boolean {
  return statusOf(error) === 403;
}

/** The groups that the signed-in person can see: Azure leaves the others out. @param scope `/subscriptions/{id}` */
export async function groupsOf(arm: ArmClient, scope: string, options: ReadOptions): Promise<GroupsLeft> {
  const { items } = await readAll<string>(
    arm,
    {
      path: armPath(scope, ['resourcegroups'], { apiVersion: apiVersions.resources }),
      read: (raw) => readRecord(raw, 'resource group').head.id,
      attempted: 'list the resource groups',
      resource: lastSegment(scope),
    },
    options,
  );
  return { groups: items.map((id) => ({ id })), of: items.length, refused: 0 };
}

/**
 * A page of some of the groups. A group that has gone meanwhile has nothing; what cannot be read of one is a problem beside
 * what others give. @throws BackupError where no group at all lets itself be read, or none of these answered
 */
export async function readGroups<T>(arm: ArmClient, listOf: ListOf<T>, left: GroupsLeft, options: ReadOptions): Promise<GroupsPart<T>> {
  const now = left.groups.slice(0, atOnce);
  const answers = await Promise.allSettled(
    now.map(({ id, link }) => readPage(arm, listOf(id), link === undefined ? options : { ...options, next: link })),
  );
  const pages = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const others = errors.filter((error) => !isForbidden(error) && statusOf(error) !== 404);
  const serious = others.find((error) => !(error instanceof BackupError));
  if (serious !== undefined || (others.length > 0 && others.length === now.length)) {
    throw serious ?? others[0];
  }
  const goingOn = answers.flatMap((answer, at) => {
    const id = now[at]?.id;
    return answer.status === 'fulfilled' && answer.value.nextLink !== undefined && id !== undefined
      ? [{ id, link: answer.value.nextLink }]
      : [];
  });
  const groups = [...goingOn, ...left.groups.slice(atOnce)];
  const refused = left.refused + errors.filter(isForbidden).length;
  const { attempted } = listOf('/');
  if (groups.length === 0 && refused > 0 && refused === left.of) {
    throw unreadable(`None of the ${left.of} resource groups that you can see lets you ${attempted}.`, attempted);
  }
  const problems = [
    ...pages.flatMap((page) => page.problems),
    ...others.map((error) => ({ index: -1, error: error as BackupError })),
    ...(groups.length === 0 && refused > 0
      ? [{ index: -1, error: unreadable(`${refused} of ${left.of} resource groups do not let you ${attempted}.`, attempted) }]
      : []),
  ];
  return { items: pages.flatMap(({ items }) => items), problems, ...(groups.length > 0 ? { left: { ...left, groups, refused } } : {}) };
}

/** All of a subscription (`/subscriptions/{id}`), or of those of its groups that may be read. @throws BackupError as `readAll` and `readGroups` */
export async function readAllOfSubscription<T>(
  arm: ArmClient,
  scope: string,
  listOf: ListOf<T>,
  options: ReadOptions = {},
): Promise<RecordList<T>> {
  try {
    return await readAll(arm, listOf(scope), options);
  } catch (error) {
    if (!isForbidden(error)) {
      throw error;
    }
    const items: T[] = [];
    const problems: RecordList<T>['problems'][number][] = [];
    const all = await groupsOf(arm, scope, options);
    if (all.of === 0) {
      throw error;
    }
    for (let left: GroupsLeft | undefined = all; left !== undefined;) {
      const part: GroupsPart<T> = await readGroups(arm, listOf, left, options);
      items.push(...part.items);
      problems.push(...part.problems);
      left = part.left;
    }
    return { items, problems };
  }
}

function unreadable(message: string, attempted: string): BackupError {
  return new BackupError(message, {
    code: 'AuthorizationFailed',
    attempted,
    status: 403,
    remedies: ['Ask for the role Reader on the subscription, or on those resource groups.'],
  });
}
