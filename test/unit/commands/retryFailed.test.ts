/** Those of a batch that failed, tried again: exactly those, as they were asked for, once. */
import assert from 'node:assert/strict';
import { retryFailed } from '../../../src/commands/flow/retryFailed.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { codeOf } from '../../../src/core/errors.ts';
import type { OperationRecord, OperationStatus } from '../../../src/core/operation.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { stopKeepData } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import { itemJson } from '../providers/fakeArm.ts';
import { itemNode, oneVault, servicesWith, type TestServices } from './fakes.ts';
import { ScriptedPrompter } from './scriptedPrompter.ts';

const names = ['web-01', 'web-02', 'web-03', 'web-04', 'web-05'];
const nodes = names.map((name) => itemNode(name, ['protected']));
const batch = { id: 'first', size: names.length };
const tried = { id: 'again', size: 1, retryOf: 'first' };

function recordOf(name: string, status: OperationStatus, parts: Partial<OperationRecord> = {}): OperationRecord {
  const { target } = nodes[names.indexOf(name)]!;
  return newRecord(`${name} ${parts.batch?.id ?? batch.id}`, 'https://arm.test', 0, {
    actionId: stopKeepData.id,
    title: stopKeepData.title,
    target: { id: target!.id, name, kind: 'VM' },
    tracker: stopKeepData.tracker,
    intent: {},
    status,
    batch,
    asked: { targetId: target!.id, answers: {} },
    request: { method: 'PUT', url: 'https://arm.test/x', headers: {} },
    ...parts,
  });
}

const inTrouble = [
  recordOf('web-01', 'succeeded'),
  recordOf('web-02', 'failed'),
  recordOf('web-03', 'unknown'),
  recordOf('web-04', 'cancelled', { steps: [{ at: '2026-03-01T12:00:00Z', status: 'cancelled' }] }),
  recordOf('web-05', 'running'),
];

function services(records: readonly OperationRecord[], prompter = new ScriptedPrompter({ choose: stopKeepData.title })): TestServices {
  const routes = Object.fromEntries(nodes.map((node, at) => [node.target!.id, itemJson({ friendlyName: names[at]! }, node.target!.id)]));
  return servicesWith(prompter, { records, inventory: oneVault({ protectedItems: nodes }), routes });
}

describe('the failed of a batch', () => {
  it('are started again as a batch that names the old one; what is unknown is told, and not started', async () => {
    const prompter = new ScriptedPrompter({ choose: stopKeepData.title });
    const window = services(inTrouble, prompter);
    await retryFailed(window, 'first');
    assert.deepEqual(
      window.started.map(({ target, batch: of, asked }) => [target.name, of?.retryOf, of?.size, asked?.targetId]),
      [
        ['web-02', 'first', 2, nodes[1]?.target?.id],
        ['web-04', 'first', 2, nodes[3]?.target?.id],
      ],
    );
    assert.notEqual(window.started[0]?.batch?.id, 'first');
    assert.match(prompter.told[0]?.message ?? '', /^Not tried again: web-03: of unknown outcome, .* Look Again/);
  });

  it('are not started a second time once they were tried again', async () => {
    const window = services([...inTrouble, recordOf('web-02', 'failed', { batch: tried })]);
    await retryFailed(window, 'first');
    assert.deepEqual(
      window.started.map(({ target }) => target.name),
      ['web-04'],
    );
    await assert.rejects(retryFailed(services([recordOf('web-01', 'succeeded')]), 'first'), (error) => codeOf(error) === 'NothingToRetry');
  });

  it('are not started by a second click while the first is answered', async () => {
    const window = services(inTrouble);
    const first = retryFailed(window, 'first');
    await assert.rejects(retryFailed(window, 'first'), (error) => codeOf(error) === 'RetryUnderWay');
    await first;
    assert.equal(window.started.length, 2);
  });

  it('are refused where nothing of them is in the tree any more', async () => {
    const window = servicesWith(new ScriptedPrompter(), { records: inTrouble });
    await assert.rejects(retryFailed(window, 'first'), (error) => codeOf(error) === 'NotRepeatable');
    assert.deepEqual(window.started, []);
  });
});

describe('one that was started alone', () => {
  const alone = (name: string, status: OperationStatus, parts: Partial<OperationRecord> = {}): OperationRecord => {
    const { batch: _batch, ...record } = recordOf(name, status, { error: { code: 'NotStarted', message: 'It did not start.' }, ...parts });
    return { ...record, ...(parts.batch ? { batch: parts.batch } : {}) };
  };
  const failed = alone('web-02', 'failed');
  const refused = (records: readonly OperationRecord[], code: string, says: RegExp): Promise<void> => {
    const window = services(records, new ScriptedPrompter());
    return assert.rejects(retryFailed(window, failed.id), (error: Error) => {
      assert.match(error.message, says);
      return codeOf(error) === code && window.started.length === 0;
    });
  };

  it('is started again once it is confirmed, as a try that names it', async () => {
    const prompter = new ScriptedPrompter({ choose: stopKeepData.title });
    const window = services([failed, alone('web-03', 'failed')], prompter);
    await retryFailed(window, failed.id);
    assert.deepEqual(
      window.started.map(({ target, batch: of, asked }) => [target.name, of?.retryOf, of?.size, asked]),
      [['web-02', failed.id, 1, failed.asked]],
    );
    assert.ok(prompter.shown.includes(`modal: ${stopKeepData.title}: web-02?`), 'it was not confirmed');
  });

  it('is not sent where the person turns away, and may be tried again then', async () => {
    const window = services([failed], new ScriptedPrompter({ escape: true }, { choose: stopKeepData.title }));
    await assert.rejects(retryFailed(window, failed.id), isCancelled);
    assert.deepEqual(window.started, []);
    await retryFailed(window, failed.id);
    assert.equal(window.started.length, 1);
  });

  it('is refused while it is not known whether it started, and once it was started again, whoever did', async () => {
    const later = { id: 'later', createdAt: '2026-03-02T12:00:00Z' };
    await refused([alone('web-02', 'unknown')], 'NothingToRetry', /did not fail/);
    await refused([alone('web-02', 'succeeded')], 'NothingToRetry', /did not fail/);
    await refused(
      [failed, alone('web-02', 'failed', { id: 'try', batch: { ...tried, retryOf: failed.id } })],
      'NothingToRetry',
      /again already/,
    );
    await refused([failed, alone('web-02', 'running', later)], 'NothingToRetry', /again already/);
    await refused([], 'NothingToRetry', /Nothing of these/);
    await refused([{ ...failed, cloud: 'https://other.test' }], 'NotConnected', /belongs to https:\/\/other\.test/);
  });

  it('is not started where another window was faster while it was confirmed', async () => {
    const records = [failed];
    const window = services(records, new ScriptedPrompter({ choose: stopKeepData.title }));
    const connect = window.connection.connect.bind(window.connection);
    let connects = 0;
    window.connection.connect = () => {
      if (++connects === 2) {
        // What is to be tried again has been looked for by now.
        records.push(alone('web-02', 'accepted', { id: 'faster', createdAt: '2026-03-02T12:00:00Z' }));
      }
      return connect();
    };
    await assert.rejects(retryFailed(window, failed.id), (error) => codeOf(error) === 'NothingToRetry');
    assert.deepEqual(window.started, []);
  });

  it('may be tried again where what was started since asks for something else', async () => {
    const other = alone('web-02', 'succeeded', {
      id: 'other',
      createdAt: '2026-03-02T12:00:00Z',
      asked: { targetId: failed.target.id, answers: { expiry: '2026-05-01' } },
    });
    const window = services([failed, other]);
    await retryFailed(window, failed.id);
    assert.equal(window.started.length, 1);
  });
});

describe('what was answered', () => {
  const action = {
    ...stopKeepData,
    assurance: 'none' as const,
    questions: [
      { type: 'text' as const, id: 'why', title: 'Why', propose: () => '', refuse: () => undefined },
      { type: 'secret' as const, id: 'key', title: 'Access key', refuse: () => undefined },
    ],
  };

  it('is kept for each, without secrets, and only those are asked for anew', async () => {
    const window = services([], new ScriptedPrompter({ type: 'quarter end' }, { type: 'hunter2hunter2' }));
    await runAction(window, action, nodes.slice(0, 2));
    assert.deepEqual(
      window.started.map(({ asked }) => asked?.answers),
      [{ why: 'quarter end' }, { why: 'quarter end' }],
    );
    assert.ok(!JSON.stringify(window.started).includes('hunter2'));
    const prompter = new ScriptedPrompter({ type: 'another key' });
    const again = services([], prompter);
    const asked = window.started[0]?.asked?.answers ?? {};
    await runAction(again, action, nodes.slice(0, 2), {
      again: { of: 'first', answersOf: () => asked, leftOut: () => new Set(), nothingLeft: () => assert.fail() },
    });
    assert.equal(prompter.shown.filter((line) => line.startsWith('input')).join(), 'input: Access key [] (hidden)');
    assert.deepEqual(
      again.started.map(({ asked: of }) => of?.answers),
      [asked, asked],
    );
  });
});

describe('an action that is asked about one by one', () => {
  const action = {
    ...stopKeepData,
    many: false,
    title: 'Delete',
    assurance: 'typeName' as const,
    questions: [{ type: 'text' as const, id: 'why', title: 'Why', propose: () => '', refuse: () => undefined }],
    consequences: (_context: unknown, [target]: readonly { readonly name: string }[]) =>
      Promise.resolve([`${target?.name} loses 7 recovery points.`, 'There is no way back.']),
  };

  it('is asked for each of those that are selected, confirmed once for all, and sent as one batch', async () => {
    const prompter = new ScriptedPrompter({ type: 'a' }, { type: 'b' }, { choose: 'Delete' }, { type: '3' }, { type: '2' });
    const window = services([], prompter);
    await runAction(window, action, nodes.slice(0, 2));
    assert.deepEqual(
      window.started.map(({ target, asked }) => [target.name, asked?.answers]),
      [
        ['web-01', { why: 'a' }],
        ['web-02', { why: 'b' }],
      ],
    );
    assert.equal(new Set(window.started.map(({ batch: of }) => of?.id)).size, 1);
    assert.deepEqual(
      prompter.shown.filter((line) => /^(wizard|modal| )/.test(line)),
      [
        'wizard: Delete (1 of 2): web-01',
        'wizard: Delete (2 of 2): web-02',
        'modal: Delete: all 2?',
        '  web-01: web-01 loses 7 recovery points.',
        '  web-02: web-02 loses 7 recovery points.',
        '  There is no way back.',
        'wizard: Delete',
      ],
    );
    assert.deepEqual(prompter.refusals, ['Type the number to go on: 2']);
  });

  it('is refused of several, with the reason, where that makes no sense', async () => {
    const window = services([]);
    await assert.rejects(
      runAction(window, { ...action, onlyOne: 'the clipboard holds one link' }, nodes.slice(0, 2)),
      /one at a time, and 2 are selected: the clipboard holds one link\./,
    );
  });
});
