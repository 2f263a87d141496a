import assert from 'node:assert/strict';
import { day, minute, second } from './domainSupport.ts';
import { hour, SqlVault, sqlVault } from './sqlSupport.ts';

describe('sandbox domain: backups of SQL Server databases', () => {
  let sql: SqlVault;
  beforeEach(() => {
    sql = new SqlVault();
  });
  it('full: the job names its type and host while it runs, moves data, and makes the item protected', async () => {
    const item = await sql.protect('SalesStaging');
    assert.deepEqual(
      [item.properties.protectionState, item.properties.lastBackupStatus, item.properties.protectedItemHealthStatus],
      ['IRPending', 'IRPending', 'IRPending'],
    );
    assert.deepEqual(item.properties.lastBackupErrorDetail, { code: 'Success', message: '' }, 'recorded, before anything was backed up');
    const accepted = await sql.backup(item, 'Full', { enableCompression: false });
    sql.domain.pass(4 * second);
    const running = await sql.domain.jobOf(sqlVault, accepted);
    assert.deepEqual(
      [running.at('properties.operation'), running.at('properties.entityFriendlyName'), running.at('properties.extendedInfo.propertyBag')],
      ['Backup (Full)', 'SalesStaging [sql-sales-01]', {}],
    );
    assert.equal(running.at('properties.extendedInfo.progressPercentage'), undefined);
    assert.equal(running.at('properties.extendedInfo.tasksList.0.duration'), undefined);
    sql.domain.pass(20 * minute);
    const job = await sql.domain.jobOf(sqlVault, accepted);
    assert.deepEqual(
      [job.at('properties.status'), job.at('properties.isUserTriggered'), job.at('properties.actionsInfo')],
      ['Completed', true, ['Cancellable']],
    );
    const after = (await sql.domain.item(sqlVault, 'SalesStaging')).properties;
    assert.deepEqual(
      [after.protectionState, after.lastBackupStatus, after.protectedItemHealthStatus, after.lastBackupErrorDetail],
      ['Protected', 'Healthy', 'Healthy', undefined],
    );
    assert.equal((after.extendedInfo as Record<string, unknown>).recoveryModel, 'BULK_LOGGED');
    const points = await sql.points(item, "restorePointQueryType eq 'Full'");
    assert.deepEqual(
      points.map(({ properties }) => properties.type),
      ['Full'],
    );
  });

  it('compression moves less', async () => {
    const item = await sql.domain.item(sqlVault, 'Sales');
    const moved = async (enableCompression: boolean): Promise<number> =>
      Number(
        (await sql.run(item, 'CopyOnlyFull', { enableCompression })).at('properties.extendedInfo.propertyBag.Data Transferred (in MB)'),
      );
    // What is moved is 5 to 15 % of the database; compressed, 30 % of that.
    const [plain, compressed] = [await moved(false), await moved(true)];
    assert.ok(plain > 220 * 1024 * 0.05 && plain < 220 * 1024 * 0.15, String(plain));
    assert.ok(compressed > 220 * 1024 * 0.015 && compressed < 220 * 1024 * 0.045, String(compressed));
  });

  for (const [title, backupType, asked, kept] of [
    ['a full one without an end for 45 days', 'Full', undefined, 45],
    ['a full one that should end earlier for 45 days', 'Full', 10, 45],
    ['a full one for as long as was asked', 'Full', 400, 400],
    ['a copy-only one for 30 days', 'CopyOnlyFull', undefined, 30],
    ['a copy-only one for as short as was asked', 'CopyOnlyFull', 1, 1],
    ['a differential one as the policy says, whatever was asked', 'Differential', 400, 30],
  ] as const) {
    it(`keeps ${title}`, async () => {
      const item = await sql.domain.item(sqlVault, 'Orders');
      const at = sql.domain.now;
      const more = asked === undefined ? {} : { recoveryPointExpiryTimeInUTC: new Date(at + asked * day).toISOString() };
      assert.deepEqual(sql.errors(await sql.run(item, backupType, more)), ['Completed']);
      const [point] = await sql.points(item);
      const { expiryTime, ruleName } = point?.properties.recoveryPointProperties as { expiryTime: string; ruleName: string };
      assert.ok(Math.abs(Date.parse(expiryTime) - (at + kept * day)) < second, expiryTime);
      assert.equal(ruleName, 'On-Demand');
    });
  }

  for (const [title, backupType, more, words] of [
    ['an end after 99 years', 'Full', { recoveryPointExpiryTimeInUTC: '2126-03-11T00:00:00Z' }, /99 years/],
    ['an end in the past', 'CopyOnlyFull', { recoveryPointExpiryTimeInUTC: '2020-01-01T00:00:00Z' }, /in the future/],
    ['an end that is no time', 'Log', { recoveryPointExpiryTimeInUTC: 'soon' }, /must be a time/],
    ['an increment, which is SAP HANA’s', 'Incremental', {}, /one of Full, CopyOnlyFull, Differential, Log, not 'Incremental'/],
    ['no type', '', {}, /backupType/],
    ['a compression that is neither', 'Full', { enableCompression: 'yes' }, /enableCompression/],
  ] as const) {
    it(`refuses ${title}`, async () => {
      const reply = await sql.backup(await sql.domain.item(sqlVault, 'Sales'), backupType, more);
      assert.deepEqual([reply.status, reply.at('error.code')], [400, 'BMSUserErrorInvalidInput']);
      assert.match(String(reply.at('error.message')), words);
    });
  }

  it('a differential and a log before any full one: taken, and their jobs fail; a copy-only one begins no chain', async () => {
    // Its first log backup, which the schedule would make a full one, is an hour away.
    const item = await sql.protect('SalesStaging', 'HourlyLogBackup');
    for (const type of ['Differential', 'Log']) {
      assert.deepEqual(sql.errors(await sql.run(item, type)), ['Failed', 'UserErrorParentFullBackupMissing']);
    }
    const failed = (await sql.domain.item(sqlVault, 'SalesStaging')).properties;
    assert.deepEqual(
      [failed.lastBackupStatus, failed.protectionStatus, failed.protectionState, failed.protectedItemHealthStatus],
      ['Unhealthy', 'Unhealthy', 'IRPending', 'Healthy'],
    );
    assert.equal((failed.lastBackupErrorDetail as { code: string }).code, 'UserErrorParentFullBackupMissing');
    assert.deepEqual(sql.errors(await sql.run(item, 'CopyOnlyFull')), ['Completed']);
    assert.equal((await sql.domain.item(sqlVault, 'SalesStaging')).properties.protectionState, 'IRPending');
    assert.deepEqual(sql.errors(await sql.run(item, 'Differential')), ['Failed', 'UserErrorParentFullBackupMissing']);
  });

  it('types that a database cannot have: its job fails with Azure’s advice', async () => {
    const item = await sql.protect('master');
    assert.deepEqual(sql.errors(await sql.run(item, 'Full')), ['Completed']);
    for (const type of ['Differential', 'Log']) {
      const job = await sql.run(item, type);
      assert.deepEqual(sql.errors(job), ['Failed', 'UserErrorSQLPODoesNotSupportBackupType']);
      assert.match(String(job.at('properties.errorDetails.0.errorString')), /does not support the requested backup type/);
      assert.equal(job.at('properties.extendedInfo.tasksList.0.status'), 'Failed');
      assert.deepEqual(job.at('properties.extendedInfo.propertyBag'), { 'Data Transferred (in MB)': '0' });
    }
  });

  it('the simple recovery model: full and differential, no log', async () => {
    const item = await sql.domain.item(sqlVault, 'Sales');
    sql.change('sql-sales-01', 'Sales', { recoveryModel: 'Simple' });
    assert.deepEqual(sql.errors(await sql.run(item, 'Log')), ['Failed', 'UserErrorSQLPODoesNotSupportBackupType']);
    assert.deepEqual(sql.errors(await sql.run(item, 'Differential')), ['Completed']);
    assert.equal(((await sql.domain.item(sqlVault, 'Sales')).properties.extendedInfo as { recoveryModel: string }).recoveryModel, 'SIMPLE');
  });

  it('two of a kind at once: the second job fails, a log beside a full one does not', async () => {
    const item = await sql.domain.item(sqlVault, 'Sales');
    const first = await sql.backup(item, 'Full');
    sql.domain.pass(5 * second);
    const [second_, log] = [await sql.backup(item, 'Differential'), await sql.backup(item, 'Log')];
    sql.domain.pass(20 * minute);
    const end = async (accepted: typeof first): Promise<unknown[]> => sql.errors(await sql.domain.jobOf(sqlVault, accepted));
    assert.deepEqual(
      [await end(first), await end(second_), await end(log)],
      [['Completed'], ['Failed', 'OperationCancelledBecauseConflictingOperationRunningUserError'], ['Completed']],
    );
    assert.equal((await sql.domain.jobOf(sqlVault, second_)).at('properties.errorDetails.0.errorCode'), 510008);
  });

  for (const [title, change, error, details] of [
    [
      'dropped',
      (): void => void sql.changes.dropDatabase(sql.changes.machine('sql-sales-01'), {}, 'Sales'),
      'UserErrorSQLPODoesNotExist',
      undefined,
    ],
    [
      'taken offline',
      (): void => sql.change('sql-sales-01', 'Sales', { state: 'Offline' }),
      'UserErrorSQLDatabaseNotOnline',
      /^Msg 942: Database 'Sales'/,
    ],
    ['restoring', (): void => sql.change('sql-sales-01', 'Sales', { state: 'Restoring' }), 'UserErrorSQLDatabaseNotOnline', /^Msg 927/],
    [
      'on a machine that is off',
      (): void => void sql.changes.setPower(sql.changes.machine('sql-sales-01'), 'deallocated'),
      'VMNotInRunningStateUserError',
      undefined,
    ],
    [
      'on a machine that is gone',
      (): void => sql.changes.remove(sql.changes.machine('sql-sales-01')),
      'UserErrorRegisteredVMNotFound',
      undefined,
    ],
    [
      'of an instance without the right',
      (): void => void sql.changes.setSysadmin(sql.changes.machine('sql-sales-01'), undefined, false),
      'UserErrorSQLNoSysadminMembership',
      undefined,
    ],
  ] as const) {
    it(`a database that is ${title} meanwhile: the job fails, and the item tells`, async () => {
      const item = await sql.domain.item(sqlVault, 'Sales');
      change();
      const job = await sql.run(item, 'Full');
      assert.deepEqual(sql.errors(job), ['Failed', error]);
      const said = job.at('properties.errorDetails.0.additionalDetails') as string | undefined;
      assert.match(said ?? '', details ?? /^$/);
      const after = (await sql.domain.item(sqlVault, 'Sales')).properties;
      assert.deepEqual(
        [after.lastBackupStatus, after.protectionStatus, (after.lastBackupErrorDetail as { code: string }).code],
        ['Unhealthy', 'Unhealthy', error],
      );
      const isAway = /VMNot|RegisteredVM/.test(error);
      assert.equal(after.protectedItemHealthStatus, isAway ? 'NotReachable' : 'Healthy');
    });
  }

  it('cancelled: no point, no log, and the item as it was', async () => {
    const item = await sql.domain.item(sqlVault, 'Sales');
    const before = (await sql.points(item, "restorePointQueryType eq 'Full'")).length;
    const accepted = await sql.backup(item, 'Full');
    sql.domain.pass(10 * second);
    const job = await sql.domain.jobOf(sqlVault, accepted);
    assert.equal((await sql.domain.call('POST', `${String(job.at('id'))}/cancel`)).status, 202);
    sql.domain.pass(20 * minute);
    assert.equal((await sql.domain.jobOf(sqlVault, accepted)).at('properties.status'), 'Cancelled');
    assert.equal((await sql.points(item, "restorePointQueryType eq 'Full'")).length, before);
    assert.equal((await sql.domain.item(sqlVault, 'Sales')).properties.lastBackupStatus, 'Healthy');
  });

  it('a group whose machines are not all registered', async () => {
    const item = await sql.domain.item(sqlVault, 'Orders');
    const nodes = item.properties.nodesList as { nodeName: string; status: string }[];
    assert.deepEqual(
      nodes.map(({ nodeName, status }) => [nodeName, status]),
      [
        ['sql-orders-01', 'Succeeded'],
        ['sql-orders-02', 'Succeeded'],
      ],
    );
    assert.equal(item.properties.parentType, 'AzureVmWorkloadSQLAvailabilityGroup');
    const second_ = (await sql.domain.all(`${sql.id}/backupProtectionContainers?$filter=backupManagementType eq 'AzureWorkload'`)).find(
      ({ properties }) => properties.friendlyName === 'sql-orders-02',
    );
    assert.equal((await sql.domain.call('DELETE', second_?.id ?? '')).status, 202);
    sql.domain.pass(2 * minute);
    assert.deepEqual(sql.errors(await sql.run(item, 'Full')), ['Failed', 'FabricSvcBackupPreferenceCheckFailedUserError']);
  });

  describe('by schedule', () => {
    const day1 = Date.UTC(2026, 2, 11);

    it('full on Sundays, differentials on the other days, and log backups that no list shows', async () => {
      const item = await sql.domain.item(sqlVault, 'Orders');
      sql.domain.pass(7 * day);
      const jobs = (await sql.domain.all(`${sql.id}/backupJobs?$filter=operation eq 'Backup'`)).filter(
        ({ properties }) =>
          properties.entityFriendlyName === 'Orders [sql-orders-cl]' && Date.parse(String(properties.startTime)) > day1 + day / 2,
      );
      const types = jobs.map(({ properties }) => `${new Date(String(properties.startTime)).getUTCDay()} ${String(properties.operation)}`);
      assert.deepEqual(types.reverse(), [
        '4 Backup (Differential)',
        '5 Backup (Differential)',
        '6 Backup (Differential)',
        '0 Backup (Full)',
        '1 Backup (Differential)',
        '2 Backup (Differential)',
        '3 Backup (Differential)',
      ]);
      assert.ok(jobs.every(({ properties }) => properties.isUserTriggered === false && properties.status === 'Completed'));
      const [[, until = 0] = []] = (await sql.ranges(item)).slice(-1);
      assert.equal(until, Math.floor(sql.domain.now / (30 * minute)) * 30 * minute);
      assert.equal(Date.parse(String((await sql.domain.item(sqlVault, 'Orders')).properties.lastBackupTime)), until);
    });

    it('what nothing is chained to is made a full one, once the first log backup is due', async () => {
      const item = await sql.protect('SalesStaging');
      sql.domain.pass(10 * minute);
      assert.deepEqual(await sql.points(item, "restorePointQueryType eq 'Full'"), []);
      sql.domain.pass(hour);
      assert.equal((await sql.points(item, "restorePointQueryType eq 'Full'")).length, 1);
      const properties = (await sql.domain.item(sqlVault, 'SalesStaging')).properties;
      assert.equal(properties.protectionState, 'Protected');
    });

    it('nothing is backed up that cannot be: no job for what the database does not support', async () => {
      await sql.protect('master', 'SQL-Full-Weekly-Diff-Daily-Log-30min');
      sql.domain.pass(3 * day);
      const jobs = await sql.domain.all(`${sql.id}/backupJobs?$filter=operation eq 'Backup'`);
      assert.ok(!jobs.some(({ properties }) => String(properties.entityFriendlyName).startsWith('master')));
    });

    it('a full backup outlives its time for as long as differentials are chained to it', async () => {
      const item = await sql.domain.item(sqlVault, 'Orders');
      const points = await sql.points(item, "restorePointQueryType eq 'FullAndDifferential'");
      assert.ok(points.some(({ properties }) => properties.type === 'Differential'));
      const oldest = points.at(-1)?.properties;
      assert.equal(oldest?.type, 'Full', 'the oldest point is one that stands by itself');
      for (const point of points.filter(({ properties }) => properties.type === 'Differential')) {
        const at = Date.parse(String(point.properties.recoveryPointTimeInUTC));
        assert.ok(
          points.some(({ properties }) => properties.type === 'Full' && Date.parse(String(properties.recoveryPointTimeInUTC)) < at),
        );
      }
    });
  });

  describe('log chains', () => {
    it('begin with the first full backup and grow with each log backup, asked for or scheduled', async () => {
      const item = await sql.protect('SalesStaging');
      assert.deepEqual(await sql.ranges(item), []);
      await sql.run(item, 'Full');
      const [point] = await sql.points(item, "restorePointQueryType eq 'Full'");
      const begun = Date.parse(String(point?.properties.recoveryPointTimeInUTC));
      const quarter = Math.floor(sql.domain.now / (15 * minute)) * 15 * minute;
      assert.deepEqual(await sql.ranges(item), [[begun, quarter]]);
      const at = sql.domain.now;
      assert.deepEqual(sql.errors(await sql.run(item, 'Log')), ['Completed']);
      const [[start, end] = [0, 0]] = await sql.ranges(item);
      assert.ok(start === begun && end >= at, `${start} ${end}`);
      assert.equal((await sql.points(item)).length, 2, 'a log backup is no point of its own');
    });

    it('a second full backup does not break them, a change to the simple recovery model does: a gap stays', async () => {
      const item = await sql.domain.item(sqlVault, 'Sales');
      await sql.run(item, 'Full');
      const before = await sql.ranges(item);
      assert.equal(before.length, 2, 'the story has a gap of its own');
      sql.change('sql-sales-01', 'Sales', { recoveryModel: 'Simple' });
      const brokenAt = Math.floor(sql.domain.now / (15 * minute)) * 15 * minute;
      sql.domain.pass(hour);
      sql.change('sql-sales-01', 'Sales', { recoveryModel: 'Full' });
      const log = await sql.run(item, 'Log');
      assert.deepEqual(sql.errors(log), ['Failed', 'UserErrorSQLLSNValidationFailure']);
      assert.deepEqual(sql.errors(await sql.run(item, 'Differential')), ['Completed'], 'differentials need no log');
      assert.deepEqual(sql.errors(await sql.run(item, 'Full')), ['Completed']);
      sql.domain.pass(hour);
      const after = await sql.ranges(item);
      assert.equal(after.length, 3);
      assert.equal(after[1]?.[1], brokenAt);
      assert.ok((after[2]?.[0] ?? 0) > brokenAt + hour);
    });

    it('a broken one is begun anew by the schedule’s own full backup', async () => {
      const item = await sql.domain.item(sqlVault, 'Sales');
      sql.change('sql-sales-01', 'Sales', { recoveryModel: 'Simple' });
      sql.change('sql-sales-01', 'Sales', { recoveryModel: 'Full' });
      sql.domain.pass(2 * hour);
      const ranges = await sql.ranges(item);
      assert.equal(ranges.length, 3, 'nothing looked in between, and yet the chain is broken');
    });

    it('stand still while the machine is off, and go on without a gap', async () => {
      const item = await sql.domain.item(sqlVault, 'Sales');
      sql.changes.setPower(sql.changes.machine('sql-sales-01'), 'deallocated');
      const [, stood] = (await sql.ranges(item)).at(-1) ?? [];
      sql.domain.pass(3 * hour);
      assert.equal((await sql.ranges(item)).at(-1)?.[1], stood);
      sql.changes.setPower(sql.changes.machine('sql-sales-01'), 'running');
      sql.domain.pass(hour);
      const ranges = await sql.ranges(item);
      assert.deepEqual([ranges.length, (ranges.at(-1)?.[1] ?? 0) > (stood ?? Infinity)], [2, true]);
    });

    it('are asked for as Azure CLI does: by type and dates, with the files where wanted', async () => {
      const item = await sql.domain.item(sqlVault, 'Sales');
      const [from, to] = ['2026-03-10 12:00:00 AM', '2026-03-11 12:00:00 AM'];
      const filter = `restorePointQueryType eq 'Log' and startDate eq '${from}' and endDate eq '${to}'`;
      assert.deepEqual(await sql.ranges(item, filter), [[Date.UTC(2026, 2, 10), Date.UTC(2026, 2, 11)]]);
      const [plain] = await sql.points(item, filter);
      assert.equal(plain?.properties.extendedInfo, undefined);
      const [detailed] = await sql.points(item, `${filter} and extendedInfo eq 'True'`);
      const paths = (detailed?.properties.extendedInfo as { dataDirectoryPaths: { type: string; logicalName: string }[] })
        .dataDirectoryPaths;
      assert.deepEqual(
        paths.map(({ type, logicalName }) => [type, logicalName]),
        [
          ['Data', 'Sales'],
          ['Log', 'Sales_log'],
        ],
      );
      const one = await sql.domain.get(`${item.id}/recoveryPoints/DefaultRangeRecoveryPoint`);
      assert.deepEqual([one.status, one.at('properties.objectType')], [200, 'AzureWorkloadSQLPointInTimeRecoveryPoint']);
    });

    it('points are found by type; a type that is none is refused', async () => {
      const item = await sql.domain.item(sqlVault, 'Orders');
      const found = async (type: string): Promise<string[]> => [
        ...new Set((await sql.points(item, `restorePointQueryType eq '${type}'`)).map(({ properties }) => String(properties.type))),
      ];
      assert.deepEqual(await found('Full'), ['Full']);
      assert.deepEqual(await found('Differential'), ['Differential']);
      assert.deepEqual(await found('Log'), ['Log']);
      assert.deepEqual((await found('FullAndDifferential')).sort(), ['Differential', 'Full']);
      assert.deepEqual((await found('All')).sort(), ['Differential', 'Full', 'Log']);
      const reply = await sql.domain.get(`${item.id}/recoveryPoints?$filter=restorePointQueryType eq 'Nightly'`);
      assert.deepEqual([reply.status, reply.at('error.code')], [400, 'BMSUserErrorInvalidInput']);
      const [full] = await sql.points(item, "restorePointQueryType eq 'Full'");
      const read = await sql.domain.get(full?.id ?? '');
      assert.equal(read.at('properties.extendedInfo.dataDirectoryPaths.0.logicalName'), 'Orders', 'a single point has its files');
    });

    it('hours of log backups cost no jobs and little time', () => {
      // The processor's time, not the clock's: a busy machine leaves the clock to others.
      const started = process.cpuUsage();
      sql.domain.pass(60 * day);
      sql.domain.world.now();
      const vault = sql.domain.world.vault(sql.id);
      const logs = vault?.jobs().filter((job) => job.backupType === 'Log') ?? [];
      assert.deepEqual(logs, []);
      const { user } = process.cpuUsage(started);
      assert.ok(user < 5_000_000, `${user / 1000} ms for 60 days`);
    });
  });
});
