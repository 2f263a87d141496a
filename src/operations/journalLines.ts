/**
 * The journal's line: a checksum, a space, the record as JSON, a newline. A line is whole or it is not there:
 * what a killed process or a full disk left behind fails the checksum or lacks its newline.
 */
import { createHash } from 'node:crypto';
import { isObject, parsedJson } from '../core/json.ts';
import type { OperationRecord } from '../core/operation.ts';
import { isRecord } from './recordShape.ts';

const sumLength = 16;

/** What a file of lines held. */
export interface ReadLines {
  /** The newest whole record; undefined where no line is whole. */
  readonly record?: OperationRecord;
  /** Bytes up to and including the newest such line: where a damaged tail is cut off. */
  readonly goodBytes: number;
  /** Bytes that belong to no whole line of this operation, at the end or between. */
  readonly damagedBytes: number;
  /** True where the newest whole line is a record of another version: somebody else's, to be left alone. */
  readonly otherVersion: boolean;
}

export function encodeLine(record: OperationRecord): Buffer {
  const json = JSON.stringify(record);
  return Buffer.from(`${sumOf(json)} ${json}\n`, 'utf8');
}

/** @param id what the record must be called, where that is known: what was copied or renamed must not pass for another operation */
export function readLines(bytes: Buffer, id?: string): ReadLines {
  let newest: OperationRecord | 'otherVersion' | undefined;
  let goodBytes = 0;
  let wholeBytes = 0;
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    if (newline < 0) {
      break;
    }
    const found = recordIn(bytes.toString('utf8', start, newline), id);
    if (found !== undefined) {
      newest = found;
      goodBytes = newline + 1;
      wholeBytes += newline + 1 - start;
    }
    start = newline + 1;
  }
  const damagedBytes = bytes.length - wholeBytes;
  return newest === undefined || newest === 'otherVersion'
    ? { goodBytes, damagedBytes, otherVersion: newest !== undefined }
    : { record: newest, goodBytes, damagedBytes, otherVersion: false };
}

/** Undefined for what is damaged, and for what is whole and yet no record of this operation. */
function recordIn(line: string, id: string | undefined): OperationRecord | 'otherVersion' | undefined {
  const json = wholeJson(line);
  const value = json === undefined ? undefined : parsedJson(json);
  if (isObject(value) && value['version'] !== 1) {
    return 'otherVersion';
  }
  return isRecord(value) && (id === undefined || value.id === id) ? value : undefined;
}

function wholeJson(line: string): string | undefined {
  const json = line.slice(sumLength + 1);
  return line[sumLength] === ' ' && line.slice(0, sumLength) === sumOf(json) ? json : undefined;
}

function sumOf(json: string): string {
  return createHash('sha256').update(json).digest('hex').slice(0, sumLength);
}
