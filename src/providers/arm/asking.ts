/** What every action needs that asks Azure Resource Manager, whatever the system. */
import { delay } from '../../core/cancellation.ts';
import { BackupError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { OperationRecord } from '../../core/operation.ts';
import type { ActionContext } from '../action.ts';
import type { ReadOptions } from './lists.ts';

export function readOptions(context: ActionContext, of: { readonly tenantId?: string }): ReadOptions {
  return { signal: context.signal, ...(of.tenantId === undefined ? {} : { tenantId: of.tenantId }) };
}

/** The HTTP status of an error, where it has one. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof BackupError ? error.facts.status : undefined;
}

/** What was asked for, or undefined where the service says that there is none (404). @throws what `asking` throws else */
export async function orNone<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (statusOf(error) === 404) {
      return undefined;
    }
    throw error;
  }
}

/** What went wrong and what helps, for a line of its own. */
export function withRemedies({ message, facts }: BackupError): string {
  return [message, ...(facts.remedies ?? [])].join(' ');
}

const againMs = [200, 500, 1_000];

/**
 * Reads back what was there a moment ago: where that answers 404 it is asked again a few times, for Azure does not renew
 * all its records at once, and one look would call a success undone. @throws BackupError, of 404 where it is still not there
 */
export async function readAgain<T>(context: Pick<ActionContext, 'signal'>, read: () => Promise<T>): Promise<T> {
  for (const ms of againMs) {
    try {
      return await read();
    } catch (error) {
      if (statusOf(error) !== 404) {
        throw error;
      }
      await delay(ms, context.signal);
    }
  }
  return read();
}

/** A journaled fact. @throws BackupError where the journal does not hold it (written by another version) */
export function fact(record: Pick<OperationRecord, 'intent' | 'title'>, name: string): string {
  const value: JsonObject[string] = record.intent[name];
  if (typeof value !== 'string') {
    throw new BackupError(`The journal of "${record.title}" does not say ${name}: it was written by another version.`, {
      code: 'JournalIncomplete',
      remedies: ['Look at the resource in the tree.'],
    });
  }
  return value;
}

/** The service's own clock (its `Date` header), ISO 8601 UTC; ours where it did not say. */
export function serviceTime(header: string | undefined, nowMs: number): string {
  const ms = header === undefined ? Number.NaN : Date.parse(header);
  return new Date(Number.isNaN(ms) ? nowMs : ms).toISOString();
}
