/** A sandbox whose answers are spoiled, and the real engine, actions, sign-in and pipeline before it; an hour of waiting takes a minute. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { createArmClient } from '../../../src/cloud/armClient.ts';
import { createBlobReader } from '../../../src/cloud/blobReader.ts';
import { servicePrincipalCredential } from '../../../src/cloud/credentials/identityCredential.ts';
import { TokenCache } from '../../../src/cloud/credentials/tokenCache.ts';
import { createHttpClient, type VerifyingHttpClient } from '../../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../../src/cloud/pipeline.ts';
import { sandboxEnvironment } from '../../../src/cloud/sandbox/details.ts';
import type { ApplianceClient, ArmClient } from '../../../src/cloud/types.ts';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { hasEnded, type OperationRecord, type PreparedRequest } from '../../../src/core/operation.ts';
import { Engine } from '../../../src/operations/engine.ts';
import type { OperationPlan } from '../../../src/operations/types.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import type { ActionTarget, AnySendAction } from '../../../src/providers/action.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import type { FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../../src/sandbox/server/start.ts';
import { trackers } from '../../../src/providers/trackers.ts';
import { HurriedClock } from './hurriedClock.ts';
import { SpoiledAppliance } from './spoiledAppliance.ts';
import type { Placed } from './spoilings.ts';
import { StepFaults } from './stepFaults.ts';

const patienceMs = 60_000;

/** How often a request reached the service, and how often it was carried out. */
export interface Sent {
  readonly attempts: number;
  readonly effects: number;
}

/** Signed in to a sandbox and to its first appliance. */
interface Connection {
  readonly arm: ArmClient;
  readonly appliance: SpoiledAppliance;
  readonly clients: readonly VerifyingHttpClient[];
}

function connect(sandbox: RunningSandbox, silenceMs: number): Connection {
  const environment = sandboxEnvironment(sandbox.endpoint);
  const limits = { connectMs: 5_000, silenceMs };
  const client = createHttpClient(tls.createSecureContext({ ca: sandbox.certificateAuthority }), limits);
  const signIn = createHttpClient(tls.createSecureContext({ ca: sandbox.certificateAuthority }));
  const tokens = new TokenCache(servicePrincipalCredential({ environment, client: () => Promise.resolve(signIn) }, sandbox.endpoint));
  const retry = { retries: 3, firstDelayMs: 5, longestDelayMs: 20, longestRetryAfterMs: 3_000 };
  const setup = { environment, tokens, client, retry };
  const pipeline = createArmPipeline(setup);
  const blobs = createBlobReader(environment, () => Promise.resolve(setup));
  const arm = createArmClient({ environment, pipeline: () => Promise.resolve(pipeline), blobs });
  return { arm, appliance: new SpoiledAppliance(sandbox, limits, retry), clients: [client, signIn] };
}

export interface Prepared {
  readonly request: PreparedRequest;
  /** What has to be made before. */
  readonly first: PreparedRequest | undefined;
  /** Resolves to the operation's id. */
  readonly start: () => Promise<string>;
}

export class SpoiledCloud {
  readonly engine: Engine;
  readonly #folder: string;
  readonly #clock = new HurriedClock();
  readonly #options: SandboxOptions;
  readonly #silenceMs: number;
  readonly #faults = new StepFaults(() => this.#sandbox.faults);
  #sandbox: RunningSandbox;
  #connection: Connection;

  private constructor(folder: string, options: SandboxOptions, sandbox: RunningSandbox, silenceMs: number) {
    this.#folder = folder;
    this.#options = options;
    this.#silenceMs = silenceMs;
    this.#sandbox = sandbox;
    this.#connection = connect(sandbox, silenceMs);
    const { environment } = this.arm;
    this.engine = new Engine({
      folder: join(folder, 'journal'),
      clock: this.#clock,
      arm: () => this.arm,
      clientOf: (origin) => this.#clientOf(origin),
      trackers: trackers,
      followers: this.#faults.watching(followersOf()),
      canceller: (record) => cancellingRequest(record, () => environment),
      explain: refusalExplainer(() => []),
      // There is no other window, and what this one writes need not wake it.
      watchFolder: () => ({ dispose: () => undefined }),
    });
  }

  /**
   * @param speed 600: a minute of Azure is a tenth of a second
   * @param silenceMs how long an answer may take
   */
  static async open(speed: number, silenceMs: number): Promise<SpoiledCloud> {
    const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-'));
    const options: SandboxOptions = { speed, seed: 5, tokenLifetimeSeconds: 360_000 };
    return new SpoiledCloud(folder, options, await startSandbox(options), silenceMs);
  }

  /** One that can be restarted: its ports are next to each other, and none that others are given by chance. */
  static async openLasting(speed: number): Promise<SpoiledCloud> {
    const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-'));
    for (let attempt = 1; ; attempt++) {
      const port = randomInt(20_000, 30_000);
      const options: SandboxOptions = { speed, seed: 5, tokenLifetimeSeconds: 360_000, port, veeamPort: port + 1 };
      try {
        return new SpoiledCloud(folder, options, await startSandbox(options), 10_000);
      } catch (error) {
        if (attempt === 5) {
          throw error;
        }
      }
    }
  }

  get sandbox(): RunningSandbox {
    return this.#sandbox;
  }

  get arm(): ArmClient {
    return this.#connection.arm;
  }

  /** The first one beside the sandbox's Azure. */
  get appliance(): SpoiledAppliance {
    return this.#connection.appliance;
  }

  /** Another sandbox in its place, of the same seed, at the same addresses: nothing of what was begun is in it. Signed in there anew. For one that lasts. */
  async restart(): Promise<void> {
    await this.#sandbox.close();
    this.#sandbox = await startSandbox(this.#options);
    this.#leave();
    this.#connection = connect(this.#sandbox, this.#silenceMs);
    await this.engine.resume();
  }

  /** From now on these, and no others. */
  spoil(...faults: FaultInput[]): void {
    this.#faults.replace(faults);
  }

  /**
   * Builds, spoils what `faultsFor` says, starts, and waits for the end. Where something has to be there first, that
   * request is counted too. @param meanwhile done after the start, before the end is waited for
   */
  async run(
    actionId: string,
    target: ActionTarget,
    answers: Readonly<Record<string, string>>,
    faultsFor: (request: PreparedRequest, first: PreparedRequest | undefined) => readonly (Placed | FaultInput)[],
    meanwhile: (id: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ readonly record: OperationRecord; readonly first: Sent } & Sent> {
    this.spoil();
    const { request, first, start } = await this.prepare(actionId, target, answers);
    const from = this.sandbox.ledger.count;
    const record = await this.spoiled(actionId, faultsFor(request, first), async () => {
      const id = await start();
      await meanwhile(id);
      return this.until(id, ({ status }) => hasEnded(status));
    });
    return { record, first: first ? this.sentSince(from, first) : { attempts: 0, effects: 0 }, ...this.sentSince(from, request) };
  }

  /** Faults while `work` goes on, each at its step of the action. */
  spoiled<T>(actionId: string, faults: readonly (Placed | FaultInput)[], work: () => Promise<T>): Promise<T> {
    return this.#faults.during(actionId, faults, work);
  }

  /** Builds what `start` sends. */
  async prepare(actionId: string, target: ActionTarget, answers: Readonly<Record<string, string>>): Promise<Prepared> {
    const action = actionById(actionId) as AnySendAction;
    const { request, intent, first, lane } = await action.build(
      { arm: this.arm, appliance: (origin) => this.#clientOf(origin), signal: AbortSignal.timeout(patienceMs), now: Date.now },
      target,
      answers,
    );
    const plan = {
      actionId,
      title: action.title,
      target: action.describe(target),
      request,
      tracker: action.tracker,
      intent,
      ...(action.cloudOf ? { cloud: action.cloudOf(target) } : {}),
      ...(first === undefined ? {} : { first }),
      ...(lane === undefined ? {} : { lane }),
    };
    return { request, first: first?.request, start: () => this.#start(plan) };
  }

  /** What waited for long is looked at before it is sent. Between the start and the sending lies nothing but this machine. */
  async #start(plan: OperationPlan): Promise<string> {
    const started = this.engine.start(plan);
    const left = started.then(({ id }) => this.until(id, hasLeft));
    void this.#clock.calmly(left);
    return (await started).id;
  }

  /** @param from number of the last request before. */
  sentSince(from: number, { method, url }: Pick<PreparedRequest, 'method' | 'url'>): Sent {
    const path = decodedPath(url).toLowerCase();
    const sent = this.sandbox.ledger
      .list()
      .filter((entry) => entry.number > from && entry.method === method && entry.path.toLowerCase() === path);
    return { attempts: sent.length, effects: sent.filter((entry) => entry.tookEffect).length };
  }

  async close(): Promise<void> {
    await this.engine.dispose();
    this.#leave();
    await this.sandbox.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #leave(): void {
    this.#connection.clients.forEach((client) => client.dispose());
    this.appliance.dispose();
  }

  #clientOf(origin: string): ApplianceClient | undefined {
    return origin === this.appliance.origin ? this.appliance.client : undefined;
  }

  until(id: string, is: (record: OperationRecord) => boolean): Promise<OperationRecord> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const record = this.engine.get(id);
        if (record && is(record)) {
          clearTimeout(timer);
          listening.dispose();
          resolve(record);
        }
      };
      const listening = this.engine.onDidChange(look);
      const timer = setTimeout(() => {
        listening.dispose();
        reject(
          new assert.AssertionError({
            message: `It does not come to that: ${JSON.stringify({ ...this.engine.get(id), trace: [], request: undefined })}`,
          }),
        );
      }, patienceMs);
      look();
    });
  }
}

/** True as soon as it does not go on by itself to its sending, or is sent. */
function hasLeft({ status, lane, trouble }: OperationRecord): boolean {
  return status !== 'planned' || lane?.waitsSince !== undefined || trouble !== undefined;
}

/** The path of a URL as the sandbox's ledger and faults see it. */
export function decodedPath(url: string): string {
  return decodeURIComponent(new URL(url).pathname).replace(/\/{2,}/g, '/');
}
