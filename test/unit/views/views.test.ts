import assert from 'node:assert/strict';
import { CancelledError, isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { Asker, AskRefused } from '../../../src/views/asking.ts';
import { endMessage, retryOffer } from '../../../src/views/endMessage.ts';
import { pageHtml } from '../../../src/views/html.ts';
import type { ToHost } from '../../../src/views/protocol.ts';
import { detailsText, rowActions } from '../../../src/views/rowActions.ts';
import { statusText } from '../../../src/views/statusText.ts';
import { offersOf } from '../../../src/views/operationCommands.ts';
import { aRecord, FakeEngine, targetId } from './fakeEngine.ts';

describe('asking across the panel', () => {
  it('resolves with done and rejects with the words of the refusal, each by its number', async () => {
    const posted: ToHost[] = [];
    const asker = new Asker((message) => posted.push(message), 1_000);
    const first = asker.ask({ kind: 'refresh' });
    const second = asker.ask({ kind: 'cancel', id: 'a' });
    assert.equal(asker.take({ type: 'refused', number: 2, error: { code: 'X', message: 'No.', remedies: [] } }), true);
    assert.equal(asker.take({ type: 'done', number: 1 }), true);
    assert.equal(asker.take({ type: 'done', number: 1 }), false);
    assert.equal(asker.take({ type: 'select', id: 'a' }), false);
    await first;
    await assert.rejects(second, (error: AskRefused) => error.failure.code === 'X');
    assert.deepEqual(
      posted.map((message) => message.type === 'ask' && message.number),
      [1, 2],
    );
  });

  it('gives up where no answer comes', async () => {
    const asker = new Asker(() => undefined, 5);
    await assert.rejects(
      asker.ask({ kind: 'refresh' }),
      (error: unknown) => error instanceof AskRefused && error.failure.code === 'NoReply',
    );
    assert.equal(asker.take({ type: 'done', number: 1 }), false);
  });
});

describe('notification of ends', () => {
  type EndedWord = 'succeeded' | 'succeededWithWarnings' | 'failed' | 'unknown' | 'cancelled';
  const ended = (id: string, status: EndedWord, parts = {}): ReturnType<typeof aRecord> => aRecord(id, { status, ...parts });

  it('names action, resource and outcome', () => {
    assert.deepEqual(endMessage([ended('a', 'succeeded', { outcome: 'vm-1 has a new recovery point.' })]), {
      level: 'info',
      text: 'Back Up Now, vm-1: succeeded. vm-1 has a new recovery point.',
      showId: 'a',
    });
    assert.equal(endMessage([ended('a', 'failed', { error: { code: 'X', message: 'Agent unreachable.' } })]).level, 'error');
    assert.equal(endMessage([ended('a', 'unknown')]).level, 'warning');
    const warnings = ['Creating a snapshot.', 'It is crash-consistent only.', 'Creating a snapshot.'].map((message) => ({
      code: 'W',
      message,
    }));
    assert.match(
      endMessage([ended('a', 'succeededWithWarnings', { warnings })]).text,
      /succeeded with warnings\. Creating a snapshot\. It is crash-consistent only\.$/,
    );
    assert.equal(endMessage([ended('a', 'cancelled')]).level, 'info');
  });

  it('is one for many, and leads to the worst of them', () => {
    const failed = ended('bad', 'failed', { error: { code: 'X', message: 'Agent unreachable.' } });
    const message = endMessage([ended('a', 'succeeded'), failed, ended('b', 'succeeded')]);
    assert.equal(message.level, 'error');
    assert.equal(message.showId, 'bad');
    assert.equal(message.text, '3 operations ended: 1 failed, 2 succeeded. Back Up Now, vm-1: failed. Agent unreachable.');
  });

  it('offers to try again what failed, as one or as those that were started together, and nothing else', () => {
    const asked = { targetId, answers: {} };
    const failed = ended('a', 'failed', { asked });
    const labels = (told: Told, all = told): string | undefined => retryOffer(told, all)?.label;
    type Told = ReturnType<typeof aRecord>[];
    assert.deepEqual(retryOffer([failed], [failed]), { label: 'Try Again', triedId: 'a' });
    assert.equal(labels([failed], [failed, ended('b', 'succeeded', { batch: { id: 'b1', size: 1, retryOf: 'a' } })]), undefined);
    assert.equal(labels([failed, ended('c', 'succeeded')]), undefined, 'two that were not started together');
    assert.equal(labels([ended('d', 'unknown', { asked })]), undefined, 'it may have started');
    assert.equal(labels([ended('e', 'failed')]), undefined, 'it was only followed');
    const batch = { id: 'b2', size: 2 };
    assert.equal(labels([ended('f', 'succeeded', { batch }), ended('g', 'failed', { batch })]), 'Retry the Failed');
    assert.deepEqual(retryOffer([ended('h', 'failed', { batch: { ...batch, size: 1 } })], []), undefined, 'it was taken off the list');
  });

  it('makes no link of a name and stays one line of bounded length', () => {
    const name = '[Click](command:evil)\n' + 'x'.repeat(1000);
    const { text } = endMessage([ended('a', 'succeeded', { target: { id: targetId, name, kind: 'VM' } })]);
    assert.doesNotMatch(text, /\]\(command:/);
    assert.ok(!text.includes('\n'));
    assert.ok(text.length < 400);
  });

  it('shows a name that would turn the text round', () => {
    const { text } = endMessage([ended('a', 'succeeded', { target: { id: targetId, name: 'vm\u202E1', kind: 'VM' } })]);
    assert.match(text, /vm<U\+202E>1/);
  });
});

describe('status bar', () => {
  const here = (): { followedBy: 'here'; notConnected: boolean } => ({ followedBy: 'here', notConnected: false });

  it('is hidden where nothing runs, counts what does, and names it in the tooltip', () => {
    assert.equal(statusText([aRecord('a', { status: 'succeeded' })], here), undefined);
    assert.equal(statusText([aRecord('a')], here)?.text, '$(sync~spin) 1 backup operation');
    const many = Array.from({ length: 12 }, (_, at) => aRecord(`r${at}`, { progress: { percent: at } }));
    const status = statusText(many, here);
    assert.equal(status?.text, '$(sync~spin) 12 backup operations');
    assert.match(status?.tooltip ?? '', /Back Up Now: vm-1 \(3 %\)/);
    assert.match(status?.tooltip ?? '', /and 2 more$/);
  });

  it('says which wait for their turn', () => {
    const waits = aRecord('b', {
      status: 'planned',
      lane: { key: 'k', waiting: 'Waiting', waitsSince: 'x' },
      progress: { message: 'Queued: waits for x' },
    });
    const status = statusText([aRecord('a'), waits], here);
    assert.match(status?.tooltip ?? '', /^Azure Backup: 2 operations running, 1 of them queued\n.*\nBack Up Now: vm-1 \(queued\)$/);
  });

  it('does not turn where nobody is being asked', () => {
    const paused = aRecord('a', { trouble: { kind: 'paused', since: '2026-01-01T00:00:00Z', error: { code: 'X', message: 'x' } } });
    assert.equal(statusText([paused], here)?.text, '$(warning) 1 backup operation');
    assert.match(statusText([aRecord('a')], () => ({ followedBy: 'nobody', notConnected: true }))?.text ?? '', /^\$\(warning\)/);
  });
});

describe('page of a webview', () => {
  const parts = {
    title: 'A "title" <b>',
    cspSource: 'https://*.vscode-cdn.net',
    script: 'https://x/jobs.js',
    styles: ['https://x/a.css'],
    iconStyle: 'https://x/c.css',
  };

  it('allows its own files alone', () => {
    const html = pageHtml(parts, 'NONCE');
    const policy = /content="(default-src[^"]*)"/.exec(html)?.[1] ?? '';
    assert.match(policy, /^default-src 'none';/);
    assert.match(policy, /script-src 'nonce-NONCE';/);
    assert.doesNotMatch(policy, /unsafe|\*;|data:|https:(?!\/\/\*\.vscode-cdn)/);
    assert.doesNotMatch(html, /<script(?![^>]*nonce="NONCE")|<style|\son\w+=/);
    assert.ok(html.includes('A &quot;title&quot; &lt;b&gt;'));
  });

  it('has another nonce each time', () => {
    assert.notEqual(pageHtml(parts), pageHtml(parts));
  });
});

describe('buttons of a row', () => {
  function made(answers: { sure?: boolean; found?: boolean } = {}): {
    engine: FakeEngine;
    said: string[];
    act: ReturnType<typeof rowActions>;
  } {
    const engine = new FakeEngine();
    const said: string[] = [];
    const note = (text: string): Promise<void> => Promise.resolve(void said.push(text));
    const act = rowActions({
      engine,
      reveal: async (id) => {
        await note(`reveal ${id}`);
        return answers.found ?? true;
      },
      showDocument: (name, text) => note(`document ${name} ${text.slice(0, 1)}`),
      copyText: (text) => note(text),
      confirm: async (question) => {
        await note(question);
        return answers.sure ?? true;
      },
      tryAgain: (id) => note(`try ${id}`),
      showJobs: (id) => said.push(`show ${id}`),
    });
    return { engine, said, act };
  }

  it('cancel asks first, and does nothing on a no', async () => {
    const yes = made();
    yes.engine.put(aRecord('a'));
    await yes.act({ kind: 'cancel', id: 'a' }, undefined);
    assert.deepEqual(yes.said, ['Cancel "Back Up Now, vm-1"?']);
    assert.deepEqual(yes.engine.asked, ['cancel a']);
    const no = made({ sure: false });
    no.engine.put(aRecord('a'));
    await assert.rejects(
      no.act({ kind: 'cancel', id: 'a' }, undefined),
      (error: unknown) => error instanceof CancelledError && isCancelled(error),
    );
    assert.deepEqual(no.engine.asked, []);
  });

  it('cancel takes back at once what was not sent, and remove says that it will not be', async () => {
    const all = made();
    all.engine.put(aRecord('a', { status: 'planned', lane: { key: 'k', waiting: 'Waiting', waitsSince: 'x' } }));
    await all.act({ kind: 'cancel', id: 'a' }, undefined);
    assert.deepEqual([all.engine.asked, all.said], [['cancel a'], []]);
    await all.act({ kind: 'remove', id: 'a' }, undefined);
    assert.deepEqual(all.said, ['Remove "Back Up Now, vm-1"?']);
    assert.deepEqual(all.engine.asked, ['cancel a', 'remove a']);
  });

  it('remove asks only where something still runs', async () => {
    const { engine, said, act } = made();
    engine.put(aRecord('a', { status: 'failed' }));
    await act({ kind: 'remove', id: 'a' }, undefined);
    assert.deepEqual(said, []);
    engine.put(aRecord('b'));
    await act({ kind: 'remove', id: 'b' }, undefined);
    assert.deepEqual(said, ['Remove "Back Up Now, vm-1"?']);
    assert.deepEqual(engine.asked, ['remove a', 'remove b']);
  });

  it('stop watching says that it ends nothing; what is not sent of a batch is taken back, and nothing else', async () => {
    const { engine, said, act } = made();
    const batch = { id: 'b1', size: 3 };
    engine.put(aRecord('a', { batch }));
    await act({ kind: 'stopWatching', id: 'a' }, undefined);
    assert.deepEqual(said, ['Stop watching "Back Up Now, vm-1"?']);
    await act({ kind: 'followAgain', id: 'a' }, undefined);
    engine.put(aRecord('b', { batch, status: 'planned', lane: { key: 'l', waiting: 'w' } }));
    engine.put(aRecord('c', { batch, status: 'planned', lane: { key: 'm', waiting: 'w' } }));
    engine.put(aRecord('d', { status: 'planned', lane: { key: 'n', waiting: 'w' } }));
    await act({ kind: 'cancelUnsent', id: 'b1' }, undefined);
    assert.deepEqual(engine.asked, ['stopWatching a', 'followAgain a', 'cancel b', 'cancel c']);
    engine.refusal = new BackupError('Sent meanwhile.', { code: 'X' });
    await assert.rejects(
      act({ kind: 'cancelUnsent', id: 'b1' }, undefined),
      /^BackupError: 2 of 2 could not be taken back: Sent meanwhile/,
    );
  });

  it('try again is asked for what was started alone, by its own id, or by that of its try', async () => {
    const { engine, said, act } = made();
    engine.put(aRecord('a', { status: 'failed' }));
    engine.put(aRecord('b', { status: 'failed', batch: { id: 'b1', size: 1, retryOf: 'a' } }));
    await act({ kind: 'tryAgain', id: 'a' }, undefined);
    await act({ kind: 'tryAgain', id: 'b' }, undefined);
    await assert.rejects(act({ kind: 'tryAgain', id: 'gone' }, undefined), /not in the list any more/);
    assert.deepEqual(said, ['try a', 'try b1']);
  });

  it('the palette offers an operation for what its buttons would do, and a batch for what is left of it', () => {
    const { engine } = made();
    const batch = { id: 'b1', size: 2 };
    engine.put(aRecord('a', { batch, job: { id: 'j', name: 'j', cancellable: true } }));
    engine.put(aRecord('b', { batch, status: 'failed' }));
    engine.put(aRecord('c', { unwatchedAt: '2026-03-01T12:00:00Z' }));
    const asked = { targetId, answers: {} };
    engine.put(aRecord('d', { status: 'failed', asked, batch: { id: 'b2', size: 1, retryOf: 'x' } }));
    const ids = (['cancel', 'stopWatching', 'followAgain', 'tryAgain', 'retryFailed', 'cancelUnsent'] as const).map((action) =>
      offersOf(action, engine)
        .map(({ id }) => id)
        .join(),
    );
    assert.deepEqual(ids, ['a', 'a', 'c', 'd', 'b1', '']);
    assert.equal(offersOf('retryFailed', engine)[0]?.description, '1 to try again');
  });

  it('follow makes an operation of a job and goes to it', async () => {
    const { engine, said, act } = made();
    const target = aRecord('x').target;
    const follow = { title: 'Backup', target, job: { id: 'J', name: 'J' }, tracker: 'job', tracking: {} };
    await act(
      { kind: 'follow', id: 'J' },
      { id: 'J', name: 'J', title: 'Backup', target, status: 'running', startedAt: '2026-03-01T09:00:00Z', progress: {}, follow },
    );
    assert.deepEqual(engine.asked, ['follow J']);
    assert.deepEqual(said, ['show followed']);
    assert.equal(engine.get('followed')?.startedAt, '2026-03-01T09:00:00Z', 'it began when the service began it, not when it was followed');
  });

  it('say where a resource is not in the tree, or a job not in the list any more', async () => {
    const { engine, said, act } = made({ found: false });
    engine.put(aRecord('a'));
    await assert.rejects(act({ kind: 'openInTree', id: 'a' }, undefined), (error: BackupError) => error.facts.code === 'NotInTree');
    assert.deepEqual(said, [`reveal ${targetId}`]);
    for (const kind of ['follow', 'openInTree', 'openJson', 'copy'] as const) {
      await assert.rejects(act({ kind, id: 'gone' }, undefined), (error: BackupError) => error.facts.code === 'UnknownOperation');
    }
  });

  it('shows the restore point that was made, or what it was made of where that is not there', async () => {
    const pointId = `${targetId}/restorePoints/p`;
    const record = aRecord('a', { actionId: 'copyRestorePoint', intent: { pointId } });
    const there = made();
    there.engine.put(record);
    await there.act({ kind: 'openInTree', id: 'a' }, undefined);
    assert.deepEqual(there.said, [`reveal ${pointId}`]);
    const gone = made({ found: false });
    gone.engine.put(record);
    await assert.rejects(gone.act({ kind: 'openInTree', id: 'a' }, undefined), (error: BackupError) => error.facts.resource === targetId);
    assert.deepEqual(gone.said, [`reveal ${pointId}`, `reveal ${targetId}`]);
  });

  it('copy gives the lines of a ticket', () => {
    const text = detailsText(
      aRecord('a', {
        status: 'failed',
        endedAt: '2026-03-01T13:00:00Z',
        job: { id: '/jobs/1', name: '1' },
        error: { code: 'UserErrorX', message: 'It failed.', remedies: ['Do this.'] },
        trace: [{ at: '2026-03-01T12:00:00Z', method: 'GET', path: '/x', status: 200, ms: 1, requestId: 'r-1' }],
        request: { method: 'POST', url: 'https://management.azure.com/x', headers: {} },
        progress: {
          tasks: [{ name: 'Take Snapshot', status: 'failed', percent: 40 }],
          properties: { 'Backup Size': '12 MB' },
        },
        steps: [
          { at: '2026-03-01T12:00:01Z', status: 'sending' },
          { at: '2026-03-01T12:00:02Z', status: 'accepted' },
          { at: '2026-03-01T12:00:09Z', status: 'running', job: '1' },
        ],
      }),
      undefined,
    );
    assert.equal(
      text,
      [
        'Back Up Now: Failed',
        'Resource: vm-1',
        `Resource id: ${targetId}`,
        'Vault: vault-1',
        'Started: 2026-03-01T12:00:00.000Z',
        'Ended: 2026-03-01T13:00:00Z',
        'Job: /jobs/1',
        'Error: It failed. (UserErrorX)',
        'Request id: r-1',
        'What to do: Do this.',
        'Properties:',
        '  Backup Size: 12 MB',
        'Tasks:',
        '  Take Snapshot: Failed, 40 %',
        'Steps:',
        '  2026-03-01T12:00:00.000Z Written down, before anything was sent',
        '  2026-03-01T12:00:01.000Z Sending the request',
        '  2026-03-01T12:00:02.000Z The service accepted it',
        '  2026-03-01T12:00:09.000Z Job 1 runs at the service',
        '  2026-03-01T13:00:00.000Z Failed',
        'Requests:',
        '  2026-03-01T12:00:00Z GET /x 200 1 ms r-1',
        '',
      ].join('\n'),
    );
  });
});
