/** Whatever stands in the journal’s folder: what is whole is read, what is not is told, nothing is followed twice. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { appendFile, copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { OperationRecord } from '../../../src/core/operation.ts';
import { Journal } from '../../../src/operations/journal.ts';
import { encodeLine } from '../../../src/operations/journalLines.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { answer, eachInItsFolder, FakeArm, house, plan } from './fakes.ts';

const good = newRecord('good', 'https://management.example', Date.parse('2026-03-01T12:00:00Z'), { ...plan, status: 'running' });
const line = encodeLine(good);
const wrong = (parts: object): Buffer => encodeLine({ ...good, ...parts });

/** The same bytes with each run. */
function noise(length: number): Buffer {
  let state = 7;
  return Buffer.from(Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) >> 16));
}

const garbage: Readonly<Record<string, Buffer>> = {
  noise: noise(20_000),
  'zeros, as a file system leaves after a power cut': Buffer.alloc(8_192),
  'one endless line': Buffer.alloc(3_000_000, 'x'),
  'nothing but line ends': Buffer.alloc(10_000, '\n'),
  'JSON of another program': Buffer.from('{"version":1,"id":"good"}\n'),
  'a whole line that is no object': encodeLine('text' as unknown as OperationRecord),
  'a record without its moment': wrong({ createdAt: undefined }),
  'a record whose moment is none': wrong({ createdAt: 'yesterday' }),
  'a record of a status that is none': wrong({ status: 'done' }),
  'a record without its target': wrong({ target: null }),
  'a record whose target has no name': wrong({ target: { id: '/x', kind: 'VM' } }),
  'a record whose trace is of texts': wrong({ trace: ['GET /'] }),
  'a record whose request has no address': wrong({ request: { method: 'POST', headers: {} } }),
  'a record of another operation': wrong({ id: 'other' }),
  'a record that names a place elsewhere': wrong({ id: '../../good' }),
};

describe('the journal, with garbage in it', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  for (const [what, bytes] of Object.entries(garbage)) {
    it(`${what}: behind a step it is cut out and told, alone it is set aside and told`, async () => {
      await writeFile(path.join(folder, 'good.jsonl'), Buffer.concat([line, bytes]));
      await writeFile(path.join(folder, 'bad.jsonl'), bytes);
      const journal = new Journal(folder);
      const { records, damages } = await journal.load();
      assert.deepEqual(records, [good]);
      assert.deepEqual(
        damages.map(({ facts }) => [facts.code, facts.resource]),
        [['JournalDamaged', path.join(folder, 'bad.jsonl.damaged')]],
      );
      assert.deepEqual(await readFile(path.join(folder, 'bad.jsonl.damaged')), bytes, 'kept for a person to look at');
      assert.match((await journal.repair('good'))?.message ?? '', /damaged bytes/);
      await journal.append({ ...good, progress: { percent: 7 } });
      assert.equal((await journal.read('good'))?.progress.percent, 7);
      assert.deepEqual((await journal.load()).damages, []);
    });
  }

  it('behind a step and before another one costs neither', async () => {
    const later = { ...good, progress: { percent: 8 } };
    for (const bytes of Object.values(garbage)) {
      await writeFile(path.join(folder, 'good.jsonl'), Buffer.concat([line, bytes, Buffer.from('\n'), encodeLine(later)]));
      assert.deepEqual((await new Journal(folder).load()).records, [later]);
    }
  });

  it('a copy of an operation’s file is no second operation: it is polled once', async () => {
    await writeFile(path.join(folder, 'good.jsonl'), encodeLine({ ...good, tracking: { url: 'https://management.example/1' } }));
    await copyFile(path.join(folder, 'good.jsonl'), path.join(folder, 'good - Copy.jsonl'));
    const client = new FakeArm();
    client.pollReplies = [answer(200, { step: 'succeeded' })];
    const all = house(folder, { client });
    await all.engine.resume();
    await all.clock.advance(60_000);
    assert.deepEqual(
      all.engine.list().map(({ id, status }) => [id, status]),
      [['good', 'succeeded']],
    );
    assert.deepEqual([client.polled.length, client.sent.length, all.ends.length], [1, 0, 1]);
    assert.deepEqual(
      all.problems.map(({ facts }) => facts.code),
      ['JournalDamaged'],
    );
  });

  it('keeps to its bounds while a window stays open for weeks', async () => {
    const client = new FakeArm();
    client.sendReplies = [answer(400, { code: 'No', message: 'No.' })];
    const all = house(folder, { client });
    const old = { ...good, status: 'succeeded', endedAt: '2026-02-28T12:00:00.000Z' } as const;
    for (let at = 0; at < 1_990; at++) {
      writeFileSync(path.join(folder, `op-${at}.jsonl`), encodeLine({ ...old, id: `op-${at}` }));
    }
    await all.engine.resume();
    assert.equal(all.engine.list().length, 1_990);
    await Promise.all(Array.from({ length: 100 }, () => all.engine.start(plan)));
    await all.clock.advance(1_000);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
    assert.equal(files.length, 2_000);
    assert.deepEqual(all.engine.list().filter(({ status }) => status === 'failed').length, 100, 'the oldest are forgotten first');
    assert.equal(all.engine.list().length, 2_000);
  });

  it('half of what a killed window was making is swept away, another day', async () => {
    await appendFile(path.join(folder, 'good.jsonl.new'), 'half');
    const journal = new Journal(folder);
    await journal.sweep(Date.now());
    assert.deepEqual(await readdir(folder), ['good.jsonl.new']);
    await journal.sweep(Date.now() + 24 * 3_600_000);
    assert.deepEqual(await readdir(folder), []);
  });
});
