import assert from 'node:assert/strict';
import { minute, type DomainReply } from './domainSupport.ts';
import { SqlVault, sqlVault } from './sqlSupport.ts';

type Part = Record<string, unknown>;

const at = '2026-03-11T18:00:00.000Z';
const days = (count: number): Part => ({ count, durationType: 'Days' });
const simple = (count: number): Part => ({ retentionPolicyType: 'SimpleRetentionPolicy', retentionDuration: days(count) });
const weekly = (...scheduleRunDays: string[]): Part => ({
  schedulePolicyType: 'SimpleSchedulePolicy',
  scheduleRunFrequency: 'Weekly',
  scheduleRunDays,
  scheduleRunTimes: [at],
});
const daily: Part = { schedulePolicyType: 'SimpleSchedulePolicy', scheduleRunFrequency: 'Daily', scheduleRunTimes: [at] };
const dailyFull: Part = {
  policyType: 'Full',
  schedulePolicy: daily,
  retentionPolicy: {
    retentionPolicyType: 'LongTermRetentionPolicy',
    dailySchedule: { retentionTimes: [at], retentionDuration: days(30) },
  },
};
const weeklyFull = (keepDays = 84): Part => ({
  policyType: 'Full',
  schedulePolicy: weekly('Sunday'),
  retentionPolicy: {
    retentionPolicyType: 'LongTermRetentionPolicy',
    weeklySchedule: { daysOfTheWeek: ['Sunday'], retentionTimes: [at], retentionDuration: days(keepDays) },
  },
});
const differential = (keepDays = 30, ...on: string[]): Part => ({
  policyType: 'Differential',
  schedulePolicy: weekly(...(on.length > 0 ? on : ['Wednesday'])),
  retentionPolicy: simple(keepDays),
});
const log = (minutes = 30, keepDays = 15): Part => ({
  policyType: 'Log',
  schedulePolicy: { schedulePolicyType: 'LogSchedulePolicy', scheduleFrequencyInMins: minutes },
  retentionPolicy: simple(keepDays),
});

describe('sandbox domain: policies for SQL Server', () => {
  let sql: SqlVault;
  beforeEach(() => {
    sql = new SqlVault();
  });
  const put = (name: string, parts: Part[], more: Part = {}): Promise<DomainReply> =>
    sql.domain.call('PUT', sql.policyId(name), {
      properties: { backupManagementType: 'AzureWorkload', workLoadType: 'SQLDataBase', subProtectionPolicy: parts, ...more },
    });

  it('takes full, differential and log, times without milliseconds, and both words for compression', async () => {
    const reply = await put('All', [weeklyFull(), differential(), log()], { settings: { timeZone: 'UTC', isCompression: true } });
    assert.equal(reply.status, 200, JSON.stringify(reply.body));
    assert.deepEqual(reply.at('properties.settings'), { timeZone: 'UTC', isCompression: true, issqlcompression: true });
    assert.equal(reply.at('properties.subProtectionPolicy.0.schedulePolicy.scheduleRunTimes.0'), '2026-03-11T18:00:00Z');
    const listed = await sql.domain.all(
      `${sql.id}/backupPolicies?$filter=backupManagementType eq 'AzureWorkload' and workloadType eq 'SQLDataBase'`,
    );
    assert.ok(listed.some(({ name }) => name === 'All'));
  });

  it('its own standing policies pass its own rules', async () => {
    for (const policy of await sql.domain.all(`${sql.id}/backupPolicies?$filter=workloadType eq 'SQLDataBase'`)) {
      const reply = await sql.domain.call('PUT', sql.policyId(`Copy-of-${policy.name}`), { properties: policy.properties });
      assert.equal(reply.status, 200, `${policy.name}: ${JSON.stringify(reply.body)}`);
    }
  });

  for (const [title, parts, words] of [
    ['no full part', [log()], /'Full' is missing/],
    ['a part twice', [dailyFull, log(), log(60)], /two parts of the policyType 'Log'/],
    ['a copy-only part', [dailyFull, { ...dailyFull, policyType: 'CopyOnlyFull' }], /not 'CopyOnlyFull'/],
    ['increments', [dailyFull, { ...differential(), policyType: 'Incremental' }], /not 'Incremental'/],
    ['differentials beside daily full backups', [dailyFull, differential()], /need weekly full backups/],
    ['a differential on the day of a full one', [weeklyFull(), differential(30, 'Saturday', 'Sunday')], /day of a full backup: Sunday/],
    [
      'a daily differential, which meets every day',
      [weeklyFull(), { ...differential(), schedulePolicy: daily }],
      /day of a full backup: Sunday/,
    ],
    ['a differential kept too long', [weeklyFull(), differential(181)], /'Differential' must be 7 to 180 days/],
    ['a differential kept too short', [weeklyFull(), differential(6)], /7 to 180/],
    ['a full one kept too short', [weeklyFull(6)], /'Full' must be at least 7 days/],
    ['logs kept too long', [dailyFull, log(15, 36)], /'Log' must be 7 to 35 days/],
    ['logs kept too short', [dailyFull, log(15, 6)], /7 to 35/],
    ['logs too often', [dailyFull, log(10)], /scheduleFrequencyInMins' of 15, 30/],
    ['logs too seldom', [dailyFull, log(2880)], /1440/],
    ['a schedule of another kind', [{ ...dailyFull, schedulePolicy: log().schedulePolicy }], /SimpleSchedulePolicy/],
    ['a retention of another kind', [{ ...dailyFull, retentionPolicy: simple(30) }], /LongTermRetentionPolicy with a 'dailySchedule'/],
    ['a weekday that is none', [{ ...weeklyFull(), schedulePolicy: weekly('Sonntag') }], /scheduleRunDays/],
    ['no parts', [], /subProtectionPolicy/],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const reply = await put('Bad', [...parts]);
      assert.deepEqual([reply.status, reply.at('error.code')], [400, 'BMSUserErrorInvalidPolicyInput'], JSON.stringify(reply.body));
      assert.match(String(reply.at('error.message')), words);
      assert.equal((await sql.domain.get(sql.policyId('Bad'))).status, 404);
    });
  }

  it('refuses another workload, for a policy that is there too', async () => {
    const reply = await put('X', [dailyFull], { workLoadType: 'Oracle' });
    assert.match(String(reply.at('error.message')), /'Oracle'/);
    const changed = await put('DefaultPolicy', [dailyFull]);
    assert.match(String(changed.at('error.message')), /workload of an existing policy cannot be changed/);
  });

  it('a change of a policy that items have: 202, and one operation names the job of each item', async () => {
    const name = 'SQL-Full-Daily-Log-15min';
    await sql.protect('SalesStaging');
    await sql.protect('model', name);
    const policy = await sql.domain.get(sql.policyId(name));
    const accepted = await sql.domain.call('PUT', sql.policyId(name), { properties: policy.at('properties') });
    assert.deepEqual([accepted.status, accepted.body], [202, undefined]);
    const url = accepted.headers['Azure-AsyncOperation'] ?? '';
    assert.match(url, /\/backupPolicies\/SQL-Full-Daily-Log-15min\/operations\/[0-9a-f-]{36}\?/);
    assert.equal((await sql.domain.get(url)).at('status'), 'InProgress');
    sql.domain.pass(2 * minute);
    const status = await sql.domain.get(url);
    assert.deepEqual(
      [status.at('status'), status.at('properties.objectType'), status.at('properties.failedJobsError')],
      ['Succeeded', 'OperationStatusJobsExtendedInfo', {}],
    );
    const jobIds = status.at('properties.jobIds') as string[];
    const jobs = await Promise.all(jobIds.map((id) => sql.domain.get(`${sql.id}/backupJobs/${id}`)));
    assert.deepEqual(
      jobs.map((job) => `${String(job.at('properties.operation'))} ${String(job.at('properties.entityFriendlyName'))}`).sort(),
      ['ConfigureBackup Sales', 'ConfigureBackup SalesStaging', 'ConfigureBackup model'],
    );
    const result = await sql.domain.get(accepted.headers.Location ?? '');
    assert.deepEqual([result.status, result.at('name')], [200, name]);
  });

  it('an item that it does not reach keeps its old configuration, and its job is named among the failed', async () => {
    const name = 'SQL-Full-Daily-Log-15min';
    sql.changes.setPower(sql.changes.machine('sql-sales-01'), 'deallocated');
    const policy = (await sql.domain.get(sql.policyId(name))).at('properties');
    const change = async (): Promise<DomainReply> => {
      const accepted = await sql.domain.call('PUT', sql.policyId(name), { properties: policy });
      sql.domain.pass(2 * minute);
      return sql.domain.get(accepted.headers['Azure-AsyncOperation'] ?? '');
    };
    const status = await change();
    const [id = ''] = status.at('properties.jobIds') as string[];
    assert.deepEqual(status.at('properties.failedJobsError'), { [id]: 'VMNotInRunningStateUserError' });
    assert.deepEqual(sql.errors(await sql.domain.get(`${sql.id}/backupJobs/${id}`)), ['Failed', 'VMNotInRunningStateUserError']);
    const state = async (): Promise<unknown> =>
      ((await sql.domain.item(sqlVault, 'Sales')).properties.extendedInfo as { policyState: string }).policyState;
    assert.equal(await state(), 'Inconsistent');
    sql.changes.setPower(sql.changes.machine('sql-sales-01'), 'running');
    assert.deepEqual((await change()).at('properties.failedJobsError'), {});
    assert.equal(await state(), 'Consistent');
  });
});
