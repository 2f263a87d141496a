import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { hasEnded } from '../../../src/core/operation.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { countdownOf } from '../../../src/commands/links/countdown.ts';
import { operationView } from '../views/fullView.ts';
import { showDiskLinks } from '../../../src/commands/links/showDiskLinks.ts';
import { openWindow, patienceMs, type Window } from './journeyWindow.ts';

/** Commands, engine, inventory and provider together, on VM restore points of the sandbox. */
describe('VM restore points from a click to their end, against the sandbox', function () {
  this.timeout(2 * patienceMs);
  let window: Window;
  before(async () => {
    // A copy of 64 GB takes an hour and more of Azure's time.
    window = await openWindow(3_600);
    window.engine.watch();
    await window.connection.connect();
  });
  after(() => window?.close());

  /** The first node that `test` takes, in the tree below `parent`, opening only nodes of these kinds. */
  async function find(test: (node: InventoryNode) => boolean, kinds: readonly string[], parent?: InventoryNode): Promise<InventoryNode> {
    const look = async (below: InventoryNode | undefined): Promise<InventoryNode | undefined> => {
      const { nodes } = await window.inventory.children(below, { signal: AbortSignal.timeout(patienceMs) });
      for (const node of nodes) {
        const found = test(node) ? node : kinds.includes(node.kind) ? await look(node) : undefined;
        if (found) {
          return found;
        }
      }
      return undefined;
    };
    const found = await look(parent);
    assert.ok(found, 'it is not in the tree');
    return found;
  }
  const machine = (name: string): Promise<InventoryNode> =>
    find((node) => node.kind === 'virtualMachine' && node.label === name, ['subscription', 'virtualMachines']);
  const collectionOf = async (name: string, collection: string): Promise<InventoryNode> =>
    find((node) => node.kind === 'restorePointCollection' && node.label === collection, ['restorePointCollections'], await machine(name));

  it('makes the collection, then the point, in one go', async () => {
    const node = await machine('vm-api-02');
    const [record] = await window.run(
      'createRestorePoint',
      [node],
      { pick: 'New collection...' },
      { type: 'api-points' },
      { type: 'one' },
      { pick: 'Crash consistent' },
      { pick: [] },
    );
    assert.equal(record?.status, 'succeeded', JSON.stringify(record?.error));
    assert.match(record.outcome ?? '', /^The restore point one can be used: crash consistent/);
    assert.deepEqual(
      record.trace.filter(({ method }) => method === 'PUT').map(({ path }) => path.split('/').slice(-2).join('/')),
      ['restorePointCollections/api-points', 'restorePoints/one'],
    );
    await collectionOf('vm-api-02', 'api-points');
  });

  it('queues the second of two creations on one VM; both end, and never at the same time', async () => {
    const node = await collectionOf('vm-web-01', 'rpc-vm-web-01');
    const overlaps: string[] = [];
    const messages: string[] = [];
    const listening = window.engine.onDidChange((record) => {
      const running = window.engine.list().filter(({ lane, status }) => lane && !hasEnded(status) && status !== 'planned');
      if (running.length > 1) {
        overlaps.push(running.map(({ id, status }) => `${id} ${status}`).join(', '));
      }
      messages.push(record.progress.message ?? '');
    });
    const first = await window.begin('addRestorePoint', [node], { type: 'first' }, { pick: 'Application consistent' }, { pick: [] });
    const second = await window.begin('addRestorePoint', [node], { type: 'second' }, { pick: 'Crash consistent' }, { pick: [] });
    const ends = await Promise.all([...first.records, ...second.records].map(({ id }) => window.endOf(id)));
    listening.dispose();
    assert.deepEqual(
      ends.map(({ status, error }) => [status, error?.message]),
      [
        ['succeeded', undefined],
        ['succeeded', undefined],
      ],
    );
    assert.deepEqual(overlaps, []);
    assert.ok(messages.includes('Queued: waits for Add Restore Point of rpc-vm-web-01'), messages.join('\n'));
  });

  it('copies several points into a new collection in another region, one after another', async () => {
    const node = await collectionOf('vm-web-01', 'rpc-vm-web-01');
    const before = new Set(window.engine.list().map(({ id }) => id));
    const { records, prompter } = await window.begin(
      'copyCollection',
      [node],
      { pick: '<enter>' },
      { pick: 'New collection...' },
      { type: 'copies' },
      { pick: ['first', 'second'] },
    );
    assert.deepEqual(
      prompter.told.map(({ kind }) => kind),
      ['info'],
    );
    assert.equal(records.length, 2);
    assert.deepEqual(
      records.map(({ batch }) => batch?.size),
      [2, 2],
    );
    const percents = new Set<number>();
    const listening = window.engine.onDidChange(({ progress }) => progress.percent !== undefined && percents.add(progress.percent));
    const ends = await Promise.all(records.map(({ id }) => window.endOf(id)));
    listening.dispose();
    assert.deepEqual(
      ends.map(({ status, error }) => [status, error?.message]),
      [
        ['succeeded', undefined],
        ['succeeded', undefined],
      ],
    );
    const made = ends
      .flatMap(({ trace }) => trace)
      .filter(({ method, path }) => method === 'PUT' && /\/restorePointCollections\/[^/]+$/.test(path));
    assert.equal(made.length, 1, 'the collection is made once');
    assert.ok(
      [...percents].some((percent) => percent > 0 && percent < 100),
      [...percents].join(),
    );
    const last = ends.at(-1)?.progress;
    assert.ok((last?.tasks?.length ?? 0) > 0 && last?.tasks?.every(({ percent }) => percent === 100));
    assert.equal(window.engine.list().filter(({ id }) => !before.has(id)).length, 2);
  });

  describe('a link to a disk', () => {
    let disk: InventoryNode;
    let point: InventoryNode;
    const link = (): string => window.links.secretOf(disk.target?.id ?? '') ?? '';
    before(async () => {
      const collection = await collectionOf('vm-web-01', 'rpc-vm-web-01');
      point = await find((node) => node.kind === 'restorePoint' && node.label === 'second', [], collection);
      disk = await find((node) => node.kind === 'diskRestorePoint', [], point);
    });

    it('is handed out past the engine, and copied only when the person asks', async () => {
      const before = window.engine.list().length;
      const { prompter } = await window.begin('getDiskLink', [disk], { pick: '1 hour' }, { choose: 'Get Download Link' });
      assert.equal(window.engine.list().length, before);
      assert.match(prompter.shown.join('\n'), /Whoever has the link can read the whole disk/);
      const [told] = prompter.told;
      assert.deepEqual(told?.choices, ['Copy Link', 'Revoke']);
      assert.match(told?.message ?? '', /^A link to read the disk .* is valid until /);
      assert.deepEqual(window.copied, []);
      assert.match(link(), /^https:\/\/.*[?&]sig=/);
      const [copied, services] = window.servicesWith({ pick: 'Copy Link' });
      await showDiskLinks(services);
      assert.equal(copied.left, 0);
      assert.deepEqual(window.copied, [link()]);
    });

    it('stands in no journal, log, prompt, error, row of the tree or of the panel', async () => {
      const secret = link();
      const signature = new URL(secret).searchParams.get('sig') ?? '';
      assert.ok(signature.length > 8);
      const entries = await readdir(window.folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      assert.ok(files.some(({ name }) => name.endsWith('.jsonl')));
      const texts = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
      const { nodes } = await window.inventory.children(point, { signal: AbortSignal.timeout(patienceMs) });
      assert.ok(nodes.length > 0);
      const rows = window.engine.list().map((record) => operationView(record, window.engine.standing(record.id)));
      const countdown = countdownOf(window.links.list(), Date.now());
      const everything = [
        ...texts,
        JSON.stringify(window.logged),
        JSON.stringify(window.engine.list()),
        JSON.stringify(window.links),
        JSON.stringify(window.links.list()),
        JSON.stringify([nodes, disk, rows, countdown, window.sandbox.ledger.list()]),
        ...window.said,
      ];
      assert.ok(window.logged.length > 50, 'requests were logged');
      for (const text of everything) {
        assert.ok(
          !/[?&]sig=/i.test(text) && !text.includes(signature) && !text.includes(encodeURIComponent(signature)),
          text.slice(0, 200),
        );
      }
    });

    it('is extended by asking for it again, and gone when it was revoked', async () => {
      const until = window.links.list()[0]?.expiresAtMs ?? 0;
      await window.begin('getDiskLink', [disk], { pick: '4 hours' }, { choose: 'Get Download Link' });
      assert.equal(window.links.list().length, 1);
      assert.ok((window.links.list()[0]?.expiresAtMs ?? 0) > until);
      const [prompter, services] = window.servicesWith({ pick: 'Revoke' });
      const revoked = new Promise<OperationRecord>((resolve) =>
        window.engine.onDidEnd((record) => record.actionId === 'revokeDiskLink' && resolve(record)),
      );
      await showDiskLinks(services);
      assert.equal((await revoked).status, 'succeeded');
      assert.equal(prompter.left, 0);
      assert.deepEqual(window.links.list(), []);
      assert.equal(link(), '');
    });
  });
});
