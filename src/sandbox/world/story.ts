import {
  chainedDatabasePolicy,
  dailyRetention,
  dailySchedule,
  databasePolicy,
  machinePolicy,
  quietTime,
  sharePolicy,
} from '../recoveryServices/standardPolicies.ts';
import { startBackup } from '../recoveryServices/backup.ts';
import type { JsonObject, Random } from '../arm/types.ts';
import type { SubscriptionName } from './catalogue.ts';
import type { VirtualMachine } from './entities.ts';
import { ownRandom } from './ownRandom.ts';
import { VaultBuilder } from './vaultBuilder.ts';
import { day } from './wireFormat.ts';
import type { World } from './world.ts';

/** Seven vaults: one busy, one in trouble, one empty, one for SQL Servers in many states, and three more. */
export function tellStory(world: World): void {
  webshop(world);
  erp(world);
  sap(world);
  vaultIn(world, 'Northwind Production', 'rg-backup-prod', 'rsv-stores-gwc', 'germanywestcentral', 3);
  test(world);
  identity(world);
  sql(world);
}

function vaultIn(
  world: World,
  subscription: SubscriptionName,
  resourceGroup: string,
  name: string,
  location: string,
  ageDays: number,
  random?: Random,
): VaultBuilder {
  const subscriptionId = world.subscriptions.find((known) => known.name === subscription)?.subscriptionId ?? '';
  return new VaultBuilder(world, { subscriptionId, resourceGroup, name, location, ageDays }, random);
}

function machine(world: World, name: string): VirtualMachine {
  const found = world.subscriptions
    .flatMap((subscription) => world.machines(subscription.subscriptionId))
    .find((known) => known.name === name);
  if (found === undefined) {
    throw new Error(`There is no machine ${name}.`);
  }
  return found;
}

/** Daily for two weeks, Sundays for twelve weeks, first Sundays for a year. */
function longTerm(at: string): JsonObject {
  return {
    ...dailyRetention(at, 14),
    weeklySchedule: { daysOfTheWeek: ['Sunday'], retentionTimes: [at], retentionDuration: { count: 12, durationType: 'Weeks' } },
    monthlySchedule: {
      retentionScheduleFormatType: 'Weekly',
      retentionScheduleWeekly: { daysOfTheWeek: ['Sunday'], weeksOfTheMonth: ['First'] },
      retentionTimes: [at],
      retentionDuration: { count: 12, durationType: 'Months' },
    },
  };
}

function webshop(world: World): void {
  const at = quietTime(world.startedAt);
  const builder = vaultIn(world, 'Northwind Production', 'rg-backup-prod', 'rsv-webshop-weu', 'westeurope', 410);
  builder.policy(machinePolicy('Webshop-Daily-14d-GFS', dailySchedule(at), longTerm(at), 5));
  builder.policy(sharePolicy('Files-Daily-30d', at, 30));
  const gfs = 'Webshop-Daily-14d-GFS';
  builder.machine(machine(world, 'vm-web-01'), { policy: gfs, sinceDays: 200 });
  const running = builder.machine(machine(world, 'vm-web-02'), { policy: gfs, sinceDays: 200 });
  builder.machine(machine(world, 'vm-web-03'), { policy: 'DefaultPolicy', sinceDays: 0.05 });
  builder.machine(machine(world, 'vm-api-01'), { policy: 'DefaultPolicy', sinceDays: 90 });
  builder.machine(machine(world, 'vm-cache-01'), { policy: 'DefaultPolicy', sinceDays: 60, untilDays: 12 });
  builder.machine(machine(world, 'vm-api-02'), { policy: 'DefaultPolicy', sinceDays: 80, untilDays: 6, deletedDays: 5 });
  builder.machine(machine(world, 'fileserver01'), { policy: 'EnhancedPolicy', sinceDays: 20 });
  const account = world.storageAccounts(builder.vault.subscriptionId)[0];
  if (account !== undefined) {
    const container = builder.storageAccount(account);
    builder.share(container, 'departments', { policy: 'Files-Daily-30d', sinceDays: 45 });
    builder.share(container, 'scans', { policy: 'Files-Daily-30d', sinceDays: 45 });
  }
  // Somebody has just started this one by hand.
  startBackup({ world }, builder.vault, running, {
    startAt: world.startedAt - world.clock.scaled(100_000),
    expiresAt: world.startedAt + 30 * day,
    userTriggered: true,
    isFirst: true,
    scaled: (azureMs) => world.clock.scaled(azureMs),
  });
}

function erp(world: World): void {
  const at = quietTime(world.startedAt);
  const builder = vaultIn(world, 'Northwind Production', 'rg-backup-prod', 'rsv-erp-weu', 'westeurope', 520);
  builder.policy(machinePolicy('ERP-Daily-30d', dailySchedule(at), dailyRetention(at, 30), 3, 'W. Europe Standard Time'));
  builder.policy(databasePolicy('SQL-Full-Daily-Log-15min', 'SQLDataBase', at, 60, 15));
  const policy = 'ERP-Daily-30d';
  builder.machine(machine(world, 'erp-app-01'), { policy, sinceDays: 120, trouble: 'agentUnavailable', troubleDays: 5 });
  builder.machine(machine(world, 'erp-app-02'), { policy, sinceDays: 120, trouble: 'comError', troubleDays: 2 });
  const server = machine(world, 'erp-db-01');
  builder.machine(server, { policy, sinceDays: 120, trouble: 'collectionLimit', troubleDays: 9 });
  builder.machine(machine(world, 'erp-report-01'), { policy, sinceDays: 75, trouble: 'crashConsistent' });
  const container = builder.databaseServer(server);
  builder.database(container, 'SQLDataBase', 'NorthwindERP', { policy: 'SQL-Full-Daily-Log-15min', sinceDays: 100 });
  builder.database(container, 'SQLDataBase', 'Payroll', { policy: 'SQL-Full-Daily-Log-15min', sinceDays: 100 });
  builder.database(container, 'SQLDataBase', 'msdb', { policy: 'HourlyLogBackup', sinceDays: 0.1 });
}

function sap(world: World): void {
  const at = quietTime(world.startedAt);
  const builder = vaultIn(world, 'Northwind Production', 'rg-sap-prod', 'rsv-sap-neu', 'northeurope', 300);
  builder.policy(databasePolicy('HANA-Full-Daily-Log-15min', 'SAPHanaDatabase', at, 30, 15));
  const server = machine(world, 'saphana-p01');
  const container = builder.databaseServer(server);
  builder.database(container, 'SAPHanaDatabase', 'SYSTEMDB', { policy: 'HANA-Full-Daily-Log-15min', sinceDays: 150 });
  builder.database(container, 'SAPHanaDatabase', 'P01', { policy: 'HANA-Full-Daily-Log-15min', sinceDays: 150 });
  builder.machine(machine(world, 'sapapp-p01'), { policy: 'DefaultPolicy', sinceDays: 150 });
}

function test(world: World): void {
  const at = quietTime(world.startedAt);
  const builder = vaultIn(world, 'Northwind Test', 'rg-backup-test', 'rsv-test-weu', 'westeurope', 150);
  const weekly: JsonObject = {
    schedulePolicyType: 'SimpleSchedulePolicy',
    scheduleRunFrequency: 'Weekly',
    scheduleRunDays: ['Sunday', 'Wednesday'],
    scheduleRunTimes: [at],
    scheduleWeeklyFrequency: 0,
  };
  const retention: JsonObject = {
    retentionPolicyType: 'LongTermRetentionPolicy',
    weeklySchedule: {
      daysOfTheWeek: ['Sunday', 'Wednesday'],
      retentionTimes: [at],
      retentionDuration: { count: 4, durationType: 'Weeks' },
    },
  };
  builder.policy(machinePolicy('Test-Weekly-4w', weekly, retention));
  builder.machine(machine(world, 'tst-web-01'), { policy: 'Test-Weekly-4w', sinceDays: 100 });
  const container = builder.databaseServer(machine(world, 'tst-db-01'));
  builder.database(container, 'SQLDataBase', 'NorthwindERP_test', { policy: 'HourlyLogBackup', sinceDays: 40 });
}

function identity(world: World): void {
  const builder = vaultIn(world, 'Northwind Shared Platform', 'rg-backup-shared', 'rsv-identity-neu', 'northeurope', 700);
  builder.machine(machine(world, 'dc01'), { policy: 'DefaultPolicy', sinceDays: 400 });
  builder.machine(machine(world, 'dc02'), { policy: 'DefaultPolicy', sinceDays: 400 });
  builder.machine(machine(world, 'adfs-01'), { policy: 'DefaultPolicy', sinceDays: 400 });
  builder.machine(machine(world, 'pki-root'), { policy: 'DefaultPolicy', sinceDays: 300, untilDays: 100 });
  builder.machine(machine(world, 'logs-01'), { policy: 'DefaultPolicy', sinceDays: 50, trouble: 'crashConsistent' });
}

/**
 * All but the newest of its machines are backed up as machines too, which keeps them out of the other vaults' lists. Not
 * registered are `sql-multi-01`, `sql-crm-01`, `sql-off-01`, and `sql-new-01`, which has not been discovered yet.
 */
function sql(world: World): void {
  const at = quietTime(world.startedAt);
  const random = ownRandom(`rsv-sql-weu ${world.tenantId}`);
  const builder = vaultIn(world, 'Northwind Production', 'rg-backup-prod', 'rsv-sql-weu', 'westeurope', 260, random);
  builder.policy(databasePolicy('SQL-Full-Daily-Log-15min', 'SQLDataBase', at, 60, 15));
  builder.policy(chainedDatabasePolicy('SQL-Full-Weekly-Diff-Daily-Log-30min', at));
  for (const name of ['sales-01', 'legacy-01', 'orders-01', 'orders-02', 'multi-01', 'crm-01', 'off-01']) {
    builder.machine(machine(world, `sql-${name}`), { policy: 'DefaultPolicy', sinceDays: 200 });
  }
  const policy = 'SQL-Full-Daily-Log-15min';
  const sales = builder.databaseServer(machine(world, 'sql-sales-01'));
  builder.database(sales, 'SQLDataBase', 'Sales', { policy, sinceDays: 90, chainBrokenDays: 8 });
  builder.database(sales, 'SQLDataBase', 'SalesArchive', { policy, sinceDays: 90, untilDays: 20 });
  builder.database(sales, 'SQLDataBase', 'msdb', { policy, sinceDays: 60, untilDays: 9, deletedDays: 4 });
  builder.databaseServer(machine(world, 'sql-legacy-01'));
  builder.databaseServer(machine(world, 'sql-orders-01'));
  builder.databaseServer(machine(world, 'sql-orders-02'));
  builder.database(builder.group('AG-ORDERS'), 'SQLDataBase', 'Orders', { policy: 'SQL-Full-Weekly-Diff-Daily-Log-30min', sinceDays: 120 });
}
