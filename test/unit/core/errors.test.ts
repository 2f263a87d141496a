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

  it('always have a message', () => {
    assert.equal(messageOf(new Error('')), 'An error without a message');
    assert.equal(messageOf('text'), 'text');
  });
});
