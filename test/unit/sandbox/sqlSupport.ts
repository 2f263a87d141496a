import assert from 'node:assert/strict';
import type { Json } from '../../../src/sandbox/arm/types.ts';
import type { Database } from '../../../src/sandbox/world/entities.ts';
import { WorldChanges } from '../../../src/sandbox/world/changes.ts';
import { Domain, minute, type DomainEntry, type DomainReply } from './domainSupport.ts';

export const sqlVault = 'rsv-sql-weu';
export const hour = 60 * minute;

/** The vault of the SQL Servers, with what a test does to it and to the machines. */
export class SqlVault {
  readonly domain: Domain;
  readonly id: string;
  readonly changes: WorldChanges;

  /** @param startAt a Wednesday, 10:07 UTC */
  constructor(startAt = Date.UTC(2026, 2, 11, 10, 7, 13, 421)) {
    this.domain = new Domain({ startAt });
    this.id = this.domain.vaultId(sqlVault);
    this.changes = new WorldChanges(this.domain.world);
  }

  policyId(name: string): string {
    return `${this.id}/backupPolicies/${name}`;
  }

  /** Id of a protectable database, as an item's. */
  async protectable(name: string, instance?: string): Promise<string> {
    const filter = "$filter=backupManagementType eq 'AzureWorkload' and workloadType eq 'SQLDataBase'";
    const found = (await this.domain.all(`${this.id}/backupProtectableItems?${filter}`)).filter(
      ({ properties }) => properties.friendlyName === name && (instance === undefined || properties.parentName === instance),
    );
    assert.ok(found[0], `no protectable ${name}`);
    return found[0].id.replace('/protectableItems/', '/protectedItems/');
  }

  put(item: string, properties: Record<string, unknown>): Promise<DomainReply> {
    return this.domain.call('PUT', item, { properties: { protectedItemType: 'AzureVmWorkloadSQLDatabase', ...properties } });
  }

  /** Protects a database and waits for the end of it. @returns its item */
  async protect(name: string, policy = 'SQL-Full-Daily-Log-15min', instance?: string): Promise<DomainEntry> {
    const accepted = await this.put(await this.protectable(name, instance), { policyId: this.policyId(policy) });
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    this.domain.pass(2 * minute);
    assert.equal((await this.domain.jobOf(sqlVault, accepted)).at('properties.status'), 'Completed');
    return this.domain.item(sqlVault, name);
  }

  backup(item: { id: string }, backupType: string, more: Record<string, Json> = {}): Promise<DomainReply> {
    return this.domain.call('POST', `${item.id}/backup`, {
      properties: { objectType: 'AzureWorkloadBackupRequest', backupType, ...more },
    });
  }

  /** Runs a backup to its end. @returns its job */
  async run(item: { id: string }, backupType: string, more: Record<string, Json> = {}): Promise<DomainReply> {
    const accepted = await this.backup(item, backupType, more);
    assert.equal(accepted.status, 202, JSON.stringify(accepted.body));
    this.domain.pass(20 * minute);
    return this.domain.jobOf(sqlVault, accepted);
  }

  points(item: { id: string }, filter?: string): Promise<DomainEntry[]> {
    return this.domain.all(`${item.id}/recoveryPoints${filter === undefined ? '' : `?$filter=${encodeURIComponent(filter)}`}`);
  }

  /** The log ranges of an item as pairs of moments. */
  async ranges(item: { id: string }, filter = "restorePointQueryType eq 'Log'"): Promise<[number, number][]> {
    const [point, other] = await this.points(item, filter);
    assert.deepEqual([point?.name, other], ['DefaultRangeRecoveryPoint', undefined]);
    const ranges = point?.properties.timeRanges as { startTime: string; endTime: string }[];
    return ranges.map(({ startTime, endTime }) => [Date.parse(startTime), Date.parse(endTime)]);
  }

  change(machine: string, database: string, to: Partial<Pick<Database, 'recoveryModel' | 'state'>>): void {
    this.changes.changeDatabase(this.changes.machine(machine), {}, database, to);
  }

  /** Titles of what a failed job tells. */
  errors(job: DomainReply): unknown[] {
    const details = job.at('properties.errorDetails') as { errorTitle: string }[] | undefined;
    return [job.at('properties.status'), ...(details ?? []).map(({ errorTitle }) => errorTitle)];
  }
}
