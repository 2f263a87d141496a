import assert from 'node:assert/strict';
import { TokenCache } from '../../../src/cloud/credentials/tokenCache.ts';
import type { ArmToken, TokenRequest, TokenSource } from '../../../src/cloud/credentials/types.ts';
import { isCancelled } from '../../../src/core/cancellation.ts';

const minute = 60_000;

class Source implements TokenSource {
  readonly asked: TokenRequest[] = [];
  life = 60 * minute;
  now = 0;
  failing = false;

  getToken(request: TokenRequest): Promise<ArmToken> {
    this.asked.push(request);
    return this.failing
      ? Promise.reject(new Error('down'))
      : Promise.resolve({ token: `t${this.asked.length}`, expiresAt: this.now + this.life });
  }
}

describe('token cache', () => {
  let source: Source;
  let cache: TokenCache;
  const token = async (request: TokenRequest = {}): Promise<string> => (await cache.getToken(request)).token;

  beforeEach(() => {
    source = new Source();
    cache = new TokenCache(source, () => source.now);
  });

  it('asks once a tenant, however many ask at the same time and however the tenant is spelt', async () => {
    assert.deepEqual(await Promise.all([token(), token(), token({ tenantId: 'A' }), token({ tenantId: 'a' })]), ['t1', 't1', 't2', 't2']);
    assert.equal(await token(), 't1');
    assert.equal(source.asked.length, 2);
  });

  it('renews five minutes before the end', async () => {
    await token();
    source.now = 54 * minute;
    assert.equal(await token(), 't1');
    source.now = 56 * minute;
    assert.equal(await token(), 't2');
  });

  it('keeps a token that lives shortly for most of its life', async () => {
    source.life = minute;
    await token();
    source.now = 0.7 * minute;
    assert.equal(await token(), 't1');
    source.now = 0.9 * minute;
    assert.equal(await token(), 't2');
  });

  it('goes on with the token of before where early renewal fails, until its end', async () => {
    await token();
    source.failing = true;
    source.now = 58 * minute;
    assert.equal(await token(), 't1');
    source.now = 61 * minute;
    await assert.rejects(token(), /down/);
  });

  it('asks anew for a fresh one or for claims, and keeps that one', async () => {
    await token();
    assert.equal(await token({ fresh: true }), 't2');
    assert.equal(await token(), 't2');
    assert.equal(await token({ claims: '{}' }), 't3');
    assert.deepEqual(source.asked.at(-1), { claims: '{}', fresh: true });
  });

  it('lets one stop waiting without failing the others', async () => {
    let resolve: (value: ArmToken) => void = () => undefined;
    const slow = new TokenCache({ getToken: () => new Promise((done) => (resolve = done)) });
    const controller = new AbortController();
    const [first, second] = [slow.getToken({ signal: controller.signal }), slow.getToken({})];
    controller.abort();
    await assert.rejects(first, isCancelled);
    resolve({ token: 'late', expiresAt: Date.now() + minute });
    assert.equal((await second).token, 'late');
  });

  it('does not keep a failure', async () => {
    source.failing = true;
    await assert.rejects(token(), /down/);
    source.failing = false;
    assert.equal(await token(), 't2');
  });
});
