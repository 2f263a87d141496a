import { lastSegment } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { fieldsOf, type Fields } from './fields.ts';

/** What every resource of a vault has, whatever its kind. */
export interface AzureRecord {
  /** In the spelling that Azure gave: for showing, copying and building URLs; compare with `sameArmId`. */
  readonly id: string;
  /** As Azure gave it; the id's last segment where the answer had none. */
  readonly name: string;
  /** `Microsoft.RecoveryServices/vaults/backupJobs`; empty where the answer had none. */
  readonly type: string;
  /** As Azure gave it, with members that we do not know. */
  readonly raw: JsonObject;
}

/** A record that could not be read; the others of its list came out. */
interface RecordProblem {
  /** Position in Azure's list, from 0. */
  readonly index: number;
  readonly error: BackupError;
}

export interface RecordList<T> {
  readonly items: readonly T[];
  readonly problems: readonly RecordProblem[];
}

/**
 * The part that all kinds share, and the record's `properties`.
 * @throws BackupError `MalformedRecord` for what is no object or has no id.
 */
export function readRecord(raw: unknown, kind: string): { readonly head: AzureRecord; readonly top: Fields; readonly properties: Fields } {
  if (!isObject(raw)) {
    throw malformed(kind, `expected an object, got ${describe(raw)}`);
  }
  const top = fieldsOf(raw);
  const id = raw['id'];
  if (typeof id !== 'string' || id.trim() === '') {
    const named = top.text('name');
    throw malformed(kind, `expected an id, got ${describe(id)}${named ? ` (its name is ${named})` : ''}`);
  }
  const head = { id, name: top.text('name') ?? lastSegment(id), type: top.text('type') ?? '', raw };
  return { head, top, properties: top.object('properties') };
}

/** Reads each record on its own, so that a broken one costs only itself. */
export function readRecords<T>(raws: readonly unknown[], read: (raw: unknown) => T): RecordList<T> {
  const items: T[] = [];
  const problems: RecordProblem[] = [];
  raws.forEach((raw, index) => {
    try {
      items.push(read(raw));
    } catch (error) {
      if (!(error instanceof BackupError)) {
        throw error;
      }
      problems.push({ index, error });
    }
  });
  return { items, problems };
}

function malformed(kind: string, what: string): BackupError {
  return new BackupError(`Azure's answer held a ${kind} that cannot be read: ${what}.`, {
    code: 'MalformedRecord',
    attempted: `read a ${kind}`,
    remedies: ['Refresh; if it stays, report it with the JSON that Azure gave.'],
  });
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
