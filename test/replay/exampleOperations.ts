/** How our trackers take one answer of an operation that Azure has published. */
import type { Json } from '../../src/core/json.ts';
import type { OperationRecord, Tracker, TrackedResponse } from '../../src/core/operation.ts';
import { idUpTo } from '../../src/core/armId.ts';
import { armOperationTracker, armResultTracker } from '../../src/providers/arm/armOperation.ts';
import { jobTracker } from '../../src/providers/recoveryServices/tracking/jobTracker.ts';
import { addressOf } from './address.ts';
import { codeOf } from './answers.ts';
import { operationAddressOf, stateOf, type OperationAddress } from './changes/operations.ts';
import type { Interaction } from './interaction.ts';
import { at, many, textOf } from './raw.ts';

const nowMs = Date.UTC(2026, 0, 5);

/** @returns every difference; undefined where the address is none of an operation's */
export function operationDifferences(answer: Interaction): string[] | undefined {
  const address = operationAddressOf(addressOf(answer.url));
  if (!address) {
    return undefined;
  }
  const { id } = idsOf(answer);
  const vaultId = idUpTo(id, 'vaults');
  return [
    ...followed(armOperationTracker, answer, address, id),
    ...followed(armResultTracker, answer, address, id),
    ...(vaultId === undefined ? [] : jobFollowed(answer, address, id, vaultId)),
  ];
}

function followed(tracker: Tracker, answer: Interaction, address: OperationAddress, id: string): string[] {
  const { status, error } = stepOf(tracker, answer, address, id);
  const expected = expectedOf(answer, address);
  const code = expected === 'failed' ? codeOf(answer.body) : undefined;
  return [
    ...(status === expected ? [] : [`${tracker.name}: expected ${expected}, got ${status}`]),
    ...(code === undefined || error?.code === code ? [] : [`${tracker.name}: expected the error ${code}, got ${error?.code ?? 'none'}`]),
  ];
}

/** The operation's success is no end here: the job that it names decides, and where it names none it is looked for. */
function jobFollowed(answer: Interaction, address: OperationAddress, id: string, vaultId: string): string[] {
  const step = stepOf(jobTracker, answer, address, id);
  const expected = expectedOf(answer, address);
  if (expected !== 'succeeded') {
    const running = expected === 'running' && step.status === 'accepted';
    return running || step.status === expected ? [] : [`${jobTracker.name}: expected ${expected}, got ${step.status}`];
  }
  const job = textOf(at(answer.body, 'properties', 'jobId')) ?? textOf(many(at(answer.body, 'properties', 'jobIds'))[0]);
  const { origin } = idsOf(answer);
  const path = `${origin}${vaultId}/backupJobs${job === undefined ? '' : `/${job}`}?`;
  const url = decodeURIComponent(step.next?.url ?? 'nothing');
  return url.startsWith(path) ? [] : [`${jobTracker.name}: expected it to ask ${path}, got ${url}`];
}

/** After a 202 that named this answer's address. Through JSON, as the journal has it. */
function stepOf(tracker: Tracker, answer: Interaction, { way }: OperationAddress, id: string): ReturnType<Tracker['step']> {
  const { origin } = idsOf(answer);
  const moment = new Date(nowMs).toISOString();
  const record: OperationRecord = {
    version: 1,
    id: 'example',
    actionId: 'example',
    title: 'Example',
    target: { id, name: 'example', kind: 'example' },
    cloud: origin,
    createdAt: moment,
    updatedAt: moment,
    status: 'sending',
    tracker: tracker.name,
    progress: {},
    intent: {},
    trace: [],
  };
  const accepted = { status: 202, headers: { [way === 'state' ? 'azure-asyncoperation' : 'location']: answer.url } };
  const { state } = tracker.begin(record, accepted, nowMs);
  const response: TrackedResponse = {
    status: answer.status,
    headers: answer.headers,
    ...(answer.body === null ? {} : { body: answer.body as Json }),
  };
  return tracker.step(JSON.parse(JSON.stringify(state)) as typeof state, response, nowMs);
}

function expectedOf({ status, body }: Interaction, { way }: OperationAddress): string {
  if (status >= 400) {
    return 'failed';
  }
  return status === 202 ? 'running' : (stateOf(body) ?? (way === 'result' || status === 204 ? 'succeeded' : 'running'));
}

function idsOf({ url }: Interaction): { origin: string; id: string } {
  return { origin: /^https?:\/\/[^/]+/.exec(url)?.[0] ?? '', id: `/${addressOf(url).segments.join('/')}` };
}
