import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from '../../../src/sandbox/server/listen.ts';
import { startSandbox } from '../../../src/sandbox/server/start.ts';
import { TrafficFile } from '../../../src/sandbox/server/traffic.ts';
import { send, startTiny, vaultId } from './platformSupport.ts';

interface Line {
  readonly request: { method: string; url: string; caller?: string; body?: unknown };
  readonly response?: { status: number; headers: Record<string, string>; body?: unknown };
}

describe('sandbox platform: the record of traffic', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'backup-explorer-traffic-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const lines = (): Line[] =>
    readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Line),
    );
  const asked = { method: 'GET', caller: 'somebody', body: undefined };
  const answer = (body: unknown) => ({ status: 200, headers: {}, body: JSON.stringify(body) });

  it('holds what went through the resource manager, refusals too, and nothing secret', async () => {
    const sandbox = await startTiny({ record: folder });
    try {
      const item = `${vaultId}/backupFabrics/Azure/protectionContainers/c/protectedItems/i`;
      const body = JSON.stringify({ properties: { accessKey: 'a2V5', kind: 'Full' } });
      await send(sandbox, 'POST', `${item}/backup?api-version=2023-06-01`, { body, headers: { 'content-type': 'application/json' } });
      await send(sandbox, 'GET', `${vaultId}/backupJobs/nowhere?api-version=2023-06-01`);
    } finally {
      await sandbox.close();
    }
    const [backup, job] = lines();
    assert.deepEqual(backup?.request.body, { properties: { accessKey: 'REDACTED', kind: 'Full' } });
    assert.equal(backup?.response?.status, 202);
    assert.match(backup?.response?.headers['location'] ?? '', /[?&]t=REDACTED&c=REDACTED&s=REDACTED&h=REDACTED/);
    assert.deepEqual([job?.response?.status, (job?.response?.body as { error: { code: string } }).error.code], [404, 'ResourceNotFound']);
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    assert.doesNotMatch(text, /a2V5|Bearer|authorization/i);
    assert.ok(!text.includes(sandbox.endpoint.clientSecret));
  });

  it('holds each kind once: names, numbers and moments may differ, members, types and words may not', () => {
    const file = TrafficFile.in(folder);
    const vm = (more: object = {}) => ({
      name: 'vm-1',
      id: '/a/1',
      properties: { status: 'Completed', at: '2026-01-01T10:00:00Z', size: 3, ...more },
    });
    const note = (body: unknown, target = '/subscriptions/1?api-version=2024-01-01'): void => file.note({ ...asked, target }, answer(body));
    note(vm());
    note({ ...vm({ at: '2026-02-03T11:22:33Z', size: 77 }), name: 'db-22', id: '/a/2' });
    note(vm(), '/subscriptions/2?api-version=2024-01-01');
    assert.equal(lines().length, 1);
    for (const other of [
      { status: 'Failed' },
      { size: '3' },
      { size: 3.5 },
      { colour: 'x' },
      { at: null },
      { at: 'yesterday' },
      { list: [] },
      { list: ['One'] },
    ]) {
      const before = lines().length;
      note(vm(other));
      assert.equal(lines().length, before + 1, JSON.stringify(other));
    }
    note(vm(), '/subscriptions/2?api-version=2025-01-01');
    assert.equal(lines().length, 10, 'another version');
    note({ value: [vm(), vm({ size: 4 }), vm({ status: 'Failed' })] });
    assert.equal((lines().at(-1)?.response?.body as { value: unknown[] }).value.length, 2, 'and so do lists');
  });

  it('keeps no keys, signatures and what cannot be read', () => {
    const file = TrafficFile.in(folder);
    const keys = [{ keyName: 'key1', value: 'c2VjcmV0', permissions: 'FULL' }];
    file.note(
      { ...asked, target: '/a?sig=c2VjcmV0&x=1' },
      answer({ keys, accessSAS: 'https://h/b?sv=1&sig=c2VjcmV0', link: 'https://h/b?sv=1&sig=c2VjcmV0' }),
    );
    file.note({ ...asked, target: '/b', body: 'grant_type=x&client_secret=c2VjcmV0' });
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('');
    assert.doesNotMatch(text, /c2VjcmV0/);
    assert.deepEqual([lines().length, lines()[1]?.response], [2, undefined]);
  });

  it('says of a folder that cannot be written to what to do', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(
      startSandbox({ record: join(file, 'in') }),
      (error) => error instanceof StartError && /Traffic cannot be recorded in .* --record/.test(error.message),
    );
  });
});
