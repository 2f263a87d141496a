import assert from 'node:assert/strict';
import { parseTarget } from '../../../src/sandbox/arm/path.ts';
import { failureToWire, toWire, type WireReply } from '../../../src/sandbox/arm/reply.ts';
import { TemplateRouter } from '../../../src/sandbox/arm/router.ts';
import { createToolbox } from '../../../src/sandbox/arm/toolbox.ts';
import { ArmFailure, type Json, type SandboxClock } from '../../../src/sandbox/arm/types.ts';
import { createProviders, createWorld } from '../../../src/sandbox/providers.ts';
import { createRandom } from '../../../src/sandbox/server/random.ts';
import { TrafficFile, trafficVariable } from '../../../src/sandbox/server/traffic.ts';
import type { BlobStore } from '../../../src/sandbox/storage/blobStore.ts';
import type { World } from '../../../src/sandbox/world/world.ts';

export const second = 1000;
export const minute = 60 * second;
export const day = 24 * 60 * minute;

const origin = 'https://127.0.0.1:8443';

/** What an answer holds, reached by a path such as `properties.status` or `value.0.name`. */
export interface DomainReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
  at(path: string): unknown;
  /** `value` of a list. */
  readonly list: readonly DomainEntry[];
}

export interface DomainEntry {
  readonly id: string;
  readonly name: string;
  readonly type?: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The sandbox's providers without HTTP, on a clock that the test moves. */
export class Domain {
  readonly world: World;
  now: number;
  readonly #router = new TemplateRouter();

  constructor(options: { seed?: number; speed?: number; startAt?: number; vaults?: number; items?: number; blobs?: BlobStore } = {}) {
    this.now = options.startAt ?? Date.UTC(2026, 2, 11, 10, 7, 13, 421);
    const speed = options.speed ?? 1;
    const clock: SandboxClock = { speed, now: () => this.now, scaled: (azureMs) => azureMs / speed };
    const random = createRandom(options.seed ?? 7);
    this.world = createWorld({ clock, random, vaults: options.vaults, items: options.items });
    for (const provider of createProviders(this.world, createToolbox(clock, random), options.blobs)) {
      provider.register(this.#router);
    }
  }

  pass(ms: number): void {
    this.now += ms;
  }

  /** @param target a path, with or without a query, or a URL that an answer gave. */
  async call(method: string, target: string, body?: unknown, apiVersion = '2025-02-01'): Promise<DomainReply> {
    const { segments, path, query } = parseTarget(target.replace(origin, ''));
    const match = this.#router.match(segments);
    const handler = match?.handlers.get(method);
    assert.ok(match && handler, `no route for ${method} ${path}`);
    const version = query.get('api-version') ?? apiVersion;
    const request = {
      method,
      path,
      params: match.params,
      query,
      apiVersion: version,
      body: body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as Json),
      headers: {},
      origin,
    };
    try {
      const reply = await handler(request);
      record(method, target, body, version, toWire(reply));
      return replyOf(reply.status, reply.headers ?? {}, reply.body);
    } catch (error) {
      if (error instanceof ArmFailure) {
        record(method, target, body, version, failureToWire(error));
        return replyOf(error.status, { 'x-ms-failure-cause': error.failureCause }, { error: { code: error.code, message: error.message } });
      }
      throw error;
    }
  }

  async get(target: string): Promise<DomainReply> {
    return this.call('GET', target);
  }

  /** Every page of a list. */
  async all(target: string): Promise<DomainEntry[]> {
    const found: DomainEntry[] = [];
    for (let next: string | undefined = target; next !== undefined;) {
      const page: DomainReply = await this.get(next);
      assert.equal(page.status, 200, JSON.stringify(page.body));
      found.push(...page.list);
      next = page.at('nextLink') as string | undefined;
    }
    return found;
  }

  vaultId(name: string): string {
    const vault = this.world.allVaults().find((known) => known.name === name);
    assert.ok(vault, `no vault ${name}`);
    return vault.id;
  }

  /** Id of a machine of the catalogue. */
  machineId(name: string): string {
    const [machine] = this.world.subscriptions
      .flatMap((subscription) => this.world.machines(subscription.subscriptionId))
      .filter((known) => known.name === name);
    assert.ok(machine, `no machine ${name}`);
    return `/subscriptions/${machine.subscriptionId}/resourceGroups/${machine.resourceGroup}/providers/Microsoft.Compute/virtualMachines/${machine.name}`;
  }

  /** The protected item of a name, read back. */
  async item(vault: string, friendlyName: string): Promise<DomainEntry> {
    const items = await this.all(`${this.vaultId(vault)}/backupProtectedItems`);
    const item = items.find((candidate) => candidate.properties.friendlyName === friendlyName);
    assert.ok(item, `${vault} holds no ${friendlyName}`);
    return item;
  }

  /** The job behind a 202, read through the URL that the answer gave, once the operation has ended. */
  async jobOf(vault: string, accepted: DomainReply): Promise<DomainReply> {
    const status = await this.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    assert.equal(status.at('status'), 'Succeeded', JSON.stringify(status.body));
    return this.get(`${this.vaultId(vault)}/backupJobs/${String(status.at('properties.jobId'))}`);
  }
}

/** Where an item of a machine goes in a vault's paths. */
export function itemPath(vaultId: string, machineId: string): string {
  const parts = machineId.split('/');
  const native = `iaasvmcontainerv2;${parts[4] ?? ''};${parts[8] ?? ''}`;
  return `${vaultId}/backupFabrics/Azure/protectionContainers/IaasVMContainer;${native}/protectedItems/vm;${native}`;
}

export function protection(machineId: string, policyId: string): unknown {
  return { properties: { protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: machineId, policyId } };
}

export const backupRequest = { properties: { objectType: 'IaasVMBackupRequest' } };

function replyOf(status: number, headers: Readonly<Record<string, string>>, body: Json | undefined): DomainReply {
  const at = (path: string): unknown =>
    path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], body);
  const list = at('value');
  return { status, headers, body, at, list: Array.isArray(list) ? (list as DomainEntry[]) : [] };
}

/** As the whole sandbox records its traffic: what is asked here is a test's own, what is answered is the sandbox's. */
function record(method: string, target: string, body: unknown, apiVersion: string, reply: WireReply): void {
  const folder = process.env[trafficVariable];
  if (folder) {
    const asked = target.replace(origin, '');
    const versioned = /[?&]api-version=/.test(asked) ? asked : `${asked}${asked.includes('?') ? '&' : '?'}api-version=${apiVersion}`;
    TrafficFile.in(folder).note(
      { method, target: versioned, caller: undefined, body: body === undefined ? undefined : JSON.stringify(body) },
      reply,
    );
  }
}
