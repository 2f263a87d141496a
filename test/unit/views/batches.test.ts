import assert from 'node:assert/strict';
import type { OperationRecord, OperationStatus } from '../../../src/core/operation.ts';
import { batchDocument } from '../../../src/views/batchDocument.ts';
import { batchOf, batchProgress, batchSummary, isRunning, type Batch } from '../../../src/views/batches.ts';
import { BatchTeller, missingMs, othersTurnMs } from '../../../src/views/batchTeller.ts';
import { batchMessage, endMessage } from '../../../src/views/endMessage.ts';
import { statusText } from '../../../src/views/statusText.ts';
import { FakeClock } from '../operations/fakes.ts';
import { aRecord, FakeEngine, targetId } from './fakeEngine.ts';

const batch = { id: 'b1', size: 10 };
const request = { method: 'PUT' as const, url: 'https://management.azure.com/x', headers: {} };
const statement = { title: 'T-SQL, on each instance', text: 'USE [master];\n\tALTER SERVER ROLE [sysadmin] ADD MEMBER [x];\n' };

function one(name: string, status: OperationStatus, parts: Partial<OperationRecord> = {}): OperationRecord {
  const endedAt = '2026-03-01T12:00:00.000Z';
  return aRecord(name, {
    title: 'Protect',
    target: { id: `${targetId}/${name}`, name, kind: 'SQL database', containerName: 'vault-1' },
    status,
    batch,
    request,
    ...(['running', 'accepted'].includes(status) ? {} : { endedAt }),
    ...parts,
  });
}

const notSysadmin = { code: 'UserErrorSQLNoSysadminMembership', message: 'No sysadmin.', remedies: ['Run the statement.'], statement };
const ten = (): OperationRecord[] => [
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => one(name, 'succeeded')),
  one('i', 'succeededWithWarnings', { warnings: [{ code: 'W', message: 'Odd.' }] }),
  one('payroll', 'failed', {
    error: { code: 'X', message: 'The database was dropped.', remedies: ['Rediscover the databases.'], requestId: 'r-1' },
  }),
];
const made = (records: readonly OperationRecord[]): Batch => batchOf(records, 'b1') ?? assert.fail();

describe('what was started together', () => {
  it('is summed up in one sentence, the worst reason with its name', () => {
    const message = batchMessage(made(ten()));
    assert.equal(message.level, 'error');
    assert.equal(message.showId, 'payroll');
    assert.equal(message.text, 'Protect: 8 of 10 succeeded, 1 with warnings, 1 failed. payroll: The database was dropped. And 1 more.');
    const fine = batchMessage(made(Array.from({ length: 10 }, (_none, at) => one(`n${at}`, 'succeeded'))));
    assert.deepEqual([fine.level, fine.text], ['info', 'Protect: all 10 succeeded.']);
  });

  it('of one alone that was tried again speaks of that one, and not of a number', () => {
    const again = { batch: { id: 'b2', size: 1, retryOf: 'b1' } };
    const batchOfOne = (status: OperationStatus): Batch => batchOf([one('payroll', status, again)], 'b2') ?? assert.fail();
    assert.equal(batchSummary(batchOfOne('failed')), 'Protect, payroll: failed');
    assert.equal(batchSummary(batchOfOne('succeededWithWarnings')), 'Protect, payroll: succeeded with warnings');
    const running = statusText([one('payroll', 'running', again)], () => ({ followedBy: 'here', notConnected: false }));
    assert.equal(running?.text, '$(sync~spin) 1 backup operation');
    assert.match(running.tooltip, /\nProtect: payroll$/);
  });

  it('says a reason that several have in common once, and tells namesakes apart', () => {
    const error = { code: 'X', message: 'The machine is off.' };
    const where = (host: string): Partial<OperationRecord> => ({
      error,
      target: { id: `${targetId}/${host}`, name: 'msdb', kind: 'SQL database', where: `MSSQLSERVER on ${host}` },
    });
    const { text } = batchMessage(made([one('a', 'failed', where('h1')), one('b', 'failed', where('h2'))]));
    assert.match(text, /^Protect: none of 10 succeeded, 2 failed, 8 not in the list any more\. /);
    assert.match(text, /msdb \(MSSQLSERVER on h1\), msdb \(MSSQLSERVER on h2\): The machine is off\.$/);
  });

  it('counts what was never sent as not started, whether it was refused or cancelled', () => {
    const { request: _none, ...refused } = one('r', 'failed', { error: { code: 'X', message: 'Nothing was started: gone.' } });
    const { request: _nor, ...cancelled } = one('c', 'cancelled');
    const summary = batchSummary(made([...ten().slice(0, 7), refused, cancelled, one('x', 'cancelled')]));
    assert.equal(summary, 'Protect: 7 of 10 succeeded, 2 not started, 1 cancelled');
  });

  it('is at its end where the rest is not watched any more, and says so', () => {
    const batch = made([...ten().slice(0, 9), one('x', 'running', { unwatchedAt: '2026-03-01T12:00:00Z' })]);
    assert.equal(isRunning(batch), false);
    assert.equal(batchSummary(batch), 'Protect: 8 of 10 succeeded, 1 with warnings, 1 not watched any more');
    assert.match(batchDocument(batch), /^Not watched any more \(1\)$/m);
  });

  it('does not say "none" of what succeeded with warnings', () => {
    const warned = (names: readonly string[]): OperationRecord[] => names.map((name) => one(name, 'succeededWithWarnings'));
    const of = (size: number, records: readonly OperationRecord[]): string =>
      batchSummary(made(records.map((record) => ({ ...record, batch: { id: 'b1', size } }))));
    assert.equal(of(3, [...warned(['a']), one('b', 'failed'), one('c', 'failed')]), 'Protect: 1 of 3 succeeded with warnings, 2 failed');
    assert.equal(of(2, warned(['a', 'b'])), 'Protect: all 2 succeeded with warnings');
  });

  it('offers the statement where one mends it all, and none where there are two', () => {
    const failing = (name: string, text = statement.text): OperationRecord =>
      one(name, 'succeededWithWarnings', { warnings: [{ ...notSysadmin, statement: { ...statement, text } }] });
    assert.equal(batchMessage(made([failing('a'), failing('b')])).statement, statement.text);
    assert.equal(batchMessage(made([failing('a'), failing('b', 'SELECT 1')])).statement, undefined);
    assert.equal(endMessage([one('a', 'failed', { error: notSysadmin })]).statement, statement.text);
    assert.equal(endMessage([one('a', 'succeeded')]).statement, undefined);
  });

  it('is listed whole in a document: fate, reason, what to do, statement', () => {
    const text = batchDocument(
      made([...ten().slice(0, 9), one('payroll', 'failed', { error: notSysadmin, outcome: 'payroll is not protected.' })]),
    );
    assert.match(
      text,
      /^Protect: 8 of 10 succeeded, 1 with warnings, 1 failed\.\n\nFailed \(1\)\n {2}payroll\n {4}payroll is not protected\.\n/,
    );
    assert.match(text, / {4}No sysadmin\. \(UserErrorSQLNoSysadminMembership\)\n {4}What to do: Run the statement\.\n/);
    assert.match(text, / {4}T-SQL, on each instance:\n {6}USE \[master\];\n {10}ALTER SERVER ROLE/);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']) {
      assert.match(text, new RegExp(`^ {2}${name}$`, 'm'));
    }
    const short = batchDocument(made(ten().slice(0, 8)));
    assert.match(short, /2 of the 10 are not in the list: removed from it, or the window closed before their turn\./);
  });

  it('shows hostile names as text, in the document too', () => {
    const name = 'x\n  forged\u202e';
    const text = batchDocument(
      made([one('a', 'failed', { target: { id: targetId, name, kind: 'VM' }, error: { code: 'X', message: 'a\nb' } })]),
    );
    assert.doesNotMatch(text, /^ {2}forged/m);
    assert.doesNotMatch(text, /\u202e/);
    assert.match(text, /a b \(X\)/);
  });

  it('says a code once where the sentence of the service ends with it', () => {
    const text = batchDocument(
      made([one('a', 'failed', { error: { code: 'AuthorizationFailed', message: 'No. (AuthorizationFailed)', requestId: 'r1' } })]),
    );
    assert.match(text, /^ {4}No\. \(AuthorizationFailed\) \(request r1\)$/m);
  });

  it('is one line of the status bar while it runs', () => {
    const here = (): { followedBy: 'here'; notConnected: boolean } => ({ followedBy: 'here', notConnected: false });
    const records = [...ten().slice(0, 4), ...['u', 'v', 'w'].map((name) => one(name, 'running'))];
    assert.equal(batchProgress(made(records)), 'Protect: 4 of 10 ended');
    assert.equal(statusText(records, here)?.text, '$(sync~spin) Protect: 4 of 10 ended');
    const mixed = statusText([...records, aRecord('alone')], here);
    assert.equal(mixed?.text, '$(sync~spin) 4 backup operations');
    assert.deepEqual(mixed?.tooltip.split('\n'), ['Azure Backup: 4 operations running', 'Protect: 4 of 10 ended', 'Back Up Now: vm-1']);
  });
});

describe('telling the end of what was started together', () => {
  interface Window {
    readonly engine: FakeEngine;
    readonly told: string[];
    readonly alone: string[];
    readonly teller: BatchTeller;
    readonly end: (record: OperationRecord) => void;
  }
  const clock = (): FakeClock => new FakeClock();

  /** @param disk what windows share */
  function window(time: FakeClock, disk = new Set<string>()): Window {
    const engine = new FakeEngine();
    engine.told = disk;
    const told: string[] = [];
    const alone: string[] = [];
    const teller = new BatchTeller({
      engine,
      clock: time,
      tell: (each) => told.push(batchSummary(each)),
      tellAlone: (record) => alone.push(record.id),
    });
    return {
      engine,
      told,
      alone,
      teller,
      end: (record) => {
        engine.put(record);
        engine.ended.fire(record);
      },
    };
  }

  it('is done once, when the last has ended', async () => {
    const time = clock();
    const { engine, told, end } = window(time);
    ten().forEach((record) => engine.put({ ...record, status: 'running' }));
    for (const record of ten().slice(0, 9)) {
      end(record);
    }
    await time.advance(60 * 60_000);
    assert.deepEqual(told, []);
    end(ten()[9] as OperationRecord);
    await time.advance(0);
    assert.deepEqual(told, ['Protect: 8 of 10 succeeded, 1 with warnings, 1 failed']);
    await time.advance(60 * 60_000);
    assert.equal(told.length, 1);
  });

  it('is done by the window that followed the last, though others see it end too', async () => {
    const time = clock();
    const disk = new Set<string>();
    const mine = window(time, disk);
    const other = window(time, disk);
    ten().forEach((record) => {
      mine.engine.put(record);
      other.engine.put(record);
    });
    other.engine.put(ten()[9] as OperationRecord);
    mine.end(ten()[9] as OperationRecord);
    await time.advance(othersTurnMs * 2);
    assert.deepEqual([mine.told.length, other.told.length], [1, 0]);
  });

  it('is done by one of two windows that end the last two at the same moment', async () => {
    const time = clock();
    const disk = new Set<string>();
    const windows = [window(time, disk), window(time, disk)];
    for (const { engine } of windows) {
      ten().forEach((record) => engine.put(record));
    }
    windows.forEach(({ end }, at) => end(ten()[at] as OperationRecord));
    await time.advance(othersTurnMs * 2);
    assert.equal(windows.flatMap(({ told }) => told).length, 1);
  });

  it('is done after a reload where the window closed before it could', async () => {
    const time = clock();
    const after = window(time);
    ten().forEach((record) => after.engine.put(record));
    await time.advance(othersTurnMs);
    assert.equal(after.told.length, 1);
    const later = window(time, after.engine.told);
    ten().forEach((record) => later.engine.put(record));
    await time.advance(othersTurnMs * 2);
    assert.deepEqual(later.told, []);
  });

  it('is not done of what ended the day before yesterday', async () => {
    const time = clock();
    time.time += 2 * 24 * 3_600_000;
    const { engine, told } = window(time);
    ten().forEach((record) => engine.put(record));
    await time.advance(othersTurnMs * 2);
    assert.deepEqual(told, []);
  });

  it('waits for those whose turn is yet to come, and says where they never came', async () => {
    const time = clock();
    const { told, end } = window(time);
    ten().slice(0, 3).forEach(end);
    await time.advance(missingMs / 2);
    assert.deepEqual(told, []);
    await time.advance(missingMs);
    assert.deepEqual(told, ['Protect: 3 of 10 succeeded, 7 not in the list any more']);
  });

  it('is done where the last that ran is taken off the list', async () => {
    const time = clock();
    const { engine, told } = window(time);
    ten().forEach((record) => engine.put(record));
    engine.put(one('payroll', 'running'));
    await time.advance(othersTurnMs * 2);
    assert.deepEqual(told, []);
    await engine.remove('payroll');
    await time.advance(missingMs + othersTurnMs);
    assert.deepEqual(told, ['Protect: 8 of 10 succeeded, 1 with warnings, 1 not in the list any more']);
  });

  it('tells one alone that was found to go on after the others were told, where the window was reloaded before it ended', async () => {
    const time = clock();
    const disk = new Set(['batch b1']);
    const { engine, told, alone, end } = window(time, disk);
    const at = '2026-03-01T12:00:00.000Z';
    const begun = (['sending', 'failed', 'accepted', 'running'] as const).map((status) => ({ at, status }));
    ten()
      .slice(0, 9)
      .forEach((record) => engine.put(record));
    engine.put(one('payroll', 'running', { steps: begun }));
    await time.advance(othersTurnMs * 2);
    end(one('payroll', 'succeeded', { steps: [...begun, { at, status: 'succeeded' }] }));
    await time.advance(othersTurnMs * 2);
    assert.deepEqual([told, alone], [[], ['payroll']]);
  });

  it('tells one alone that ends after the others were told', async () => {
    const time = clock();
    const { engine, told, alone, end } = window(time);
    ten().forEach((record) => engine.put(record));
    end(one('payroll', 'unknown'));
    await time.advance(0);
    // Its end came in the same moment, and was told with the others.
    end(one('a', 'succeeded'));
    end(one('payroll', 'succeeded', { endedAt: '2026-03-01T12:30:00.000Z' }));
    await time.advance(othersTurnMs * 2);
    assert.equal(told.length, 1);
    assert.deepEqual(alone, ['payroll']);
  });
});
