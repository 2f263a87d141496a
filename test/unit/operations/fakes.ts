import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serviceErrorOf } from '../../../src/cloud/serviceError.ts';
import type { ArmClient, ArmResponse } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { isObject, stringAt, type Json, type JsonObject } from '../../../src/core/json.ts';
import { hasEnded, type OperationRecord, type PreparedRequest, type Tracker, type TrackStep } from '../../../src/core/operation.ts';
import type { Clock } from '../../../src/operations/clock.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import { Engine } from '../../../src/operations/engine.ts';
import type { EngineOptions } from '../../../src/operations/context.ts';
import type { Follower, OperationEngine, OperationPlan } from '../../../src/operations/types.ts';

/** A clock whose hands the test turns; what is due runs in order. */
export class FakeClock implements Clock {
  time = Date.parse('2026-03-01T12:00:00Z');
  readonly #timers = new Map<object, { at: number; readonly callback: () => void }>();

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): { dispose(): void } {
    const key = {};
    this.#timers.set(key, { at: this.time + ms, callback });
    return { dispose: () => void this.#timers.delete(key) };
  }

  /** Timers that were set before the hands were moved go on as they would have: on a machine that slept they stood still. */
  shift(ms: number): void {
    for (const timer of this.#timers.values()) {
      timer.at += ms;
    }
  }

  /** Turns the hands by `ms`, running what comes due and letting it finish its work on disk. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      await idle();
      const next = [...this.#timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next) {
        break;
      }
      this.#timers.delete(next[0]);
      this.time = Math.max(this.time, next[1].at);
      next[1].callback();
    }
    this.time = end;
    await idle();
  }
}

/** Until no file operation of this process is under way and what waited for it has run. */
export async function idle(): Promise<void> {
  for (let quiet = 0; quiet < 5;) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = process.getActiveResourcesInfo().some((name) => /^FS|Close/.test(name)) ? 0 : quiet + 1;
  }
}

export const origin = 'https://management.example';
export const itemId = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1/backupFabrics/Azure/item';
export const signedUrl = `${origin}${itemId}/operationsStatus/1?api-version=2025-02-01&t=638&c=CERT&s=SIGNATURE&h=HASH`;

export function answer(status: number, body?: Json, headers: Record<string, string> = {}): ArmResponse {
  return {
    status,
    headers,
    url: signedUrl,
    text: body === undefined ? '' : JSON.stringify(status >= 400 ? { error: body } : body),
    requestId: 'req-1',
    ...(body === undefined ? {} : { body }),
  };
}

type Reply = ArmResponse | Error | Promise<ArmResponse>;

/** Answers from a list (the last one again and again) and counts; `never` hangs like a dead connection. */
export class FakeArm implements ArmClient {
  readonly environment;
  readonly sent: PreparedRequest[] = [];
  readonly polled: string[] = [];
  /** Replaced where the service is known to take no more. */
  heldBack: NonNullable<ArmClient['heldBack']> = () => undefined;
  sendReplies: Reply[] = [answer(202, undefined, { location: signedUrl })];
  pollReplies: Reply[] = [answer(200, { step: 'running' })];

  constructor(endpoint = origin) {
    this.environment = {
      kind: 'custom' as const,
      label: 'Test',
      resourceManagerEndpoint: endpoint,
      authorityHost: endpoint,
      audience: endpoint,
    };
  }

  get(): Promise<ArmResponse> {
    return Promise.resolve(answer(200, {}));
  }
  page(): Promise<{ items: readonly unknown[] }> {
    return Promise.resolve({ items: [] });
  }
  async *pages(): AsyncIterable<{ items: readonly unknown[] }> {
    yield await this.page();
  }
  poll(url: string): Promise<ArmResponse> {
    this.polled.push(url);
    return reply(this.pollReplies);
  }
  send(request: PreparedRequest): Promise<ArmResponse> {
    this.sent.push(request);
    return reply(this.sendReplies);
  }
}

function reply(replies: Reply[]): Promise<ArmResponse> {
  const next = replies.length > 1 ? replies.shift() : replies[0];
  return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? answer(500));
}

export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

export function noAnswer(): BackupError {
  return new BackupError('The connection broke.', { code: 'NoAnswer' });
}

/** Steps as the body says: `{step, percent, waitMs, cancellable}`; keeps the signed URL in its state, as real ones do. */
const tracker: Tracker = {
  name: 'fake',
  begin: (_record, response) =>
    stringAt(response.body, 'step') === undefined
      ? {
          status: 'accepted',
          state: { url: response.headers['location'] ?? signedUrl, insistMs: Number(response.headers['x-insist'] ?? 0) },
          delayMs: 10_000,
        }
      : stepOf({ url: signedUrl }, response.body),
  poll: (state) => ({ url: stringAt(state, 'url') ?? '', ...(state['insistMs'] ? { insistMs: Number(state['insistMs']) } : {}) }),
  step: (state, response) =>
    response.status >= 500
      ? {
          status: 'failed',
          state,
          error: { ...serviceErrorOf(response.status, JSON.stringify(response.body)), requestId: 'req-1' },
          readBackDecides: true,
        }
      : stepOf(state, response.body),
};

function stepOf(state: JsonObject, body: Json | undefined): TrackStep {
  const status = stringAt(body, 'step') as OperationRecord['status'];
  const said = isObject(body) ? body : {};
  const percent = said['percent'];
  return {
    status,
    state,
    progress: { message: 'Transfer', ...(typeof percent === 'number' ? { percent } : {}) },
    ...(hasEnded(status) ? {} : { delayMs: typeof said['waitMs'] === 'number' ? said['waitMs'] : 10_000 }),
    ...(status === 'running' ? { job: { id: `${itemId}/backupJobs/J1`, name: 'J1', cancellable: said['cancellable'] === true } } : {}),
    ...(status === 'failed' ? { error: { code: 'UserErrorX', message: `It failed; see ${signedUrl} for more.` } } : {}),
  };
}

export class FakeFollower implements Follower {
  looks = 0;
  reads = 0;
  settlement: Awaited<ReturnType<Follower['settle']>> | Error = { found: 'absent', because: 'the vault has no such job' };
  reading: Awaited<ReturnType<Follower['readBack']>> | Error = { reading: 'asAsked', sentence: 'vm-1 has a new recovery point.' };

  readBack(): ReturnType<Follower['readBack']> {
    this.reads += 1;
    return this.reading instanceof Error ? Promise.reject(this.reading) : Promise.resolve(this.reading);
  }
  settle(): ReturnType<Follower['settle']> {
    this.looks += 1;
    return this.settlement instanceof Error ? Promise.reject(this.settlement) : Promise.resolve(this.settlement);
  }

  firstLooks = 0;
  /** Of the place that comes first; looked at before it is made too. */
  firstSettlement: Awaited<ReturnType<Follower['settle']>> | Error = { found: 'absent', because: 'there is no such place' };
  settleFirst(): ReturnType<Follower['settle']> {
    this.firstLooks += 1;
    return this.firstSettlement instanceof Error ? Promise.reject(this.firstSettlement) : Promise.resolve(this.firstSettlement);
  }
}

export const plan: OperationPlan = {
  actionId: 'backupNow',
  title: 'Back Up Now',
  target: { id: itemId, name: 'vm-1', kind: 'protected item', containerName: 'v1' },
  request: {
    method: 'POST',
    url: `${origin}${itemId}/backup?api-version=2025-02-01`,
    headers: { 'content-type': 'application/json' },
    body: '{"properties":{"objectType":"IaasVMBackupRequest"}}',
  },
  tracker: 'fake',
  intent: { expiry: '2026-04-01T00:00:00Z' },
};

export interface House {
  readonly engine: Engine;
  readonly arm: FakeArm;
  readonly follower: FakeFollower;
  readonly clock: FakeClock;
  readonly problems: BackupError[];
  readonly ends: OperationRecord[];
}

export function newFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'operations-'));
}

/** From now on nothing can be written there, by root neither: a file stands where the folder was. */
export function breakFolder(folder: string): void {
  rmSync(folder, { recursive: true });
  writeFileSync(folder, '');
}

const built: { engine: Engine; clock: FakeClock }[] = [];

/** One window's engine on a folder. */
export function house(
  folder: string,
  parts: Partial<EngineOptions> & {
    arm?: never;
    client?: FakeArm;
    connected?: () => boolean;
    clock?: FakeClock;
    follower?: FakeFollower;
  } = {},
): House {
  const arm = parts.client ?? new FakeArm();
  const clock = parts.clock ?? new FakeClock();
  const follower = parts.follower ?? new FakeFollower();
  const { client: _client, follower: _follower, arm: _arm, connected = () => true, ...options } = parts;
  const engine = new Engine({
    folder,
    trackers: new Map([['fake', tracker]]),
    followers: new Map([['backupNow', follower]]),
    canceller: (record) => Promise.resolve({ method: 'POST', url: `${origin}${record.job?.id}/cancel`, headers: {} }),
    explain: refusalExplainer((code) => (code === 'AuthorizationFailed' ? ['Ask for a role.'] : [])),
    watchFolder: () => ({ dispose: () => undefined }),
    ...options,
    arm: () => (connected() ? arm : undefined),
    clock,
  });
  built.push({ engine, clock });
  const problems: BackupError[] = [];
  const ends: OperationRecord[] = [];
  engine.onProblem((problem) => problems.push(problem));
  engine.onDidEnd((record) => ends.push(record));
  return { engine, arm, follower, clock, problems, ends };
}

/** Lets go of every engine that a test made; those that wait for a last answer wait it out. */
export async function disposeAll(): Promise<void> {
  for (const { engine, clock } of built.splice(0)) {
    const done = engine.dispose();
    await clock.advance(2_000);
    await done;
  }
}

export function statusOf(engine: OperationEngine, id: string): string | undefined {
  return engine.get(id)?.status;
}

/** Gives each test of the suite a new folder; afterwards its engines are ended and the folder is gone. */
export function eachInItsFolder(take: (folder: string) => void): void {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
    take(folder);
  });
  afterEach(async () => {
    await disposeAll();
    await rm(folder, { recursive: true, force: true });
  });
}
