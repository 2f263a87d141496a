import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { replayFiles } from '../../replay/main.ts';
import { readRecording, recordingFiles, type Interaction, type Recording } from '../../replay/recording.ts';

const cloud = 'https://management.azure.com';
const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
const item = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web/protectedItems/VM;iaasvmcontainerv2;rg;web`;
const items = `${vault}/backupProtectedItems`;

const one = (url: string, status: unknown, body: unknown = null, more: object = {}, method = 'GET'): Record<string, unknown> => ({
  request: { method, url: cloud + url },
  response: { status, body, headers: {} },
  ...more,
});
const list = (name: string): object => ({ value: [{ id: `/x/${name}`, name, properties: {} }] });

describe('Recordings', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'recordings-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string): string => path.join(folder, name);
  async function read(content: unknown): Promise<Recording> {
    await writeFile(at('one.json'), Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify(content));
    return readRecording(at('one.json'));
  }
  const readOne = async (interaction: unknown): Promise<Interaction | string | undefined> => {
    const { interactions, broken } = await read({ interactions: [interaction] });
    return interactions[0] ?? broken[0];
  };

  const noRecordings: [string, unknown, RegExp][] = [
    ['nothing', '', /^is empty/],
    ['a byte order mark alone', '\uFEFF', /^is empty/],
    ['what ends too early', '{"interactions":[{"req', /^is not JSON: /],
    ['a list', [one(items, 200)], /expected an object with "interactions", a list, got a list/],
    ['a number', 5, /got 5$/],
    ['an object of something else', { Entries: [] }, /got an object with "Entries"/],
    ['interactions by name', { interactions: { a: 1 } }, /got an object with "a" there/],
    ['what is compressed', gzipSync('{"interactions":[]}'), /^is compressed \(gzip\)/],
    ['what is no text', Buffer.from([0x7b, 0xff, 0x7d]), /^is no text: expected UTF-8/],
  ];
  for (const [title, content, reason] of noRecordings) {
    it(`are not ${title}`, () => assert.rejects(read(content), ({ message }: Error) => reason.test(message)));
  }

  it('are found in folders below folders and behind links, each file once; what is none says so when it is read', async () => {
    await mkdir(at('set/inner/x.json'), { recursive: true });
    await mkdir(at('empty'));
    await Promise.all(
      ['set/b.json', 'set/inner/A.JSON', 'set/inner/x.json/c.json', 'set/notes.md'].map((name) => writeFile(at(name), '{}')),
    );
    await symlink(at('set'), at('set/inner/up'));
    await symlink(at('loop.json'), at('loop.json'));
    await writeFile(at('huge.json'), '');
    await truncate(at('huge.json'), 300 * 1024 * 1024);
    const found = await recordingFiles([at('set'), at('set/b.json'), at('set/inner'), at('empty'), at('gone.json')]);
    const names = ['set/b.json', 'set/inner/A.JSON', 'set/inner/x.json/c.json', 'empty', 'gone.json'];
    assert.deepEqual(found.filter((file) => !file.includes('/up/')).sort(), names.map(at).sort());
    const reasons: [string, RegExp][] = [
      ['empty', /^is a folder without recordings: expected .json files below it, got nothing/],
      ['gone.json', /^does not exist$/],
      ['set/b.json/c.json', /^does not exist: a part of its path is a file/],
      ['loop.json', /^cannot be read: it is a link that leads back to itself/],
      ['huge.json', /^is too large: expected at most 256 MB, got 300 MB/],
    ];
    for (const [name, reason] of reasons) {
      await assert.rejects(readRecording(at(name)), ({ message }: Error) => reason.test(message), name);
    }
  });

  it('may be written in UTF-16, with members that nobody knows', async () => {
    const text = JSON.stringify({ source: 'x', more: { a: 1 }, interactions: [one(items, 200, { value: [] }, { note: 'n' })] });
    for (const bytes of [Buffer.from(`\uFEFF${text}`, 'utf16le'), Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()]) {
      assert.equal((await read(bytes)).interactions.length, 1);
    }
  });

  it('are read in the spelling of other recorders', async () => {
    const read = await readOne({
      request: { method: 'get', uri: `${cloud}${items}`, body: '{"a":1}' },
      response: {
        status: { code: 200, message: 'OK' },
        headers: { Location: ['https://a.example/x', 'https://b.example/y'], Vary: ['a', 'b'], Odd: null, 'Retry-After': 5 },
        body: { string: '{"value":[]}' },
      },
      repeat: '3',
    });
    assert.ok(typeof read === 'object');
    const { method, sent, status, headers, body, repeat } = read;
    assert.deepEqual([method, sent, status, body, repeat], ['GET', { a: 1 }, 200, '{"value":[]}', 3]);
    assert.deepEqual(headers, { location: 'https://a.example/x', vary: 'a, b', 'retry-after': '5' });
  });

  const broken: [string, unknown, RegExp][] = [
    ['null', null, /expected an object with "request" and "response", each an object, got null/],
    ['no method', { request: { url: items }, response: { status: 200 } }, /"method", the name of an HTTP method, got nothing/],
    ['no address', { request: { method: 'GET', url: 'about:blank' }, response: { status: 200 } }, /"url", an address .* got "about:blank"/],
    ['a status in words', one(items, 'OK'), /"status", an HTTP status of 200 to 599, got "OK"/],
    ['no final answer', one(items, 100), /got 100/],
    ['no count of repeats', one(items, 200, {}, { repeat: 0 }), /"repeat" to be a whole number of 1 or more, got 0/],
    [
      'headers in a list',
      { request: { method: 'GET', url: items }, response: { status: 200, headers: [] } },
      /"headers" to be an object, got a list/,
    ],
  ];
  for (const [title, interaction, reason] of broken) {
    it(`name an interaction with ${title}`, async () =>
      assert.match(JSON.stringify(await readOne(interaction)).replaceAll('\\', ''), reason));
  }

  it('that are out of order are put into the only order that can be', async () => {
    const operation = `${vault}/backupOperations/o1`;
    const started = { headers: { 'Azure-AsyncOperation': `${cloud}${operation}?api-version=1` } };
    const job = `${vault}/backupJobs/j1`;
    const { interactions, moved } = await read({
      interactions: [
        one(job, 200, { id: job, properties: { status: 'Completed' } }),
        one(operation, 200, { status: 'Succeeded', properties: { jobId: 'j1' } }),
        one(items, 200, { value: [] }),
        one(operation, 200, { status: 'InProgress' }),
        { request: { method: 'PUT', url: cloud + item }, response: { status: 202, ...started } },
        one(job, 200, { id: job, properties: { status: 'InProgress' } }),
      ],
    });
    const said = interactions.map(
      ({ method, url, body }) => `${method} ${url.split('/').at(-1)} ${/"status":"(\w+)/.exec(JSON.stringify(body))?.[1]}`,
    );
    assert.deepEqual(
      said.map((text) => text.replace(/VM;.*web/, 'item')),
      [
        'GET backupProtectedItems undefined',
        'PUT item undefined',
        'GET o1 InProgress',
        'GET o1 Succeeded',
        'GET j1 InProgress',
        'GET j1 Completed',
      ],
    );
    assert.deepEqual(
      interactions.map(({ index }) => moved?.get(index) ?? index),
      [2, 4, 3, 1, 5, 0],
    );
  });

  it('with redirections, cut bodies and what nobody reads come out, or are named', async () => {
    const to = (location: string): object => ({ headers: { Location: location }, status: 307 });
    const from = (url: string, location: string): object => ({ request: { method: 'GET', url: cloud + url }, response: to(location) });
    const cases: [readonly unknown[], object][] = [
      [[from(items, `?moved=1`), one(`${items}?moved=1`, 200, list('a'))], { items: 2, errors: 0, unsupported: {} }],
      [[from(items, `//other.example${items}?m=1`), one(`${items}?m=1`, 200, list('a'))], { items: 2, errors: 0 }],
      [[from(items, items)], { items: 0, errors: 1 }],
      [[from(items, `${items}?a`), from(`${items}?a`, items)], { items: 0, errors: 2 }],
      [
        [from(items, 'https://gone.example/nowhere')],
        { unsupported: { 'GET Microsoft.RecoveryServices/vaults/backupProtectedItems (where it is redirected to is not recorded)': 1 } },
      ],
      [
        [one(items, 200, '{"value":[{"id":"/x', { bodyTruncated: { kept: 17, of: 999 } })],
        { unsupported: { 'GET Microsoft.RecoveryServices/vaults/backupProtectedItems (its body is cut off in the recording)': 1 } },
      ],
      [
        [one(`${vault}/usages`, 200, {}), one(`${vault.toUpperCase()}/Usages`, 200, {}), one(item, 200, null, {}, 'HEAD')],
        {
          unsupported: {
            'GET Microsoft.RecoveryServices/vaults/usages': 2,
            'HEAD Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems': 1,
          },
        },
      ],
      [[one(`${vault}/backupOperations/o1`, 200, { status: 'Succeeded' })], { items: 0, unsupported: {} }],
      [[one(items, 204), one(items, 200, ''), one(items, 200, list('a')), one(items, 500, '<html>')], { items: 1, errors: 3 }],
    ];
    await Promise.all(cases.map(([interactions], index) => writeFile(at(`play${index}.json`), JSON.stringify({ interactions }))));
    const results = await replayFiles(cases.map((_, index) => at(`play${index}.json`)));
    cases.forEach(([, expected], index) => {
      assert.deepEqual(results[index]?.differences, [], `play${index}`);
      assert.deepEqual({ ...results[index], ...expected }, results[index]);
    });
  });

  it('are counted by what came of them: what cannot be played fails and takes nothing from what came out', async () => {
    const counted = [one(items, 200, list('a')), one(items, 'none'), one(items, 200, { value: [{ name: 'no id' }] }), one('/x', 200)];
    await writeFile(at('counted.json'), JSON.stringify({ interactions: counted }));
    const results = await replayFiles([at('counted.json'), at('gone.json')]);
    assert.deepEqual(
      results.map(({ passed, counts }) => [passed, counts]),
      [
        [false, { passed: 1, failed: 2, unsupported: 1 }],
        [false, { passed: 0, failed: 1, unsupported: 0 }],
      ],
    );
  });

  it('of subscriptions, services, accounts and roles come out', async () => {
    const group = '/subscriptions/s1/resourceGroups/rg';
    const account = `${group}/providers/Microsoft.Storage/storageAccounts/a1`;
    const service = `${group}/providers/Microsoft.ApiManagement/service/apim`;
    const role = {
      id: `${account}/providers/Microsoft.Authorization/roleAssignments/r1`,
      name: 'r1',
      properties: { roleDefinitionId: '/r/X' },
    };
    const intent = `${vault}/backupFabrics/Azure/backupProtectionIntent/i1`;
    const subscription = (id: string, name: string): object => ({
      id: `/subscriptions/${id}`,
      subscriptionId: id,
      displayName: name,
      state: 'Enabled',
    });
    const record = (id: string, more: object = {}): object => ({ id, name: id.split('/').at(-1), ...more });
    const all = [
      one('/subscriptions?api-version=1', 200, { value: [subscription('b', 'Zoo')], nextLink: `${cloud}/subscriptions?$skiptoken=2` }),
      one('/subscriptions?$skiptoken=2', 200, { value: [subscription('a', 'Ant')] }),
      one('/subscriptions/s1/resourcegroups', 200, { value: [record(group, { location: 'westus' })] }),
      one('/subscriptions/s1/locations', 200, { value: [record('/subscriptions/s1/locations/westus', { displayName: 'West US' })] }),
      one('/subscriptions/s1/providers/Microsoft.Storage/storageAccounts', 200, { value: [record(account, { location: 'westus' })] }),
      one(
        account,
        200,
        record(account, { properties: { allowSharedKeyAccess: false, networkAcls: { bypass: 'None', defaultAction: 'Deny' } } }),
      ),
      one(`${account}/blobServices/default/containers`, 200, { value: [record(`${account}/blobServices/default/containers/c`)] }),
      one(`${account}/blobServices/default/containers/c`, 200, record(`${account}/blobServices/default/containers/c`)),
      one(`${account}/providers/Microsoft.Authorization/roleAssignments?$filter=assignedTo('p')`, 200, { value: [role] }),
      one(`${group}/providers/Microsoft.ApiManagement/service`, 200, {
        value: [record(service, { sku: { name: 'Premium', capacity: 2 } })],
      }),
      one(service, 200, record(service, { identity: { principalId: 'p' }, properties: { provisioningState: 'Updating' } })),
      one(`${vault}/backupProtectionIntents?$filter=backupManagementType eq 'AzureWorkload'`, 200, { value: [record(intent)] }),
      one(intent, 200, record(intent, { properties: { protectionState: 'Protected', itemId: '/x' } })),
      one(`${vault}/backupconfig/vaultconfig`, 200, record(`${vault}/backupconfig/vaultconfig`)),
    ];
    await writeFile(at('others.json'), JSON.stringify({ interactions: all }));
    const [result] = await replayFiles([at('others.json')]);
    assert.deepEqual(result?.differences, []);
    assert.deepEqual([result?.items, result?.unsupported], [all.length, {}]);
  });
});
