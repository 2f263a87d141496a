import assert from 'node:assert/strict';
import { calmly } from '../../../src/views/calm.ts';
import { FakeClock } from '../operations/fakes.ts';

describe('what is shown of many changes', () => {
  const clock = new FakeClock();
  let done = 0;
  const calm = calmly(250, clock, () => (done += 1));
  const doneBy = async (ms: number): Promise<number> => {
    await clock.advance(ms);
    return done;
  };

  it('comes at once for the first, once for all that follow at once, and at once again later', async () => {
    calm.touch();
    assert.equal(done, 1);
    for (let at = 0; at < 100; at++) {
      calm.touch();
    }
    assert.equal(await doneBy(249), 1);
    assert.equal(await doneBy(1), 2);
    assert.equal(await doneBy(1_000), 2, 'it is done although nothing changed');
    calm.touch();
    assert.equal(done, 3);
  });

  it('comes although the clock was set back', async () => {
    clock.time -= 3_600_000;
    calm.touch();
    assert.equal(await doneBy(250), 4);
  });

  it('comes no more once nobody wants it', async () => {
    calm.touch();
    calm.dispose();
    assert.equal(await doneBy(1_000), 4);
  });
});
