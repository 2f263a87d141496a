import assert from 'node:assert/strict';
import { CancelledError, delay, isCancelled, throwIfCancelled } from '../../../src/core/cancellation.ts';

describe('cancellation', () => {
  it('is known by its brand, from another bundle too, and by AbortError', () => {
    assert.ok(isCancelled(new CancelledError()));
    const foreign = Object.assign(new Error('x'), { [Symbol.for('backupExplorer.cancelled')]: true });
    assert.ok(isCancelled(foreign));
    assert.ok(isCancelled(new DOMException('aborted', 'AbortError')));
    assert.ok(!isCancelled(new Error('Cancelled')));
    assert.ok(!isCancelled(undefined));
  });

  it('ends a delay at once and keeps the reason', async () => {
    const controller = new AbortController();
    const waiting = delay(60_000, controller.signal);
    controller.abort('closed');
    await assert.rejects(waiting, (error) => isCancelled(error) && (error as Error).cause === 'closed');
  });

  it('refuses work that was cancelled before it began', async () => {
    const controller = new AbortController();
    throwIfCancelled(controller.signal);
    controller.abort();
    assert.throws(() => throwIfCancelled(controller.signal), isCancelled);
    await assert.rejects(delay(1, controller.signal), isCancelled);
  });
});
