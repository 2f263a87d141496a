/** What is read of an appliance. All GETs, at the addresses of the reference, or at links of the appliance itself. */
import type { ApplianceClient, RequestOptions } from '../../cloud/types.ts';
import type { ListQuery } from '../arm/lists.ts';
import { readRecords, type RecordList } from '../arm/record.ts';
import { apiPath, restorePointsOfMachine, sessionsOfMachine } from './addresses.ts';
import { readLog, readMachine, readSession, type LogItem, type VeeamMachine, type VeeamSession } from './model.ts';
import { fieldsOf } from '../arm/fields.ts';

const pageSize = 100;

/** Lists for `readPage`. */
export const lists = {
  /** @param search part of a name; all where empty */
  machines: (origin: string, apiVersion: string, search: string): ListQuery<VeeamMachine> => ({
    path: apiPath(apiVersion, '/virtualMachines', { Offset: 0, Limit: pageSize, ...(search === '' ? {} : { SearchPattern: search }) }),
    read: (raw) => readMachine(raw, origin),
    attempted: 'list the VMs of the appliance',
    resource: new URL(origin).host,
  }),
  sessions: (origin: string, apiVersion: string): ListQuery<VeeamSession> => ({
    path: apiPath(apiVersion, '/jobSessions', { Offset: 0, Limit: pageSize }),
    read: (raw) => readSession(raw, origin),
    attempted: 'list the sessions of the appliance',
    resource: new URL(origin).host,
  }),
};

export interface On {
  readonly client: ApplianceClient;
  readonly origin: string;
  readonly signal: AbortSignal;
}

/** @throws BackupError; of status 404 where the appliance does not know it */
export async function getMachine({ client, origin, signal }: On, machineId: string, name: string): Promise<VeeamMachine> {
  const path = apiPath(client.apiVersion(), `/virtualMachines/${encodeURIComponent(machineId)}`);
  return readMachine((await client.get(path, { signal, attempted: 'read the VM', resource: name })).body, origin);
}

/** The sessions that took snapshots of a VM by hand. */
export async function listSnapshotSessions({ client, origin, signal }: On, machineId: string): Promise<RecordList<VeeamSession>> {
  const options = { signal, attempted: 'list the snapshot sessions of the VM', resource: machineId };
  const items: unknown[] = [];
  for await (const page of client.pages(sessionsOfMachine(client.apiVersion(), machineId), options)) {
    items.push(...page.items);
  }
  return readRecords(items, (raw) => readSession(raw, origin));
}

export async function getLog(client: ApplianceClient, url: string, options: RequestOptions): Promise<readonly LogItem[]> {
  return readLog((await client.get(url, { attempted: 'read the log of the session', ...options })).body);
}

export interface SnapshotPoint {
  /** Of the session that made it, where the appliance tells. */
  readonly sessionId?: string;
  /** ISO 8601, UTC. */
  readonly time?: string;
}

export async function listPoints({ client, signal }: On, machineId: string): Promise<readonly SnapshotPoint[]> {
  const options = { signal, attempted: 'list the restore points of the VM', resource: machineId };
  const points: SnapshotPoint[] = [];
  for await (const page of client.pages(restorePointsOfMachine(client.apiVersion(), machineId), options)) {
    for (const raw of page.items) {
      const fields = fieldsOf(raw);
      const [sessionId, time] = [fields.text('jobSessionId'), fields.moment('pointInTime')];
      points.push({ ...(sessionId === undefined ? {} : { sessionId }), ...(time === undefined ? {} : { time }) });
    }
  }
  return points;
}

export interface ServiceAccount {
  readonly id: string;
  readonly name: string;
}

/** The Azure service accounts that an appliance can work with. From v3 on. */
export async function listServiceAccounts({ client, signal, origin }: On): Promise<readonly ServiceAccount[]> {
  const options = { signal, attempted: 'list the service accounts', resource: new URL(origin).host };
  const accounts: ServiceAccount[] = [];
  for await (const page of client.pages(apiPath(client.apiVersion(), '/accounts/azure/service', { Offset: 0, Limit: pageSize }), options)) {
    for (const raw of page.items) {
      const fields = fieldsOf(raw);
      const id = fields.text('accountId', 'id');
      if (id !== undefined) {
        accounts.push({ id, name: fields.text('name') ?? id });
      }
    }
  }
  return accounts;
}
