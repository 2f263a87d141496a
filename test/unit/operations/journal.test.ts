import assert from 'node:assert/strict';
import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BackupError } from '../../../src/core/errors.ts';
import type { OperationRecord, OperationStatus } from '../../../src/core/operation.ts';
import { Journal } from '../../../src/operations/journal.ts';
import { encodeLine, readLines } from '../../../src/operations/journalLines.ts';
import { newRecord } from '../../../src/operations/newRecord.ts';
import { newFolder, plan } from './fakes.ts';

function record(id: string, status: OperationStatus = 'running', parts: Partial<OperationRecord> = {}): OperationRecord {
  return newRecord(id, 'https://management.example', Date.parse('2026-03-01T12:00:00Z'), { ...plan, status, ...parts });
}

describe('journal of operations', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await newFolder();
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives back the newest step of each operation, whatever a name holds', async () => {
    const journal = new Journal(path.join(folder, 'made', 'when', 'needed'));
    const name = '<img src=x onerror=alert(1)>\u202e"\'\n🗄️' + 'x'.repeat(250);
    await journal.append(record('a', 'planned'));
    await journal.append(record('a', 'running', { target: { ...plan.target, name } }));
    await journal.append(record('b', 'sending'));
    const { records, damages } = await new Journal(journal.folder).load();
    assert.deepEqual(
      records.map((each) => [each.id, each.status]),
      [
        ['a', 'running'],
        ['b', 'sending'],
      ],
    );
    assert.equal(records[0]?.target.name, name);
    assert.deepEqual(damages, []);
  });

  it('of a folder that is not there is empty', async () => {
    assert.deepEqual(await new Journal(path.join(folder, 'none')).load(), { records: [], damages: [] });
  });

  it('cut at any byte of its last step gives the step before, and can be written on', async () => {
    const journal = new Journal(folder);
    await journal.append(record('a', 'accepted'));
    const file = path.join(folder, 'a.jsonl');
    const first = (await stat(file)).size;
    await journal.append(record('a', 'running'));
    const whole = await readFile(file);
    assert.ok(whole.length - first > 300);
    for (let length = first; length < whole.length; length++) {
      await writeFile(file, whole.subarray(0, length));
      const { records } = await journal.load();
      assert.equal(records[0]?.status, 'accepted', `cut at byte ${length} of ${whole.length}`);
      const damage = await journal.repair('a');
      assert.equal(damage?.facts.code, length === first ? undefined : 'JournalDamaged', `cut at byte ${length}`);
      assert.equal((await stat(file)).size, first);
    }
    await truncate(file, first + 5);
    await journal.repair('a');
    await journal.append(record('a', 'running'));
    assert.deepEqual(await readFile(file), whole);
  }).timeout(20_000);

  it('cut inside its first and only step is set aside, reported, and read no second time', async () => {
    const line = encodeLine(record('a', 'planned'));
    await writeFile(path.join(folder, 'a.jsonl'), line.subarray(0, line.length - 1));
    const journal = new Journal(folder);
    const { records, damages } = await journal.load();
    assert.deepEqual(records, []);
    assert.equal(damages[0]?.facts.code, 'JournalDamaged');
    assert.match(damages[0]?.message ?? '', /nothing had been sent/);
    assert.deepEqual(await readdir(folder), ['a.jsonl.damaged']);
    assert.deepEqual(await journal.load(), { records: [], damages: [] });
  });

  it('with one damaged file keeps all others', async () => {
    const journal = new Journal(folder);
    await journal.append(record('a'));
    await journal.append(record('c'));
    await writeFile(path.join(folder, 'b.jsonl'), Buffer.from([0, 255, 10, 13, 0, 10]));
    const { records, damages } = await journal.load();
    assert.deepEqual(
      records.map((each) => each.id),
      ['a', 'c'],
    );
    assert.equal(damages.length, 1);
  });

  it('does not believe a step with one flipped bit, nor stumble over garbage between steps', async () => {
    const journal = new Journal(folder);
    await journal.append(record('a', 'accepted'));
    await appendFile(path.join(folder, 'a.jsonl'), 'garbage\n');
    const flipped = encodeLine(record('a', 'succeeded'));
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 10) ^ 1, flipped.length - 10);
    await appendFile(path.join(folder, 'a.jsonl'), flipped);
    const read = readLines(await readFile(path.join(folder, 'a.jsonl')));
    assert.equal(read.record?.status, 'accepted');
    assert.equal(read.damagedBytes, 'garbage\n'.length + flipped.length);
    await journal.append(record('a', 'running'));
    assert.equal((await journal.read('a'))?.status, 'running');
    assert.match((await journal.repair('a'))?.message ?? '', /damaged bytes/);
    assert.equal((await journal.read('a'))?.status, 'running');
    assert.equal(await journal.repair('a'), undefined);
  });

  it('leaves the file of a newer version alone', async () => {
    const newer = encodeLine({ ...record('a'), version: 2 } as unknown as OperationRecord);
    await writeFile(path.join(folder, 'a.jsonl'), newer);
    const journal = new Journal(folder);
    assert.deepEqual(await journal.load(), { records: [], damages: [] });
    assert.equal(await journal.repair('a'), undefined);
    assert.deepEqual(await readFile(path.join(folder, 'a.jsonl')), newer);
  });

  it('stays bounded while an operation is followed for days', async () => {
    const journal = new Journal(folder);
    const big = { message: 'x'.repeat(40_000) };
    let largest = 0;
    for (let step = 0; step < 60; step++) {
      await journal.append(record('a', 'running', { progress: { ...big, percent: step } }));
      largest = Math.max(largest, (await stat(path.join(folder, 'a.jsonl'))).size);
    }
    assert.ok(largest < 600_000, `${largest} bytes`);
    assert.equal((await journal.read('a'))?.progress.percent, 59);
  });

  it('keeps of an ended operation its last step alone', async () => {
    const journal = new Journal(folder);
    for (const status of ['planned', 'sending', 'accepted', 'running', 'succeeded'] as const) {
      await journal.append(record('a', status));
    }
    const text = await readFile(path.join(folder, 'a.jsonl'), 'utf8');
    assert.equal(text.trimEnd().split('\n').length, 1);
    assert.deepEqual(await readdir(folder), ['a.jsonl']);
  });

  it('forgets the oldest ended ones past its bounds, and never a running one', async () => {
    const day = 24 * 3_600_000;
    const now = Date.parse('2026-03-31T00:00:00Z');
    const journal = new Journal(folder, { endedCount: 3, endedBytes: 1_000_000, endedAgeMs: 30 * day });
    const ended = (id: string, daysAgo: number): OperationRecord =>
      record(id, 'succeeded', { endedAt: new Date(now - daysAgo * day).toISOString() });
    const records = [
      ended('old', 31),
      ended('e1', 1),
      ended('e2', 2),
      ended('e3', 3),
      ended('e4', 4),
      record('runs', 'running', { updatedAt: '2020-01-01T00:00:00Z' }),
    ];
    for (const each of records) {
      await journal.append(each);
    }
    assert.deepEqual([...(await journal.prune(records, now))].sort(), ['e4', 'old']);
    assert.deepEqual((await readdir(folder)).sort(), ['e1.jsonl', 'e2.jsonl', 'e3.jsonl', 'runs.jsonl']);
    const small = new Journal(folder, {
      endedCount: 100,
      endedBytes: (await stat(path.join(folder, 'e1.jsonl'))).size,
      endedAgeMs: 30 * day,
    });
    assert.deepEqual(
      [
        ...(await small.prune(
          records.filter((each) => each.id !== 'old' && each.id !== 'e4'),
          now,
        )),
      ].sort(),
      ['e2', 'e3'],
    );
  });

  it('says where and why it cannot be written', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await assert.rejects(new Journal(path.join(file, 'operations')).append(record('a')), (error: BackupError) => {
      assert.equal(error.facts.code, 'JournalUnwritable');
      assert.ok(error.message.includes(path.join(file, 'operations')));
      assert.ok(error.facts.remedies?.length);
      return true;
    });
    await assert.rejects(new Journal(file).load(), (error: BackupError) => error.facts.code === 'JournalUnreadable');
  });

  it('reports a full disk', async function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    await mkdir(path.join(folder, 'operations'));
    await symlink('/dev/full', path.join(folder, 'operations', 'a.jsonl'));
    await assert.rejects(new Journal(path.join(folder, 'operations')).append(record('a')), (error: BackupError) => {
      assert.match(error.message, /ENOSPC/);
      return error.facts.code === 'JournalUnwritable';
    });
  });
});
