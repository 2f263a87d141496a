import assert from 'node:assert/strict';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { steadyClock } from '../../../src/cloud/budget/clock.ts';
import { Bench, count, inVault, left, refused, settled } from './support/governor.ts';

const other = '99999999-2222-4333-8444-555555555555';
const jobs = inVault('backupJobs');

describe('governor of a cloud’s requests', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });

  describe('requests at a time', () => {
    it('are bounded for a subscription, and some places are never taken by the background', async () => {
      const polls = Array.from({ length: 20 }, (_, at) => bench.ask(inVault(`backupJobs/${at}`)));
      const clicks = Array.from({ length: 10 }, (_, at) => bench.ask(inVault(`backupPolicies/${at}`), 'click'));
      await settled();
      assert.deepEqual([count(polls, 'sent'), count(clicks, 'sent')], [4, 4]);
      const elsewhere = bench.ask(inVault('backupJobs', { sub: other }));
      await settled();
      assert.equal(elsewhere.state, 'sent', 'another subscription has places of its own');
    });

    it('are bounded for a provider over all subscriptions, and those of another provider or host go on', async () => {
      const polls = Array.from({ length: 30 }, (_, at) => bench.ask(inVault('backupJobs', { sub: `${at}` })));
      const disks = bench.ask(`https://management.example/subscriptions/${other}/providers/Microsoft.Compute/disks`);
      const elsewhere = bench.ask(inVault('backupJobs', { sub: '1', at: 'https://management.other' }));
      await settled();
      assert.deepEqual([count(polls, 'sent'), disks.state, elsewhere.state], [8, 'sent', 'sent']);
    });

    it('go on in their order as others end or fail, clicks before all that is background', async () => {
      const polls = Array.from({ length: 8 }, (_, at) => bench.ask(inVault(`backupJobs/${at}`)));
      const clicks = Array.from({ length: 6 }, (_, at) => bench.ask(inVault(`backupPolicies/${at}`), 'click'));
      await settled();
      polls[2]?.answer();
      polls[0]?.fail();
      await settled();
      assert.deepEqual([count(clicks, 'sent'), count(polls.slice(4), 'sent')], [6, 0]);
      clicks.forEach((click) => click.answer());
      await settled();
      assert.deepEqual(
        polls.map(({ state }) => state),
        ['sent', 'sent', 'sent', 'sent', 'sent', 'sent', 'waits', 'waits'],
      );
    });

    it('let a click through at once amid thousands of polls, and each of those is sent in the end', async () => {
      const polls = Array.from({ length: 3_000 }, (_, at) => bench.ask(inVault('backupJobs', { sub: `${at % 100}`, vault: `v${at}` })));
      await settled();
      const click = bench.ask(inVault('backupProtectedItems', { sub: '7' }), 'click');
      await settled();
      assert.equal(click.state, 'sent');
      let open = polls;
      for (let most = 0; open.length > 0; most = 0) {
        const sent = open.filter(({ state }) => state === 'sent');
        most = Math.max(most, sent.length);
        assert.ok(most > 0 && most <= 8, `${most} at a time`);
        open = open.filter(({ state }) => state !== 'sent');
        sent.forEach((poll) => poll.answer());
        await settled();
      }
    });
  });

  describe('a refusal with Retry-After', () => {
    it('holds back everything of its action in its subscription, and nothing else', async () => {
      await bench.round(jobs, refused(30));
      const same = [bench.ask(inVault('BackupJobs/some-job', { vault: 'another' })), bench.ask(jobs, 'click')];
      const free = [bench.ask(inVault('backupPolicies')), bench.ask(inVault('backupJobs', { sub: other }))];
      await settled();
      assert.deepEqual([count(same, 'waits'), count(free, 'sent')], [2, 2]);
      await bench.clock.turn(29_900);
      assert.equal(count(same, 'waits'), 2);
    });

    it('is followed by one request alone, a click first, and by the others when that one was taken', async () => {
      await bench.round(jobs, refused(30));
      const polls = Array.from({ length: 6 }, (_, at) => bench.ask(inVault(`backupJobs/${at}`)));
      const click = bench.ask(jobs, 'click');
      await bench.clock.turn(30_000);
      assert.deepEqual([click.state, count(polls, 'sent')], ['sent', 0]);
      click.answer(left(130));
      await settled();
      assert.equal(count(polls, 'sent'), 4);
    });

    it('that comes again costs one request, and not one for each that waits', async () => {
      await bench.round(jobs, refused(30));
      const polls = Array.from({ length: 50 }, (_, at) => bench.ask(inVault(`backupJobs/${at}`)));
      await bench.clock.turn(30_000);
      assert.equal(count(polls, 'sent'), 1);
      polls[0]?.answer(refused(20));
      await bench.clock.turn(19_900);
      assert.equal(count(polls, 'sent'), 1);
      await bench.clock.turn(200);
      assert.equal(count(polls, 'sent'), 2);
      polls[1]?.fail();
      await settled();
      assert.equal(count(polls, 'sent'), 3, 'where no answer came, the next one looks');
    });

    it('that ends while it is looked at leaves nobody waiting for ever', async () => {
      const another = bench.ask(inVault('backupPolicies'));
      await bench.round(jobs, refused(30));
      const early = bench.ask(jobs);
      await bench.clock.turn(29_999);
      // The first look still says 1 ms, and a second one would say none.
      bench.clock.creepMs = 2;
      another.answer();
      await bench.clock.turn(10);
      assert.equal(early.state, 'sent', 'what waited when another one ended');
      bench.clock.creepMs = 0;
      early.answer(refused(30));
      await bench.clock.turn(29_999);
      bench.clock.creepMs = 2;
      const late = bench.ask(jobs);
      await bench.clock.turn(10);
      assert.equal(late.state, 'sent', 'what came');
    });

    it('does not count what was sent before it and is answered after it', async () => {
      const early = [bench.ask(jobs), bench.ask(jobs)];
      await settled();
      early[0]?.answer(refused(30));
      early[1]?.answer(left(140));
      const later = bench.ask(jobs, 'click');
      await bench.clock.turn(29_000);
      assert.equal(later.state, 'waits');
    });

    it('that is far away refuses at once what would have to wait for it, with the time and the limit, and sends nothing', async () => {
      const before = bench.ask(jobs);
      const waiting = Array.from({ length: 9 }, (_, at) => bench.ask(inVault(`backupJobs/${at}`)));
      await settled();
      before.answer(refused(324));
      await settled();
      assert.equal(count(waiting, 'held'), 6, 'those that had not left');
      await bench.clock.turn(100_000);
      const click = bench.ask(jobs, 'click');
      await settled();
      assert.ok(click.admission && 'held' in click.admission);
      assert.deepEqual(click.admission.held, {
        waitMs: 224_000,
        code: 'ResourceRequestsThrottled',
        message:
          'Azure takes no more Microsoft.RecoveryServices/vaults/backupJobs/read for now: no more than 150 in an hour. The request was not sent.',
      });
      assert.deepEqual(bench.governor.heldBack('GET', jobs), click.admission.held, 'it is known without asking');
      assert.equal(bench.governor.heldBack('POST', jobs), undefined);
      await bench.clock.turn(223_000);
      assert.equal(bench.governor.heldBack('GET', jobs), undefined, 'one waits for moments');
    });

    it('of the whole subscription holds back all of its kind, whichever provider it is for', async () => {
      const text = JSON.stringify({ error: { code: 'SubscriptionRequestsThrottled', message: 'Too many.' } });
      await bench.round(jobs, { status: 429, headers: { 'retry-after': '7' }, text });
      const reads = [bench.ask(inVault('backupPolicies')), bench.ask(inVault('backupJobs', { sub: other }))];
      const write = bench.ask(inVault('backupPolicies/p'), 'click', { method: 'PUT' });
      await settled();
      assert.deepEqual([...reads.map(({ state }) => state), write.state], ['waits', 'sent', 'sent']);
      await bench.clock.turn(7_000);
      assert.equal(reads[0]?.state, 'sent');
    });

    it('is taken from its words where the header is missing, and is a growing wait where nothing says', async () => {
      const { text = '' } = refused(40);
      await bench.round(jobs, { status: 429, text });
      const worded = bench.ask(jobs);
      await bench.clock.turn(39_900);
      assert.equal(worded.state, 'waits');
      await bench.clock.turn(100);
      assert.equal(worded.state, 'sent');
      worded.answer({ status: 429, text: '<html>' });
      const after = bench.ask(jobs);
      await bench.clock.turn(1_000);
      assert.equal(after.state, 'sent');
    });
  });

  describe('what the headers say is left', () => {
    it('keeps a quarter for clicks, which are never held back by it', async () => {
      await bench.round(jobs, left(149));
      await bench.round(jobs, left(40));
      const sent = [];
      for (let at = 0; at < 5; at++) {
        const poll = bench.ask(jobs);
        await settled();
        sent.push(poll.state);
        if (poll.state === 'sent') {
          poll.answer(left(39 - at));
          await settled();
        }
      }
      assert.deepEqual(
        sent,
        ['sent', 'sent', 'sent', 'waits', 'waits'],
        '38 of 150 are the clicks’; one poll more looks whether that still holds',
      );
      const click = bench.ask(jobs, 'click');
      await settled();
      assert.equal(click.state, 'sent');
      assert.match(bench.lines.join('\n'), /Limits of Azure: .*backupJobs\/read: 37 requests are left and kept for clicks; 1 wait/);
    });

    it('counts what is on its way, and goes down when others use it too', async () => {
      await bench.round(jobs, left(149));
      await bench.round(jobs, left(40));
      const polls = Array.from({ length: 4 }, () => bench.ask(jobs));
      await settled();
      assert.equal(count(polls, 'sent'), 3, 'two are left beside the clicks’, and one looks');
      polls[0]?.answer(left(9));
      await settled();
      assert.equal(count(polls, 'sent'), 3, 'another window has used it');
    });

    it('is looked at again ever more rarely, by one poll at a time, and goes on when there is more', async () => {
      await bench.round(jobs, left(149));
      await bench.round(jobs, left(20));
      const polls = Array.from({ length: 40 }, (_, at) => bench.ask(inVault(`backupJobs/${at}`)));
      for (let second = 0, seen = 0; second <= 30; second++) {
        await bench.clock.turn(second === 0 ? 0 : 1_000);
        polls.slice(seen, count(polls, 'sent')).forEach((poll) => poll.answer(left(20)));
        seen = count(polls, 'sent');
      }
      assert.equal(count(polls, 'sent'), 5, 'at 0, 1, 3, 7 and 15 seconds');
      await bench.clock.turn(1_000);
      assert.equal(count(polls, 'sent'), 6);
      polls[5]?.answer(left(148));
      await settled();
      assert.equal(count(polls, 'sent'), 10, 'four at a time again');
    });

    it('is forgotten when its window is over', async () => {
      await bench.round(jobs, left(149));
      await bench.round(jobs, left(10));
      await bench.clock.turn(3_600_000);
      const polls = [bench.ask(jobs), bench.ask(jobs), bench.ask(jobs)];
      await settled();
      assert.equal(count(polls, 'sent'), 3);
    });

    it('tells those of the background that would wait too long, instead of keeping them', async () => {
      await bench.round(jobs, left(149));
      await bench.round(jobs, left(10));
      let state: string = 'sent';
      let rounds = 0;
      for (; state === 'sent'; rounds++) {
        const poll = bench.ask(jobs);
        for (let waited = 0; waited < 60_000 && poll.state === 'waits'; waited += 1_000) {
          await bench.clock.turn(1_000);
        }
        state = poll.state;
        if (state === 'sent') {
          poll.answer(left(10));
          await settled();
        } else {
          assert.ok(poll.admission && 'held' in poll.admission);
          assert.equal(poll.admission.held.code, 'KeptForClicks');
          assert.ok(poll.admission.held.waitMs <= 300_000);
        }
      }
      assert.ok(rounds < 10, `${rounds} looked`);
    });

    it('is understood of Compute, whose policies are several, and of Resource Graph, which says when it begins anew', async () => {
      const disk = 'https://management.example/subscriptions/s/providers/Microsoft.Compute/disks/d';
      const policies = (third: number): string =>
        `Microsoft.Compute/GetOperation3Min;${third},Microsoft.Compute/GetOperation30Min;39999,Microsoft.Compute/GetOperationResource;0`;
      await bench.round(disk, { headers: { 'x-ms-ratelimit-remaining-resource': policies(999) } });
      assert.equal(Math.round(bench.governor.paceMs(disk)), 200, '899 in three minutes');
      const graph = 'https://management.example/providers/Microsoft.ResourceGraph/resources';
      const quota = { 'x-ms-user-quota-remaining': '3', 'x-ms-user-quota-resets-after': '00:00:05' };
      const ask = (): ReturnType<Bench['ask']> => bench.ask(graph, 'background', { method: 'POST' });
      const first = ask();
      await settled();
      first.answer({ headers: { ...quota, 'x-ms-user-quota-remaining': '14' } });
      const second = ask();
      await settled();
      second.answer({ headers: quota });
      await bench.clock.turn(0);
      const [probe, third] = [ask(), ask()];
      await settled();
      assert.deepEqual([probe.state, third.state], ['sent', 'waits']);
      await bench.clock.turn(5_000);
      assert.equal(third.state, 'sent');
    });

    it('gives the pace at which the background makes it last', async () => {
      assert.equal(bench.governor.paceMs(jobs), 0);
      await bench.round(jobs, left(149));
      assert.equal(Math.round(bench.governor.paceMs(jobs)), Math.round(3_600_000 / (149 - 38)));
      await bench.clock.turn(1_800_000);
      await bench.round(jobs, left(98));
      assert.equal(bench.governor.paceMs(inVault('backupJobs/one', { vault: 'w' })), 30_000);
      assert.equal(bench.governor.paceMs(inVault('backupPolicies')), 0);
      await bench.round(jobs, refused(324));
      assert.equal(bench.governor.paceMs(jobs), 324_000);
    });

    it('is an hour of the cloud’s own time', async () => {
      const fast = new Bench({ speed: 3600 });
      await fast.round(jobs, left(149));
      assert.equal(Math.round(fast.governor.paceMs(jobs)), 9);
      await fast.round(jobs, left(10));
      await fast.clock.turn(1_000);
      assert.equal(fast.governor.paceMs(jobs), 0);
    });
  });

  describe('waiting', () => {
    it('ends at once with its signal, and leaves its place to the next one', async () => {
      await bench.round(jobs, refused(30));
      const abort = new AbortController();
      const asked = [bench.ask(jobs, 'click', { signal: abort.signal }), bench.ask(jobs, 'click')];
      await settled();
      abort.abort();
      await settled();
      assert.equal(asked[0]?.state, 'rejected');
      assert.ok(isCancelled(asked[0]?.error));
      await bench.clock.turn(30_000);
      assert.equal(asked[1]?.state, 'sent');
      const late = bench.ask(inVault('backupPolicies'), 'click', { signal: abort.signal });
      await settled();
      assert.ok(isCancelled(late.error));
    });

    it('is told to who clicked, once, until nobody waits any more', async () => {
      await bench.round(jobs, refused(30));
      bench.ask(jobs);
      await settled();
      assert.equal(bench.notices.length, 0, 'nobody waits for the background');
      const clicks = [bench.ask(jobs, 'click'), bench.ask(jobs, 'click')];
      await settled();
      assert.deepEqual(
        bench.notices.map(({ text, waitMs }) => [text, waitMs]),
        [['Azure takes no more requests of this kind for now', 30_000]],
      );
      let isOver = false;
      void bench.notices[0]?.over.then(() => (isOver = true));
      await bench.clock.turn(30_000);
      clicks[0]?.answer();
      await settled();
      assert.deepEqual([count(clicks, 'sent'), isOver], [2, true]);
      assert.equal(
        bench.lines[0],
        'Limits of Azure: 429 ResourceRequestsThrottled: Microsoft.RecoveryServices/vaults/backupJobs/read in subscription 11111111-2222-4333-8444-555555555555 held back for 30 s',
      );
    });

    it('ends with the cloud: what waits was not sent, and nothing is sent later', async () => {
      await bench.round(jobs, refused(30));
      const asked = [bench.ask(jobs), bench.ask(jobs, 'click')];
      await settled();
      bench.governor.close();
      asked.push(bench.ask(inVault('backupPolicies')));
      await settled();
      assert.ok(asked.every(({ error }) => error instanceof BackupError && error.facts.code === 'NotConnected'));
    });

    it('keeps no timer where nobody waits', async () => {
      await bench.round(jobs, refused(30));
      const abort = new AbortController();
      bench.ask(jobs, 'click', { signal: abort.signal });
      await settled();
      assert.equal(bench.clock.timers, 1);
      abort.abort();
      await bench.clock.turn(30_000);
      assert.equal(bench.clock.timers, 0);
    });

    it('takes a sleep of the machine for time that has passed, and a clock that was set back for nothing', () => {
      let [steady, wall] = [0, 1_000_000];
      const clock = steadyClock(
        () => steady,
        () => wall,
      );
      const start = clock.now();
      [steady, wall] = [1_000, 1_001_000];
      assert.equal(clock.now() - start, 1_000);
      wall += 8 * 3_600_000;
      assert.equal(clock.now() - start, 8 * 3_600_000 + 1_000, 'asleep');
      wall -= 24 * 3_600_000;
      steady += 500;
      assert.equal(clock.now() - start, 8 * 3_600_000 + 1_500, 'set back');
    });
  });
});
