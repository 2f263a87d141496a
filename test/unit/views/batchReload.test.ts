/** What was started together, told across reloads and windows: real engines on one journal. */
import assert from 'node:assert/strict';
import { batchSummary } from '../../../src/views/batches.ts';
import { BatchTeller } from '../../../src/views/batchTeller.ts';
import { answer, eachInItsFolder, FakeArm, FakeClock, house, origin, plan, signedUrl, type House } from '../operations/fakes.ts';

const minute = 60_000;
const batch = { id: 'b1', size: 4 };

describe('telling what was started together, across windows', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  function window(clock: FakeClock, client: FakeArm, told: string[]): House {
    const made = house(folder, { clock, client });
    new BatchTeller({ engine: made.engine, clock, tell: (one) => told.push(batchSummary(one)), tellAlone: () => told.push('alone') });
    return made;
  }

  /** Each operation has an address of its own; those that are named have ended. */
  function cloud(ended: Set<string>): FakeArm {
    const arm = new FakeArm();
    let count = 0;
    arm.send = (request) => {
      arm.sent.push(request);
      return Promise.resolve(answer(202, undefined, { location: `${signedUrl}&n=${++count}` }));
    };
    arm.poll = (url) => {
      arm.polled.push(url);
      const address = new URL(url).searchParams.get('n') ?? '';
      return Promise.resolve(answer(200, { step: ended.has(address) ? (address === '2' ? 'failed' : 'succeeded') : 'running' }));
    };
    return arm;
  }

  async function startThree({ engine }: House): Promise<void> {
    for (const name of ['sales', 'payroll', 'msdb']) {
      await engine.start({ ...plan, target: { ...plan.target, name }, batch });
    }
    const { actionId, title, target, tracker } = plan;
    const error = { code: 'ItemGone', message: 'It was dropped.' };
    await engine.noteUnstarted({ actionId, title, target: { ...target, name: 'old' }, tracker, cloud: origin, batch, error });
  }

  it('is done once after a reload that came in the middle, with what ended and what was refused before it', async () => {
    const clock = new FakeClock();
    const told: string[] = [];
    const ended = new Set(['1']);
    const arm = cloud(ended);
    const first = window(clock, arm, told);
    await startThree(first);
    await clock.advance(2 * minute);
    await first.engine.dispose();
    assert.deepEqual(told, []);
    const second = window(clock, arm, told);
    await second.engine.resume();
    ['2', '3'].forEach((address) => ended.add(address));
    await clock.advance(5 * minute);
    assert.deepEqual(told, ['Back Up Now: 2 of 4 succeeded, 1 failed, 1 not started']);
    await second.engine.dispose();
    const third = window(clock, arm, told);
    await third.engine.resume();
    await clock.advance(5 * minute);
    assert.equal(told.length, 1, 'it was told again');
    assert.equal(arm.sent.length, 3);
  });

  it('is done by the window that follows, while another looks on', async () => {
    const clock = new FakeClock();
    const mine: string[] = [];
    const theirs: string[] = [];
    const ended = new Set<string>();
    const first = window(clock, cloud(ended), mine);
    const onlooker = window(clock, cloud(new Set()), theirs);
    await onlooker.engine.resume();
    await startThree(first);
    await clock.advance(minute);
    ['1', '2', '3'].forEach((address) => ended.add(address));
    await clock.advance(10 * minute);
    assert.deepEqual([mine.length, theirs.length], [1, 0]);
  });
});
