import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/events.ts';

describe('Emitter', () => {
  it('tells every listener, also after one that throws', () => {
    const errors: unknown[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    const heard: number[] = [];
    emitter.event(() => {
      throw new Error('broken');
    });
    emitter.event((value) => heard.push(value));
    emitter.fire(7);
    assert.deepEqual(heard, [7]);
    assert.equal(errors.length, 1);
  });

  it('takes one function subscribed twice as two subscriptions', () => {
    const emitter = new Emitter<void>();
    let count = 0;
    const listener = (): void => void count++;
    const first = emitter.event(listener);
    emitter.event(listener);
    emitter.fire();
    first.dispose();
    emitter.fire();
    assert.equal(count, 3);
  });

  it('is silent after dispose', () => {
    const emitter = new Emitter<void>();
    let count = 0;
    emitter.event(() => void count++);
    emitter.dispose();
    emitter.fire();
    assert.equal(count, 0);
  });
});
