/**
 * Never lost, never repeated: a database from protection to undeletion, against each way in which an answer can be spoiled. A
 * database of the same name, in an instance of the same name on another machine, has the same done to it at the same time.
 */
import assert from 'node:assert/strict';
import type { OperationRecord } from '../../../src/core/operation.ts';
import type { ArmResponse } from '../../../src/cloud/types.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import {
  protectedItemState,
  type Job,
  type ProtectableItem,
  type ProtectedItem,
  type Vault,
} from '../../../src/providers/recoveryServices/model.ts';
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
  settled,
  together,
  type SendingRow,
  type Spoiling,
} from './spoilings.ts';

const dayMs = 86_400_000;
/** Model is the one system database with the full recovery model. */
const name = 'model';
const [server, twinServer] = ['sql-orders-01', 'sql-orders-02'];
const [policy, other] = ['HourlyLogBackup', 'SQL-Full-Daily-Log-15min'];

interface Step {
  readonly actionId: string;
  readonly answers: Readonly<Record<string, string>>;
  /** What the service has of it; it has changed where the step happened. */
  trace(): Promise<unknown>;
  /** What is done to the namesake meanwhile. */
  readonly twin: 'backup' | 'configure';
}

class Walk {
  readonly #cloud: SpoiledCloud;
  readonly #vault: Vault;
  readonly #backupTypes: readonly string[];
  #twinId = '';
  #twinPolicy = policy;
  #stirred = 0;

  private constructor(cloud: SpoiledCloud, vault: Vault, backupTypes: readonly string[]) {
    this.#cloud = cloud;
    this.#vault = vault;
    this.#backupTypes = backupTypes;
  }

  static async in(cloud: SpoiledCloud, backupTypes: readonly string[]): Promise<Walk> {
    const all = await Promise.all(cloud.sandbox.endpoint.subscriptionIds.map((id) => api.listVaults(cloud.arm, `/subscriptions/${id}`)));
    const vault = all.flatMap(({ items }) => items).find((one) => one.name === 'rsv-sql-weu');
    assert.ok(vault);
    const walk = new Walk(cloud, vault, backupTypes);
    await walk.#protectTwin();
    return walk;
  }

  get steps(): readonly Step[] {
    const vault = this.#vault;
    const policyOf = (wanted: string): Record<string, string> => ({ policy: `${vault.id}/backupPolicies/${wanted}` });
    const expiry = new Date(Date.now() + 60 * dayMs).toISOString();
    const item = async (): Promise<ProtectedItem | undefined> => this.#item(server);
    const state = async (): Promise<unknown> => {
      const found = await item();
      return found === undefined ? 'none' : protectedItemState(found, Date.now()).kind;
    };
    const policyName = async (): Promise<unknown> => (await item())?.policyId?.toLowerCase();
    const backup = (backupType: string): Step => ({
      actionId: 'backUpDatabase',
      answers: { backupType, compression: 'no', expiry },
      trace: () => this.#points(backupType),
      twin: 'backup',
    });
    const change = (actionId: string, trace: () => Promise<unknown>, answers: Record<string, string> = {}): Step => ({
      actionId,
      answers,
      trace,
      twin: 'configure',
    });
    return [
      change('protectDatabase', state, policyOf(policy)),
      ...this.#backupTypes.map(backup),
      change('changePolicy', policyName, policyOf(other)),
      change('stopKeepData', state),
      change('resumeProtection', policyName, policyOf(policy)),
      change('stopDeleteData', state),
      change('undelete', state),
    ];
  }

  async sending(step: Step, row: SendingRow): Promise<void> {
    const before = await step.trace();
    await this.#stirTwin(step);
    const { record, attempts, effects } = await this.#run(step, row.fault);
    assert.equal(effects, row.taken ? 1 : 0, `it took effect ${effects} times: ${sayings(record)}`);
    assert.ok(isRefusedFirst(row) || attempts === 1, `it was sent ${attempts} times`);
    const truth = row.taken ? 'succeeded' : 'failed';
    assert.ok(record.status === truth || (isUnheard(row) && record.status === 'unknown'), `not ${truth}: ${sayings(record)}`);
    if (row.told) {
      assert.match(record.error?.message ?? '', row.told);
    }
    await this.#isOurs(record);
    if (row.taken) {
      await settled(step.actionId, async () => !same(await step.trace(), before));
    } else {
      assert.deepEqual(await step.trace(), before, 'what the service says');
      await this.#plainly(step);
    }
  }

  async following(step: Step, fault: Spoiling): Promise<void> {
    const before = await step.trace();
    await this.#stirTwin(step);
    const { record, effects } = await this.#cloud.run(step.actionId, await this.#target(step), step.answers, () => [
      questionsAfter(fault),
      listsAfter(fault),
      readingAfter(fault),
    ]);
    assert.equal(effects, 1, 'it took effect once');
    assert.equal(record.status, 'succeeded', sayings(record));
    await this.#isOurs(record);
    assert.ok(!same(await step.trace(), before), 'what the service says');
  }

  /** So that the next step finds what it needs. */
  async #plainly(step: Step): Promise<void> {
    const { record } = await this.#cloud.run(step.actionId, await this.#target(step), step.answers, () => []);
    assert.equal(record.status, 'succeeded', `unspoiled: ${sayings(record)}`);
  }

  async #run(step: Step, fault: Spoiling): ReturnType<SpoiledCloud['run']> {
    return this.#cloud.run(step.actionId, await this.#target(step), step.answers, (request) => [onlyThis(request, fault)]);
  }

  async #target({ actionId }: Step): Promise<ActionTarget> {
    if (actionId === 'protectDatabase') {
      return this.#protectable(server);
    }
    const model = await this.#item(server);
    assert.ok(model, `${name} is not protected`);
    return { kind: 'protectedItem', id: model.id, name, model };
  }

  async #protectable(on: string): Promise<ActionTarget<ProtectableItem>> {
    const { items } = await api.listProtectableItems(this.#cloud.arm, this.#vault.id, { types: ['AzureWorkload'] });
    const model = items.find((one) => one.friendlyName === name && one.serverName === on);
    assert.ok(model, `${name} of ${on} is not offered`);
    return { kind: 'protectableItem', id: model.id, name, model };
  }

  async #item(on: string): Promise<ProtectedItem | undefined> {
    const { items } = await api.listProtectedItems(this.#cloud.arm, this.#vault.id, { backupManagementType: 'AzureWorkload' });
    return items.find((one) => one.friendlyName === name && one.id.toLowerCase().includes(`;${on}/`));
  }

  /** How many points there are, or how far the log reaches. */
  async #points(backupType: string): Promise<unknown> {
    const item = await this.#item(server);
    assert.ok(item);
    const { items } = await api.listRecoveryPoints(this.#cloud.arm, item.id);
    return backupType === 'Log' ? items.flatMap(({ timeRanges }) => timeRanges.map(({ end }) => end)) : items.length;
  }

  async #protectTwin(): Promise<void> {
    const { record } = await this.#cloud.run(
      'protectDatabase',
      await this.#protectable(twinServer),
      { policy: `${this.#vault.id}/backupPolicies/${policy}` },
      () => [],
    );
    assert.equal(record.status, 'succeeded', sayings(record));
    this.#twinId = (await this.#item(twinServer))?.id ?? '';
  }

  /** The same kind of thing to the namesake, beside the product. Whether it is taken is not the matter: its jobs are there. */
  async #stirTwin({ twin, answers }: Step): Promise<void> {
    const { arm } = this.#cloud;
    const send = (method: 'PUT' | 'POST', path: string, properties: object): Promise<ArmResponse> =>
      arm.send({
        method,
        url: `${arm.environment.resourceManagerEndpoint}${path}?api-version=2023-06-01`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ properties }),
      });
    const properties = { objectType: 'AzureWorkloadBackupRequest', backupType: answers.backupType };
    if (twin === 'backup') {
      this.#stirred += Number((await send('POST', `${this.#twinId}/backup`, properties)).status === 202);
      return;
    }
    this.#twinPolicy = this.#twinPolicy === policy ? other : policy;
    const policyId = `${this.#vault.id}/backupPolicies/${this.#twinPolicy}`;
    this.#stirred += Number(
      (await send('PUT', this.#twinId, { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId })).status === 202,
    );
  }

  /** How often something was begun with the namesake. */
  get stirred(): number {
    return this.#stirred;
  }

  /** Jobs of namesakes are told apart by what their names and bags say of the machine. */
  async #isOurs({ job }: OperationRecord): Promise<void> {
    if (job !== undefined) {
      const read: Job = await api.getJob(this.#cloud.arm, job.id);
      assert.doesNotMatch(JSON.stringify(read), new RegExp(twinServer), 'it is a job of the namesake');
      assert.match(JSON.stringify(read), new RegExp(server));
    }
  }
}

const same = (one: unknown, two: unknown): boolean => JSON.stringify(one) === JSON.stringify(two);

/**
 * Of the rows in turn; what is sent, followed and settled differs by what is asked for alone. Not both kinds of full backup
 * in one: their jobs look alike, and here seconds lie between them, where a database needs minutes.
 */
const typesOfRows = [['Full', 'Differential'], ['Full', 'Log'], ['CopyOnlyFull']];

/** All steps, one after another; what went wrong comes back, a line for each. @param at of the row */
async function walk(at: number, fault: Spoiling, check: (walk: Walk, step: Step) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  const cloud = await cloudFor(fault, 2_000);
  try {
    const one = await Walk.in(cloud, typesOfRows[at % typesOfRows.length] ?? []);
    for (const step of one.steps) {
      await check(one, step).catch((error: unknown) =>
        problems.push(`${step.actionId} ${step.answers.backupType ?? ''}: ${messageOf(error)}`),
      );
    }
    if (one.stirred < 3) {
      problems.push(`only ${one.stirred} jobs of the namesake ran`);
    }
  } finally {
    await cloud.close();
  }
  return problems;
}

describe('databases and their namesakes, whatever becomes of the answers', function () {
  this.timeout(300_000);
  together(
    [
      ...ofSending.map((row, at) => ({
        title: `sending: ${row.name}`,
        run: () => walk(at, row.fault, (one, step) => one.sending(step, row)),
      })),
      ...ofFollowing.map(({ name: title, fault }, at) => ({
        title: `following: ${title}`,
        run: () => walk(at, fault, (one, step) => one.following(step, fault)),
      })),
    ],
    6,
  );
  provesAll('databases');
});
