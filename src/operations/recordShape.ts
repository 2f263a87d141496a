/**
 * Whether what was read is a record of this version. A line that is whole may still hold another shape: of another
 * version of this extension, or of a hand that was in the file. What all readers rely on is looked at, member by member.
 */
import { isObject } from '../core/json.ts';
import { hasEnded, type OperationRecord, type OperationStatus } from '../core/operation.ts';

const pending: readonly string[] = ['planned', 'sending', 'accepted', 'running'] satisfies OperationStatus[];

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === 'string';
const filled: Check = (value) => typeof value === 'string' && value !== '';
const flag: Check = (value) => typeof value === 'boolean';
const amount: Check = (value) => typeof value === 'number';
const moment: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const object: Check = (value) => isObject(value);
const status: Check = (value) => typeof value === 'string' && (pending.includes(value) || hasEnded(value as OperationStatus));
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const shape =
  (members: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(members).every(([name, check]) => check(value[name]));

const error = shape({ code: text, message: text, remedies: maybe(listOf(text)) });
const request = shape({ method: filled, url: filled, headers: object, body: maybe(text) });
const progress = shape({
  percent: maybe(amount),
  message: maybe(text),
  tasks: maybe(listOf(shape({ name: text, status: text }))),
  properties: maybe(object),
});

const record = shape({
  version: (value) => value === 1,
  id: filled,
  actionId: text,
  title: text,
  target: shape({ id: text, name: text, kind: text }),
  cloud: text,
  createdAt: moment,
  startedAt: maybe(moment),
  updatedAt: moment,
  endedAt: maybe(moment),
  status,
  batch: maybe(shape({ id: filled, size: amount, retryOf: maybe(filled), isQueued: maybe(flag) })),
  asked: maybe(shape({ targetId: filled, answers: object })),
  request: maybe(request),
  first: maybe(shape({ request, tracker: text, title: text })),
  lane: maybe(shape({ key: text, waiting: text, turnAt: maybe(moment) })),
  tracker: text,
  tracking: maybe(object),
  isInferred: maybe(flag),
  nextPollAt: maybe(moment),
  progress,
  job: maybe(shape({ id: text, name: text })),
  trouble: maybe(shape({ kind: text, since: text, error })),
  cancelRequestedAt: maybe(moment),
  unwatchedAt: maybe(moment),
  error: maybe(error),
  warnings: maybe(listOf(error)),
  intent: object,
  outcome: maybe(text),
  steps: maybe(listOf(shape({ at: text, status }))),
  trace: listOf(shape({ at: text, method: text, path: text, ms: amount })),
});

export function isRecord(value: unknown): value is OperationRecord {
  return record(value);
}
