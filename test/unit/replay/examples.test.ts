// The examples that Microsoft has published with its contracts, given to our own readers, trackers and actions.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { makeCertificates } from '../../../src/sandbox/identity/certificates.ts';
import { Documents } from '../../contract/documents.ts';
import { examplesIn } from '../../contract/examples.ts';
import { addressKey, addressOf } from '../../replay/address.ts';
import { unexplained } from '../../replay/exampleOddities.ts';
import { playExample, type ExampleResult } from '../../replay/examples.ts';
import { Tally } from '../../replay/names.ts';
import { ourReaders, type Readers } from '../../replay/readers.ts';
import { startServer, type ReplayServer } from '../../replay/server.ts';

const published = join(import.meta.dirname, '../../../../shared/openapi');
const vaults = '/subscriptions/{subscriptionId}/providers/Microsoft.RecoveryServices/vaults';
const vault = '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.RecoveryServices/vaults/{vault}';

describe('Published examples', function () {
  this.timeout(60_000);
  let server: ReplayServer;
  let folder: string;
  before(async () => {
    server = await startServer(await makeCertificates(Date.now()));
    folder = mkdtempSync(join(tmpdir(), 'examples-'));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const play = async (root: string, readers?: Readers): Promise<ExampleResult[]> => {
    const results: ExampleResult[] = [];
    for (const example of examplesIn(new Documents(root)).all) {
      results.push(...(await playExample(example, server, readers)));
    }
    return results;
  };

  it('each is taken by our own code, as far as any of it reads such an answer', async function () {
    if (!existsSync(published)) {
      console.log(`      skipped: there is no folder ${published}`);
      return this.skip();
    }
    const results = await play(published);
    assert.deepEqual(unexplained(results), { differences: [], unused: [] });

    const by = (who: ExampleResult['by']): ExampleResult[] => results.filter((result) => result.by === who);
    const whats = (who: ExampleResult['by']): string[] => [...new Set(by(who).map(({ what }) => what))].sort();
    const records = results.reduce((sum, result) => sum + result.records, 0);
    const unread = by('nothing').filter(({ what }) => !what.endsWith(' (no body)'));
    const names = new Tally();
    unread.forEach(({ what }) => names.add(what));
    console.log(
      `      ${records} records in ${by('reader').length} answers read, ${by('tracker').length} answers of operations followed, ` +
        `${by('action').length} requests made anew; ${by('nothing').length - unread.length} answers are none of ours and empty, ` +
        `${unread.length} are read by nothing of ours:`,
    );
    const named = Object.entries(names.all()).map(([what, count]) => `${what} (${count})`);
    console.log(`      ${named.join(', ')}`);
    assert.deepEqual(whats('reader'), [
      'API Management service',
      'container',
      'job',
      'policy',
      'protectable item',
      'protected item',
      'protection intent',
      'recovery point',
      'restore point',
      'restore point collection',
      'vault',
      'vault configuration',
    ]);
    assert.deepEqual(whats('action'), [
      'addRestorePoint',
      'backUpNow',
      'backUpService',
      'cancelJob',
      'copyRestorePoint',
      'deleteCollection',
      'deleteRestorePoint',
      'discoverVms',
      'protectVm',
      'restoreService',
      'stopDeleteData',
      'stopKeepData',
    ]);
    assert.ok(whats('tracker').length >= 15 && records >= 160, `${whats('tracker').length} addresses, ${records} records`);
  });

  describe('that are made up', () => {
    const api = 'recoveryservices/2024-04-01';
    const write = (file: string, content: unknown): void => {
      const path = join(folder, file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(content));
    };
    /** Each operation has an example of its own name. */
    const publish = (paths: Record<string, [method: string, id: string]>): void => {
      const parameters = [
        ...['subscriptionId', 'group', 'vault', 'name'].map((name) => ({ name, in: 'path' })),
        { name: 'v', in: 'query' },
      ];
      const documented = Object.entries(paths).map(([path, [method, operationId]]) => [
        path,
        { [method]: { operationId, parameters, 'x-ms-examples': { it: { $ref: `./examples/${operationId}.json` } } } },
      ]);
      write(`${api}/vaults.json`, { paths: Object.fromEntries(documented) as unknown });
    };
    const example = (name: string, status: number, body?: unknown): void =>
      write(`${api}/examples/${name}.json`, {
        parameters: { subscriptionId: 's1', group: 'a b', vault: 'v1', name: 'o1', v: '1' },
        responses: { [status]: { headers: {}, ...(body === undefined ? {} : { body }) } },
      });
    const found = { id: '/subscriptions/s1/resourceGroups/a b/providers/Microsoft.RecoveryServices/vaults/v1', name: 'v1' };
    afterEach(() => rmSync(join(folder, 'recoveryservices'), { recursive: true, force: true }));

    it('an example that is not here, and one that belongs to nothing, are named', () => {
      publish({ [vault]: ['get', 'Get'], [vaults]: ['get', 'List'] });
      example('Get', 200, found);
      example('Stray', 200, found);
      const { all, absent, unclaimed } = examplesIn(new Documents(folder));
      assert.deepEqual(
        all.map(({ url }) => url),
        ['https://management.azure.com/subscriptions/s1/resourceGroups/a%20b/providers/Microsoft.RecoveryServices/vaults/v1?v=1'],
      );
      assert.deepEqual([absent, unclaimed], [[`${api}/examples/List.json`], [`${api}/examples/Stray.json`]]);
    });

    it('one that is none is an error that names it', () => {
      publish({ [vault]: ['get', 'Get'] });
      write(`${api}/examples/Get.json`, { responses: {} });
      assert.throws(() => examplesIn(new Documents(folder)), /examples\/Get\.json is no example: expected "parameters" and "responses"/);
      write(`${api}/examples/Get.json`, { parameters: {}, responses: { done: {} } });
      assert.throws(() => examplesIn(new Documents(folder)), /expected an answer by its HTTP status, got done/);
    });

    it('a reader that loses a record, or takes one for another, is told', async () => {
      publish({ [vaults]: ['get', 'List'], [vault]: ['get', 'Get'] });
      example('List', 200, { value: [found, { ...found, id: `${found.id}2`, name: 'v2' }] });
      example('Get', 200, found);
      assert.deepEqual(unexplained(await play(folder)).differences, []);
      const broken: Readers = {
        ...ourReaders,
        api: { ...ourReaders.api, getVault: async (...args) => ({ ...(await ourReaders.api.getVault(...args)), name: 'other' }) },
        readPage: async (...args) => {
          const page = await ourReaders.readPage(...args);
          return { ...page, items: page.items.slice(1) };
        },
      };
      assert.deepEqual(unexplained(await play(folder, broken)).differences, [
        `${api}/examples/Get.json: 200: interaction 0 (vault detail): v1: name expected "v1", got "other"`,
        `${api}/examples/List.json: 200: interaction 0 (vault list): v1: id expected "${found.id}", got "${found.id}2"`,
        `${api}/examples/List.json: 200: interaction 0 (vault list): v1: name expected "v1", got "v2"`,
        `${api}/examples/List.json: 200: interaction 0 (vault list): v1: its JSON is not what was recorded`,
        `${api}/examples/List.json: 200: interaction 0 (vault list): record 1 (${found.id}2) did not come out`,
      ]);
    });

    it('a moment is the same in each of its spellings, another one is another', () => {
      const jobs = (start: string): string => addressKey(addressOf(`${found.id}/backupJobs?$filter=startTime eq '${start}'`));
      assert.equal(jobs('2016-01-01 00:00:00 AM'), jobs('2016-01-01 12:00:00 AM'));
      assert.notEqual(jobs('2016-01-01 12:00:00 AM'), jobs('2016-01-01 12:00:00 PM'));
      assert.notEqual(jobs('soon'), jobs('late'));
    });

    it('a vault that is refused, an operation that failed, and what nothing of ours reads', async () => {
      publish({ [vault]: ['get', 'Get'], [`${vault}/operationStatus/{name}`]: ['get', 'Status'], [`${vault}/secrets`]: ['post', 'Post'] });
      const error = { code: 'UserErrorX', message: 'No.' };
      example('Get', 404, { error });
      example('Status', 200, { id: 'o1', name: 'o1', status: 'Failed', error });
      example('Post', 202);
      const results = (await play(folder)).map(({ by, what, differences }) => [by, what, ...differences]);
      assert.deepEqual(results, [
        ['reader', 'vault'],
        ['nothing', 'POST Microsoft.RecoveryServices/vaults/secrets (no body)'],
        ['tracker', 'GET Microsoft.RecoveryServices/vaults/operationStatus'],
      ]);
    });
  });
});
