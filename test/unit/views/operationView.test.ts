import assert from 'node:assert/strict';
import type { OperationStatus } from '../../../src/core/operation.ts';
import type { Standing } from '../../../src/operations/types.ts';
import { durationText, elapsedText } from '../../../src/views/elapsed.ts';
import { shown } from '../../../src/views/shown.ts';
import { aRecord, targetId } from './fakeEngine.ts';
import { jobView, operationView } from './fullView.ts';

const here: Standing = { followedBy: 'here', notConnected: false };
const job = { id: `${targetId}/jobs/1`, name: '1', cancellable: true };

describe('view of an operation', () => {
  it('shows every text with what would turn it round written out, and keeps the id', () => {
    const hostile = 'vm\u202E1';
    const error = { code: 'X', message: `${hostile} is\r\nnot there.` };
    const row = shown(
      operationView(
        aRecord(hostile, { target: { id: targetId, name: hostile, kind: 'VM', containerName: hostile }, status: 'failed', error }),
        here,
      ),
    );
    const { id, vaultKey, ...rest } = row;
    assert.equal(vaultKey, hostile.toLowerCase());
    assert.equal(id, hostile);
    assert.doesNotMatch(JSON.stringify(rest), /\u202E|\\r|\\n/);
    assert.equal(row.vault, 'vm<U+202E>1');
    assert.equal(row.error?.message, 'vm<U+202E>1 is not there.');
  });

  it('has a percentage only where the service gave one and it runs', () => {
    assert.equal(operationView(aRecord('a'), here).percent, undefined);
    const tasks = [{ name: 'Take Snapshot', status: 'running', percent: 40 } as const];
    assert.equal(operationView(aRecord('a', { progress: { tasks } }), here).percent, undefined);
    assert.equal(operationView(aRecord('a', { progress: { percent: 0 } }), here).percent, 0);
    assert.equal(operationView(aRecord('a', { progress: { percent: 100 } }), here).percent, 100);
    assert.equal(operationView(aRecord('a', { status: 'succeeded', progress: { percent: 100 } }), here).percent, undefined);
  });

  it('calls each state by its word, and moves only while somebody asks', () => {
    const view = (status: OperationStatus, standing = here): string => {
      const { stateWord, moving } = operationView(aRecord('a', { status }), standing);
      return `${stateWord}${moving ? ' …' : ''}`;
    };
    assert.equal(view('sending'), 'Sending …');
    assert.equal(view('running'), 'Running …');
    assert.equal(view('running', { followedBy: 'nobody', notConnected: true }), 'Not connected');
    assert.equal(view('succeededWithWarnings'), 'Succeeded with warnings');
    assert.equal(view('unknown'), 'Outcome unknown');
  });

  it('shows what waits for its turn as queued: still, to be cancelled or removed where it is followed', () => {
    const lane = { key: 'k', waiting: 'Waiting for another restore point of vm-1', waitsSince: '2026-03-01T11:59:00Z' };
    const message = 'Queued: waits for Create Restore Point of vm-1';
    const queued = aRecord('a', { status: 'planned', lane, progress: { message } });
    const view = operationView(queued, here);
    assert.deepEqual([view.stateWord, view.icon, view.moving, view.queued, view.message], ['Queued', 'history', false, true, message]);
    assert.deepEqual(view.notes, [{ tone: 'info', text: `${lane.waiting}. Nothing of it has been sent yet.` }]);
    assert.ok(view.actions.includes('cancel') && view.actions.includes('remove'));
    const others = operationView(queued, { followedBy: 'otherWindow', notConnected: false });
    assert.ok(!others.actions.includes('cancel') && !others.actions.includes('remove'));
    const apart = operationView(queued, { followedBy: 'nobody', notConnected: true });
    assert.equal(apart.stateWord, 'Not connected');
    assert.match(apart.notes.at(-1)?.text ?? '', /Connect to that cloud to have it sent/);
    const turn = { ...lane, turnAt: '2026-03-01T12:00:00Z' };
    assert.equal(operationView({ ...queued, lane: turn }, here).queued, undefined);
    const alone = operationView(aRecord('a', { status: 'planned', lane: { key: lane.key, waiting: lane.waiting } }), here);
    assert.deepEqual([alone.queued, alone.moving, alone.notes], [undefined, true, []]);
    assert.notEqual(alone.stateWord, 'Queued');
    assert.equal(operationView({ ...queued, lane: turn, status: 'running' }, here).stateWord, 'Running');
  });

  it('shows each disk of a copy with its own figure beside the one of all', () => {
    const tasks = [
      { name: 'vm-1-os', status: 'succeeded', percent: 100, detail: '32 GB' },
      { name: 'vm-1-data', status: 'running', percent: 12, detail: '1024 GB' },
    ] as const;
    const view = operationView(aRecord('a', { progress: { percent: 14, message: '1 of 2 disks copied', tasks } }), here);
    assert.equal(view.percent, 14);
    assert.deepEqual(
      view.tasks.map(({ name, stateWord, percent, detail }) => [name, stateWord, percent, detail]),
      [
        ['vm-1-os', 'Completed', 100, '32 GB'],
        ['vm-1-data', 'Running', 12, '1024 GB'],
      ],
    );
  });

  it('says since when no answer came and when it asks again', () => {
    const error = { code: 'NoAnswer', message: 'The connection broke.' };
    const since = '2026-03-01T12:10:00.000Z';
    const nextAt = '2026-03-01T12:15:00.000Z';
    const view = operationView(aRecord('a', { trouble: { kind: 'noAnswer', since, nextAt, error } }), here);
    assert.equal(view.stateWord, 'No answer');
    assert.deepEqual(view.notes, [
      { tone: 'warning', text: 'The connection broke.', since: Date.parse(since), nextAt: Date.parse(nextAt) },
    ]);
    assert.ok(view.actions.includes('retry'));
    const paused = operationView(aRecord('a', { trouble: { kind: 'paused', since, error } }), here);
    assert.equal(paused.moving, false);
    assert.equal(paused.notes[0]?.tone, 'error');
  });

  it('says that it is not on disk, that another window follows it, which cloud it waits for', () => {
    const notes = (standing: Standing): string =>
      operationView(aRecord('a'), standing)
        .notes.map((note) => note.text)
        .join(' ');
    assert.match(notes({ ...here, unsaved: { code: 'JournalUnwritable', message: 'Disk full.' } }), /not on disk.*Disk full\./);
    assert.match(notes({ followedBy: 'otherWindow', notConnected: false }), /Another window follows it/);
    assert.match(notes({ followedBy: 'nobody', notConnected: true }), /https:\/\/management\.azure\.com\. Connect/);
  });

  it('offers what can be done, and nothing that the engine would refuse', () => {
    const actions = (parts: Parameters<typeof aRecord>[1], standing = here): string =>
      operationView(aRecord('a', parts), standing)
        .actions.filter((action) => !['openInTree', 'openJson', 'copy'].includes(action))
        .join(' ');
    assert.equal(actions({ job }), 'cancel stopWatching');
    assert.equal(actions({ job: { ...job, cancellable: false } }), 'stopWatching');
    assert.equal(actions({ job, cancelRequestedAt: '2026-03-01T12:00:00Z' }), 'stopWatching');
    const unwatched = { job, unwatchedAt: '2026-03-01T12:00:00Z' };
    assert.equal(actions(unwatched, { followedBy: 'nobody', notConnected: false }), 'followAgain remove');
    assert.equal(operationView(aRecord('a', unwatched), here).stateWord, 'Not watched');
    assert.equal(actions({ job, lane: { key: 'l', waiting: 'w', turnAt: '2026-03-01T12:00:00Z' } }), 'cancel remove');
    assert.equal(actions({ job, status: 'succeeded' }), 'remove');
    assert.equal(actions({ job }, { followedBy: 'otherWindow', notConnected: false }), '');
    assert.equal(actions({ job }, { followedBy: 'nobody', notConnected: true }), 'remove');
    assert.equal(actions({ status: 'planned' }), '');
    assert.equal(actions({ status: 'sending' }), '');
    assert.equal(actions({ status: 'sending' }, { followedBy: 'nobody', notConnected: true }), 'remove');
    assert.equal(actions({ status: 'unknown' }), 'lookAgain remove');
  });

  it('gives times as moments, and none that is not known', () => {
    const view = operationView(aRecord('a', { status: 'failed', endedAt: '2026-03-01T13:00:00Z' }), here);
    assert.equal((view.endedAt ?? 0) - view.startedAt, 3_600_000);
    const followed = operationView(aRecord('a', { startedAt: '2026-03-01T11:00:00Z' }), here);
    assert.equal(followed.startedAt, Date.parse('2026-03-01T11:00:00Z'));
    const unknown = jobView({ id: 'j', name: 'j', title: 'Backup', target: aRecord('a').target, status: 'running', progress: {} });
    assert.equal(unknown.startedAt, 0);
  });

  it('keeps the words of tasks and properties as the service gave them', () => {
    const view = operationView(
      aRecord('a', {
        progress: {
          tasks: [
            { name: 'Take Snapshot', status: 'succeeded', duration: 'PT1M2.5S' },
            { name: 'Transfer data to vault', status: 'notStarted', duration: 'PT0S' },
          ],
          properties: { 'Recovery point time ': '5/1/2026' },
        },
      }),
      here,
    );
    assert.deepEqual(view.tasks, [
      { name: 'Take Snapshot', state: 'succeeded', stateWord: 'Completed', duration: '1 min 02 s' },
      { name: 'Transfer data to vault', state: 'notStarted', stateWord: 'Not started' },
    ]);
    assert.ok(view.facts.some(([name, value]) => name === 'Recovery point time ' && value === '5/1/2026'));
  });

  it('tells which restore point comes of it, where its target is what that is made of', () => {
    const pointId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/restorePointCollections/c/restorePoints/p';
    const facts = (actionId: string) => new Map(operationView(aRecord('a', { actionId, intent: { pointId } }), here).facts);
    assert.equal(facts('copyRestorePoint').get('New restore point'), pointId);
    assert.equal(facts('deleteRestorePoint').get('New restore point'), undefined);
  });

  it('tells which blob a service is backed up into or restored from, and nothing else of what was asked for', () => {
    const intent = { account: 'stbackups', container: 'apim', backupName: 'nightly.apimbackup', access: 'key' };
    const facts = (actionId: string) => new Map(operationView(aRecord('a', { actionId, intent }), here).facts);
    for (const actionId of ['backUpService', 'restoreService', 'restoreBackup']) {
      assert.equal(facts(actionId).get('Backup'), 'stbackups/apim/nightly.apimbackup');
    }
    assert.equal(facts('backUpNow').get('Backup'), undefined);
    const broken = operationView(aRecord('a', { actionId: 'backUpService', intent: { account: 'stbackups' } }), here);
    assert.equal(new Map(broken.facts).get('Backup'), undefined);
  });
});

describe('spans of time', () => {
  for (const [ms, text] of [
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min 00 s'],
    [3_599_999, '59 min 59 s'],
    [3_600_000, '1 h 00 min'],
    [86_400_000 * 2 + 3_600_000, '2 d 1 h'],
  ] as const) {
    it(`${ms} ms are ${text}`, () => assert.equal(elapsedText(ms), text));
  }

  for (const [given, text] of [
    ['PT1H7M12.9313244S', '1 h 07 min'],
    ['PT0S', '0 s'],
    ['P1DT2H', '1 d 2 h'],
    ['13.23:59:44.0256366', '13 d 23 h'],
    ['00:02:03', '2 min 03 s'],
    ['soon', 'soon'],
  ] as const) {
    it(`${given} is ${text}`, () => assert.equal(durationText(given), text));
  }
});
