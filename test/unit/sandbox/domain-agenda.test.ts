import assert from 'node:assert/strict';
import { Agenda } from '../../../src/sandbox/world/agenda.ts';

describe('sandbox domain: the agenda', () => {
  it('does what is due in order of time, equal moments in order of planning, each with its own moment', () => {
    const agenda = new Agenda();
    const done: string[] = [];
    const moments = [50, 10, 30, 10, 40, 20, 60, 30];
    moments.forEach((at, index) => agenda.plan(at, (moment) => done.push(`${moment}#${index}`)));
    agenda.settle(45);
    assert.deepEqual(done, ['10#1', '10#3', '20#5', '30#2', '30#7', '40#4']);
    agenda.settle(45);
    assert.equal(done.length, 6, 'nothing twice');
    agenda.settle(100);
    assert.deepEqual(done.slice(6), ['50#0', '60#6']);
  });

  it('does what is planned on the way, where that is due too', () => {
    const agenda = new Agenda();
    const done: number[] = [];
    const again = (at: number): void => {
      done.push(at);
      agenda.plan(at + 10, again);
    };
    agenda.plan(10, again);
    agenda.settle(45);
    assert.deepEqual(done, [10, 20, 30, 40]);
  });

  it('takes a hundred thousand entries of one night', () => {
    const agenda = new Agenda();
    const began = process.cpuUsage();
    let done = 0;
    for (let entry = 0; entry < 300_000; entry++) {
      agenda.plan((entry * 7919) % 100_003, () => (done += 1));
    }
    agenda.settle(Infinity);
    assert.equal(done, 300_000);
    // Of this process, not of the clock: others may be busy too.
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1000;
    assert.ok(ms < 5000, `took ${ms} ms of the processor`);
  });
});
