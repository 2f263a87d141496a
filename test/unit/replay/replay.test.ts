import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as provider from '../../../src/providers/recoveryServices/api.ts';
import { readProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { closingOf, lineOf, replayFiles, type FileResult } from '../../replay/main.ts';
import { ourReaders, type Readers } from '../../replay/readers.ts';
import { recordingFiles } from '../../replay/recording.ts';

const cloud = 'https://management.azure.com';
const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
const itemPath = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web/protectedItems/VM;iaasvmcontainerv2;rg;web`;
const item = (name = 'web', properties: object = {}): object => ({
  id: itemPath.replaceAll('web', name),
  name: `VM;iaasvmcontainerv2;rg;${name}`,
  type: 'Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems',
  properties: {
    friendlyName: name,
    protectedItemType: 'Microsoft.Compute/virtualMachines',
    protectionState: 'Protected',
    policyName: 'P',
    lastBackupTime: '2025-05-28T10:50:47.1234567Z',
    ...properties,
  },
});
const job = (status: string): object => ({
  id: `${vault}/backupJobs/j1`,
  name: 'j1',
  properties: { status, operation: 'Backup', entityFriendlyName: 'web' },
});

interface Recorded {
  request: { method: string; url: string };
  response: { status: number; headers: Record<string, string>; body: unknown };
  repeat?: number;
}

const get = (url: string, body: unknown, status = 200, headers: Record<string, string> = {}): Recorded => ({
  request: { method: 'GET', url: url.startsWith('/') ? cloud + url : url },
  response: { status, headers, body },
});
const items = `${vault}/backupProtectedItems?api-version=2025-02-01`;

describe('Replay', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'replay-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function play(content: unknown, readers?: Readers): Promise<FileResult> {
    const file = path.join(folder, 'recording.json');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    const [result] = await replayFiles([file], readers);
    assert.ok(result);
    return result;
  }
  const playAll = (interactions: readonly unknown[], readers?: Readers): Promise<FileResult> => play({ interactions }, readers);

  const passes: [string, readonly unknown[], Partial<FileResult>][] = [
    [
      'a list and a detail',
      [get(items, { value: [item(), item('db')] }), get(`${itemPath}?api-version=x`, item())],
      { items: 3, lists: 1, details: 1 },
    ],
    [
      'nothing to read',
      [
        get('/subscriptions?api-version=1', { value: [] }),
        { request: { method: 'PUT', url: vault }, response: { status: 200, headers: {}, body: item() } },
      ],
      { items: 0 },
    ],
    [
      'one request with several answers, in order',
      ['InProgress', 'InProgress', 'Completed'].map((status) => get(`${vault}/backupJobs/j1`, job(status))),
      { items: 3 },
    ],
    ['a repeated answer', [{ ...get(`${vault}/backupJobs/j1`, job('InProgress')), repeat: 4 }], { items: 4 }],
    [
      'odd spellings of an address',
      [
        get(
          `${vault.toUpperCase().replace('/SUBSCRIPTIONS', '//Subscriptions')}/BACKUPPROTECTEDITEMS/?%24filter=itemType+eq+%27VM%27+and+backupManagementType+eq+%27AzureIaasVM%27&api-version=2016-12-01`,
          { value: [item()] },
        ),
        get(`${itemPath.replaceAll(';', '%3B')}?$filter=expand eq 'extendedinfo'`, item()),
        get(`${vault}/backupProtectedItems?$filter=friendlyName eq 'it''s'`, { value: [] }),
        get(`${vault}/backupProtectedItems?$filter=startswith(name,'x') or a gt 3`, { value: [item()] }),
      ],
      { items: 3, lists: 3, details: 1 },
    ],
    [
      'pages, the second recorded first, on another host',
      [
        get(`${items}&$skipToken=a%2Fb`, { value: [item('db')] }),
        get(items, { value: [item()], nextLink: `https://eastus.management.example${items}&%24skiptoken=a%2fb` }),
      ],
      { items: 2, lists: 1 },
    ],
    [
      'a first page whose second was not recorded',
      [get(items, { value: [item()], nextLink: `${cloud}${items}&$skipToken=gone` })],
      { items: 1 },
    ],
    ['a second page whose first was not recorded', [get(`${items}&$skipToken=late`, { value: [item()] })], { items: 1 }],
    [
      'refusals in several envelopes',
      [
        get(itemPath, { error: { code: 'ResourceNotFound', message: 'Gone.' } }, 404),
        get(items, { ErrorCode: 'Old', Message: { Value: 'Old.' } }, 400),
        get(items, {}, 404),
        get(items, '<html><title>Bad gateway</title></html>', 502, { 'content-type': 'text/html' }),
        get(items, null, 503),
        get(items, { error: { code: 'ResourceRequestsThrottled', message: 'Later.' } }, 429, { 'retry-after': '324' }),
        get(items, { error: { code: 'AuthenticationFailed', message: 'Who?' } }, 401),
      ],
      { items: 0, errors: 7 },
    ],
    [
      'answers that cannot be used',
      [
        get(items, null),
        get(items, '{"value":[{"id'),
        get(items, 'plain'),
        get(items, {}),
        get(items, []),
        get(itemPath, null, 204),
        get(itemPath, {}),
        get(itemPath, '<html>'),
      ],
      { items: 0, errors: 8 },
    ],
    ['an answer that begins with a byte order mark', [get(items, `\uFEFF${JSON.stringify({ value: [item()] })}`)], { items: 1 }],
    [
      'a redirection to what was recorded, and one to nowhere',
      [
        get(items, null, 307, { location: `https://elsewhere.example${items}&moved=1&$filter=itemType eq 'VM'` }),
        get(`${items}&moved=1&$filter=itemType eq 'VM'`, { value: [item()] }),
        get(itemPath, null, 302),
      ],
      { items: 2, errors: 1 },
    ],
    [
      'records in odd forms',
      [
        get(items, {
          value: [
            item('lower', {
              protectionState: 'protectionstopped',
              SoftDeleteRetentionPeriod: '14',
              lastBackupTime: '1601-01-01T00:00:00Z',
            }),
            item('purged', { isScheduledForDeferredDelete: 'True', deferredDeleteTimeRemaining: '14.00:00:00' }),
            item('bare', {
              isScheduledForDeferredDelete: true,
              deferredDeleteTimeInUTC: '2025-05-28T10:50:47',
              softDeleteRetentionPeriod: 30,
            }),
            item('wrong', { healthDetails: 'none', extendedInfo: null, lastBackupErrorDetail: { message: 'No code.' } }),
          ],
        }),
        get(`${vault}/backupJobs/j1`, {
          id: 'j1',
          properties: {
            status: 'failed',
            errorDetails: [{ errorString: 'Only words.' }, { code: 'Success' }],
            extendedInfo: {
              tasksList: [{ taskId: 'A', status: 'COMPLETED' }, {}],
              propertyBag: { a: ['b'], c: 7 },
              progressPercentage: '50',
            },
          },
        }),
        get(items, { error: { code: 'BadRequest', message: '{"error":{"code":"Inner","message":"Why."}}' } }, 400),
      ],
      { items: 5, errors: 1 },
    ],
    [
      'kinds that nobody has heard of',
      [get(items, { value: [{ id: '/x/y', name: 'y', properties: { protectedItemType: 'Quantum', protectionState: 'Entangled' } }] })],
      { items: 1 },
    ],
  ];
  for (const [title, interactions, expected] of passes) {
    it(`passes ${title}`, async () => {
      const result = await playAll(interactions);
      assert.deepEqual(result.differences, []);
      assert.equal(result.passed, true);
      assert.deepEqual({ ...result, ...expected }, result);
    });
  }

  it('says plainly where nothing could be read', async () => {
    assert.match(lineOf(await playAll([])), /^ok .*: 0 items read/);
  });

  const broken: [string, unknown, RegExp][] = [
    ['a file that is no JSON', '{"interactions": [', /is not JSON/],
    ['a file without interactions', { source: 'x' }, /is no recording: expected an object with "interactions"/],
    [
      'an interaction without an answer',
      { interactions: [{ request: { method: 'GET', url: vault } }] },
      /interaction 0: expected an object with "request" and "response"/,
    ],
    ['an interaction without a status', { interactions: [{ request: { method: 'GET', url: vault }, response: {} }] }, /HTTP status/],
    ['a record without an id', { interactions: [get(items, { value: [item(), { name: 'x' }, item('db')] })] }, /record 1 has no id/],
  ];
  for (const [title, content, reason] of broken) {
    it(`fails ${title}, naming it`, async () => {
      const result = await play(content);
      assert.equal(result.passed, false);
      assert.match(result.differences.join('\n'), reason);
      assert.match(lineOf(result), /^FAIL .*recording\.json/);
    });
  }

  it('goes on after a file that cannot be read', async () => {
    const good = path.join(folder, 'good.json');
    await writeFile(good, `\uFEFF${JSON.stringify({ interactions: [get(items, { value: [item()] })] })}`);
    const results = await replayFiles([path.join(folder, 'missing.json'), good]);
    assert.deepEqual(
      results.map(({ passed }) => passed),
      [false, true],
    );
  });

  describe('fails where our own reading goes wrong', () => {
    const list = [get(items, { value: [item(), item('db')] })];
    const broken = (change: (raw: unknown) => ReturnType<typeof readProtectedItem>): Readers => ({
      ...ourReaders,
      api: {
        ...provider,
        getProtectedItem: async (arm, id) => change((await arm.get(`${id}?x=1`)).body),
        lists: { ...provider.lists, protectedItems: (id, filter) => ({ ...provider.lists.protectedItems(id, filter), read: change }) },
      },
    });
    const cases: [string, (raw: unknown) => ReturnType<typeof readProtectedItem>, RegExp][] = [
      ['a lost member', (raw) => ({ ...readProtectedItem(raw), policyName: undefined as never }), /policyName expected "P", got undefined/],
      ['a wrong state', (raw) => ({ ...readProtectedItem(raw), protectionState: 'Healthy' }), /state expected "Protected", got "Healthy"/],
      ['a name in another spelling', (raw) => ({ ...readProtectedItem(raw), name: 'vm' }), /name expected "VM;/],
      ['an id in another spelling', (raw) => ({ ...readProtectedItem(raw), id: readProtectedItem(raw).id.toLowerCase() }), /id expected/],
      ['a shifted time', (raw) => ({ ...readProtectedItem(raw), lastBackupTime: '2025-05-28T11:50:47Z' }), /lastBackupAt expected/],
      ['a record’s JSON with members lost', (raw) => ({ ...readProtectedItem(raw), raw: {} }), /its JSON is not what was recorded/],
    ];
    for (const [title, change, reason] of cases) {
      it(title, async () => {
        const result = await playAll([...list, get(itemPath, item())], broken(change));
        assert.equal(result.passed, false);
        assert.match(result.differences.join('\n'), reason);
        assert.ok(result.differences.some((one) => one.includes('list')) && result.differences.some((one) => one.includes('detail')));
      });
    }

    it('a record left out', async () => {
      const readers: Readers = {
        ...ourReaders,
        readPage: async (arm, query, options) => {
          const page = await provider.readPage(arm, query, options);
          return { ...page, items: page.items.slice(1) };
        },
      };
      const result = await playAll(list, readers);
      assert.match(result.differences.join('\n'), /did not come out/);
    });

    it('a page left out', async () => {
      const readers: Readers = { ...ourReaders, readAll: (arm, query, options) => provider.readPage(arm, query, options) };
      const pages = [
        get(items, { value: [item()], nextLink: `${cloud}${items}&$skipToken=2` }),
        get(`${items}&$skipToken=2`, { value: [item('db')] }),
      ];
      assert.match((await playAll(pages, readers)).differences.join('\n'), /did not come out/);
    });

    it('a filter that is not what was asked', async () => {
      const readers: Readers = {
        ...ourReaders,
        api: { ...provider, lists: { ...provider.lists, protectedItems: (id) => provider.lists.protectedItems(id) } },
      };
      const result = await playAll([get(`${items}&$filter=itemType eq 'VM'`, { value: [item()] })], readers);
      assert.match(result.differences.join('\n'), /asked something else than was recorded/);
    });

    it('a refusal that comes out as nothing', async () => {
      const readers: Readers = { ...ourReaders, readPage: () => Promise.resolve({ items: [], problems: [] }) };
      const result = await playAll([get(items, { error: { code: 'AuthorizationFailed', message: 'No.' } }, 403)], readers);
      assert.match(result.differences.join('\n'), /expected an error \(HTTP 403/);
    });
  });

  it('passes all recorded traffic of the project', async function () {
    const recordings = path.resolve(import.meta.dirname, '../../../../shared/recordings');
    if (!existsSync(recordings)) {
      console.log(`      skipped: there is no folder ${recordings}`);
      this.skip();
    }
    // Many small waits for the disk, one after another: on a busy machine they add up.
    this.timeout(300_000);
    const results = await replayFiles(await recordingFiles([recordings]));
    assert.deepEqual(results.filter(({ passed }) => !passed).map(lineOf), []);
    assert.equal(closingOf(results).counts.failed, 0);
    const made = results.flatMap(({ changes }) => changes).filter(({ outcome }) => outcome === 'passed');
    assert.ok(made.length > 100, `it made only ${made.length} changes anew`);
    assert.ok(results.reduce((sum, result) => sum + result.items, 0) > 1000, 'it read next to nothing');
  });
});
