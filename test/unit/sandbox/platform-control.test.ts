import assert from 'node:assert/strict';
import { type FaultInput, parseFaults } from '../../../src/sandbox/faults/schema.ts';
import { createClock } from '../../../src/sandbox/server/clock.ts';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import type { LedgerEntry } from '../../../src/sandbox/server/ledger.ts';
import { send, startTiny, tokenOf, vaultId, type TinySandbox } from './platformSupport.ts';

const version = 'api-version=2023-06-01';
const anywhere = `${vaultId}?${version}`;
const item = `${vaultId}/backupFabrics/Azure/protectionContainers/c;1/protectedItems/i;1`;

describe('sandbox platform: control endpoints', () => {
  let sandbox: TinySandbox;
  before(async () => {
    sandbox = await startTiny();
  });
  after(() => sandbox.close());
  afterEach(() => {
    sandbox.faults.replace([]);
    sandbox.ledger.clear();
  });

  const inject = (...faults: FaultInput[]): void => sandbox.faults.replace(parseFaults(faults).faults);
  const control = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    send(sandbox, method, `/_sandbox/${path}`, {
      token: null,
      headers: headers ?? { [secretHeader]: sandbox.endpoint.clientSecret },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('are closed to callers without the secret or a token, but for health', async () => {
    assert.equal((await control('GET', 'health', undefined, {})).at('status'), 'ok');
    assert.equal((await control('GET', 'ledger', undefined, {})).status, 401);
    assert.equal((await control('GET', 'ledger', undefined, { [secretHeader]: 'wrong' })).status, 401);
    assert.equal((await control('PUT', 'faults', [], { authorization: 'Bearer nothing' })).status, 401);
    assert.equal((await control('GET', 'ledger', undefined, { authorization: `Bearer ${await tokenOf(sandbox)}` })).status, 200);
  });

  it('hold time, and let it catch up with the machine’s', () => {
    let machine = 1_000;
    const clock = createClock(60, () => machine);
    clock.hold();
    machine = 6_000;
    clock.hold();
    assert.deepEqual([clock.now(), clock.held], [1_000, true]);
    clock.release();
    assert.deepEqual([clock.now(), clock.held], [6_000, false]);
  });

  it('hold and release the sandbox’s own time, which health tells', async () => {
    assert.equal((await control('POST', 'time/hold', {})).status, 204);
    assert.equal((await control('GET', 'health')).at('held'), true);
    assert.equal((await control('POST', 'time/release', {})).status, 204);
    assert.equal((await control('GET', 'health')).at('held'), false);
  });

  it('tell what is left of the limits', async () => {
    await send(sandbox, 'GET', `${vaultId}/backupJobs?${version}`);
    const state = await control('GET', 'quota');
    assert.deepEqual([state.at('quota'), state.at('refused')], ['off', 0]);
    const budget = state.at('budgets.0') as Record<string, unknown>;
    assert.deepEqual([budget.action, budget.limit, budget.left], ['Microsoft.RecoveryServices/vaults/backupJobs/read', 450, 449]);
  });

  it('put, add, list and delete faults while the sandbox runs', async () => {
    await control('PUT', 'faults', [{ kind: 'error', path: vaultId, status: 500 }]);
    const added = await control('POST', 'faults', { faults: [{ kind: 'truncate', path: '**/none' }] });
    assert.equal(added.at('faults.length'), 2);
    assert.equal((await send(sandbox, 'GET', anywhere)).status, 500);
    const listed = await control('GET', 'faults');
    assert.deepEqual([listed.at('faults.0.hits'), listed.at('faults.0.countLeft'), listed.at('faults.1.hits')], [1, 0, 0]);
    assert.equal((await control('DELETE', 'faults')).status, 204);
    assert.deepEqual((await control('GET', 'faults')).at('faults'), []);
  });

  it('refuse bad faults and keep the ones there were', async () => {
    inject({ kind: 'truncate', path: '/kept' });
    const answer = await control('PUT', 'faults', [{ kind: 'error', path: '/a', status: 99 }]);
    assert.deepEqual([answer.status, answer.at('error.code')], [400, 'InvalidFaults']);
    assert.match(answer.textAt('error.message'), /faults\[0\]\.status/);
    assert.equal((await control('GET', 'faults')).at('faults.0.fault.path'), '/kept');
  });

  it('show what was received, without tokens, bodies or signatures', async () => {
    const token = await tokenOf(sandbox);
    const { headers } = await send(sandbox, 'POST', `${item}/backup?${version}`, {
      token,
      headers: { 'x-ms-client-request-id': 'mine' },
    });
    await send(sandbox, 'GET', headers['azure-asyncoperation'] ?? '', { token });
    const ledger = await control('GET', `ledger?method=post&path=${encodeURIComponent('**/BACKUP')}`);
    const entry = ledger.at('entries.0') as LedgerEntry;
    assert.deepEqual([entry.method, entry.status, entry.tookEffect, entry.clientRequestId], ['POST', 202, true, 'mine']);
    const all = await control('GET', 'ledger');
    assert.ok(!all.text.includes(token));
    assert.ok(!all.text.includes(new URL(headers['azure-asyncoperation'] ?? '').searchParams.get('s') ?? '?'));
    assert.match(all.text, /api-version=2019-05-13-preview/);
    assert.ok(!all.text.includes('_sandbox'), 'control requests are not in it');
  });

  it('are known by name only', async () => {
    assert.equal((await control('GET', 'nonsense')).status, 404);
  });
});
