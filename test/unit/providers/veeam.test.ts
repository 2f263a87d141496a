import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { type BackupError } from '../../../src/core/errors.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import type { ActionContext, ActionTarget } from '../../../src/providers/action.ts';
import { trackers } from '../../../src/providers/trackers.ts';
import { followVeeamSession } from '../../../src/providers/veeam/actions/followSession.ts';
import { takeVeeamSnapshot } from '../../../src/providers/veeam/actions/takeSnapshot.ts';
import { lists } from '../../../src/providers/veeam/api.ts';
import { veeamRemediesFor } from '../../../src/providers/veeam/errorKnowledge.ts';
import type { VeeamMachine, VeeamSession } from '../../../src/providers/veeam/model.ts';
import { readAll } from '../../../src/providers/arm/lists.ts';
import { parseFaults, type FaultInput } from '../../../src/sandbox/faults/schema.ts';
import { Appliances as SandboxAppliances, minute } from '../sandbox/veeamSupport.ts';
import { ApplianceWindow } from '../cloud/veeam/applianceWindow.ts';

/** Waiting costs a hundredth, and lets the appliance's clock run on. */
const haste = 100;

describe('Veeam snapshots', () => {
  let sandbox: SandboxAppliances;
  let window: ApplianceWindow;
  let folder: string;
  let engine: Engine;
  let name: string;
  beforeEach(async () => {
    sandbox = await SandboxAppliances.start();
    window = new ApplianceWindow(() => sandbox.now);
    folder = await mkdtemp(join(tmpdir(), 'veeam-'));
    engine = newEngine();
    name = 'veeam';
    await window.enter(sandbox);
  });
  afterEach(async () => {
    await engine.dispose();
    window.appliances.dispose();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  const newEngine = (): Engine =>
    new Engine({
      folder,
      arm: () => undefined,
      clientOf: (origin) => window.appliances.client(origin),
      trackers,
      followers: followersOf(() => sandbox.now),
      canceller: (record) => cancellingRequest(record, () => assert.fail('no resource manager is asked')),
      explain: refusalExplainer(veeamRemediesFor),
      watchFolder: () => ({ dispose: () => undefined }),
      clock: {
        now: () => sandbox.now,
        after: (ms, callback) => {
          const timer = setTimeout(() => {
            sandbox.pass(ms);
            callback();
          }, ms / haste);
          return { dispose: () => clearTimeout(timer) };
        },
      },
    });
  const inject = (...faults: FaultInput[]): void => sandbox.faults.replace(parseFaults(faults).faults);
  const origin = (): string => sandbox.server(name).endpoint.url;
  const context = (): ActionContext => ({
    get arm() {
      return assert.fail('no resource manager is asked');
    },
    appliance: (one) => window.appliances.client(one),
    signal: new AbortController().signal,
    now: () => sandbox.now,
  });
  const machine = async (called: string): Promise<ActionTarget<VeeamMachine>> => {
    const client = window.appliances.client(origin())!;
    const { items } = await readAll(client, lists.machines(origin(), client.apiVersion(), called));
    const model = items.find((one) => one.name === called);
    assert.ok(model, called);
    return { kind: 'veeamMachine', id: model.id, name: model.name, model };
  };
  const start = async (target: ActionTarget<VeeamMachine>, account?: string): Promise<OperationRecord> => {
    const built = await takeVeeamSnapshot.build(context(), target, account === undefined ? {} : { account });
    return engine.start({
      actionId: takeVeeamSnapshot.id,
      title: takeVeeamSnapshot.title,
      target: takeVeeamSnapshot.describe(target),
      cloud: target.model.origin,
      tracker: takeVeeamSnapshot.tracker,
      request: built.request,
      intent: built.intent,
    });
  };
  const until = (id: string, holds: (record: OperationRecord) => boolean): Promise<OperationRecord> =>
    new Promise((resolve) => {
      const look = (record: OperationRecord | undefined): void => {
        if (record?.id === id && holds(record)) {
          listening.dispose();
          resolve(record);
        }
      };
      const listening = engine.onDidChange(look);
      look(engine.get(id));
    });
  const ended = (id: string): Promise<OperationRecord> => until(id, ({ status }) => hasEnded(status));
  const sessionsOf = (called: string): number =>
    sandbox
      .server(name)
      .appliance.sessions()
      .filter(({ type, machines }) => type === 'ManualSnapshot' && machines.some((one) => one.name === called)).length;

  it('one: sent once, followed with its log to its end, and read back', async () => {
    const target = await machine('vm-web-01');
    const { id } = await start(target);
    const running = await until(id, ({ job, progress }) => job !== undefined && (progress.tasks?.length ?? 0) > 0);
    assert.equal(running.job?.cancellable, true);
    const record = await ended(id);
    assert.equal(record.status, 'succeeded', JSON.stringify(record.error ?? record.outcome));
    assert.match(record.outcome ?? '', /vm-web-01 has a snapshot of 20/);
    assert.ok((record.progress.tasks ?? []).every(({ status }) => status === 'succeeded'));
    assert.equal(sessionsOf('vm-web-01'), 1);
    assert.equal(record.cloud, origin());
    assert.equal(record.job?.cancellable, false);
  });

  it('on an appliance of the first releases too, whose requests and sessions are others', async () => {
    name = 'veeam-old';
    await window.enter(sandbox, { name });
    const { id } = await start(await machine(sandbox.server(name).appliance.machines()[0]!.name));
    const record = await ended(id);
    assert.equal(record.status, 'succeeded', JSON.stringify(record.error ?? record.outcome));
    assert.match(record.request?.url ?? '', /\/api\/v2\/virtualMachines\/takeSnapshot$/);
  });

  it('that end with warnings and that fail say what the log says', async () => {
    const [warns, fails] = [await machine('vm-web-01'), await machine('vm-web-02')];
    const { appliance } = sandbox.server();
    appliance.setOutcome(appliance.machine(warns.model.machineId)!, 'warns');
    appliance.setOutcome(appliance.machine(fails.model.machineId)!, 'fails');
    const [one, other] = [await start(warns), await start(fails)];
    const warned = await ended(one.id);
    assert.equal(warned.status, 'succeededWithWarnings');
    assert.ok((warned.warnings ?? []).length > 0 && warned.warnings?.every(({ code, message }) => code === 'SessionWarning' && message));
    const failed = await ended(other.id);
    assert.deepEqual([failed.status, failed.error?.code], ['failed', 'SessionFailed']);
    assert.ok(failed.progress.tasks?.some(({ status, name: line }) => status === 'failed' && failed.error?.message.includes(line)));
  });

  it('that get no answer are looked for, never sent again', async () => {
    const target = await machine('vm-web-01');
    inject({ kind: 'resetAfter', path: '/api/v8/virtualMachines/takeSnapshot', method: 'POST' });
    const found = await ended((await start(target)).id);
    assert.equal(found.status, 'succeeded');
    assert.equal(found.isInferred, true);
    assert.equal(sessionsOf('vm-web-01'), 1);
  });

  it('that never arrived are said not to have started', async () => {
    const target = await machine('vm-web-02');
    inject({ kind: 'resetBefore', path: '/api/v8/virtualMachines/takeSnapshot', method: 'POST' });
    const lost = await ended((await start(target)).id);
    assert.deepEqual([lost.status, lost.error?.code], ['failed', 'NotStarted']);
    assert.equal(sessionsOf('vm-web-02'), 0);
  });

  it('of a VM that has gone are not sent, and say so', async () => {
    const target = await machine('vm-web-01');
    const { appliance } = sandbox.server();
    appliance.removeMachine(appliance.machine(target.model.machineId)!);
    await assert.rejects(start(target), (error: BackupError) => {
      assert.equal(error.facts.code, 'VmGone');
      assert.match(error.message, /vm-web-01 is gone/);
      return true;
    });
  });

  it('are stopped where the appliance allows it', async () => {
    const { id } = await start(await machine('vm-web-01'));
    await until(id, ({ job }) => job?.cancellable === true);
    await engine.cancel(id);
    const record = await ended(id);
    assert.equal(record.status, 'cancelled', JSON.stringify(record.error ?? record.outcome));
  });

  it('go on in a window that comes later, from the journal alone, which holds no secret', async () => {
    const { id } = await start(await machine('vm-web-01'));
    await until(id, ({ job }) => job !== undefined);
    await engine.dispose();
    engine = newEngine();
    await engine.resume();
    assert.equal((await ended(id)).status, 'succeeded');
    const secrets = Object.values(JSON.parse(window.secrets.get(`veeam:${origin()}`) ?? '{}') as Record<string, unknown>);
    for (const file of await readdir(folder)) {
      const text = await readFile(join(folder, file), 'utf8').catch(() => '');
      assert.ok(
        secrets.every((secret) => typeof secret !== 'string' || secret === 'veeam-admin' || !text.includes(secret)),
        file,
      );
    }
  });

  it('are followed on the appliance’s own host, whatever host its links name', async () => {
    sandbox.server().linkOrigin = 'https://veeam.elsewhere.example';
    const { id } = await start(await machine('vm-web-01'));
    const record = await ended(id);
    assert.equal(record.status, 'succeeded', JSON.stringify(record.error ?? record.trouble));
    assert.ok(window.log.every(({ host }) => host === new URL(origin()).host));
  });

  it('of a user who may only restore are refused, with who may', async () => {
    await window.enter(sandbox, { user: 'veeam-restore' });
    const record = await ended((await start(await machine('vm-web-01'))).id);
    assert.deepEqual([record.status, record.error?.status], ['failed', 403]);
    assert.match(record.error?.remedies?.join(' ') ?? '', /Portal Administrator/);
  });

  it('pause where the certificate changes on the way, and go on once the new one is trusted', async () => {
    const { id } = await start(await machine('vm-web-01'));
    await until(id, ({ job }) => job !== undefined);
    await sandbox.server().changeCertificate();
    const paused = await until(id, ({ trouble }) => trouble?.kind === 'paused');
    assert.equal(paused.trouble?.error.code, 'CertificateChanged');
    await window.appliances.trust(origin(), await window.look(origin()));
    await engine.retry(id);
    assert.equal((await ended(id)).status, 'succeeded');
  });

  it('offer the service accounts of the appliance, the appliance’s own choice first', async () => {
    const target = await machine('vm-web-01');
    const [question] = takeVeeamSnapshot.questions;
    assert.ok(question?.type === 'pick');
    const choices = await question.load(context(), [target], {});
    assert.deepEqual(
      choices.map(({ label, recommended }) => [label, recommended]),
      [
        ['As the appliance chooses', true],
        ['northwind-veeam', undefined],
      ],
    );
    const { request } = await takeVeeamSnapshot.build(context(), target, { account: choices[1]?.value ?? '' });
    assert.deepEqual(JSON.parse(request.body ?? ''), {
      azureAccountId: choices[1]?.value,
      backupItems: { virtualMachines: [{ id: target.model.machineId }] },
    });
    assert.equal((await ended((await start(target, choices[1]?.value)).id)).status, 'succeeded');
  });

  it('that somebody else started are followed', async () => {
    const target = await machine('vm-web-01');
    const { appliance } = sandbox.server();
    const session = appliance.takeSnapshot([appliance.machine(target.model.machineId)!]);
    sandbox.pass(minute / 60);
    const client = window.appliances.client(origin())!;
    const { items } = await readAll(client, lists.sessions(origin(), 'v8'));
    const model = items.find(({ sessionId }) => sessionId === session.id) as VeeamSession;
    const followed = followVeeamSession.follow({ kind: 'veeamSession', id: model.id, name: model.name, model }, origin());
    const { id } = await engine.follow({ ...followed, cloud: origin(), tracker: followVeeamSession.tracker });
    await until(id, ({ progress }) => (progress.tasks?.length ?? 0) > 0);
    assert.equal((await ended(id)).status, 'succeeded');
  });
});
