import assert from 'node:assert/strict';
import type { BackupError, ErrorRecord } from '../../../src/core/errors.ts';
import { shown } from '../../../src/views/shown.ts';
import { operationView } from './fullView.ts';
import { isToHost } from '../../../src/views/protocol.ts';
import { detailsText, rowActions } from '../../../src/views/rowActions.ts';
import { codeLines } from '../../../src/views/statements.ts';
import { aRecord, FakeEngine, targetId } from './fakeEngine.ts';

const text = 'USE [master];\nGO\nIF 1 = 1\n\tALTER SERVER ROLE [sysadmin] ADD MEMBER [NT SERVICE\\x];\n';
const lacking: ErrorRecord = {
  code: 'UserErrorSQLNoSysadminMembership',
  message: 'No sysadmin.',
  remedies: ['Run the statement below.'],
  statement: { title: 'T-SQL, on each SQL Server instance', text },
};
const other: ErrorRecord = { code: 'W', message: 'Odd.', statement: { title: 'PowerShell', text: 'Get-Service' } };
const here = { followedBy: 'here', notConnected: false } as const;

describe('statements that mend something', () => {
  it('keep their lines and indentation in a row, with what cannot be seen written out', () => {
    const hostile = { ...lacking, statement: { title: 'T\u202eSQL', text: `${text}-- \u202e' DROP` } };
    const row = shown(operationView(aRecord('a', { status: 'succeededWithWarnings', warnings: [other, hostile] }), here));
    assert.deepEqual(row.warnings[0]?.statement, { at: 0, title: 'PowerShell', lines: ['Get-Service'] });
    assert.deepEqual(row.warnings[1]?.statement, {
      at: 1,
      title: 'T<U+202E>SQL',
      lines: ['USE [master];', 'GO', 'IF 1 = 1', '    ALTER SERVER ROLE [sysadmin] ADD MEMBER [NT SERVICE\\x];', "-- <U+202E>' DROP"],
    });
    assert.deepEqual(codeLines('a\r\nb\rc\n\n'), ['a', 'b', 'c']);
  });

  it('are copied exactly, the one that was asked for, of an operation and of a job', async () => {
    const copied: string[] = [];
    const engine = new FakeEngine();
    const nothing = (): Promise<void> => Promise.resolve();
    const act = rowActions({
      engine,
      reveal: () => Promise.resolve(true),
      showDocument: nothing,
      copyText: (one) => Promise.resolve(void copied.push(one)),
      confirm: () => Promise.resolve(true),
      tryAgain: () => Promise.resolve(),
      showJobs: () => undefined,
    });
    engine.put(aRecord('a', { status: 'failed', error: lacking, warnings: [other] }));
    await act({ kind: 'copyStatement', id: 'a', at: 1 }, undefined);
    await act({ kind: 'copyStatement', id: 'a', at: 0 }, undefined);
    const { target } = aRecord('x');
    await act(
      { kind: 'copyStatement', id: 'j', at: 0 },
      { id: 'j', name: 'j', title: 'Register', target, status: 'failed', progress: {}, error: lacking },
    );
    assert.deepEqual(copied, ['Get-Service', text, text]);
    await assert.rejects(
      act({ kind: 'copyStatement', id: 'a', at: 2 }, undefined),
      (error: BackupError) => error.facts.code === 'UnknownOperation',
    );
  });

  it('are asked for by their place alone', () => {
    const ask = (at: unknown): boolean => isToHost({ type: 'ask', number: 1, ask: { kind: 'copyStatement', id: 'a', at } });
    assert.deepEqual([0, 3, -1, 1.5, '0', undefined].map(ask), [true, true, false, false, false, false]);
  });

  it('are among the details that are copied, with where the resource is', () => {
    const target = { id: targetId, name: 'msdb', kind: 'SQL database', where: 'MSSQLSERVER on erp-db-01', containerName: 'vault-1' };
    const lines = detailsText(aRecord('a', { target, status: 'succeededWithWarnings', warnings: [lacking] }), undefined).split('\n');
    assert.ok(lines.includes('Where: MSSQLSERVER on erp-db-01'));
    assert.ok(lines.includes('What to do: Run the statement below.'));
    assert.equal(lines.slice(lines.indexOf('T-SQL, on each SQL Server instance:') + 1).join('\n'), `${text}\n`);
  });
});

describe('view of an operation among its like', () => {
  it('says where it is and what it was started together with', () => {
    const target = { id: targetId, name: 'msdb', kind: 'SQL database', where: 'MSSQLSERVER on erp-db-01' };
    const view = operationView(aRecord('a', { target, batch: { id: 'b', size: 10 } }), here);
    assert.equal(view.where, 'MSSQLSERVER on erp-db-01');
    assert.deepEqual(view.batch, { id: 'b', size: 10 });
    const alone = operationView(aRecord('b'), here);
    assert.deepEqual([alone.where, alone.batch], [undefined, undefined]);
  });

  it('says what is going on while the service insists on a failure', () => {
    const since = '2026-03-01T12:10:00.000Z';
    const error = { code: 'CloudInternalError', message: 'Azure Backup encountered an internal error.' };
    const insists = { status: 500, code: 'CloudInternalError', count: 3, since, decidesAt: '2026-03-01T12:15:00.000Z' };
    const trouble = { kind: 'noAnswer', since, nextAt: '2026-03-01T12:12:00.000Z', error, insists } as const;
    const view = operationView(aRecord('a', { trouble }), here);
    assert.equal(view.stateWord, 'Service fails');
    assert.match(view.notes[1]?.text ?? '', /^The service itself answers CloudInternalError, 3 times so far.* vm-1 is read back/);
    assert.equal(view.notes[1]?.decidesAt, Date.parse(insists.decidesAt));
  });
});
