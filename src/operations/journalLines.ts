/**
 * The journal's line: a checksum, a space, the record as JSON, a newline. A line is whole or it is not there:
 * what a killed process or a full disk left behind fails the checksum or lacks its newline.
 */
import { createHash } from 'node:crypto';
import { isObject } from '../core/json.ts';
import { hasEnded, type OperationRecord, type OperationStatus } from '../core/operation.ts';

const pendingStatuses: readonly string[] = ['planned', 'sending', 'accepted', 'running'] satisfies OperationStatus[];
const sumLength = 16;

/** What a file of lines held. */
export interface ReadLines {
  /** The newest whole record; undefined where no line is whole. */
  readonly record?: OperationRecord;
  /** Bytes up to and including the newest whole line: where a damaged tail is cut off. */
  readonly goodBytes: number;
  /** Bytes that belong to no whole line, at the end or between. */
  readonly damagedBytes: number;
  /** True where the newest whole line is not a record of this version: somebody else's, to be left alone. */
  readonly otherVersion: boolean;
}

export function encodeLine(record: OperationRecord): Buffer {
  const json = JSON.stringify(record);
  return Buffer.from(`${sumOf(json)} ${json}\n`, 'utf8');
}

export function readLines(bytes: Buffer): ReadLines {
  let newest: unknown;
  let goodBytes = 0;
  let wholeBytes = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    if (newline < 0) {
      break;
    }
    const json = wholeJson(bytes.toString('utf8', start, newline));
    if (json !== undefined) {
      newest = JSON.parse(json);
      goodBytes = newline + 1;
      wholeBytes += newline + 1 - start;
    }
    start = newline + 1;
  }
  const damagedBytes = bytes.length - wholeBytes;
  return isRecord(newest)
    ? { record: newest, goodBytes, damagedBytes, otherVersion: false }
    : { goodBytes, damagedBytes, otherVersion: goodBytes > 0 };
}

function wholeJson(line: string): string | undefined {
  const json = line.slice(sumLength + 1);
  return line[sumLength] === ' ' && line.slice(0, sumLength) === sumOf(json) ? json : undefined;
}

/** A whole line may still be of another version of this extension. */
function isRecord(value: unknown): value is OperationRecord {
  return (
    isObject(value) &&
    value['version'] === 1 &&
    typeof value['id'] === 'string' &&
    typeof value['status'] === 'string' &&
    (pendingStatuses.includes(value['status']) || hasEnded(value['status'] as OperationStatus)) &&
    isObject(value['target']) &&
    isObject(value['progress']) &&
    Array.isArray(value['trace'])
  );
}

function sumOf(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, sumLength);
}
