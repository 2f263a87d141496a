import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { createArmClient } from '../../../src/cloud/armClient.ts';
import { createHttpClient } from '../../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../../src/cloud/pipeline.ts';
import type { ArmClient } from '../../../src/cloud/types.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { systemClock } from '../../../src/operations/clock.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import type { ActionContext, ActionTarget, Answers, AnySendAction } from '../../../src/providers/action.ts';
import { autoProtect, stopAutoProtect } from '../../../src/providers/recoveryServices/actions/autoProtection.ts';
import { remediesFor } from '../../../src/providers/recoveryServices/errorKnowledge.ts';
import { discoverSql } from '../../../src/providers/recoveryServices/actions/discover.ts';
import { inquireContainer } from '../../../src/providers/recoveryServices/actions/inquireContainer.ts';
import { registerContainer, reregisterContainer } from '../../../src/providers/recoveryServices/actions/registerContainer.ts';
import { unregisterContainer } from '../../../src/providers/recoveryServices/actions/unregisterContainer.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import type { AzureRecord, Vault } from '../../../src/providers/recoveryServices/model.ts';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { tokenOf } from '../sandbox/platformSupport.ts';
import { trackers } from '../../../src/providers/trackers.ts';

/** How long an operation may take. */
const patienceMs = 30_000;
/** The engine's time runs this much faster than ours: it looks again seconds after a lost answer. */
const haste = 20;
const beganMs = Date.now();
const clock: typeof systemClock = {
  now: () => beganMs + (Date.now() - beganMs) * haste,
  after: (ms, callback) => systemClock.after(ms / haste, callback),
};

/** What is made of a request that is sent. */
type Sending = 'answered' | 'answer lost' | 'lost';

/** Actions, requests, trackers and the real engine together, without tree and commands. */
describe('SQL Servers’ machines from discovery to unregistration, against the sandbox', function () {
  this.timeout(120_000);
  let folder: string;
  let sandbox: RunningSandbox;
  let arm: ArmClient;
  let engine: Engine;
  let vault: Vault;
  let dispose: () => void;
  let sending: Sending;
  let sent: string[];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'backup-explorer-'));
    sandbox = await startSandbox({ speed: 600, seed: 7, tokenLifetimeSeconds: 360_000 });
    const { resourceManagerEndpoint, authorityHost } = sandbox.endpoint;
    const environment = {
      kind: 'sandbox',
      label: 'Sandbox',
      resourceManagerEndpoint,
      authorityHost,
      audience: `${resourceManagerEndpoint}/`,
    } as const;
    const client = createHttpClient(tls.createSecureContext({ ca: sandbox.certificateAuthority }));
    const token = await tokenOf(sandbox);
    const tokens = { getToken: () => Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 }) };
    const pipeline = createArmPipeline({ environment, tokens, client });
    const plain = createArmClient({ environment, pipeline: () => Promise.resolve(pipeline) });
    arm = {
      ...plain,
      send: async (request, options) => {
        sent.push(`${request.method} ${decodeURIComponent(new URL(request.url).pathname).replace(/^.*\/vaults\//, '')}`);
        const answer = sending === 'lost' ? undefined : await plain.send(request, options);
        if (sending === 'answered' && answer) {
          return answer;
        }
        throw new BackupError('The connection broke.', { code: 'NoAnswer' });
      },
    };
    engine = new Engine({
      folder: path.join(folder, 'journal'),
      arm: () => arm,
      trackers: trackers,
      followers: followersOf(),
      canceller: () => Promise.reject(new Error('Nothing is cancelled here')),
      explain: refusalExplainer(remediesFor),
      clock,
    });
    engine.watch();
    dispose = () => client.dispose();
    for (const id of sandbox.endpoint.subscriptionIds) {
      vault ??= (await api.listVaults(arm, `/subscriptions/${id}`)).items.find(({ name }) => name === 'rsv-sql-weu') as Vault;
    }
    assert.ok(vault, 'the sandbox has a vault for SQL Servers');
  });
  beforeEach(() => {
    sending = 'answered';
    sent = [];
  });
  after(async () => {
    await engine?.dispose();
    dispose?.();
    await sandbox?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const context = (): ActionContext => ({ arm, signal: AbortSignal.timeout(patienceMs), now: Date.now });
  const targetOf = <Model extends AzureRecord & { readonly friendlyName?: string }>(kind: string, model: Model): ActionTarget<Model> => ({
    kind,
    id: model.id,
    name: model.friendlyName ?? model.name,
    model,
  });

  const named = <Model extends { readonly friendlyName: string }>(items: readonly Model[], name: string): Model => {
    const found = items.find(({ friendlyName }) => friendlyName === name);
    assert.ok(found, `${name} is not among ${items.map(({ friendlyName }) => friendlyName).join(', ')}`);
    return found;
  };
  const protectable = async (name: string): Promise<ActionTarget> =>
    targetOf('protectableContainer', named((await api.listProtectableContainers(arm, vault.id)).items, name));
  const container = async (name: string): Promise<ActionTarget> =>
    targetOf('container', named((await api.listContainers(arm, vault.id, { types: ['AzureWorkload'] })).items, name));
  const instance = async (name: string, server: string): Promise<ActionTarget> => {
    const { items } = await api.listProtectableItems(arm, vault.id, { types: ['AzureWorkload'] });
    return targetOf(
      'protectableItem',
      named(
        items.filter(({ role, serverName }) => role === 'instance' && serverName === server),
        name,
      ),
    );
  };

  /** Through the engine to the end. */
  async function run(action: AnySendAction, target: ActionTarget, answers: Answers = {}): Promise<OperationRecord> {
    const { request, intent } = await action.build(context(), target, answers);
    const { id: actionId, title, tracker } = action;
    const { id } = await engine.start({ actionId, title, tracker, target: action.describe(target), request, intent });
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const record = engine.get(id);
        if (record && hasEnded(record.status)) {
          clearTimeout(timer);
          listening.dispose();
          resolve(record);
        }
      };
      const listening = engine.onDidChange(look);
      const timer = setTimeout(() => {
        listening.dispose();
        reject(new Error(`It did not end: ${JSON.stringify(engine.get(id), undefined, 1)}`));
      }, patienceMs);
      look();
    });
  }
  const told = ({ status, error, outcome, warnings }: OperationRecord): string => JSON.stringify({ status, error, outcome, warnings });

  it('discovers the machines that can be registered', async () => {
    const before = (await api.listProtectableContainers(arm, vault.id)).items.length;
    const record = await run(discoverSql, targetOf('vault', vault));
    const after = (await api.listProtectableContainers(arm, vault.id)).items;
    assert.equal(record.status, 'succeeded', told(record));
    assert.ok(after.length > before, 'a machine that came meanwhile is found');
    assert.equal(record.outcome, `rsv-sql-weu can register ${after.length} VMs. Registering one finds the databases in it.`);
  });

  it('registers one, sees what it holds, and registers it again', async () => {
    const record = await run(registerContainer, await protectable('sql-crm-01'));
    assert.equal(record.status, 'succeeded', told(record));
    assert.match(record.outcome ?? '', /^sql-crm-01 is registered with rsv-sql-weu\. SQL Server: 5 databases found\.$/);
    const again = await run(reregisterContainer, await container('sql-crm-01'));
    assert.equal(again.status, 'succeeded', told(again));
    assert.match(again.outcome ?? '', /5 databases found/);
  });

  it('a machine that is off: the service’s reason, with what to do', async () => {
    const record = await run(registerContainer, await protectable('sql-off-01'));
    assert.equal(record.status, 'failed', told(record));
    assert.equal(record.error?.code, 'VMNotInRunningStateUserError');
    assert.ok(
      record.error.remedies?.some((remedy) => /start/i.test(remedy)),
      told(record),
    );
  });

  it('a missing right: warned of with the statement that grants it, and Rediscover ends all the same', async () => {
    const record = await run(inquireContainer, await container('sql-legacy-01'));
    assert.equal(record.status, 'succeededWithWarnings', told(record));
    const [warning] = record.warnings ?? [];
    assert.equal(warning?.code, 'UserErrorSQLNoSysadminMembership');
    assert.match(warning.statement?.text ?? '', /ADD MEMBER \[NT SERVICE\\AzureWLBackupPluginSvc\]/);
    assert.match(record.outcome ?? '', /with trouble/);
  });

  it('unregistering is refused while the vault keeps backups, each named; nothing is sent', async () => {
    await assert.rejects(run(unregisterContainer, await container('sql-sales-01')), (error) => {
      assert.ok(error instanceof BackupError);
      assert.match(error.message, /1 soft-deleted \(msdb\), 1 with stopped protection \(SalesArchive\), 1 protected \(Sales\)/);
      return error.facts.code === 'ItemsInContainer';
    });
    assert.deepEqual(sent, []);
  });

  it('auto-protection goes on once, and off', async () => {
    await run(registerContainer, await protectable('sql-multi-01'));
    const reports = await instance('REPORTS', 'sql-multi-01');
    const { items } = await api.listPolicies(arm, vault.id, { backupManagementType: 'AzureWorkload' });
    const policy = items.find(({ name }) => name === 'HourlyLogBackup')?.id ?? '';
    const on = await run(autoProtect, reports, { policy });
    assert.equal(on.status, 'succeeded', told(on));
    assert.match(on.outcome ?? '', /REPORTS is auto-protected: .* with HourlyLogBackup/);
    await assert.rejects(run(autoProtect, reports, { policy }), /auto-protected already, with the policy HourlyLogBackup/);
    const off = await run(stopAutoProtect, await instance('REPORTS', 'sql-multi-01'));
    assert.equal(off.status, 'succeeded', told(off));
    await assert.rejects(run(stopAutoProtect, reports), /not auto-protected any more/);
    assert.equal(sent.filter((line) => /backupProtectionIntent/i.test(line)).length, 2);
  });

  it('unregisters what is empty; after that it is gone for every action, which says so', async () => {
    const crm = await container('sql-crm-01');
    const record = await run(unregisterContainer, crm);
    assert.equal(record.status, 'succeeded', told(record));
    assert.equal(record.outcome, 'sql-crm-01 is not registered with rsv-sql-weu any more.');
    for (const action of [inquireContainer, reregisterContainer, unregisterContainer]) {
      await assert.rejects(run(action, crm), (error) => error instanceof BackupError && error.facts.code === 'ContainerGone');
    }
    await protectable('sql-crm-01');
    assert.equal(sent.length, 1);
  });

  it('an answer that is lost: found done by looking, sent once', async () => {
    sending = 'answer lost';
    const record = await run(registerContainer, await protectable('sql-crm-01'));
    assert.equal(record.status, 'succeeded', told(record));
    const crm = await container('sql-crm-01');
    const inquired = await run(inquireContainer, crm);
    assert.equal(inquired.status, 'succeeded', told(inquired));
    const gone = await run(unregisterContainer, crm);
    assert.equal(gone.status, 'succeeded', told(gone));
    assert.match(gone.outcome ?? '', /not registered .* any more/);
    const methods = sent.map((line) => line.split(' ')[0]);
    assert.deepEqual(methods, ['PUT', 'POST', 'DELETE'], 'each once');
  });

  it('a request that is lost: auto-protection provably did not start, a registration is unknown; neither is sent again', async () => {
    const wiki = await instance('MSSQLSERVER', 'sql-multi-01');
    const { items } = await api.listPolicies(arm, vault.id, { backupManagementType: 'AzureWorkload' });
    const policy = items.find(({ name }) => name === 'HourlyLogBackup')?.id ?? '';
    sending = 'lost';
    const protecting = await run(autoProtect, wiki, { policy });
    assert.deepEqual([protecting.status, protecting.error?.code], ['failed', 'NotStarted'], told(protecting));
    const registering = await run(registerContainer, await protectable('sql-crm-01'));
    assert.deepEqual([registering.status, registering.error?.code], ['unknown', 'OutcomeUnknown'], told(registering));
    assert.deepEqual(
      sent.map((line) => line.split(' ')[0]),
      ['PUT', 'PUT'],
    );
  });
});
