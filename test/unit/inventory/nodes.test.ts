import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/core/json.ts';
import { offered } from '../../../src/inventory/emptyStates.ts';
import type { NodeContext } from '../../../src/inventory/nodes/common.ts';
import { containerNode } from '../../../src/inventory/nodes/container.ts';
import { jobNode } from '../../../src/inventory/nodes/job.ts';
import { policyNode } from '../../../src/inventory/nodes/policy.ts';
import { protectableItemNode } from '../../../src/inventory/nodes/protectableItem.ts';
import { protectedItemNode } from '../../../src/inventory/nodes/protectedItem.ts';
import { recoveryPointNode } from '../../../src/inventory/nodes/recoveryPoint.ts';
import { subscriptionNode } from '../../../src/inventory/nodes/subscription.ts';
import { vaultNode } from '../../../src/inventory/nodes/vault.ts';
import { ago, durationMs, elapsed, localTime, spelled } from '../../../src/inventory/text.ts';
import { contextValueOf } from '../../../src/inventory/tokens.ts';
import { workloadOf } from '../../../src/inventory/workloads.ts';
import {
  readContainer,
  readJob,
  readPolicy,
  readProtectableItem,
  readProtectedItem,
  readRecoveryPoint,
  readVault,
} from '../../../src/providers/recoveryServices/model.ts';
import { jobJson, now, protectableVm, sqlItem, subscriptionOf, vaultId, vaultJson, vmItem } from './fakeCloud.ts';

const context: NodeContext = { nowMs: now, portal: true, running: () => undefined };

describe('inventory nodes', () => {
  describe('protected items tell their state at a glance', () => {
    const cases: readonly [string, JsonObject, string, string, readonly string[]][] = [
      ['healthy', {}, 'healthy · last backup 3 h ago · DailyPolicy', 'pass-filled', ['protected', 'healthy']],
      [
        'first backup pending',
        { protectionState: 'IRPending', lastBackupStatus: '', lastBackupTime: '2001-01-01T00:00:00Z' },
        'first backup pending · DailyPolicy',
        'circle-outline',
        ['firstBackupPending'],
      ],
      [
        'stopped',
        { protectionState: 'ProtectionStopped', policyName: '' },
        'stopped, data kept · last backup 3 h ago',
        'debug-pause',
        ['stopped'],
      ],
      [
        'suspended',
        { protectionState: 'BackupsSuspended' },
        'suspended · last backup 3 h ago · DailyPolicy',
        'debug-pause',
        ['stopped', 'suspended'],
      ],
      [
        'soft-deleted',
        {
          protectionState: 'ProtectionStopped',
          policyName: '',
          isScheduledForDeferredDelete: true,
          deferredDeleteTimeInUTC: '2026-02-27T09:00:00Z',
          softDeleteRetentionPeriod: 14,
        },
        'soft-deleted · 12 days left',
        'trash',
        ['softDeleted'],
      ],
      ['failed', { lastBackupStatus: 'Failed' }, 'failed 3 h ago · DailyPolicy', 'error', ['protected', 'failed']],
      [
        'unhealthy',
        { healthStatus: 'ActionRequired' },
        'needs attention · last backup 3 h ago · DailyPolicy',
        'warning',
        ['protected', 'unhealthy'],
      ],
      [
        'of tomorrow',
        { protectionState: 'QuantumProtected' },
        'quantum protected · last backup 3 h ago · DailyPolicy',
        'question',
        ['otherState'],
      ],
    ];
    for (const [name, properties, description, icon, tokens] of cases) {
      it(name, () => {
        const node = protectedItemNode(readProtectedItem(vmItem('web-01', properties)), context);
        assert.equal(node.description, description);
        assert.equal(node.icon.id, icon);
        assert.deepEqual(node.tokens, [
          'protectedItem',
          'recoveryServices',
          'vm',
          ...tokens,
          'changeable',
          'resource',
          'portal',
          'refreshable',
        ]);
      });
    }

    it('running, with the percentage only where Azure gave one', () => {
      const item = readProtectedItem(vmItem('web-01'));
      const running = (percent?: number): string | undefined =>
        protectedItemNode(item, { ...context, running: () => ({ title: 'Back Up Now', ...(percent === undefined ? {} : { percent }) }) })
          .description;
      assert.equal(running(99.9), 'running 99 % · Back Up Now · DailyPolicy');
      assert.equal(running(), 'running · Back Up Now · DailyPolicy');
    });

    it('databases name their server', () => {
      assert.match(protectedItemNode(readProtectedItem(sqlItem('msdb')), context).description ?? '', /^sql-01 · healthy/);
    });

    it('the reason of a failure and what to do stand in the tooltip', () => {
      const lastBackupErrorDetail = {
        code: 'UserErrorGuestAgentStatusUnavailable',
        message: 'The agent does not answer.',
        recommendations: ['Restart it.'],
      };
      const node = protectedItemNode(readProtectedItem(vmItem('web-01', { lastBackupStatus: 'Failed', lastBackupErrorDetail })), context);
      assert.ok(node.tooltip?.includes('The agent does not answer.'));
      assert.ok(node.tooltip?.includes('Restart it.'));
    });
  });

  it('without a portal nothing can be opened in one', () => {
    assert.ok(!vaultNode(readVault(vaultJson('v')), { ...context, portal: false }).tokens.includes('portal'));
    assert.ok(vaultNode(readVault(vaultJson('v')), context).tokens.includes('portal'));
  });

  it('a vault that failed to be made shows it', () => {
    const node = vaultNode(readVault(vaultJson('v', { provisioningState: 'Failed' })), context);
    assert.equal(node.description, 'westeurope · backup-rg · failed');
    assert.equal(node.icon.id, 'warning');
  });

  describe('jobs', () => {
    const node = (properties: JsonObject): ReturnType<typeof jobNode> => jobNode(readJob(jobJson('job-1', properties)), context);

    it('running: can be cancelled where Azure says so, took so far', () => {
      const running = node({});
      assert.equal(running.label, 'Backup: web-01');
      assert.match(running.description ?? '', /^running · started \d{4}-\d\d-\d\d \d\d:\d\d · 12 min$/);
      assert.ok(running.tokens.includes('cancellable'));
      assert.ok(!node({ actionsInfo: [] }).tokens.includes('cancellable'));
    });

    it('ended: not to be cancelled though Azure leaves the word, with the duration that Azure gave', () => {
      const ended = node({ status: 'Completed', endTime: '2026-03-01T09:59:00Z', duration: 'PT1H7M12.9313244S' });
      assert.match(ended.description ?? '', /^completed · started .* · 1 h 7 min$/);
      assert.deepEqual(
        ended.tokens.filter((token) => ['running', 'ended', 'succeeded', 'cancellable'].includes(token)),
        ['ended', 'succeeded'],
      );
    });

    it('failed: code, sentence and remedy in the tooltip', () => {
      const failed = node({
        status: 'Failed',
        operation: 'DeleteBackupData',
        errorDetails: [{ errorCode: 400446, errorTitle: 'UserErrorX', errorString: 'It failed.', recommendations: ['Do this.'] }],
      });
      assert.equal(failed.label, 'Delete backup data: web-01');
      assert.ok(failed.tooltip?.includes('UserErrorX: It failed.'));
      assert.ok(failed.tooltip?.includes('Do this.'));
    });
  });

  it('recovery points tell when, how consistent and where', () => {
    const point = readRecoveryPoint({
      id: `${vaultId}/x/protectedItems/i/recoveryPoints/781743033722243`,
      name: '781743033722243',
      properties: {
        recoveryPointType: 'CrashConsistent',
        recoveryPointTime: '2025-05-30T09:30:40.7036186Z',
        recoveryPointTierDetails: [
          { type: 'InstantRP', status: 'Valid' },
          { type: 1, status: 3 },
          { type: 'HardenedRP', status: 'Valid' },
        ],
      },
    });
    const node = recoveryPointNode(point, 'vm', context);
    assert.equal(node.label, localTime('2025-05-30T09:30:40Z'));
    assert.equal(node.description, 'crash-consistent · snapshot, vault');
  });

  it('recovery points of databases tell what kind of backup they are; logs, from when to when', () => {
    const node = (name: string, properties: JsonObject): ReturnType<typeof recoveryPointNode> =>
      recoveryPointNode(
        readRecoveryPoint({ id: `${vaultId}/x/protectedItems/i/recoveryPoints/${name}`, name, properties }),
        'sql',
        context,
      );
    const full = node('114834294723916', {
      objectType: 'AzureWorkloadSQLRecoveryPoint',
      recoveryPointTimeInUTC: '2023-04-26T15:02:02Z',
      type: 'Full',
      recoveryPointTierDetails: [{ type: 'HardenedRP', status: 'Valid' }],
    });
    assert.deepEqual([full.label, full.description], [localTime('2023-04-26T15:02:02Z'), 'full · vault']);
    const logs = (...timeRanges: JsonObject[]): ReturnType<typeof recoveryPointNode> =>
      node('DefaultRangeRecoveryPoint', { objectType: 'AzureWorkloadSQLPointInTimeRecoveryPoint', type: 'Log', timeRanges });
    const [a, b, c, d] = ['2026-02-27T10:00:00Z', '2026-02-27T20:00:00Z', '2026-02-28T01:00:00Z', '2026-02-28T09:00:00Z'] as const;
    const one = logs({ startTime: a, endTime: b });
    assert.deepEqual([one.label, one.description], [`Log from ${localTime(a)} to ${localTime(b)}`, '']);
    const two = logs({ startTime: a, endTime: b }, { startTime: c, endTime: d });
    assert.deepEqual([two.label, two.description], [`Log from ${localTime(a)} to ${localTime(d)}`, '2 ranges, gaps between them']);
    assert.ok(two.tooltip?.includes(`Any moment from ${localTime(c)} to ${localTime(d)}`));
    // Recorded: a database without a log backup has the record all the same.
    assert.deepEqual([logs().label, logs().description], ['Log', 'nothing to restore from yet']);
  });

  it('an empty list of recovery points offers the backup of its kind, unless protection is stopped', () => {
    const command = (tokens: readonly string[]): string | undefined =>
      offered.recoveryPoints({ key: 'k', kind: 'protectedItem', label: 'x', icon: { id: 'x' }, tokens, expandable: true }).command;
    assert.equal(command(['protectedItem', 'vm']), 'azureBackup.backUpNow');
    assert.equal(command(['protectedItem', 'sql']), 'azureBackup.backUpDatabase');
    assert.equal(command(['protectedItem', 'sql', 'stopped']), 'azureBackup.refreshNode');
    assert.equal(command(['protectedItem', 'hana']), 'azureBackup.refreshNode');
  });

  it('a database, or a job, that failed for want of a right carries the statement that grants it', () => {
    const lastBackupErrorDetail = { code: 'UserErrorSQLNoSysadminMembership', message: 'The right is missing.' };
    const failed = protectedItemNode(readProtectedItem(sqlItem('msdb', { lastBackupStatus: 'Unhealthy', lastBackupErrorDetail })), context);
    const errorDetails = [{ errorCode: 1, errorTitle: 'UserErrorSQLNoSysadminMembership', errorString: 'The right is missing.' }];
    const job = jobNode(readJob(jobJson('job-1', { status: 'Failed', errorDetails })), context);
    for (const node of [failed, job]) {
      assert.ok(node.tokens.includes('statement'));
      assert.match(node.statement?.text ?? '', /sysadmin/);
      assert.ok(node.tooltip?.some((line) => line.startsWith('T-SQL')));
    }
    const healthy = protectedItemNode(readProtectedItem(sqlItem('msdb', { lastBackupErrorDetail })), context);
    assert.ok(!healthy.tokens.includes('statement'), 'what it was ill of is past');
  });

  it('only VMs and SQL databases carry the word that changing their protection needs', () => {
    const changeable = (record: JsonObject): boolean => protectedItemNode(readProtectedItem(record), context).tokens.includes('changeable');
    assert.ok(changeable(vmItem('web-01')) && changeable(sqlItem('msdb')));
    assert.ok(!changeable(sqlItem('x', { protectedItemType: 'AzureVmWorkloadSAPHanaDatabase', workloadType: 'SAPHanaDatabase' })));
    assert.ok(!changeable(vmItem('share', { protectedItemType: 'AzureFileShareProtectedItem', backupManagementType: 'AzureStorage' })));
  });

  it('policies summarise their schedule and say how many use them', () => {
    const node = policyNode(
      readPolicy({
        id: `${vaultId}/backupPolicies/Daily`,
        name: 'Daily',
        properties: { backupManagementType: 'AzureIaasVM', protectedItemsCount: 1 },
      }),
      context,
    );
    assert.match(node.description ?? '', /^VM · .*1 item$|^VM · 1 item$/);
  });

  it('a container whose machine is gone says so', () => {
    const node = containerNode(
      readContainer({ id: `${vaultId}/c`, name: 'c', properties: { registrationStatus: 'Registered', healthStatus: 'Deleted' } }),
      context,
    );
    assert.equal(node.description, 'registered · its machine is gone');
  });

  it('what a vault already protects is not offered for protecting', () => {
    const tokens = (properties: JsonObject): readonly string[] =>
      protectableItemNode(readProtectableItem(protectableVm('web-01', properties)), context).tokens;
    assert.ok(tokens({}).includes('notProtected'));
    assert.ok(tokens({ protectionState: 'Protected' }).includes('alreadyProtected'));
    assert.ok(tokens({ isProtectable: false }).includes('alreadyProtected'));
  });

  describe('names of others', () => {
    const hostile = ['<img src=x onerror=alert(1)>', '"\';;vm;;', '🦄👩‍👩‍👧', '\u202Egpj.exe', '$(flame) hot', 'x'.repeat(250), 'ab;stopped;'];
    for (const name of hostile) {
      it(`never become tokens, and keep their characters: ${JSON.stringify(name.slice(0, 20))}`, () => {
        const nodes = [
          protectedItemNode(
            readProtectedItem(vmItem('web-01', { friendlyName: name, policyName: name, protectionState: name, serverName: name })),
            context,
          ),
          protectableItemNode(readProtectableItem(protectableVm('web-01', { friendlyName: name, protectionState: name })), context),
          jobNode(readJob(jobJson('job-1', { entityFriendlyName: name, operation: name, status: name })), context),
          vaultNode(readVault({ ...vaultJson('v'), name, location: name }), context),
          policyNode(readPolicy({ id: `${vaultId}/backupPolicies/p`, name, properties: { workLoadType: name } }), context),
          containerNode(readContainer({ id: `${vaultId}/c`, name: 'c', properties: { friendlyName: name, healthStatus: name } }), context),
          subscriptionNode({ ...subscriptionOf(1), name, state: name }, { portal: true, forbidden: false }),
        ];
        for (const node of nodes) {
          assert.match(contextValueOf(node.tokens), /^(;[A-Za-z]+)+;$/);
          assert.ok(!node.tokens.includes('stopped'));
          assert.ok(node.label.includes(name), node.label);
        }
      });
    }
  });

  it('workloads are told apart, and what is new is shown as other', () => {
    assert.equal(workloadOf({ isVirtualMachine: true }), 'vm');
    assert.equal(workloadOf({ backupManagementType: 'AzureIaasVM' }), 'vm');
    assert.equal(workloadOf({ backupManagementType: 'AzureWorkload', workloadType: 'SQLDataBase' }), 'sql');
    assert.equal(workloadOf({ backupManagementType: 'AzureWorkload', itemType: 'AzureVmWorkloadSAPHanaDatabase' }), 'hana');
    assert.equal(workloadOf({ backupManagementType: 'AzureWorkload', itemType: 'SAPAseDatabase' }), 'other');
    assert.equal(workloadOf({ backupManagementType: 'AzureStorage', workloadType: 'AzureFileShare' }), 'fileShare');
    assert.equal(workloadOf({ backupManagementType: 'AzureSql', itemType: 'Microsoft.Sql/servers/databases' }), 'other');
    assert.equal(workloadOf({ backupManagementType: 'MAB' }), 'other');
    assert.equal(workloadOf({}), 'other');
  });

  describe('times', () => {
    it('say how long ago', () => {
      const at = (ms: number): string | undefined => ago(new Date(now - ms).toISOString(), now);
      assert.deepEqual(
        [at(-5000), at(59_000), at(61_000), at(3 * 3_600_000), at(47 * 3_600_000), at(48 * 3_600_000)],
        ['just now', 'just now', '1 min ago', '3 h ago', '47 h ago', '2 days ago'],
      );
      assert.match(at(60 * 86_400_000) ?? '', /^on \d{4}-\d\d-\d\d$/);
      assert.equal(ago('soon', now), undefined);
    });

    it('read both of the duration forms that Azure writes', () => {
      assert.equal(durationMs('PT1H7M12.5S'), 4_032_500);
      assert.equal(durationMs('P1DT1S'), 86_401_000);
      assert.equal(durationMs('00:20:23.5'), 1_223_500);
      assert.equal(durationMs('1.00:00:01'), 86_401_000);
      for (const text of [undefined, '', 'P', 'PT', '20', 'PT1X']) {
        assert.equal(durationMs(text), undefined, text);
      }
    });

    it('round durations for reading', () => {
      assert.deepEqual([0, 45_000, 125_000, 754_000, 3_600_000, 4_032_000, 90_000_000].map(elapsed), [
        '0 s',
        '45 s',
        '2 min 5 s',
        '12 min',
        '1 h',
        '1 h 7 min',
        '1 d 1 h',
      ]);
    });

    it('spell words that Azure glued together', () => {
      assert.deepEqual(['ConfigureBackup', 'Backup (Full)', 'backup'].map(spelled), ['Configure backup', 'Backup (Full)', 'Backup']);
    });
  });

  it('use only icons that VS Code has', () => {
    const mapping = JSON.parse(readFileSync('node_modules/@vscode/codicons/src/template/mapping.json', 'utf8')) as Record<string, string[]>;
    const known = new Set(Object.values(mapping).flat());
    const sources = ['src/inventory', 'src/inventory/nodes', 'src/tree'].flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => readFileSync(join(folder, file), 'utf8')),
    );
    const used = sources.flatMap((text) => [
      ...[...text.matchAll(/\b(?:icon|id|vm|sql|hana|fileShare|other): '([a-z~-]+)'/g)].map(([, id]) => id ?? ''),
      ...[...text.matchAll(/'\$\(([a-z-]+)\)'/g)].map(([, id]) => id ?? ''),
    ]);
    const wrong = used.map((id) => id.replace('~spin', '')).filter((id) => !known.has(id) && !['sql', 'hana', 'other'].includes(id));
    assert.deepEqual(wrong, []);
    assert.ok(used.length > 30, `${used.length} found`);
  });
});
