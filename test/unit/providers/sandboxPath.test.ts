import assert from 'node:assert/strict';
import tls from 'node:tls';
import { createArmClient } from '../../../src/cloud/armClient.ts';
import { createHttpClient } from '../../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../../src/cloud/pipeline.ts';
import type { ArmClient } from '../../../src/cloud/types.ts';
import { delay } from '../../../src/core/cancellation.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { hasEnded, type OperationRecord, type PreparedRequest, type TrackStep } from '../../../src/core/operation.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { protectedItemState, type Job, type ProtectedItem, type Vault } from '../../../src/providers/recoveryServices/model.ts';
import * as requests from '../../../src/providers/recoveryServices/requests.ts';
import { trackerNames } from '../../../src/providers/recoveryServices/tracking.ts';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { tokenOf } from '../sandbox/platformSupport.ts';
import { trackers } from '../../../src/providers/trackers.ts';

/** Requests, trackers and reading together, without engine and actions. */
describe('A VM’s way through the provider, against the sandbox', function () {
  this.timeout(60_000);
  let sandbox: RunningSandbox;
  let arm: ArmClient;
  let dispose: () => void;
  let vault: Vault;
  let item: ProtectedItem;
  let policyId: string;

  before(async () => {
    // Slow enough to see a job run; a token must outlive the whole test.
    sandbox = await startSandbox({ speed: 600, seed: 5, tokenLifetimeSeconds: 360_000 });
    const { resourceManagerEndpoint, authorityHost } = sandbox.endpoint;
    const audience = `${resourceManagerEndpoint}/`;
    const environment = { kind: 'sandbox', label: 'Sandbox', resourceManagerEndpoint, authorityHost, audience } as const;
    const client = createHttpClient(tls.createSecureContext({ ca: sandbox.certificateAuthority }));
    const token = await tokenOf(sandbox);
    const tokens = { getToken: () => Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 }) };
    const pipeline = createArmPipeline({ environment, tokens, client });
    arm = createArmClient({ environment, pipeline: () => Promise.resolve(pipeline) });
    dispose = () => client.dispose();
  });
  after(async () => {
    dispose?.();
    await sandbox?.close();
  });

  /** Sends once and follows to the end; every step, each through JSON as a journal would have it. */
  async function run(prepared: PreparedRequest, trackerName: string, jobOperation?: string): Promise<TrackStep[]> {
    const tracker = trackers.get(trackerName);
    assert.ok(tracker);
    const response = await arm.send(prepared);
    assert.ok(response.status < 300, `${response.status} ${response.text}`);
    const at = new Date().toISOString();
    const record: OperationRecord = {
      version: 1,
      id: 'o',
      actionId: 'a',
      title: 't',
      target: { id: item?.id ?? vault.id, name: item?.friendlyName ?? vault.name, kind: 'VM' },
      cloud: arm.environment.resourceManagerEndpoint,
      createdAt: at,
      updatedAt: at,
      status: 'sending',
      tracker: trackerName,
      progress: {},
      intent: jobOperation === undefined ? {} : { jobOperation },
      trace: [],
    };
    const steps = [tracker.begin(record, response, Date.now())];
    for (let step = steps[0]; step && !hasEnded(step.status); step = steps.at(-1)) {
      await delay(Math.min(step.delayMs ?? 0, 250));
      const state = JSON.parse(JSON.stringify(step.state)) as JsonObject;
      steps.push(tracker.step(state, await arm.poll(tracker.poll(state).url), Date.now()));
      assert.ok(steps.length < 200, `it does not end: ${JSON.stringify(steps.at(-1))}`);
    }
    return steps;
  }
  const ending = (steps: readonly TrackStep[]): string => `${steps.at(-1)?.status} ${steps.at(-1)?.error?.message ?? ''}`.trim();
  const stateNow = async (): Promise<string> => {
    item = await api.getProtectedItem(arm, item.id);
    return protectedItemState(item, Date.now()).kind;
  };

  it('discovers VMs', async () => {
    const scopes = sandbox.endpoint.subscriptionIds.map((id) => `/subscriptions/${id}`);
    const found = (await Promise.all(scopes.map((scope) => api.listVaults(arm, scope)))).flatMap(({ items }) => items);
    for (const one of found) {
      const { items } = await api.listProtectableItems(arm, one.id, { types: ['AzureIaasVM'] });
      if (items.length > 0) {
        vault = one;
        break;
      }
    }
    assert.ok(vault, `none of ${found.length} vaults can protect a VM`);
    assert.equal(ending(await run(await requests.refreshContainers(arm.environment, vault.id), trackerNames.armOperation)), 'succeeded');
  });

  it('protects one with a policy', async () => {
    const { items } = await api.listProtectableItems(arm, vault.id);
    const target = items.find((one) => one.isVirtualMachine);
    const { items: policies } = await api.listPolicies(arm, vault.id, { backupManagementType: 'AzureIaasVM' });
    assert.ok(target && policies[0]);
    policyId = policies[0].id;
    item = { id: requests.protectedItemIdOf(target), friendlyName: target.friendlyName } as ProtectedItem;
    const steps = await run(await requests.protectVm(arm.environment, target, policyId), trackerNames.job, 'ConfigureBackup');
    assert.equal(ending(steps), 'succeeded');
    assert.equal(steps.at(-1)?.job?.operation, 'ConfigureBackup');
    assert.equal(steps.at(-1)?.state['inferred'], false);
    assert.equal(await stateNow(), 'firstBackupPending');
  });

  it('backs it up and follows the job’s tasks to its recovery point', async () => {
    const steps = await run(
      await requests.backupNow(arm.environment, item, new Date(Date.now() + 30 * 86_400_000)),
      trackerNames.job,
      'Backup',
    );
    assert.equal(ending(steps), 'succeeded');
    assert.ok(
      steps.some((step) => step.status === 'running' && (step.progress?.tasks?.length ?? 0) > 0),
      'tasks were seen while it ran',
    );
    assert.equal((await api.listRecoveryPoints(arm, item.id)).items.length, 1);
    assert.equal(await stateNow(), 'healthy');
  });

  it('finds the job by looking where its operation is not known any more', async () => {
    const before = new Set((await backupsOfItem()).map(({ id }) => id));
    const response = await arm.send(await requests.backupNow(arm.environment, item, new Date(Date.now() + 86_400_000)));
    const tracker = trackers.get(trackerNames.job);
    assert.ok(tracker && response.status === 202);
    const { 'azure-asyncoperation': _operation, location: _location, ...headers } = response.headers;
    const target = { id: item.id, name: item.friendlyName, kind: 'VM' };
    const record = {
      cloud: arm.environment.resourceManagerEndpoint,
      target,
      intent: { jobOperation: 'Backup' },
    } as unknown as OperationRecord;
    const begun = tracker.begin(record, { status: 202, headers }, Date.now());
    assert.ok(begun.next);
    const step = tracker.step(begun.state, await arm.poll(begun.next.url), Date.now());
    assert.equal(step.state['inferred'], true, JSON.stringify(step));
    assert.ok((await backupsOfItem()).some(({ id }) => id === step.job?.id));
    // A job is not in the list at once: the newest that is there can be one of an earlier backup, while this one still runs.
    assert.equal(await untilEnded(await newBackup(before)), 'Completed');
  });

  async function backupsOfItem(): Promise<Job[]> {
    const { items } = await api.listJobs(arm, vault.id, { operation: 'Backup' });
    return items.filter(({ entityFriendlyName }) => entityFriendlyName === item.friendlyName);
  }

  async function newBackup(before: ReadonlySet<string>): Promise<string> {
    for (let turn = 0; turn < 100; turn++) {
      const started = (await backupsOfItem()).find(({ id }) => !before.has(id));
      if (started) {
        return started.id;
      }
      await delay(10);
    }
    throw new Error('The backup’s job does not come into the list.');
  }

  async function untilEnded(id: string): Promise<string> {
    for (let turn = 0; turn < 100; turn++) {
      const job = await api.getJob(arm, id);
      if (job.status !== 'InProgress') {
        return job.status ?? '';
      }
      await delay(100);
    }
    return 'InProgress for too long';
  }

  it('stops it, resumes it, deletes it, takes it back', async () => {
    const cloud = arm.environment;
    assert.equal(ending(await run(await requests.stopKeepData(cloud, item), trackerNames.job)), 'succeeded');
    assert.equal(await stateNow(), 'stopped');
    assert.equal(ending(await run(await requests.assignPolicy(cloud, item, policyId), trackerNames.job)), 'succeeded');
    assert.notEqual(await stateNow(), 'stopped');
    assert.equal(ending(await run(await requests.deleteItem(cloud, item), trackerNames.job)), 'succeeded');
    assert.equal(await stateNow(), 'softDeleted');
    assert.deepEqual(protectedItemState(item, Date.now()), { kind: 'softDeleted', daysLeft: 14 });
    assert.ok((await api.listSoftDeletedContainers(arm, vault.id)).items.some(({ friendlyName }) => friendlyName === item.friendlyName));
    assert.equal(ending(await run(await requests.undelete(cloud, item), trackerNames.job)), 'succeeded');
    assert.equal(await stateNow(), 'stopped');
  });

  it('reads every container, item, policy, job and recovery point of the world without a problem', async () => {
    const problems: string[] = [];
    for (const id of sandbox.endpoint.subscriptionIds) {
      for (const one of (await api.listVaults(arm, `/subscriptions/${id}`)).items) {
        const lists = await Promise.all([
          api.listContainers(arm, one.id),
          api.listProtectedItems(arm, one.id),
          api.listProtectableItems(arm, one.id),
          api.listPolicies(arm, one.id),
          api.listJobs(arm, one.id),
        ]);
        problems.push(...lists.flatMap((list) => list.problems.map(({ error }) => `${one.name}: ${error.message}`)));
      }
    }
    assert.deepEqual(problems, []);
  });
});
