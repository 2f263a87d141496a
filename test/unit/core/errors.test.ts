import assert from 'node:assert/strict';
import { BackupError, codeOf, messageOf, toErrorRecord } from '../../../src/core/errors.ts';

describe('errors', () => {
  it('become records with their facts and without their stack', () => {
    const error = new BackupError('No.', { code: 'Forbidden', status: 403, requestId: 'r-1', remedies: ['Ask.'], attempted: 'list' });
    assert.deepEqual(toErrorRecord(error), { message: 'No.', code: 'Forbidden', status: 403, requestId: 'r-1', remedies: ['Ask.'] });
  });

  it('give the code of the deepest thing that has one first on the way', () => {
    const cause = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    assert.equal(codeOf(new Error('failed', { cause })), 'ECONNRESET');
    assert.equal(toErrorRecord(new Error('plain')).code, 'Unexpected');
  });

  it('are known by their brand, from a module that is loaded twice too', () => {
    const twin = Object.assign(new Error('No.'), { [Symbol.for('backupExplorer.error')]: true, facts: { code: 'Forbidden', status: 403 } });
    assert.ok(twin instanceof BackupError);
    assert.equal(toErrorRecord(twin).code, 'Forbidden');
    assert.ok(!(new Error('No.') instanceof BackupError));
  });

  it('always have a message', () => {
    assert.equal(messageOf(new Error('')), 'An error without a message');
    assert.equal(messageOf('text'), 'text');
  });
});
