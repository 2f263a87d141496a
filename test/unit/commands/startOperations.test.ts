import assert from 'node:assert/strict';
import { buildAll, noteUnstarted, startAll } from '../../../src/commands/flow/startOperations.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { CancelledError, isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import type { AnySendAction, BuiltOperation } from '../../../src/providers/action.ts';
import { copyCollection } from '../../../src/providers/restorePoints/actions/copyPoints.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { servicesWith, type TestServices } from './fakes.ts';
import { ScriptedPrompter } from './scriptedPrompter.ts';

const request = (name: string): PreparedRequest => ({
  method: 'PUT',
  url: `https://management.azure.com/${name}?api-version=1`,
  headers: {},
  body: '{}',
});
const lane = { key: '/collection', waiting: 'Waiting for another copy' };
const first = { request: request('collection'), tracker: 'arm', title: 'Creating the collection c' };

/** Copies p1, p2 and p3 of whatever it is done to; the first makes the collection. */
const each = (names: readonly string[]): readonly BuiltOperation[] =>
  names.map((name, at) => ({
    target: { id: `/points/${name}`, name, kind: 'restore point' },
    request: request(name),
    intent: { name },
    lane,
    ...(at === 0 ? { first } : {}),
  }));
const action: AnySendAction = {
  ...copyCollection,
  questions: [],
  describe: ({ id, name }) => ({ id, name, kind: 'restore point collection' }),
  build: () => Promise.reject(new Error('it leads to several operations')),
  buildEach: () => Promise.resolve(each(['p1', 'p2', 'p3'])),
};
const target = { kind: 'restorePointCollection', id: '/collections/c', name: 'c', tenantId: 't', model: {} };
const node: InventoryNode = {
  key: 'c',
  kind: 'restorePointCollection',
  label: 'c',
  icon: { id: 'circle' },
  tokens: [...copyCollection.when.all],
  expandable: true,
  target,
};

describe('one target that leads to several operations', () => {
  const signal = new AbortController().signal;
  const made = (refusals: readonly string[] = []): TestServices => servicesWith(new ScriptedPrompter(), { refusals });
  const built = (services: TestServices): ReturnType<typeof buildAll> =>
    buildAll(action, [{ target, answers: {} }], { arm: services.arm, signal, now: services.now });

  it('is started as a batch, in order, with lanes and what comes first', async () => {
    const services = made();
    await runAction(services, action, [node]);
    assert.deepEqual(
      services.started.map((plan) => [plan.target.name, plan.tenantId, plan.first, plan.lane, plan.batch?.size]),
      [
        ['p1', 't', first, lane, 3],
        ['p2', 't', undefined, lane, 3],
        ['p3', 't', undefined, lane, 3],
      ],
    );
    assert.equal(new Set(services.started.map(({ batch }) => batch?.id)).size, 1);
    assert.match((services.prompter as ScriptedPrompter).told[0]?.message ?? '', /started for p1, p2 and p3\.$/);
  });

  it('shows every request in the order in which it leaves', async () => {
    const services = servicesWith(new ScriptedPrompter({ choose: 'Send These 4 Requests' }));
    await runAction(services, action, [node], { showRequest: true });
    const [document] = services.documents;
    assert.deepEqual(
      document?.text.match(/^(?:###|PUT) .*/gm)?.map((line) => line.split('?')[0]),
      [
        '### p1: Creating the collection c',
        'PUT https://management.azure.com/collection',
        '### p1',
        'PUT https://management.azure.com/p1',
        '### p2',
        'PUT https://management.azure.com/p2',
        '### p3',
        'PUT https://management.azure.com/p3',
      ],
    );
    assert.equal(services.started.length, 3);
  });

  it('is not started at all where what makes the place for the others cannot be', async () => {
    const services = made(['p1']);
    const all = (await built(services)).filter((one) => 'done' in one);
    const results = await startAll(services, { action }, all, signal);
    assert.deepEqual(services.started, []);
    const errors = results.map((result) => ('error' in result ? result.error : undefined));
    assert.ok(errors.every((error) => error instanceof BackupError));
    assert.deepEqual(
      errors.map((error) => error.facts.code),
      ['JournalUnwritable', 'NotSent', 'NotSent'],
    );
    await noteUnstarted(
      services,
      { action, batch: { id: 'b', size: 3 } },
      results.flatMap((result) => ('error' in result ? [result] : [])),
      () => 'https://management.azure.com',
    );
    assert.deepEqual(
      services.unstarted.map((plan) => [plan.target.name, plan.tenantId]),
      [
        ['p1', 't'],
        ['p2', 't'],
        ['p3', 't'],
      ],
    );
  });

  it('goes on with the others where one of them cannot be started', async () => {
    const services = made(['p2']);
    await runAction(services, action, [node]);
    assert.deepEqual(
      services.started.map((plan) => plan.target.name),
      ['p1', 'p3'],
    );
    assert.deepEqual(
      services.unstarted.map((plan) => plan.target.name),
      ['p2'],
    );
  });

  it('keeps those that are started, and the others beside them, where the person cancels while a key is fetched', async () => {
    const services = servicesWith(new ScriptedPrompter());
    const cancelling = new AbortController();
    const all = (await built(services)).filter((one) => 'done' in one);
    const [p1, p2, p3] = all;
    const fetched = (): Promise<PreparedRequest> => {
      cancelling.abort();
      return Promise.reject(new CancelledError());
    };
    assert.ok(p1 && p2 && p3);
    const results = await startAll(services, { action }, [p1, { ...p2, done: { ...p2.done, atSending: fetched } }, p3], cancelling.signal);
    assert.deepEqual(
      results.map((result) => ('error' in result ? isCancelled(result.error) : result.target.name)),
      ['p1', true, true],
    );
  });

  it('is one refusal where nothing can be built', async () => {
    const services = made();
    const refusal = new BackupError('No restore point was chosen.', { code: 'NothingToDo' });
    await assert.rejects(runAction(services, { ...action, buildEach: () => Promise.reject(refusal) }, [node]), refusal);
    assert.deepEqual([services.started, services.unstarted], [[], []]);
  });
});
