import type { BackupTrouble, DatabaseServer } from './entities.ts';
import { full, simple } from './sqlCatalogue.ts';

/** The fictional company whose cloud this is. Order matters: numbers from the seed are drawn in it. */

export const subscriptionNames = ['Northwind Production', 'Northwind Test', 'Northwind Shared Platform'] as const;
export type SubscriptionName = (typeof subscriptionNames)[number];

export interface GroupEntry {
  readonly subscription: SubscriptionName;
  readonly name: string;
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly machines?: readonly MachineEntry[];
}

export interface MachineEntry {
  readonly name: string;
  readonly size: string;
  readonly os: 'windows' | 'ubuntu' | 'rhel' | 'sles';
  /** GB: the system's disk, then data disks. */
  readonly disks: readonly number[];
  readonly off?: true;
  readonly trouble?: BackupTrouble;
  readonly server?: DatabaseServer;
  /** Made after the vaults last looked. */
  readonly isNew?: true;
}

const small = 'Standard_B2ms';
const medium = 'Standard_D4s_v5';
const large = 'Standard_E16ds_v5';

const erpDatabases: DatabaseServer = {
  kind: 'SQLDataBase',
  hostName: 'erp-db-01',
  instances: [
    {
      name: 'MSSQLSERVER',
      databases: [
        simple('master', 1),
        full('model', 1),
        simple('msdb', 2),
        full('NorthwindERP', 180),
        full('Payroll', 24),
        simple('Reporting', 96),
      ],
    },
  ],
};
const testDatabases: DatabaseServer = {
  kind: 'SQLDataBase',
  hostName: 'tst-db-01',
  instances: [{ name: 'MSSQLSERVER', databases: [simple('master', 1), simple('msdb', 1), full('NorthwindERP_test', 12)] }],
};
const sapDatabases: DatabaseServer = {
  kind: 'SAPHanaDatabase',
  hostName: 'saphana-p01',
  instances: [{ name: 'P01', databases: [full('SYSTEMDB', 16), full('P01', 480)] }],
};

export const groups: readonly GroupEntry[] = [
  {
    subscription: 'Northwind Production',
    name: 'rg-webshop-prod',
    location: 'westeurope',
    tags: { environment: 'production', owner: 'webshop' },
    machines: [
      { name: 'vm-web-01', size: medium, os: 'ubuntu', disks: [64, 128] },
      { name: 'vm-web-02', size: medium, os: 'ubuntu', disks: [64, 128] },
      { name: 'vm-web-03', size: medium, os: 'ubuntu', disks: [64, 128] },
      { name: 'vm-api-01', size: medium, os: 'ubuntu', disks: [64] },
      { name: 'vm-api-02', size: medium, os: 'ubuntu', disks: [64], off: true },
      { name: 'vm-cache-01', size: small, os: 'ubuntu', disks: [64] },
      { name: 'vm-worker-01', size: small, os: 'ubuntu', disks: [64], isNew: true },
    ],
  },
  {
    subscription: 'Northwind Production',
    name: 'rg-erp-prod',
    location: 'westeurope',
    tags: { environment: 'production', owner: 'finance-it' },
    machines: [
      { name: 'erp-app-01', size: medium, os: 'windows', disks: [127, 256], trouble: 'agentUnavailable' },
      { name: 'erp-app-02', size: medium, os: 'windows', disks: [127, 256], trouble: 'comError' },
      { name: 'erp-db-01', size: large, os: 'windows', disks: [127, 1024, 512], trouble: 'collectionLimit', server: erpDatabases },
      { name: 'erp-print', size: small, os: 'windows', disks: [127] },
      { name: 'erp-report-01', size: medium, os: 'rhel', disks: [64, 256], trouble: 'crashConsistent' },
    ],
  },
  {
    subscription: 'Northwind Production',
    name: 'rg-files-prod',
    location: 'westeurope',
    machines: [
      { name: 'fileserver01', size: medium, os: 'windows', disks: [127, 2048] },
      { name: 'jumpbox', size: small, os: 'windows', disks: [127] },
    ],
  },
  {
    subscription: 'Northwind Production',
    name: 'rg-sap-prod',
    location: 'northeurope',
    tags: { environment: 'production', owner: 'sap-basis' },
    machines: [
      { name: 'saphana-p01', size: 'Standard_M64s', os: 'sles', disks: [64, 1024, 1024, 512], server: sapDatabases },
      { name: 'sapapp-p01', size: medium, os: 'sles', disks: [64, 256] },
      { name: 'sapapp-p02', size: medium, os: 'sles', disks: [64, 256] },
    ],
  },
  {
    subscription: 'Northwind Production',
    name: 'rg-stores-de',
    location: 'germanywestcentral',
    machines: [
      { name: 'pos-gw-berlin', size: small, os: 'ubuntu', disks: [64] },
      { name: 'pos-gw-hamburg', size: small, os: 'ubuntu', disks: [64] },
      { name: 'pos-gw-muenchen', size: small, os: 'ubuntu', disks: [64] },
    ],
  },
  { subscription: 'Northwind Production', name: 'rg-backup-prod', location: 'westeurope' },
  {
    subscription: 'Northwind Test',
    name: 'rg-webshop-test',
    location: 'westeurope',
    tags: { environment: 'test' },
    machines: [
      { name: 'tst-web-01', size: small, os: 'ubuntu', disks: [64] },
      { name: 'tst-api-01', size: small, os: 'ubuntu', disks: [64] },
      { name: 'tst-db-01', size: medium, os: 'windows', disks: [127, 256], server: testDatabases },
      { name: 'tst-web-02', size: small, os: 'ubuntu', disks: [64], isNew: true },
    ],
  },
  {
    subscription: 'Northwind Test',
    name: 'rg-ci',
    location: 'swedencentral',
    machines: [
      { name: 'ci-agent-01', size: medium, os: 'ubuntu', disks: [128] },
      { name: 'ci-agent-02', size: medium, os: 'ubuntu', disks: [128] },
      { name: 'ci-agent-03', size: medium, os: 'windows', disks: [256], off: true },
    ],
  },
  {
    subscription: 'Northwind Test',
    name: 'rg-loadtest',
    location: 'eastus',
    machines: [
      { name: 'loadgen-01', size: medium, os: 'ubuntu', disks: [64], off: true },
      { name: 'loadgen-02', size: medium, os: 'ubuntu', disks: [64], off: true },
    ],
  },
  { subscription: 'Northwind Test', name: 'rg-backup-test', location: 'westeurope' },
  {
    subscription: 'Northwind Shared Platform',
    name: 'rg-identity',
    location: 'northeurope',
    machines: [
      { name: 'dc01', size: small, os: 'windows', disks: [127, 32] },
      { name: 'dc02', size: small, os: 'windows', disks: [127, 32] },
      { name: 'adfs-01', size: small, os: 'windows', disks: [127] },
      { name: 'pki-root', size: small, os: 'windows', disks: [127], off: true },
    ],
  },
  {
    subscription: 'Northwind Shared Platform',
    name: 'rg-monitoring',
    location: 'northeurope',
    machines: [
      { name: 'grafana-01', size: small, os: 'ubuntu', disks: [64, 128] },
      { name: 'logs-01', size: medium, os: 'rhel', disks: [64, 1024], trouble: 'crashConsistent' },
      { name: 'vpn-radius', size: small, os: 'windows', disks: [127] },
    ],
  },
  { subscription: 'Northwind Shared Platform', name: 'rg-backup-shared', location: 'northeurope' },
];

export interface AccountEntry {
  readonly subscription: SubscriptionName;
  readonly group: string;
  readonly name: string;
  readonly location: string;
  readonly shares: readonly string[];
}

export const storageAccounts: readonly AccountEntry[] = [
  {
    subscription: 'Northwind Production',
    group: 'rg-files-prod',
    name: 'stnwfilesprod',
    location: 'westeurope',
    shares: ['departments', 'profiles', 'scans'],
  },
  { subscription: 'Northwind Test', group: 'rg-webshop-test', name: 'stnwtest', location: 'westeurope', shares: ['fixtures'] },
];
