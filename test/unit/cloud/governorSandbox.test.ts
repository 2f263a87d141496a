import assert from 'node:assert/strict';
import { Governor } from '../../../src/cloud/budget/governor.ts';
import type { HoldNotice } from '../../../src/cloud/budget/holdNotices.ts';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { send, startTiny, tokenOf, vaultId, type TinySandbox } from '../sandbox/platformSupport.ts';
import { clientOf, environmentAt, type TestClient } from './support/client.ts';

const jobs = `${vaultId}/backupJobs?api-version=2023-06-01`;
const vault = `${vaultId}?api-version=2023-06-01`;
/** An hour of Azure is a second. */
const speed = 3_600;

describe('the governor at a sandbox with Azure’s limits', () => {
  let sandbox: TinySandbox;
  let client: TestClient;
  let lines: string[];
  let notices: HoldNotice[];
  let onLine: () => void;

  before(async () => {
    sandbox = await startTiny({ quota: 'real', speed });
  });
  after(() => sandbox.close());
  beforeEach(async () => {
    lines = [];
    notices = [];
    onLine = () => undefined;
    const token = await tokenOf(sandbox);
    const { resourceManagerEndpoint, certificateAuthorityFile } = sandbox.endpoint;
    client = clientOf(environmentAt(resourceManagerEndpoint, certificateAuthorityFile), {
      tokens: { getToken: () => Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 }) },
      silenceMs: 20_000,
      governor: new Governor({
        label: 'Sandbox',
        speed,
        longestHoldMs: 60_000,
        log: (line) => (lines.push(line), onLine()),
        onHold: (notice) => notices.push(notice),
      }),
    });
  });
  afterEach(() => client.dispose());

  /** The hour does not end before the governor holds something back, however slow this machine is. */
  async function holdHour(): Promise<void> {
    await send(sandbox, 'POST', '/_sandbox/time/hold');
    onLine = () => void send(sandbox, 'POST', '/_sandbox/time/release');
  }

  const statusesOf = (path: string): number[] =>
    client.log.filter((entry) => entry.path === path.split('?')[0]).map(({ status }) => status ?? 0);

  it('sends a click amid a thousand polls at once, and more polls than an hour allows without a storm of refusals', async () => {
    await holdHour();
    const abort = new AbortController();
    const fates = { answered: 0, cancelled: 0 };
    let enough = (): void => undefined;
    const beyondAnHour = new Promise<void>((resolve) => (enough = resolve));
    const polls = Array.from({ length: 1000 }, async () => {
      try {
        const { status } = await client.arm.poll(jobs, { priority: 'background', signal: abort.signal });
        assert.equal(status, 200);
        fates.answered += 1;
      } catch (error) {
        assert.ok(isCancelled(error), String(error));
        fates.cancelled += 1;
      }
      if (fates.answered === 320) {
        enough();
      }
    });
    await client.arm.get(vault);
    assert.ok(fates.answered < 20, `${fates.answered} polls were answered before the click`);
    await beyondAnHour;
    abort.abort();
    await Promise.all(polls);
    assert.equal(fates.answered + fates.cancelled, 1000);
    const refusals = statusesOf(jobs).filter((status) => status === 429).length;
    assert.ok(refusals <= 4, `${refusals} refusals, more than there are polls at a time`);
    assert.equal(refusals, sandbox.ledger.list().filter(({ status }) => status === 429).length);
    assert.match(lines[0] ?? '', /backupJobs\/read: \d+ requests are left and kept for clicks/);
  });

  it('answers more clicks than an hour allows: those that come after a refusal wait it out, and are not refused one by one', async () => {
    await holdHour();
    const answers = await Promise.all(Array.from({ length: 200 }, () => client.arm.get(jobs, { priority: 'click' })));
    assert.ok(answers.every(({ status }) => status === 200));
    const statuses = statusesOf(jobs);
    const refusals = statuses.filter((status) => status === 429).length;
    assert.ok(refusals >= 1 && refusals <= 8, `${refusals} refusals, no more than were on their way at once`);
    assert.equal(statuses.length, 200 + refusals);
    assert.match(lines[0] ?? '', /429 ResourceRequestsThrottled: .*backupJobs\/read in subscription .* held back for 1 s/);
  });

  it('tells the click that was refused itself what it waits for, and sends it again then', async () => {
    const fault = { kind: 'throttle', method: '*', path: vaultId, skip: 0, count: 1, retryAfterSeconds: 3 } as const;
    sandbox.faults.replace([{ ...fault, code: 'ResourceRequestsThrottled' }]);
    const before = Date.now();
    const { status } = await client.arm.get(vault);
    assert.deepEqual([status, statusesOf(vault)], [200, [429, 200]]);
    assert.ok(Date.now() - before >= 3_000, 'it came back sooner than the service said');
    assert.equal(notices.length, 1);
    assert.ok((notices[0]?.waitMs ?? 0) <= 3_000);
    await notices[0]?.over;
  });

  it('tells a click at once of a limit that is used up for long, with the time, and sends nothing', async () => {
    sandbox.faults.replace([
      {
        kind: 'throttle',
        method: '*',
        path: '**/backupJobs',
        skip: 0,
        count: 1,
        retryAfterSeconds: 324,
        code: 'ResourceRequestsThrottled',
      },
    ]);
    await assert.rejects(client.arm.get(jobs), (error: unknown) => error instanceof BackupError && error.facts.status === 429);
    const sent = sandbox.ledger.count;
    await assert.rejects(client.arm.get(jobs, { attempted: 'list the jobs' }), (error: unknown) => {
      assert.ok(error instanceof BackupError);
      assert.deepEqual([error.facts.code, error.facts.status], ['ResourceRequestsThrottled', 429]);
      assert.match(
        error.message,
        /^Could not list the jobs: Sandbox takes no more .*backupJobs\/read for now.* The request was not sent\./,
      );
      assert.match(error.facts.remedies?.join(' ') ?? '', /wait 6 minutes/);
      return true;
    });
    assert.equal(sandbox.ledger.count, sent);
    assert.equal((await client.arm.get(vault)).status, 200);
  });
});
