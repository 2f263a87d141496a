/** A list of Azure Backup as data: where it is, how its records are read. One page or all of it, by the same two functions. */
import type { ServiceClient, RequestOptions } from '../../cloud/types.ts';
import { BackupError } from '../../core/errors.ts';
import { armIdKey } from '../../core/armId.ts';
import { readRecords, type RecordList } from './record.ts';

export interface ListQuery<T> {
  /** Path and query of the first page. */
  readonly path: string;
  readonly read: (raw: unknown) => T;
  /** For errors: `list the policies`. */
  readonly attempted: string;
  /** For errors: the vault, item or subscription asked. */
  readonly resource: string;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly tenantId?: string;
}

export interface RecordPage<T> extends RecordList<T> {
  /** Where the next page is, to hand back as `next`; absent on the last one. */
  readonly nextLink?: string;
}

/**
 * One page: the first, or the one that `next` points to. Records that cannot be read are in `problems`, the others come out.
 * @throws BackupError for an answer that is an error or no list.
 */
export async function readPage<T>(
  arm: ServiceClient,
  query: ListQuery<T>,
  options: ReadOptions & { readonly next?: string } = {},
): Promise<RecordPage<T>> {
  const { next, ...request } = options;
  const page = await arm.page(next ?? query.path, requestOptions(query, request));
  const records = readRecords(page.items, query.read);
  return page.nextLink === undefined ? records : { ...records, nextLink: page.nextLink };
}

/** All pages, one after another. @throws BackupError as `readPage`, and where a list leads back to a page it had. */
export async function readAll<T>(arm: ServiceClient, query: ListQuery<T>, options: ReadOptions = {}): Promise<RecordList<T>> {
  const items: T[] = [];
  const problems: RecordList<T>['problems'][number][] = [];
  const seen = new Set<string>();
  let read = 0;
  for (let next: string | undefined; ;) {
    const page: RecordPage<T> = await readPage(arm, query, next === undefined ? options : { ...options, next });
    items.push(...page.items);
    problems.push(...page.problems.map((problem) => ({ ...problem, index: problem.index + read })));
    read += page.items.length + page.problems.length;
    if (page.nextLink === undefined) {
      return { items, problems };
    }
    if (seen.has(page.nextLink)) {
      throw new BackupError(`Azure's list goes in circles: the page after page ${seen.size + 1} is one that was read before.`, {
        code: 'EndlessList',
        attempted: query.attempted,
        resource: query.resource,
        remedies: ['Refresh; if it stays, Azure answers wrongly: report it to Azure support.'],
      });
    }
    seen.add(page.nextLink);
    next = page.nextLink;
  }
}

/**
 * Several lists at once, merged in the order asked, without repeating an id: a container that two filters match is one.
 * A list that Azure refuses becomes a problem while others answer. @throws the first error where none does.
 */
export async function readMerged<T extends { readonly id: string }>(
  arm: ServiceClient,
  queries: readonly ListQuery<T>[],
  options: ReadOptions = {},
): Promise<RecordList<T>> {
  const answers = await Promise.allSettled(queries.map((query) => readAll(arm, query, options)));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []));
  const unexpected = refused.find((error) => !(error instanceof BackupError));
  if (unexpected !== undefined || (refused.length > 0 && refused.length === answers.length)) {
    throw unexpected ?? refused[0];
  }
  const items = new Map<string, T>();
  const problems: RecordList<T>['problems'][number][] = refused.map((error) => ({ index: -1, error: error as BackupError }));
  for (const answer of answers) {
    if (answer.status === 'fulfilled') {
      answer.value.items.forEach((item) => items.set(armIdKey(item.id), items.get(armIdKey(item.id)) ?? item));
      problems.push(...answer.value.problems);
    }
  }
  return { items: [...items.values()], problems };
}

/** One resource. @throws BackupError for an answer that is an error, empty or not readable. */
export async function readOne<T>(arm: ServiceClient, query: ListQuery<T>, options: ReadOptions = {}): Promise<T> {
  const answer = await arm.get(query.path, requestOptions(query, options));
  if (answer.body === undefined) {
    throw new BackupError(`Azure answered ${answer.status} without the resource: expected its JSON, got an empty body.`, {
      code: 'EmptyAnswer',
      attempted: query.attempted,
      resource: query.resource,
      status: answer.status,
      ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
      remedies: ['Refresh.'],
    });
  }
  return query.read(answer.body);
}

function requestOptions(query: ListQuery<unknown>, options: ReadOptions): RequestOptions {
  return { ...options, attempted: query.attempted, resource: query.resource };
}
