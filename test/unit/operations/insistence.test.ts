import assert from 'node:assert/strict';
import type { ArmResponse } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { answer, eachInItsFolder, house, noAnswer, plan, statusOf, type House } from './fakes.ts';

const minute = 60_000;
/** As recorded: an unregistration that cannot be. */
const insisting = answer(
  500,
  { code: 'CloudInternalError', message: 'Microsoft Azure Backup encountered an internal error.' },
  { 'x-ms-failure-cause': 'service' },
);
const byGateway = answer(500, { code: 'InternalServerError', message: 'Oops.' }, { 'x-ms-failure-cause': 'gateway' });
const unnamed = answer(500, { code: 'CloudInternalError', message: '' });
const away = answer(503, { code: 'ServiceUnavailable', message: '' }, { 'x-ms-failure-cause': 'service' });
const throttled = answer(429, { code: 'ResourceRequestsThrottled', message: '' }, { 'x-ms-failure-cause': 'service' });

describe('a failure on which the service insists', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  async function begun(insistMs: number | undefined, ...replies: (ArmResponse | Error)[]): Promise<House & { id: string }> {
    const made = house(folder);
    made.engine.watch();
    made.arm.sendReplies = [answer(202, undefined, insistMs === undefined ? {} : { 'x-insist': String(insistMs) })];
    made.arm.pollReplies = replies;
    const { id } = await made.engine.start(plan);
    return { ...made, id };
  }

  it('is the end after five minutes of it, where what was asked for has not come about', async () => {
    const { engine, arm, clock, follower, id } = await begun(5 * minute, insisting);
    follower.reading = { reading: 'different', sentence: 'erp-db-01 is still registered.' };
    await clock.advance(5 * minute);
    assert.equal(statusOf(engine, id), 'accepted');
    const insists = engine.get(id)?.trouble?.insists;
    assert.equal(insists?.code, 'CloudInternalError');
    assert.equal(Date.parse(insists.decidesAt) - Date.parse(insists.since), 5 * minute);
    assert.equal(follower.reads, 0);
    await clock.advance(2 * minute);
    const record = engine.get(id);
    assert.equal(record?.status, 'failed');
    assert.equal(record.error?.code, 'CloudInternalError');
    assert.equal(record.error.requestId, 'req-1');
    assert.equal(record.outcome, 'erp-db-01 is still registered.');
    assert.equal(record.trouble, undefined);
    assert.equal(follower.reads, 1);
    assert.ok(arm.polled.length >= 5 && arm.polled.length < 12, `asked ${arm.polled.length} times`);
    assert.equal(arm.sent.length, 1);
  });

  it('is no failure where what was asked for has come about, and is told as a warning', async () => {
    const { engine, clock, id } = await begun(5 * minute, insisting);
    await clock.advance(10 * minute);
    const record = engine.get(id);
    assert.equal(record?.status, 'succeededWithWarnings');
    assert.deepEqual(
      record.warnings?.map(({ code }) => code),
      ['CloudInternalError'],
    );
  });

  for (const [name, reading] of [
    ['says nothing', { reading: 'unclear', sentence: 'Two recovery points could be it.' } as const],
    ['is not there', new BackupError('The vault was not found.', { code: 'ResourceNotFound', status: 404 })],
  ] as const) {
    it(`leaves the outcome unknown where reading back ${name}`, async () => {
      const { engine, clock, follower, id } = await begun(5 * minute, insisting);
      follower.reading = reading;
      await clock.advance(10 * minute);
      const record = engine.get(id);
      assert.equal(record?.status, 'unknown');
      assert.equal(record.error?.code, 'CloudInternalError');
      assert.match(record.error.message, /could not be found out: (Two recovery points|The vault was not found)/);
    });
  }

  it('goes on asking while reading back gets no answer, and takes the outcome that comes later', async () => {
    const { engine, clock, follower, id } = await begun(5 * minute, insisting);
    follower.reading = noAnswer();
    await clock.advance(60 * minute);
    assert.equal(statusOf(engine, id), 'accepted');
    assert.ok(follower.reads > 3);
    follower.reading = { reading: 'asAsked', sentence: 'erp-db-01 is not registered any more.' };
    await clock.advance(10 * minute);
    assert.equal(statusOf(engine, id), 'succeededWithWarnings');
  });

  it('leaves the outcome unknown where the service fails at reading back too, three times over', async () => {
    const { engine, clock, follower, id } = await begun(5 * minute, insisting);
    follower.reading = new BackupError('It failed.', { code: 'CloudInternalError', status: 500 });
    await clock.advance(20 * minute);
    assert.equal(statusOf(engine, id), 'unknown');
    assert.equal(follower.reads, 3);
  });

  for (const [name, ...replies] of [
    ['a gateway', byGateway],
    ['nobody named', unnamed],
    ['a service that is away', away],
    ['a service that is busy', throttled],
    ['the network', noAnswer()],
    ['the service once, and the network ever after', insisting, noAnswer()],
  ] as const) {
    it(`never ends on failures of ${name}`, async () => {
      const { engine, clock, follower, id } = await begun(5 * minute, ...replies);
      await clock.advance(60 * minute);
      assert.equal(statusOf(engine, id), 'accepted');
      assert.equal(follower.reads, 0);
    });
  }

  it('never ends on failures where a resource is read, however long', async () => {
    const { engine, clock, follower, id } = await begun(undefined, insisting);
    await clock.advance(60 * minute);
    assert.equal(statusOf(engine, id), 'accepted');
    assert.equal(engine.get(id)?.trouble?.insists, undefined);
    assert.equal(follower.reads, 0);
  });

  it('begins anew after a usable answer, and with another error', async () => {
    const other = answer(500, { code: 'CloudStorageUnexpectedError', message: '' }, { 'x-ms-failure-cause': 'service' });
    const going = answer(200, { step: 'running' });
    const series = [...Array<ArmResponse>(6).fill(insisting), going, ...Array<ArmResponse>(6).fill(insisting), other];
    const { engine, arm, clock, follower, id } = await begun(5 * minute, ...series);
    const counts: (number | undefined)[] = [];
    engine.onDidChange((record) => counts.push(record.trouble?.insists?.count));
    while (arm.pollReplies.length > 1) {
      await clock.advance(30_000);
    }
    await clock.advance(minute);
    assert.equal(follower.reads, 0);
    assert.equal(engine.get(id)?.trouble?.insists?.code, 'CloudStorageUnexpectedError');
    assert.ok(Math.max(...counts.map((count) => count ?? 0)) <= 6);
  });

  it('is decided as soon as the pace of the service allows: five answers of a fast one', async () => {
    const { engine, arm, clock, follower, id } = await begun(5_000, insisting);
    follower.reading = { reading: 'different', sentence: 'It is still there.' };
    await clock.advance(10_000 + 8_000);
    assert.equal(statusOf(engine, id), 'failed');
    assert.ok(arm.polled.length >= 5);
  });

  it('counts on after a reload', async () => {
    const first = await begun(5 * minute, insisting);
    await first.clock.advance(4 * minute);
    const before = first.engine.get(first.id)?.trouble?.insists;
    await first.engine.dispose();
    const second = house(folder, { clock: first.clock });
    second.engine.watch();
    second.arm.pollReplies = [insisting];
    second.follower.reading = { reading: 'different', sentence: 'It is still there.' };
    await second.engine.resume();
    await second.clock.advance(2 * minute + 10_000);
    assert.ok((before?.count ?? 0) >= 4);
    assert.equal(statusOf(second.engine, first.id), 'failed');
  });
});

describe('what reading back warns of', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('ends a success with warnings, each with its remedies and statement, in memory and on disk', async () => {
    const { engine, arm, clock, follower } = house(folder);
    const warning = {
      code: 'UserErrorSQLNoSysadminMembership',
      message: 'The account lacks sysadmin.',
      remedies: ['Run the statement.'],
      statement: { title: 'T-SQL, on each instance', text: 'USE [master];\nGO\nALTER SERVER ROLE [sysadmin] ADD MEMBER [x];' },
    };
    follower.reading = { reading: 'asAsked', sentence: 'erp-db-01 is registered.', warnings: [warning] };
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    const record = engine.get(id);
    assert.equal(record?.status, 'succeededWithWarnings');
    assert.deepEqual(record.warnings, [warning]);
    assert.equal(record.outcome, 'erp-db-01 is registered.');
    await engine.dispose();
    const after = house(folder, { clock });
    await after.engine.resume();
    assert.deepEqual(after.engine.get(id)?.warnings, [warning]);
  });

  it('keeps the warnings beside a difference', async () => {
    const { engine, arm, clock, follower } = house(folder);
    follower.reading = { reading: 'different', sentence: 'It is not so.', warnings: [{ code: 'W', message: 'w' }] };
    arm.pollReplies = [answer(200, { step: 'succeeded' })];
    const { id } = await engine.start(plan);
    await clock.advance(minute);
    assert.deepEqual(
      engine.get(id)?.warnings?.map(({ code }) => code),
      ['ReadBackDiffers', 'W'],
    );
  });
});
