import type { GroupEntry } from './catalogue.ts';
import type { AvailabilityGroup, Database, DatabaseServer } from './entities.ts';

/** SQL Servers of the fictional company, in states that people meet. Their numbers are drawn apart from all others. */

export const full = (name: string, sizeGb: number): Database => ({ name, sizeGb, recoveryModel: 'Full', state: 'Online' });
export const simple = (name: string, sizeGb: number): Database => ({ name, sizeGb, recoveryModel: 'Simple', state: 'Online' });

/** SQL Server makes master and msdb with the simple recovery model, and model with the full one. */
const system: readonly Database[] = [simple('master', 1), full('model', 1), simple('msdb', 2)];

function server(hostName: string, ...databases: readonly Database[]): DatabaseServer {
  return { kind: 'SQLDataBase', hostName, instances: [{ name: 'MSSQLSERVER', databases: [...system, ...databases] }] };
}

const sales = server(
  'sql-sales-01',
  full('Sales', 220),
  simple('SalesArchive', 640),
  { name: 'SalesStaging', sizeGb: 80, recoveryModel: 'BulkLogged', state: 'Online' },
  { name: 'Sales2019', sizeGb: 310, recoveryModel: 'Full', state: 'Offline' },
  { name: 'SalesCopy', sizeGb: 220, recoveryModel: 'Full', state: 'Restoring' },
);

/** A name with much of what can be in the way of somebody who takes ids apart. */
const hostile = `Kunden; "Größe" d'Été №7`;

const twoInstances: DatabaseServer = {
  kind: 'SQLDataBase',
  hostName: 'sql-multi-01',
  instances: [
    { name: 'MSSQLSERVER', databases: [...system, full('Intranet', 45), full('Wiki', 12)] },
    { name: 'REPORTS', databases: [...system, full(hostile, 8), simple('ReportServer', 6), simple('ReportServerTempDB', 2)] },
  ],
};

const legacy: DatabaseServer = {
  kind: 'SQLDataBase',
  hostName: 'sql-legacy-01',
  instances: [{ name: 'MSSQLSERVER', lacksSysadmin: true, databases: [...system, full('Timesheets', 30)] }],
};

const orders: AvailabilityGroup = {
  name: 'AG-ORDERS',
  cluster: 'sql-orders-cl',
  nodes: ['sql-orders-01', 'sql-orders-02'],
  databases: [full('Orders', 150), full('OrdersHistory', 400)],
};

function node(hostName: string): DatabaseServer {
  return { ...server(hostName), groups: [orders] };
}

const size = 'Standard_E8ds_v5';
const os = 'windows';

export const sqlGroup: GroupEntry = {
  subscription: 'Northwind Production',
  name: 'rg-sql-prod',
  location: 'westeurope',
  tags: { environment: 'production', owner: 'dba' },
  machines: [
    { name: 'sql-sales-01', size, os, disks: [127, 1024, 512], server: sales },
    { name: 'sql-legacy-01', size, os, disks: [127, 256], server: legacy },
    { name: 'sql-orders-01', size, os, disks: [127, 512], server: node('sql-orders-01') },
    { name: 'sql-orders-02', size, os, disks: [127, 512], server: node('sql-orders-02') },
    { name: 'sql-multi-01', size, os, disks: [127, 256], server: twoInstances },
    { name: 'sql-crm-01', size, os, disks: [127, 256], server: server('sql-crm-01', full('CRM', 60), simple('CRM_Cache', 20)) },
    { name: 'sql-off-01', size, os, disks: [127, 256], off: true, server: server('sql-off-01', full('Warehouse', 90)) },
    { name: 'sql-new-01', size, os, disks: [127, 256], isNew: true, server: server('sql-new-01', full('Loyalty', 10)) },
  ],
};
