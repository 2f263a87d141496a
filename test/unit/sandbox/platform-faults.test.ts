import assert from 'node:assert/strict';
import { RecoveryServicesBackupClient } from '@azure/arm-recoveryservicesbackup';
import { globToRegExp } from '../../../src/sandbox/faults/pattern.ts';
import { type FaultInput, FaultsError, parseFaults } from '../../../src/sandbox/faults/schema.ts';
import type { LedgerEntry } from '../../../src/sandbox/server/ledger.ts';
import { credentialOf, send, startTiny, subscriptionId, tokenOf, vaultId, type TinySandbox } from './platformSupport.ts';

const version = 'api-version=2023-06-01';
const anywhere = `${vaultId}?${version}`;
const item = `${vaultId}/backupFabrics/Azure/protectionContainers/c;1/protectedItems/i;1`;

describe('sandbox platform: faults', () => {
  let sandbox: TinySandbox;
  before(async () => {
    sandbox = await startTiny({}, 3);
  });
  after(() => sandbox.close());
  afterEach(() => {
    sandbox.faults.replace([]);
    sandbox.ledger.clear();
    sandbox.provider.backups = 0;
  });

  const inject = (...faults: FaultInput[]): void => sandbox.faults.replace(parseFaults(faults).faults);
  const backup = () => send(sandbox, 'POST', `${item}/backup?${version}`, { body: '{}', headers: { 'content-type': 'application/json' } });
  const failure = (promise: Promise<unknown>): Promise<Error & { code?: string; statusCode?: number }> =>
    promise.then(
      () => assert.fail('it succeeded'),
      (error: unknown) => error as Error,
    );
  const lastOf = (suffix: string): LedgerEntry | undefined => sandbox.ledger.list().findLast((entry) => entry.path.endsWith(suffix));
  const typed = (maxRetries: number): RecoveryServicesBackupClient =>
    new RecoveryServicesBackupClient(credentialOf(sandbox), subscriptionId, {
      endpoint: sandbox.endpoint.resourceManagerEndpoint,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries, retryDelayInMs: 1 },
    });

  it('throttle answers 429 with Retry-After, and the typed client waits and goes on', async () => {
    inject({ kind: 'throttle', path: '**/backupJobs', retryAfterSeconds: 1 });
    const started = Date.now();
    const page = await typed(1).backupJobs.list('vault-one', 'rg-one').byPage().next();
    assert.equal((page.value as unknown[]).length, 3);
    assert.ok(Date.now() - started >= 950, 'Retry-After was waited for');
    const statuses = sandbox.ledger.list().flatMap((entry) => (entry.path.endsWith('backupJobs') ? [entry.status] : []));
    assert.deepEqual(statuses, [429, 200]);
  });

  it("throttle has Azure Backup's body", async () => {
    inject({ kind: 'throttle', path: '**', retryAfterSeconds: 324, skip: 2 });
    const answer = await send(sandbox, 'GET', anywhere);
    assert.deepEqual([answer.status, answer.headers['retry-after'], answer.at('error.code')], [429, '324', 'ResourceRequestsThrottled']);
    assert.ok(answer.headers['x-ms-request-id']);
  });

  it('error answers its status, code and Retry-After, and the request takes no effect', async () => {
    inject({ kind: 'error', method: 'POST', path: '**/backup', status: 503, retryAfterSeconds: 7 });
    const answer = await backup();
    assert.deepEqual([answer.status, answer.headers['retry-after'], answer.at('error.code')], [503, '7', 'ServiceUnavailable']);
    assert.equal(sandbox.provider.backups, 0);
    assert.equal(lastOf('/backup')?.tookEffect, false);
    assert.equal((await backup()).status, 202, 'used up after one');
  });

  it('error can have an empty message, as Azure Backup sends some', async () => {
    inject({ kind: 'error', path: '**/vaults/*', status: 500, code: 'CloudStorageUnexpectedError', message: '' });
    const answer = await send(sandbox, 'GET', anywhere);
    assert.deepEqual(answer.body, { error: { code: 'CloudStorageUnexpectedError', message: '' } });
    assert.equal(answer.headers['x-ms-failure-cause'], 'service');
  });

  it('error can hide an effect', async () => {
    inject({ kind: 'error', method: 'POST', path: '**/backup', status: 500, takesEffect: true });
    const answer = await backup();
    assert.equal(answer.status, 500);
    assert.equal(answer.headers['azure-asyncoperation'], undefined, "nothing of the hidden answer's headers is left");
    assert.equal(sandbox.provider.backups, 1);
    assert.deepEqual([lastOf('/backup')?.tookEffect, lastOf('/backup')?.status], [true, 500]);
  });

  it('htmlError answers a page that is no JSON', async () => {
    inject({ kind: 'htmlError', path: vaultId });
    const answer = await send(sandbox, 'GET', anywhere);
    assert.equal(answer.status, 502);
    assert.match(answer.headers['content-type'] ?? '', /^text\/html/);
    assert.match(answer.text, /^<!DOCTYPE html>/);
  });

  it('resetBefore breaks the connection before the request took effect', async () => {
    inject({ kind: 'resetBefore', method: 'POST', path: '**/backup' });
    const error = await failure(backup());
    assert.equal(error.code, 'ECONNRESET');
    assert.equal(sandbox.provider.backups, 0);
    const entry = lastOf('/backup');
    assert.deepEqual([entry?.tookEffect, entry?.answered, entry?.status, entry?.fault], [false, false, undefined, 'resetBefore']);
  });

  it('resetAfter breaks the connection after the request took effect, through the typed client too', async () => {
    inject({ kind: 'resetAfter', method: 'POST', path: '**/backup' });
    const request = { properties: { objectType: 'IaasVMBackupRequest' as const } };
    const error = await failure(typed(0).backups.trigger('vault-one', 'rg-one', 'Azure', 'c;1', 'i;1', request));
    assert.equal(error.code, 'ECONNRESET');
    assert.equal(sandbox.provider.backups, 1);
    const entry = lastOf('/backup');
    assert.deepEqual([entry?.tookEffect, entry?.answered, entry?.status, entry?.fault], [true, false, 202, 'resetAfter']);
    assert.equal((await backup()).status, 202, 'the next one arrives');
  });

  it('slow holds the answer back, adds up, and leaves room for another fault', async () => {
    inject(
      { kind: 'slow', path: vaultId, ms: 200 },
      { kind: 'slow', path: vaultId, ms: 150 },
      { kind: 'error', path: vaultId, status: 500 },
    );
    const token = await tokenOf(sandbox);
    const started = Date.now();
    assert.equal((await send(sandbox, 'GET', anywhere, { token })).status, 500);
    assert.ok(Date.now() - started >= 345);
    const again = Date.now();
    assert.equal((await send(sandbox, 'GET', anywhere, { token })).status, 200);
    assert.ok(Date.now() - again < 200);
  });

  it('truncate cuts the JSON of an answer that took effect', async () => {
    inject({ kind: 'truncate', path: '**/backupJobs' });
    const answer = await send(sandbox, 'GET', `${vaultId}/backupJobs?${version}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'] ?? '', /json/);
    assert.throws(() => JSON.parse(answer.text) as unknown, SyntaxError);
    assert.ok(answer.text.startsWith('{"value":['));
  });

  it('severalJobs leaves what names no job as it is', async () => {
    inject({ kind: 'severalJobs', path: '**/backupJobs', jobIds: ['one'] });
    const answer = await send(sandbox, 'GET', `${vaultId}/backupJobs?${version}`);
    assert.equal(answer.status, 200);
    assert.equal((JSON.parse(answer.text) as { value: unknown[] }).value.length, 3);
  });

  it('expireToken ends the token that was sent; it stays ended, and a new one works', async () => {
    const token = await tokenOf(sandbox);
    inject({ kind: 'expireToken', path: vaultId });
    const first = await send(sandbox, 'GET', anywhere, { token });
    assert.deepEqual([first.status, first.at('error.code')], [401, 'ExpiredAuthenticationToken']);
    assert.match(first.headers['www-authenticate'] ?? '', /error="invalid_token"/);
    assert.equal((await send(sandbox, 'GET', anywhere, { token })).at('error.code'), 'ExpiredAuthenticationToken');
    assert.equal((await send(sandbox, 'GET', anywhere)).status, 200);
  });

  it("expireToken with a challenge lets Azure's own pipeline fetch a new token", async () => {
    const client = typed(0);
    await client.backupJobs.list('vault-one', 'rg-one').byPage().next();
    inject({ kind: 'expireToken', path: '**/backupJobs', challenge: true });
    const page = await client.backupJobs.list('vault-one', 'rg-one').byPage().next();
    assert.equal((page.value as unknown[]).length, 3);
    assert.deepEqual(
      sandbox.ledger.list().flatMap((entry) => (entry.path.endsWith('backupJobs') ? [entry.status] : [])),
      [200, 401, 200],
    );
  });

  it('sign-in can be hit as well', async () => {
    inject({ kind: 'error', method: 'POST', path: '/adfs/oauth2/token', status: 503 });
    assert.match((await failure(tokenOf(sandbox))).message, /90033/);
    assert.ok(await tokenOf(sandbox));
  });

  it('skip lets requests pass, count hits that many, and unlimited goes on', async () => {
    const statuses = async (): Promise<number[]> => {
      const token = await tokenOf(sandbox);
      const all: number[] = [];
      for (let at = 0; at < 5; at++) {
        all.push((await send(sandbox, 'GET', anywhere, { token })).status);
      }
      return all;
    };
    inject({ kind: 'error', path: vaultId, status: 500, skip: 1, count: 2 });
    assert.deepEqual(await statuses(), [200, 500, 500, 200, 200]);
    inject({ kind: 'error', path: vaultId, status: 500, skip: 3, count: 'unlimited' });
    assert.deepEqual(await statuses(), [200, 200, 200, 500, 500]);
  });

  it('match without case, on folded slashes, on the method that they name', async () => {
    inject({ kind: 'error', method: 'get', path: vaultId.toUpperCase(), status: 500, count: 3 });
    assert.equal((await send(sandbox, 'GET', `${vaultId.replaceAll('/', '//')}?${version}`)).status, 500);
    assert.equal((await send(sandbox, 'POST', anywhere)).status, 405);
    assert.equal((await send(sandbox, 'GET', `${vaultId}/backupJobs?${version}`)).status, 200);
    inject({ kind: 'error', pathPattern: 'BACKUPJOBS$', status: 500 });
    assert.equal((await send(sandbox, 'GET', `${vaultId}/backupJobs?${version}`)).status, 500);
  });

  describe('globs', () => {
    for (const [glob, path, expected] of [
      ['/a/*', '/a/b', true],
      ['/a/*', '/a/b/c', false],
      ['/a/**', '/a/b/c', true],
      ['**/jobs', '/jobs', true],
      ['**/jobs', '/a/b/jobs', true],
      ['**/jobs', '/a/b/jobs/1', false],
      ['/a/**/d', '/a/d', true],
      ['/a/**/d', '/a/b/c/d', true],
      ['/a/vm;x*', '/A/VM;X;y', true],
      ['/a.b', '/aXb', false],
      ['/a?', '/ab', true],
      ['/a/', '/a', true],
    ] as const) {
      it(`${glob} ${expected ? 'matches' : 'does not match'} ${path}`, () => {
        assert.equal(globToRegExp(glob).test(path), expected);
      });
    }
  });

  describe('files', () => {
    for (const [title, value, expected] of [
      ['an unknown kind', [{ kind: 'explode', path: '/a' }], /^faults\[0\]\.kind: /],
      ['no path', [{ kind: 'truncate' }], /^faults\[0\]\.path: needs either "path"/],
      ['both patterns', [{ kind: 'truncate', path: '/a', pathPattern: 'b' }], /^faults\[0\]\.path: needs either/],
      ['a pattern that is none', [{ kind: 'truncate', pathPattern: '(' }], /^faults\[0\]\.pathPattern: is no regular expression/],
      ['an unknown key', [{ kind: 'truncate', path: '/a', times: 3 }], /^faults\[0\]: .*times/],
      ['a bad count', { faults: [{ kind: 'truncate', path: '/a', count: 0 }] }, /^faults\[0\]\.count: /],
      ['a bad status', [{ kind: 'error', path: '/a', status: 200 }], /^faults\[0\]\.status: /],
      ['text', 'nothing', /expected object/i],
    ] as const) {
      it(`with ${title} are refused, naming the place`, () => {
        assert.throws(
          () => parseFaults(value),
          (error: unknown) => error instanceof FaultsError && expected.test(error.message),
        );
      });
    }
  });

  it('latency holds back every answer, sign-in included, and closing waits for none of them', async () => {
    const slow = await startTiny({ latencyMs: 150 });
    const started = Date.now();
    const token = await tokenOf(slow);
    assert.ok(Date.now() - started >= 290, 'configuration and token');
    const again = Date.now();
    await send(slow, 'GET', anywhere, { token });
    assert.ok(Date.now() - again >= 145);
    slow.faults.replace(parseFaults([{ kind: 'slow', path: '**', ms: 60_000 }]).faults);
    const lost = send(slow, 'GET', anywhere, { token }).catch(() => 'lost');
    while (slow.ledger.count < 4) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const closing = Date.now();
    await slow.close();
    await lost;
    assert.ok(Date.now() - closing < 1000);
  });
});
