import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Action, ActionTarget, Choice, DateQuestion } from '../../../src/providers/action.ts';
import { backUpDatabase } from '../../../src/providers/recoveryServices/actions/backUpDatabase.ts';
import { expiryFor } from '../../../src/providers/recoveryServices/actions/databaseBackups.ts';
import { changePolicy } from '../../../src/providers/recoveryServices/actions/policyActions.ts';
import { protectDatabase } from '../../../src/providers/recoveryServices/actions/protectDatabase.ts';
import { stopDeleteData } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import type { ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { contextOf, itemTarget } from './actionsSupport.ts';
import { databaseId, databaseJson, databaseTarget, msdb, otherServer, protectableDatabaseTarget, sqlPolicyJson } from './databaseFakes.ts';
import { policyId, policyJson, vaultId, type Answer } from './fakeArm.ts';

const list = `${vaultId}/backupPolicies`;
const policies = {
  value: [
    sqlPolicyJson('Busy', { protectedItemsCount: 40, settings: { isCompression: true } }),
    sqlPolicyJson('HourlyLogBackup'),
    sqlPolicyJson('HanaPolicy', { workLoadType: 'SAPHanaDatabase' }),
    policyJson('DefaultPolicy'),
  ],
};

async function ask<Model>(
  action: Action<Model>,
  question: string,
  targets: readonly ActionTarget<Model>[],
  routes: Readonly<Record<string, Answer>>,
): Promise<{ choices: readonly Choice[]; asked: readonly string[] }> {
  const found = action.questions.find(({ id }) => id === question);
  assert.equal(found?.type, 'pick');
  const { context, arm } = contextOf(routes);
  return { choices: await found.load(context, targets, {}), asked: arm.asked };
}

describe('the policies that are offered for SQL databases', () => {
  it('are those of SQL Server only, Azure’s own first, each with what it does type by type', async () => {
    const { choices, asked } = await ask(protectDatabase, 'policy', [protectableDatabaseTarget()], { [list]: policies });
    assert.deepEqual(
      choices.map(({ label, recommended }) => [label, recommended]),
      [
        ['HourlyLogBackup', true],
        ['Busy', undefined],
      ],
    );
    assert.equal(
      choices[0]?.detail,
      'Full: daily at 02:30 UTC, keeps 30 days · Differential: weekly on Sunday, keeps 20 days · Log: every hour, keeps 15 days · not compressed · protects 2 items',
    );
    assert.match(choices[1]?.detail ?? '', / · compressed · /);
    assert.equal(choices[0]?.description, 'recommended');
    assert.deepEqual(asked.length, 1);
    assert.match(asked[0] ?? '', /backupmanagementtype eq 'azureworkload'/);
  });

  it('recommend the one that protects the most where Azure’s own is not there', async () => {
    const value = [sqlPolicyJson('Rare'), sqlPolicyJson('Busy', { protectedItemsCount: 40 })];
    const { choices } = await ask(protectDatabase, 'policy', [protectableDatabaseTarget()], { [list]: { value } });
    assert.deepEqual([choices[0]?.label, choices[0]?.recommended], ['Busy', true]);
  });

  it('are none for VMs and databases at once', async () => {
    const targets = [itemTarget(), databaseTarget()];
    await assert.rejects(ask(changePolicy, 'policy', targets, { [list]: policies }), (error) => {
      assert.ok(error instanceof BackupError);
      assert.equal(error.facts.code, 'SeveralWorkloads');
      assert.deepEqual(error.facts.remedies, ['Select only VMs, or only databases.']);
      return true;
    });
  });

  it('have the current one marked', async () => {
    const { choices } = await ask(changePolicy, 'policy', [databaseTarget(), databaseTarget(otherServer)], { [list]: policies });
    assert.deepEqual(
      choices.map(({ label, note }) => [label, note]),
      [
        ['Busy', undefined],
        ['HourlyLogBackup', true],
      ],
    );
  });
});

describe('the backup types of a database', () => {
  const types = (...targets: ActionTarget<ProtectedItem>[]): Promise<{ choices: readonly Choice[]; asked: readonly string[] }> =>
    ask(backUpDatabase, 'backupType', targets, { [list]: policies });
  const doubts = async (properties: JsonObject, name = 'Sales'): Promise<(string | undefined)[]> =>
    (await types(databaseTarget({ ...msdb, name }, properties))).choices.map(({ description }) => description);

  it('each say what they are and how long they are kept, by the policy that the database has', async () => {
    const { choices, asked } = await types(databaseTarget());
    assert.deepEqual(
      choices.map(({ value }) => value),
      ['Full', 'CopyOnlyFull', 'Differential', 'Log'],
    );
    assert.match(choices[0]?.detail ?? '', /^Kept for 45 days to 99 years · /);
    assert.match(choices[2]?.detail ?? '', /^Kept by the policy HourlyLogBackup: 20 days · /);
    assert.match(choices[3]?.detail ?? '', /^Kept by the policy HourlyLogBackup: 15 days · /);
    assert.deepEqual(
      choices.map(({ recommended }) => recommended),
      [true, undefined, undefined, undefined],
    );
    assert.equal(asked.length, 1, 'the list of policies, and nothing of the database: the tree knew it');
  });

  it('say where Azure may refuse them, and forbid none', async () => {
    assert.deepEqual(await doubts({}), [undefined, undefined, undefined, undefined]);
    const first = 'Azure may refuse it: needs a full backup first';
    assert.deepEqual(await doubts({ protectionState: 'IRPending' }), [undefined, undefined, first, first]);
    const simple = await doubts({ extendedInfo: { recoveryModel: 'SIMPLE' } });
    assert.deepEqual(simple, [undefined, undefined, undefined, 'Azure may refuse it: not possible under the simple recovery model']);
    assert.match((await doubts({}, 'master'))[2] ?? '', /of master only full backups/);
    const both = await types(databaseTarget(), databaseTarget({ ...msdb, name: 'New' }, { protectionState: 'IRPending' }));
    assert.equal(both.choices[3]?.description, 'Azure may refuse it: 1 of 2: needs a full backup first');
    assert.ok(both.choices.every(({ note }) => note === undefined));
  });

  it('ask the database where its list left the recovery model out, and go without where it cannot be read', async () => {
    const target = databaseTarget(msdb, { extendedInfo: {} });
    const simple = databaseJson(msdb, { extendedInfo: { recoveryModel: 'SIMPLE' } });
    const read = await ask(backUpDatabase, 'backupType', [target], { [list]: policies, [databaseId(msdb)]: simple });
    assert.match(read.choices[3]?.description ?? '', /simple recovery model/);
    const unread = await ask(backUpDatabase, 'backupType', [target], { [list]: 403, [databaseId(msdb)]: 403 });
    assert.equal(unread.choices[3]?.description, undefined);
    assert.match(unread.choices[3]?.detail ?? '', /^Kept as the policy keeps log backups · /);
  });
});

describe('compression of a database’s backup', () => {
  const preferred = async (...targets: ActionTarget<ProtectedItem>[]): Promise<(string | undefined)[]> => {
    const { choices } = await ask(backUpDatabase, 'compression', targets, { [list]: policies });
    const chosen = choices.find(({ recommended }) => recommended);
    assert.deepEqual(choices.map(({ value }) => value).sort(), ['no', 'yes']);
    return [chosen?.value, chosen?.description];
  };

  it('is proposed as the policy has it, else off, with the reason', async () => {
    const busy = { policyId: policyId('Busy') };
    assert.deepEqual(await preferred(databaseTarget()), ['no', 'as the policy HourlyLogBackup has it']);
    assert.deepEqual(await preferred(databaseTarget(msdb, busy)), ['yes', 'as the policy Busy has it']);
    assert.deepEqual(await preferred(databaseTarget(), databaseTarget(otherServer, busy)), ['no', 'the policies of the databases differ']);
    const [value, because] = await preferred(databaseTarget(msdb, { policyId: policyId('Gone') }));
    assert.equal(value, 'no');
    assert.match(because ?? '', /does not say/);
  });
});

describe('the date until which a database’s backup is kept', () => {
  const question = backUpDatabase.questions.find(({ id }) => id === 'expiry') as DateQuestion<ProtectedItem>;
  const at = (year: number, month: number, day: number, hour = 23, minute = 59): number =>
    new Date(year, month - 1, day, hour, minute, 59).getTime();
  const now = at(2026, 3, 1, 10, 0);
  const refusal = (backupType: string, chosen: number, from = now): string | undefined => question.refuse(chosen, from, [], { backupType });

  it('is asked for full backups only', () => {
    const asked = ['Full', 'CopyOnlyFull', 'Differential', 'Log'].map((backupType) => question.asked?.([], { backupType }));
    assert.deepEqual(asked, [true, true, false, false]);
  });

  it('is proposed on the first day that may be typed', () => {
    const proposed = (backupType: string): string => new Date(question.propose(now, [], { backupType })).toDateString();
    assert.equal(proposed('Full'), new Date(2026, 3, 15).toDateString());
    assert.equal(proposed('CopyOnlyFull'), new Date(2026, 2, 31).toDateString());
    for (let day = 0; day < 400; day++) {
      const today = at(2026, 1, 1 + day, 0, 5);
      const chosen = new Date(question.propose(today, [], { backupType: 'Full' }));
      const typed = at(chosen.getFullYear(), chosen.getMonth() + 1, chosen.getDate());
      assert.equal(refusal('Full', typed, today), undefined, chosen.toDateString());
      assert.ok(expiryFor('Full', typed, today).getTime() - today >= 45 * 86_400_000, 'Azure counts hours');
    }
  });

  it('of a full backup is 45 days ahead at least, by the calendar', () => {
    assert.equal(refusal('Full', at(2026, 4, 15, 0, 0)), undefined, 'the day itself, from its first minute');
    assert.match(refusal('Full', at(2026, 4, 14)) ?? '', /at least 45 days: until 2026-04-15 or later/);
    assert.equal(expiryFor('Full', at(2026, 4, 15, 0, 0), now).getTime() - now >= 45 * 86_400_000, true);
    assert.equal(expiryFor('Full', at(2026, 5, 1), now).getTime(), at(2026, 5, 1), 'else as chosen');
  });

  it('is 99 years ahead at most, by the calendar', () => {
    for (const type of ['Full', 'CopyOnlyFull']) {
      assert.equal(refusal(type, at(2125, 3, 1)), undefined);
      assert.match(refusal(type, at(2125, 3, 2)) ?? '', /at most 99 years: until 2125-03-01/);
    }
    const last = new Date(now);
    last.setUTCFullYear(2125);
    assert.equal(expiryFor('Full', at(2125, 3, 1), now).getTime(), last.getTime(), 'not an hour beyond');
    // 2127 has no 29 February: the day before, as Azure's own calendar has it, and not the day after.
    const leapDay = at(2028, 2, 29);
    assert.match(refusal('Full', at(2127, 3, 1), leapDay) ?? '', /until 2127-02-28/);
    assert.equal(refusal('Full', at(2127, 2, 28), leapDay), undefined);
    assert.ok(expiryFor('Full', at(2127, 2, 28), leapDay).getTime() <= at(2127, 2, 28));
  });

  it('of a copy-only backup is any moment to come', () => {
    assert.equal(refusal('CopyOnlyFull', now + 1000), undefined);
    assert.match(refusal('CopyOnlyFull', now) ?? '', /has passed/);
    assert.equal(expiryFor('CopyOnlyFull', now + 1000, now).getTime(), now + 1000);
  });
});

describe('deleting a database’s backups', () => {
  it('says whose they are: every server has such a database', async () => {
    const [first] = (await stopDeleteData.consequences?.(contextOf({}).context, [databaseTarget()], {})) ?? [];
    assert.equal(first, 'Backups of msdb (MSSQLSERVER on erp-db-01) stop and all its recovery points are deleted.');
  });
});
