/** Never lost, never repeated: each action against each way in which an answer can be spoiled. */
import assert from 'node:assert/strict';
import { delay } from '../../../src/core/cancellation.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { jobState, protectedItemState, type ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { backupNow } from '../../../src/providers/recoveryServices/requests.ts';
import type { SpoiledCloud } from './spoiledCloud.ts';
import { provesAll } from './spoiledTable.ts';
import {
  cloudFor,
  isRefusedFirst,
  isUnheard,
  listsAfter,
  messageOf,
  ofFollowing,
  ofSending,
  onlyThis,
  questionsAfter,
  readingAfter,
  sayings,
  together,
  type FollowingRow,
  type Placed,
  type SendingRow,
  type Spoiling,
} from './spoilings.ts';

const vaultName = 'rsv-webshop-weu';
const dayMs = 86_400_000;

/** What an action is done to, and how to see at the service itself whether it happened. */
interface Case {
  readonly actionId: string;
  readonly target: ActionTarget;
  readonly answers: Readonly<Record<string, string>>;
  /** Undefined where the service keeps no trace of it. */
  happened(): Promise<boolean | undefined>;
}

async function vaultOf(cloud: SpoiledCloud, name = vaultName): Promise<ActionTarget> {
  for (const id of cloud.sandbox.endpoint.subscriptionIds) {
    const vault = (await api.listVaults(cloud.arm, `/subscriptions/${id}`)).items.find((one) => one.name === name);
    if (vault) {
      return { kind: 'vault', id: vault.id, name: vault.name, model: vault };
    }
  }
  throw new Error(`The sandbox has no vault ${name}`);
}

async function stateOf(cloud: SpoiledCloud, id: string): Promise<string> {
  return protectedItemState(await api.getProtectedItem(cloud.arm, id), Date.now()).kind;
}

const casesOf: Readonly<Record<string, (cloud: SpoiledCloud, vault: ActionTarget) => Promise<Case>>> = {
  discoverVms: (_cloud, vault) =>
    Promise.resolve({ actionId: 'discoverVms', target: vault, answers: {}, happened: () => Promise.resolve(undefined) }),

  async protectVm(cloud, vault) {
    const found = (await api.listProtectableItems(cloud.arm, vault.id, { types: ['AzureIaasVM'] })).items;
    const model = found.find(({ friendlyName }) => friendlyName === 'jumpbox');
    assert.ok(model);
    return {
      actionId: 'protectVm',
      target: { kind: 'protectableItem', id: model.id, name: model.friendlyName, model },
      answers: { policy: `${vault.id}/backupPolicies/DefaultPolicy` },
      happened: async () => (await items(cloud, vault)).some(({ friendlyName }) => friendlyName === 'jumpbox'),
    };
  },

  async backUpNow(cloud, vault) {
    const target = await item(cloud, vault, 'vm-web-01');
    const before = (await backupsOf(cloud, vault)).length;
    return {
      actionId: 'backUpNow',
      target,
      answers: { expiry: new Date(Date.now() + 30 * dayMs).toISOString() },
      happened: async () => (await backupsOf(cloud, vault)).length === before + 1,
    };
  },

  async changePolicy(cloud, vault) {
    const target = await item(cloud, vault, 'vm-web-02');
    return {
      actionId: 'changePolicy',
      target,
      answers: { policy: `${vault.id}/backupPolicies/EnhancedPolicy` },
      happened: async () => /enhancedpolicy$/i.test((await api.getProtectedItem(cloud.arm, target.id)).policyId ?? ''),
    };
  },

  async stopKeepData(cloud, vault) {
    const target = await item(cloud, vault, 'vm-web-03');
    return { actionId: 'stopKeepData', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) === 'stopped' };
  },

  async resumeProtection(cloud, vault) {
    const target = await item(cloud, vault, 'vm-cache-01');
    return {
      actionId: 'resumeProtection',
      target,
      answers: { policy: `${vault.id}/backupPolicies/DefaultPolicy` },
      happened: async () => (await stateOf(cloud, target.id)) !== 'stopped',
    };
  },

  async stopDeleteData(cloud, vault) {
    const target = await item(cloud, vault, 'vm-api-01');
    return { actionId: 'stopDeleteData', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) === 'softDeleted' };
  },

  async undelete(cloud, vault) {
    const target = await item(cloud, vault, 'vm-api-02');
    return { actionId: 'undelete', target, answers: {}, happened: async () => (await stateOf(cloud, target.id)) !== 'softDeleted' };
  },

  async cancelJob(cloud, vault) {
    const { model } = (await item(cloud, vault, 'vm-web-02')) as ActionTarget<ProtectedItem>;
    const answer = await cloud.arm.send(await backupNow(cloud.arm.environment, model, new Date(Date.now() + dayMs)));
    // One that its policy has just started does as well.
    assert.match(`${answer.status} ${answer.text}`, /^202|UserErrorBackupOperationInProgress/);
    const running = async (): Promise<ActionTarget | undefined> => {
      const jobs = (await api.listJobs(cloud.arm, vault.id)).items;
      const job = jobs.find((one) => one.entityFriendlyName === 'vm-web-02' && jobState(one) === 'running');
      return job && { kind: 'job', id: job.id, name: job.name, model: job };
    };
    // Time stands still until it was sent: one that its policy has started may be about to end.
    const { clock } = cloud.sandbox;
    const heldRunning = async (): Promise<ActionTarget | undefined> => {
      clock.hold();
      const found = await running();
      if (!found) {
        clock.release();
      }
      return found;
    };
    let target = await heldRunning();
    for (; !target; target = await heldRunning()) {
      await delay(10);
    }
    const { id } = target;
    return {
      actionId: 'cancelJob',
      target,
      answers: {},
      happened: async () => /^cancel/i.test((await api.getJob(cloud.arm, id)).status ?? ''),
    };
  },
};

async function items(cloud: SpoiledCloud, vault: ActionTarget): Promise<readonly ProtectedItem[]> {
  return (await api.listProtectedItems(cloud.arm, vault.id, { backupManagementType: 'AzureIaasVM' })).items;
}

async function item(cloud: SpoiledCloud, vault: ActionTarget, name: string): Promise<ActionTarget> {
  const model = (await items(cloud, vault)).find(({ friendlyName }) => friendlyName === name);
  assert.ok(model, name);
  return { kind: 'protectedItem', id: model.id, name, model };
}

async function backupsOf(cloud: SpoiledCloud, vault: ActionTarget): Promise<readonly unknown[]> {
  const jobs = (await api.listJobs(cloud.arm, vault.id)).items;
  return jobs.filter((job) => job.entityFriendlyName === 'vm-web-01' && job.operation === 'Backup');
}

/** Slow enough that a backup still runs when it is cancelled, on a busy machine too. */
const speed = 200;

/** Runs every action, one after another, in a sandbox of its own. What went wrong comes back, a line for each. */
async function everyAction(fault: Spoiling, check: (cloud: SpoiledCloud, one: Case) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  const cloud = await cloudFor(fault, speed);
  try {
    const vault = await vaultOf(cloud);
    for (const [name, make] of Object.entries(casesOf)) {
      try {
        await check(cloud, await make(cloud, vault));
      } catch (error) {
        problems.push(`${name}: ${messageOf(error)}`);
      } finally {
        cloud.sandbox.clock.release();
      }
    }
  } finally {
    await cloud.close();
  }
  return problems;
}

/** Time goes on, where it was held, once the request has been answered, or nobody waits for that any more. */
const onceSent =
  (cloud: SpoiledCloud) =>
  async (id: string): Promise<void> => {
    await cloud.until(id, ({ status }) => status !== 'planned' && status !== 'sending');
    cloud.sandbox.clock.release();
  };

async function sending(cloud: SpoiledCloud, one: Case, row: SendingRow): Promise<void> {
  const { fault, taken, told } = row;
  const faults = (request: PreparedRequest): readonly Placed[] => [onlyThis(request, fault)];
  const { record, attempts, effects } = await cloud.run(one.actionId, one.target, one.answers, faults, onceSent(cloud));
  assert.equal(effects, taken ? 1 : 0, `it took effect ${effects} times: ${sayings(record)}`);
  assert.equal((await one.happened()) ?? taken, taken, 'what the service says');
  assert.ok(isRefusedFirst(row) || attempts === 1, `it was sent ${attempts} times`);
  // Nobody can find out what the service keeps no trace of.
  const lost = one.actionId === 'discoverVms' && isUnheard(row);
  assert.equal(record.status, lost ? 'unknown' : taken ? 'succeeded' : 'failed', sayings(record));
  if (told) {
    assert.match(record.error?.message ?? '', told);
  }
}

async function following(cloud: SpoiledCloud, one: Case, { fault }: FollowingRow): Promise<void> {
  const faults = (): readonly Placed[] => [questionsAfter(fault), listsAfter(fault), readingAfter(fault)];
  const { record, effects } = await cloud.run(one.actionId, one.target, one.answers, faults, onceSent(cloud));
  assert.equal(effects, 1, 'it took effect once');
  assert.equal((await one.happened()) ?? true, true, 'what the service says');
  assert.equal(record.status, 'succeeded', sayings(record));
}

describe('every action, whatever becomes of its answers', function () {
  this.timeout(300_000);
  together(
    [
      ...ofSending.map((row) => ({
        title: `sending: ${row.name}`,
        run: () => everyAction(row.fault, (cloud, one) => sending(cloud, one, row)),
      })),
      ...ofFollowing.map((row) => ({
        title: `following: ${row.name}`,
        run: () => everyAction(row.fault, (cloud, one) => following(cloud, one, row)),
      })),
    ],
    6,
  );
  provesAll('machines');
});
