import assert from 'node:assert/strict';
import tls from 'node:tls';
import { createArmClient } from '../../../src/cloud/armClient.ts';
import { createHttpClient } from '../../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../../src/cloud/pipeline.ts';
import type { RequestLogEntry } from '../../../src/cloud/requestLog.ts';
import type { ArmClient } from '../../../src/cloud/types.ts';
import { delay } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { hasEnded, type OperationRecord, type OperationTarget, type PreparedRequest, type TrackStep } from '../../../src/core/operation.ts';
import { answerOfMany, type Action, type ActionContext, type ActionTarget, type Answers } from '../../../src/providers/action.ts';
import { addRestorePoint, createRestorePoint } from '../../../src/providers/restorePoints/actions/createPoints.ts';
import { copyCollection, copyRestorePoint } from '../../../src/providers/restorePoints/actions/copyPoints.ts';
import { createCollection } from '../../../src/providers/restorePoints/actions/createCollection.ts';
import { deleteCollection, deleteRestorePoint } from '../../../src/providers/restorePoints/actions/deletions.ts';
import { getDiskLink, revokeDiskLink } from '../../../src/providers/restorePoints/actions/diskLinks.ts';
import { editCollectionTags } from '../../../src/providers/restorePoints/actions/editTags.ts';
import { restoreDisks } from '../../../src/providers/restorePoints/actions/restoreDisks.ts';
import * as api from '../../../src/providers/restorePoints/api.ts';
import {
  pointState,
  type RestorePoint,
  type RestorePointCollection,
  type VirtualMachine,
} from '../../../src/providers/restorePoints/model.ts';
import { startSandbox, type RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { tokenOf } from '../sandbox/platformSupport.ts';
import { trackers } from '../../../src/providers/trackers.ts';

/** The actions, their requests, the trackers and the reading back together, without the engine. */
describe('VM restore points through the provider, against the sandbox', function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  let arm: ArmClient;
  let dispose: () => void;
  let context: ActionContext;
  const logged: RequestLogEntry[] = [];

  before(async () => {
    // A copy of 64 GB takes an hour and more of Azure's time.
    sandbox = await startSandbox({ speed: 3_600, seed: 5, tokenLifetimeSeconds: 3_600_000 });
    const { resourceManagerEndpoint, authorityHost } = sandbox.endpoint;
    const audience = `${resourceManagerEndpoint}/`;
    const environment = { kind: 'sandbox', label: 'Sandbox', resourceManagerEndpoint, authorityHost, audience } as const;
    const client = createHttpClient(tls.createSecureContext({ ca: sandbox.certificateAuthority }));
    const token = await tokenOf(sandbox);
    const tokens = { getToken: () => Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 }) };
    const pipeline = createArmPipeline({ environment, tokens, client, log: { request: (entry) => void logged.push(entry) } });
    arm = createArmClient({ environment, pipeline: () => Promise.resolve(pipeline) });
    context = { arm, signal: new AbortController().signal, now: Date.now };
    dispose = () => client.dispose();
  });
  after(async () => {
    dispose?.();
    await sandbox?.close();
  });

  async function machineNamed(name: string): Promise<ActionTarget<VirtualMachine>> {
    for (const { id } of (await arm.page('/subscriptions?api-version=2022-12-01')).items as { id: string }[]) {
      const found = (await api.readAll(arm, api.lists.virtualMachines(id))).items.find((machine) => machine.name === name);
      if (found) {
        return { kind: 'virtualMachine', id: found.id, name: found.name, model: found };
      }
    }
    throw new Error(`There is no VM ${name}`);
  }
  const collectionTarget = async (id: string): Promise<ActionTarget<RestorePointCollection>> => {
    const model = await api.getCollection(arm, id);
    return { kind: 'restorePointCollection', id: model.id, name: model.name, model };
  };
  const pointTarget = async (id: string): Promise<ActionTarget<RestorePoint>> => {
    const model = await api.getRestorePoint(arm, id);
    return { kind: 'restorePoint', id: model.id, name: model.name, model };
  };
  const named = async (machine: string, collection: string): Promise<string> => {
    const { id, model } = await machineNamed(machine);
    const found = (await api.listCollectionsOf(arm, id, model.subscriptionId ?? '')).items.find(({ name }) => name === collection);
    assert.ok(found, `${machine} has no collection ${collection}`);
    return found.id;
  };

  interface Plan {
    readonly request: PreparedRequest;
    readonly intent: JsonObject;
    readonly target: OperationTarget;
  }

  function recordOf(action: Pick<Action, 'id' | 'title' | 'tracker'>, { request, intent, target }: Plan): OperationRecord {
    const at = new Date().toISOString();
    return {
      ...{ version: 1, id: 'o', actionId: action.id, title: action.title, target, createdAt: at, updatedAt: at, status: 'sending' },
      ...{ cloud: arm.environment.resourceManagerEndpoint, tracker: action.tracker, progress: {}, trace: [], intent, request },
    };
  }

  /** Sends once and follows to the end; every step goes through JSON, as a journal would have it. */
  async function follow(trackerName: string, record: OperationRecord, request: PreparedRequest): Promise<TrackStep[]> {
    const tracker = trackers.get(trackerName);
    assert.ok(tracker);
    const response = await arm.send(request);
    assert.ok(response.status < 300, `${request.method} ${request.url}: ${response.status} ${response.text}`);
    const steps = [tracker.begin(record, response, Date.now())];
    for (let step = steps[0]; step && !hasEnded(step.status); step = steps.at(-1)) {
      await delay(Math.min(step.delayMs ?? 0, 200));
      const state = JSON.parse(JSON.stringify(step.state)) as JsonObject;
      steps.push(tracker.step(state, await arm.poll(tracker.poll(state).url), Date.now()));
      assert.ok(steps.length < 300, `it does not end: ${JSON.stringify(steps.at(-1))}`);
    }
    return steps;
  }

  /** Build, the first request where there is one, the request, the reading back; the steps and the sentence. */
  async function run<Model>(
    action: Action<Model>,
    target: ActionTarget<Model>,
    answers: Answers = {},
  ): Promise<{ steps: TrackStep[]; sentences: string[]; records: OperationRecord[] }> {
    const plans = action.buildEach
      ? await action.buildEach(context, target, answers)
      : [{ ...(await action.build(context, target, answers)), target: action.describe(target) }];
    const all: TrackStep[] = [];
    const sentences: string[] = [];
    const records: OperationRecord[] = [];
    for (const plan of plans) {
      const record = recordOf(action, plan);
      if (plan.first) {
        assert.equal((await action.settleFirst?.(context, record))?.found, 'absent');
        assert.equal((await follow(plan.first.tracker, record, plan.first.request)).at(-1)?.status, 'succeeded');
        assert.equal((await action.settleFirst?.(context, record))?.found, 'started');
      }
      const steps = await follow(action.tracker, record, plan.request);
      all.push(...steps);
      records.push(record);
      const last = steps.at(-1);
      sentences.push(last?.status === 'succeeded' ? (await action.readBack(context, record)).sentence : (last?.error?.message ?? ''));
    }
    return { steps: all, sentences, records };
  }

  function factOf([record]: readonly OperationRecord[], name: string): string {
    const value = record?.intent[name];
    assert.ok(typeof value === 'string', `the journal has no ${name}`);
    return value;
  }

  const fresh = (name: string): Answers => ({
    collection: 'new',
    collectionName: name,
    pointName: `${name}-p1`,
    consistency: 'CrashConsistent',
  });

  it('makes a collection and a restore point in one go, leaves a disk out, and another point beside it', async () => {
    const machine = await machineNamed('vm-cache-01');
    const full = await api.getMachineWithDisks(arm, machine.id);
    assert.ok((full.disks[0]?.sizeGB ?? 0) > 0);
    const { steps, sentences, records } = await run(createRestorePoint, machine, {
      ...fresh('made-in-one-go'),
      excludeDisks: answerOfMany([]),
    });
    assert.equal(steps.at(-1)?.status, 'succeeded');
    assert.deepEqual(sentences, ['The restore point made-in-one-go-p1 can be used: crash consistent, 1 disk.']);
    assert.equal((await createRestorePoint.settle(context, records[0] as OperationRecord)).found, 'started');

    const collectionId = factOf(records, 'collectionId');
    const again = await run(addRestorePoint, await collectionTarget(collectionId), {
      pointName: 'second',
      consistency: 'ApplicationConsistent',
    });
    assert.deepEqual(again.sentences, ['The restore point second can be used: file system consistent, 1 disk.']);
    await assert.rejects(
      addRestorePoint.build(context, await collectionTarget(collectionId), { pointName: 'SECOND', consistency: 'CrashConsistent' }),
      /There is a restore point named SECOND already/,
    );
  });

  it('leaves disks out, those that must be and those that one wants', async () => {
    const machine = await machineNamed('lake-01');
    const [, ultra, v2] = (await api.getMachineWithDisks(arm, machine.id)).disks;
    const crash = { ...fresh('lake'), consistency: 'CrashConsistent' };
    await assert.rejects(createRestorePoint.build(context, machine, crash), /UltraSSD_LRS disks can be in application consistent/);
    const exclude = createRestorePoint.questions.find(({ id }) => id === 'excludeDisks');
    assert.ok(exclude?.type === 'pickMany');
    const choices = await exclude.load(context, [machine], crash);
    assert.deepEqual(
      choices.map(({ description, recommended }) => [description, recommended ?? false]),
      [
        ['OS disk, 64 GB, Premium_LRS', false],
        ['LUN 0, 1024 GB, UltraSSD_LRS', true],
        ['LUN 1, 512 GB, PremiumV2_LRS', true],
      ],
    );
    const { sentences } = await run(createRestorePoint, machine, { ...crash, excludeDisks: answerOfMany([ultra?.id ?? '', v2?.id ?? '']) });
    assert.deepEqual(sentences, ['The restore point lake-p1 can be used: crash consistent, 1 disk, 2 left out.']);
    for (const [name, because] of [
      ['cluster-01', /shared disk/],
      ['render-01', /ephemeral OS disk/],
      ['legacy-01', /unmanaged disk/],
    ] as const) {
      await assert.rejects(createRestorePoint.build(context, await machineNamed(name), fresh(name)), because);
    }
  });

  it('says that a VM has as many restore points as it may', async () => {
    const machine = await machineNamed('erp-db-01');
    await assert.rejects(
      createRestorePoint.build(context, machine, fresh('one-more')),
      (error) => error instanceof BackupError && error.facts.code === 'TooManyRestorePoints',
    );
    const [question] = createRestorePoint.questions;
    assert.ok(question?.type === 'pick');
    const choices = await question.load(context, [machine], {});
    assert.match(choices[0]?.label ?? '', /erp-db-01 has \d+ of at most 500 restore points/);
  });

  it('copies a collection into another region, oldest first, and tells how far each disk is', async () => {
    const target = await collectionTarget(await named('vm-web-01', 'rpc-vm-web-01'));
    const points = copyCollection.questions.find(({ id }) => id === 'points');
    assert.ok(points?.type === 'pickMany');
    const answers = { region: 'swedencentral', collection: 'new', collectionName: 'web-01-swc' };
    const offered = await points.load(context, [target], answers);
    assert.equal(offered.length, 5);
    assert.ok(offered.every(({ recommended }) => recommended));
    const chosen = offered.slice(2, 4).map(({ value }) => value);
    const plans = (await copyCollection.buildEach?.(context, target, { ...answers, points: answerOfMany(chosen.toReversed()) })) ?? [];
    assert.deepEqual(
      plans.map(({ target: { name }, first, lane }) => [name, first !== undefined, lane?.key]),
      offered.slice(2, 4).map(({ label }, at) => [label, at === 0, plans[0]?.lane?.key]),
    );
    await assert.rejects(copyCollection.build(context, target, { ...answers, points: answerOfMany(chosen) }), /takes 2 operations/);
    const { steps, sentences, records } = await run(copyCollection, target, { ...answers, points: answerOfMany(chosen) });
    assert.equal(sentences.length, 2);
    assert.ok(
      sentences.every((sentence) => /can be used: file system consistent, 2 disks/.test(sentence)),
      sentences.join(),
    );
    const first = steps.slice(0, steps.findIndex(({ status }) => status === 'succeeded') + 1);
    const percents = first.flatMap(({ progress }) => progress?.percent ?? []);
    assert.deepEqual(
      percents,
      percents.toSorted((a, b) => a - b),
    );
    assert.equal(percents.at(-1), 100);
    assert.ok(
      percents.some((percent) => percent > 0 && percent < 100),
      percents.join(),
    );
    const tasks = first.at(-1)?.progress?.tasks ?? [];
    assert.deepEqual(
      tasks.map(({ status, percent, detail }) => [status, percent, detail]),
      [
        ['succeeded', 100, '64 GB'],
        ['succeeded', 100, '128 GB'],
      ],
    );
    assert.equal((await copyCollection.settle(context, records[0] as OperationRecord)).found, 'started');

    // What is there now is no more offered, and neither is what is older.
    const into = { region: 'swedencentral', collection: factOf(records, 'collectionId') };
    const left = await points.load(context, [target], into);
    assert.deepEqual(
      left.map(({ note, recommended }) => note ?? recommended),
      [true, true, true, true, true],
    );
    assert.deepEqual(
      left.map(({ detail }) => detail?.split(':')[0]),
      [
        'A later one has been copied there',
        'A later one has been copied there',
        'It has been copied there already.',
        'It has been copied there already.',
        undefined,
      ],
    );
    // A copy is not copied, what has been copied there is not copied again, and not within a region.
    const copy = await pointTarget(factOf(records, 'pointId'));
    await assert.rejects(copyRestorePoint.build(context, copy, { ...answers, pointName: 'x' }), /no copies of copies/);
    const original = await pointTarget(chosen[0] ?? '');
    const there = { ...into, pointName: 'twice' };
    await assert.rejects(copyRestorePoint.build(context, await pointTarget(offered[0]?.value ?? ''), there), /in their order only/);
    await assert.rejects(copyRestorePoint.build(context, original, there), /has been copied there already/);
    await assert.rejects(
      copyRestorePoint.build(context, original, { ...there, region: 'West Europe' }),
      /can be copied to other regions only/,
    );
  });

  it('ends with the disk that could not be copied', async () => {
    const source = await collectionTarget(await named('vm-web-03', 'rpc-vm-web-03'));
    const { points } = await api.getCollectionWithPoints(arm, source.id);
    const newest = points?.items.at(-1);
    const answers = { region: 'swedencentral', collection: 'new', collectionName: 'web-03-swc', pointName: 'copy' };
    const { steps, sentences } = await run(copyRestorePoint, await pointTarget(newest?.id ?? ''), answers);
    assert.equal(steps.at(-1)?.status, 'failed');
    assert.equal(steps.at(-1)?.error?.code, 'DiskCopyFailed');
    const bad = steps.at(-1)?.progress?.tasks?.find(({ status }) => status === 'failed');
    assert.ok(bad && sentences[0]?.includes(bad.name), sentences[0]);
  });

  it('refuses what is not ready', async () => {
    const web = await named('vm-web-03', 'rpc-vm-web-03');
    const [copies] = (await api.listCollectionsOf(arm, web, web.split('/')[2] ?? '')).items;
    const [broken] = (await api.getCollectionWithPoints(arm, copies?.id ?? '')).points?.items ?? [];
    const point = await pointTarget(broken?.id ?? '');
    assert.equal(pointState(point.model).kind, 'failed');
    await assert.rejects(restoreDisks.build(context, point, {}), /failed: Azure says that copying the disk .* failed/);
  });

  it('restores disks into a resource group and zone', async () => {
    const web = await named('vm-web-01', 'rpc-vm-web-01');
    const [first] = (await api.getCollectionWithPoints(arm, web)).points?.items ?? [];
    const point = await pointTarget(first?.id ?? '');
    const ask = async (id: string, answers: Answers = {}): Promise<string[]> => {
      const question = restoreDisks.questions.find((one) => one.id === id);
      assert.ok(question?.type === 'pick' || question?.type === 'pickMany');
      return (await question.load(context, [point], answers)).map(({ value }) => value);
    };
    const disks = await ask('disks');
    assert.equal(disks.length, 2);
    const group = (await ask('group')).find((id) => /rg-webshop-prod$/i.test(id)) ?? '';
    assert.deepEqual(await ask('zone'), ['none', '1', '2', '3']);
    const answers = { disks: answerOfMany(disks), group, zone: '2', sku: 'asItWas', ending: '-restored' };
    const { sentences, records, steps } = await run(restoreDisks, point, answers);
    assert.equal(steps.at(-1)?.status, 'succeeded');
    assert.equal(sentences.length, 2);
    assert.ok(
      sentences.every((sentence) => /-restored is there .*zone 2/.test(sentence)),
      sentences.join('\n'),
    );
    assert.equal((await restoreDisks.settle(context, records[0] as OperationRecord)).found, 'started');
    await assert.rejects(
      restoreDisks.buildEach?.(context, point, answers) ?? Promise.resolve(),
      /There is a disk named .*-restored already/,
    );
  });

  it('hands out a link that no log knows, and takes it back', async () => {
    const web = await named('vm-web-01', 'rpc-vm-web-01');
    const [first] = (await api.getCollectionWithPoints(arm, web)).points?.items ?? [];
    const [disk] = (await api.readAll(arm, api.lists.diskRestorePoints(first?.id ?? ''))).items;
    assert.ok(disk);
    const target = { kind: 'diskRestorePoint', id: disk.id, name: disk.name, model: disk };
    const before = Date.now();
    const out = await getDiskLink.handOut(context, target, { duration: '3600' });
    assert.match(out.secret, /^https:\/\/.*sig=/);
    assert.ok(out.given.expiresAtMs > before, 'it has ended before it began');
    assert.equal(out.given.revokedBy, 'revokeDiskLink');
    const signature = new URL(out.secret).searchParams.get('sig') ?? '';
    assert.ok(signature.length > 0);
    assert.ok(!JSON.stringify([logged, out.given]).includes(signature));

    const point = await pointTarget(first?.id ?? '');
    const refused = await run(deleteRestorePoint, point).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.match(String(refused), /DiskRestorePointUsedByCustomer/);
    const { steps, sentences } = await run(revokeDiskLink, target);
    assert.equal(steps.at(-1)?.status, 'succeeded');
    assert.match(sentences[0] ?? '', /ended every link/);
    assert.equal((await run(deleteRestorePoint, point)).steps.at(-1)?.status, 'succeeded');
  });

  it('changes tags, makes a collection of its own, and deletes it with all its points', async () => {
    const machine = await machineNamed('vm-api-02');
    const { records } = await run(createCollection, machine, { source: 'machine', collectionName: 'own' });
    const id = factOf(records, 'collectionId');
    const tagged = await run(editCollectionTags, await collectionTarget(id), { tags: 'owner=web shop; a\\=b=c;d=x=y' });
    assert.deepEqual(tagged.sentences, ['The tags of own are owner=web shop; a\\=b=c; d=x=y.']);
    assert.deepEqual((await api.getCollection(arm, id)).tags, { owner: 'web shop', 'a=b': 'c', d: 'x=y' });
    const added = await run(addRestorePoint, await collectionTarget(id), { pointName: 'p', consistency: 'ApplicationConsistent' });
    assert.match(added.sentences[0] ?? '', /crash consistent.*Application consistent was asked for/, 'the VM is off');
    const target = await collectionTarget(id);
    assert.deepEqual(await deleteCollection.consequences?.(context, [target], {}), [
      'own and the 1 restore point in it are deleted for good: there is no soft delete of restore points.',
    ]);
    const gone = await run(deleteCollection, target);
    assert.deepEqual(gone.sentences, ['The restore point collection own is deleted.']);
    assert.equal((await deleteCollection.settle(context, gone.records[0] as OperationRecord)).found, 'started');
  });

  it('lists by group, and a page at a time by VM: others are left out, and nothing is expanded', async () => {
    const machine = await machineNamed('vm-web-01');
    const subscriptionId = machine.model.subscriptionId ?? '';
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await api.readPageOfMachine(arm, machine.id, subscriptionId, next === undefined ? {} : { next });
      names.push(...page.items.map(({ name, points }) => `${name}${points ? ' expanded' : ''}`));
      next = page.nextLink;
    } while (next !== undefined);
    assert.ok(
      names.includes('rpc-vm-web-01') && !names.includes('rpc-vm-web-02') && names.every((name) => !name.includes('expanded')),
      names.join(),
    );
    const ofGroup = await api.readAll(arm, api.lists.collections(machine.id.slice(0, machine.id.indexOf('/providers/'))));
    assert.ok(ofGroup.items.some(({ name }) => name === 'rpc-vm-web-02-neu'));
    assert.ok(ofGroup.items.every(({ resourceGroup }) => resourceGroup?.toLowerCase() === machine.model.resourceGroup?.toLowerCase()));
  });

  it('marks what Azure Backup made, and warns', async () => {
    const machine = await machineNamed('vm-web-01');
    const all = await api.readAll(arm, api.lists.collections(`/subscriptions/${machine.model.subscriptionId}`));
    assert.deepEqual(all.problems, []);
    const own = all.items.find(({ madeByAzureBackup }) => madeByAzureBackup);
    assert.ok(own, 'the sandbox has none');
    const said = (await deleteCollection.consequences?.(context, [await collectionTarget(own.id)], {})) ?? [];
    assert.match(said[0] ?? '', /Azure Backup made it for itself/);
  });
});
