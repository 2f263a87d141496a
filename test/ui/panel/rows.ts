/** Rows as the extension's side makes them, of operations in every state. */
import type { OperationRecord } from '../../../src/core/operation.ts';
import { newRecord, type NewRecord } from '../../../src/operations/newRecord.ts';
import type { Standing } from '../../../src/operations/types.ts';
import { jobView, operationView, type FullView } from '../../unit/views/fullView.ts';

const here: Standing = { followedBy: 'here', notConnected: false };
const nobody: Standing = { followedBy: 'nobody', notConnected: false };
const vaultId = '/subscriptions/5f0c/resourceGroups/rg-prod/providers/Microsoft.RecoveryServices/vaults/vault-prod-weu';
const item = (vm: string): string =>
  `${vaultId}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg-prod;${vm}/protectedItems/VM;iaasvmcontainerv2;rg-prod;${vm}`;

function record(id: string, vm: string, agoMs: number, parts: Partial<OperationRecord> = {}): OperationRecord {
  const start = Date.now() - agoMs;
  const base: NewRecord = {
    actionId: 'backUpNow',
    title: 'Back Up Now',
    target: { id: item(vm), name: vm, kind: 'protected item', containerId: vaultId, containerName: 'vault-prod-weu' },
    tracker: 'job',
    intent: {},
    status: 'running',
    ...parts,
  };
  return newRecord(id, 'https://management.azure.com', start, base);
}

export const row = (id: string, vm: string, agoMs: number, parts: Partial<OperationRecord> = {}, standing: Standing = here): FullView =>
  operationView(record(id, vm, agoMs, parts), parts.endedAt === undefined ? standing : nobody, parts.asked ? { retry: 'open' } : {});

const minute = 60_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

/** One of each kind, as on a busy day. */
export function busyDay(): FullView[] {
  const job = {
    id: `${vaultId}/backupJobs/8a1c0c1e-55aa-4c1f-9d8e-2b7f3a6d9e10`,
    name: '8a1c0c1e-55aa-4c1f-9d8e-2b7f3a6d9e10',
    operation: 'Backup',
    cancellable: true,
  };
  const trace = [0, 1, 2, 3].map((each) => ({
    at: ago(6 * minute - each * 60_000),
    method: each === 0 ? 'POST' : 'GET',
    path: each === 0 ? `${item('vm-web-01')}/backup` : `${vaultId}/backupJobs/${job.name}`,
    ...(each === 2 ? {} : { status: each === 0 ? 202 : 200, requestId: `7f0d-${each}` }),
    ms: 180 + each * 37,
  }));
  return [
    row('run', 'vm-web-01', 6 * minute, {
      job,
      trace,
      progress: {
        percent: 62,
        message: 'Transfer data to vault',
        remaining: 'PT12M',
        tasks: [
          { name: 'Take Snapshot', status: 'succeeded', duration: 'PT1M42.5S' },
          { name: 'Transfer data to vault', status: 'running', percent: 62, detail: '85 GBs / 137 GBs Transferred' },
        ],
        properties: { 'VM Name': 'vm-web-01', 'Recovery Point Expiry Time in UTC': '12/21/2026 2:00:00 AM' },
      },
    }),
    row('indeterminate', 'vm-sql-02', 2 * minute, {
      title: 'Protect',
      status: 'accepted',
      progress: { message: 'Waiting for the job to appear' },
    }),
    row('stuck', 'vm-app-03', 41 * minute, {
      job,
      progress: { percent: 20, message: 'Take Snapshot' },
      trouble: {
        kind: 'noAnswer',
        since: ago(9 * minute),
        nextAt: new Date(Date.now() + 2 * minute).toISOString(),
        error: {
          code: 'EndpointUnreachable',
          message: 'Could not follow "Back Up Now" (vm-app-03): management.azure.com has no address: the name is unknown (ENOTFOUND).',
        },
      },
    }),
    row('paused', 'vm-app-04', 55 * minute, {
      title: 'Stop Protection and Keep Data',
      trouble: {
        kind: 'paused',
        since: ago(20 * minute),
        error: {
          code: 'AuthorizationFailed',
          status: 403,
          message: "The client 'ada' does not have authorization to perform action 'Microsoft.RecoveryServices/vaults/backupJobs/read'.",
          remedies: ['Ask an owner for the role Backup Reader.'],
        },
      },
    }),
    row('failed', 'vm-db-05', 3 * 60 * minute, {
      status: 'failed',
      asked: { targetId: item('vm-db-05'), answers: {} },
      endedAt: ago(2 * 60 * minute),
      job: { ...job, cancellable: false },
      error: {
        code: 'UserErrorGuestAgentStatusUnavailable',
        message: 'Backup failed because the virtual machine agent could not be contacted. (UserErrorGuestAgentStatusUnavailable)',
        remedies: [
          'Make sure that the VM has network access and that the agent is up to date and runs.',
          'Start the backup again afterwards.',
        ],
        requestId: '3e9f2d51-7c1b-4b0a-a5f0-1c2d3e4f5a6b',
        status: 200,
      },
      trace,
    }),
    row('warned', 'vm-web-06', 5 * 60 * minute, {
      status: 'succeededWithWarnings',
      endedAt: ago(4 * 60 * minute + 12 * minute),
      warnings: [
        {
          code: 'UserErrorBackupTookCrashConsistentSnapshot',
          message: 'The backup succeeded, but the recovery point is crash-consistent.',
          remedies: ['Check the VSS writers.'],
        },
      ],
      outcome: 'vm-web-06 has a recovery point of 21/11/2026, 03:12.',
    }),
    row('done', 'vm-web-07', 7 * 60 * minute, {
      status: 'succeeded',
      endedAt: ago(6 * 60 * minute),
      outcome: 'vm-web-07 is protected by DailyPolicy; its first backup is pending.',
      title: 'Protect',
    }),
    row('cancelled', 'vm-web-08', 26 * 60 * minute, { status: 'cancelled', endedAt: ago(25 * 60 * minute) }),
    row('unknown', 'vm-web-09', 27 * 60 * minute, {
      status: 'unknown',
      endedAt: ago(27 * 60 * minute - 25_000),
      error: {
        code: 'OutcomeUnknown',
        message: 'No answer came to the request, and whether it started could not be found out: two jobs of that minute could be it',
        remedies: ['Look again in a while.'],
      },
    }),
    jobView({
      id: `${vaultId}/backupJobs/scheduled`,
      name: 'scheduled',
      title: 'Backup',
      target: { id: item('vm-mail-10'), name: 'vm-mail-10', kind: 'protected item', containerName: 'vault-prod-weu' },
      status: 'running',
      startedAt: ago(30 * minute),
      progress: {},
      follow: { title: 'Backup', target: { id: '', name: 'vm-mail-10', kind: 'protected item' }, job, tracker: 'job', tracking: {} },
    }),
  ];
}

/** Names that Azure, or somebody with a role there, may really give. */
export const hostileNames = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  "'; alert(3); //${alert(4)}{{5}}",
  '\u202eevil\u202c-rtl-مرحبا-שלום',
  '🗄️👩‍💻 data & <b>bold</b>',
  'x'.repeat(250),
  'line one\nline two\ttab',
  '</bdi></main><style>*{display:none}</style>',
];
