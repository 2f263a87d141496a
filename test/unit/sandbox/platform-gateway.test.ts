import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RecoveryServicesBackupClient } from '@azure/arm-recoveryservicesbackup';
import { Limits } from '../../../src/sandbox/arm/limits.ts';
import { type AppContext, readBody } from '../../../src/sandbox/server/request.ts';
import { credentialOf, send, startTiny, subscriptionId, tokenOf, vaultId, type TinySandbox } from './platformSupport.ts';

const version = 'api-version=2023-06-01';

describe('sandbox platform: the gateway', () => {
  let sandbox: TinySandbox;
  before(async () => {
    sandbox = await startTiny({ speed: 60 }, 450);
  });
  after(() => sandbox.close());

  const get = (path: string, headers: Record<string, string> = {}) => send(sandbox, 'GET', path, { headers });
  const typed = (): RecoveryServicesBackupClient =>
    new RecoveryServicesBackupClient(credentialOf(sandbox), subscriptionId, {
      endpoint: sandbox.endpoint.resourceManagerEndpoint,
      tlsOptions: { ca: sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    });

  describe('paths', () => {
    for (const [title, path] of [
      ['in other casing', vaultId.toUpperCase()],
      ['with repeated slashes', vaultId.replaceAll('/', '//')],
      ['with a trailing slash', `${vaultId}/`],
      ['with escapes', vaultId.replace('vault-one', '%76ault%2Done')],
    ] as const) {
      it(`${title} are the same resource`, async () => {
        const answer = await get(`${path}?${version}`);
        assert.equal(answer.status, 200);
        assert.equal(answer.at('name'), 'vault-one');
      });
    }

    it('keep the casing and the decoded characters of what they name', async () => {
      await get(
        `/SUBSCRIPTIONS/${subscriptionId}/resourcegroups/Rg%20%C3%A9%2F1/providers/microsoft.recoveryservices/vaults/%F0%9F%92%BE?${version}`,
      );
      assert.deepEqual(sandbox.provider.lastParams, { subscriptionId, resourceGroup: 'Rg é/1', vault: '💾' });
    });

    it('prefer a literal segment to a name, and fall back from it', async () => {
      assert.equal((await get(`${vaultId}/backupJobs/mistake?${version}`)).status, 500);
      const job = await get(`${vaultId}/backupJobs/mistaken?${version}`);
      assert.deepEqual([job.status, job.at('error.code')], [404, 'ResourceNotFound']);
    });

    for (const [title, path, code, text] of [
      [
        'outside any provider',
        '/subscriptions/x/nothing/here',
        'NotFound',
        /No HTTP resource was found that matches the request URI 'https:.*nothing/,
      ],
      ['of an unknown provider', `/subscriptions/x/providers/Contoso.Nothing/things`, 'InvalidResourceNamespace', /'Contoso\.Nothing'/],
      [
        'of an unknown type',
        `${vaultId}/backupNonsense/x`,
        'InvalidResourceType',
        /type 'vaults\/backupNonsense' could not be found in the namespace 'Microsoft\.RecoveryServices' for api version '2023-06-01'/,
      ],
    ] as const) {
      it(`${title} get ARM's own 404`, async () => {
        const answer = await get(`${path}?${version}`);
        assert.equal(answer.status, 404);
        assert.equal(answer.at('error.code'), code);
        assert.match(answer.textAt('error.message'), text);
        assert.equal(answer.headers['x-ms-failure-cause'], 'gateway');
      });
    }

    it('with a method that they do not take get 405 and the ones they do', async () => {
      const answer = await send(sandbox, 'PATCH', `${vaultId}/backupJobs?${version}`, { body: '{}' });
      assert.deepEqual([answer.status, answer.at('error.code'), answer.headers.allow], [405, 'MethodNotAllowed', 'GET']);
    });

    it('with a broken escape are refused', async () => {
      const answer = await get(`/subscriptions/%E0%A4%A?${version}`);
      assert.deepEqual([answer.status, answer.at('error.code')], [400, 'BadRequest']);
    });
  });

  describe('api-version', () => {
    for (const [query, code] of [
      ['', 'MissingApiVersionParameter'],
      ['?api-version=', 'MissingApiVersionParameter'],
      ['?api-version=2016-12', 'InvalidApiVersionParameter'],
      ['?api-version=2023-13-01', 'InvalidApiVersionParameter'],
      ['?api-version=latest', 'InvalidApiVersionParameter'],
    ] as const) {
      it(`"${query}" is refused as ${code}`, async () => {
        const answer = await get(vaultId + query);
        assert.deepEqual([answer.status, answer.at('error.code')], [400, code]);
      });
    }
    for (const query of ['API-Version=2019-05-13-preview', 'Api-Version=2025-02-01']) {
      it(`"${query}" is taken`, async () => {
        assert.equal((await get(`${vaultId}?${query}`)).status, 200);
      });
    }
  });

  describe('content', () => {
    const backup = `${vaultId}/backupFabrics/Azure/protectionContainers/c;1/protectedItems/i;1/backup?${version}`;
    for (const [title, body, type, status, code] of [
      ['that is no JSON', '{"properties":', 'application/json', 400, 'InvalidRequestContent'],
      ['of another media type', 'a=b', 'application/x-www-form-urlencoded', 415, 'UnsupportedMediaType'],
      ['that is too large', `"${'x'.repeat(4 * 1024 * 1024)}"`, 'application/json', 413, 'RequestContentTooLarge'],
    ] as const) {
      it(`${title} is refused and changes nothing`, async () => {
        const before = sandbox.provider.backups;
        const answer = await send(sandbox, 'POST', backup, { body, headers: { 'content-type': type } });
        assert.deepEqual([answer.status, answer.at('error.code')], [status, code]);
        assert.equal(sandbox.provider.backups, before);
      });
    }

    it('reaches the provider as it was sent, through the typed client', async () => {
      await typed().backups.trigger('vault-one', 'rg-one', 'Azure', 'c;1', 'i;1', {
        properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: new Date('2030-01-02T03:04:05.000Z') },
      });
      const sent = { properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: '2030-01-02T03:04:05.000Z' } };
      assert.deepEqual(sandbox.provider.lastBody, sent);
    });
  });

  describe('answers', () => {
    it('carry ids, and echo those of the caller that asks for it', async () => {
      const correlation = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
      const answer = await get(`${vaultId}?${version}`, {
        'x-ms-correlation-request-id': correlation,
        'x-ms-client-request-id': 'mine',
        'x-ms-return-client-request-id': 'true',
      });
      assert.match(answer.headers['x-ms-request-id'] ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(answer.headers['x-ms-correlation-request-id'], correlation);
      assert.equal(answer.headers['x-ms-client-request-id'], 'mine');
      assert.match(answer.headers['x-ms-routing-request-id'] ?? '', /^[A-Z]+:\d{8}T\d{6}Z:/);
      const quiet = await get(`${vaultId}?${version}`, { 'x-ms-client-request-id': 'mine' });
      assert.equal(quiet.headers['x-ms-client-request-id'], undefined);
    });

    it('of a refusing provider keep its code, details and cause', async () => {
      const answer = await get(`${vaultId}/backupJobs/x?${version}`);
      assert.deepEqual(answer.body, { error: { code: 'ResourceNotFound', message: 'There is no job x.', details: [{ code: 'Inner' }] } });
      assert.equal(answer.headers['x-ms-failure-cause'], 'service');
      assert.ok(answer.headers['x-ms-request-id']);
    });

    it("to a provider's mistake are a plain 500, and the mistake is reported", async () => {
      const known = sandbox.errors.length;
      const answer = await get(`${vaultId}/backupJobs/mistake?${version}`);
      assert.deepEqual([answer.status, answer.at('error.code')], [500, 'InternalServerError']);
      assert.doesNotMatch(answer.text, /mistake of the provider/);
      assert.match(String(sandbox.errors[known]), /a mistake of the provider/);
    });
  });

  describe('limits', () => {
    it('count down in the headers of each kind', async () => {
      const budget = async (): Promise<number> =>
        Number((await get(`${vaultId}/backupConfig/a?${version}`)).headers['x-ms-ratelimit-remaining-subscription-resource-requests']);
      const first = await budget();
      assert.equal(first, 299);
      assert.equal(await budget(), 298);
      const write = await send(sandbox, 'POST', `${vaultId}/backupFabrics/Azure/protectionContainers/c/protectedItems/i/backup?${version}`);
      assert.match(write.headers['x-ms-ratelimit-remaining-subscription-writes'] ?? '', /^79\d$/);
      assert.equal(write.headers['x-ms-ratelimit-remaining-subscription-resource-requests'], undefined);
      const read = await get(`/subscriptions?${version}`);
      assert.match(read.headers['x-ms-ratelimit-remaining-tenant-reads'] ?? '', /^10\d\d$/);
    });

    it('refuse with 429 and Retry-After where they are enforced', async () => {
      const strict = await startTiny({ limits: { enforced: true, reads: { capacity: 2, perSecond: 0.5 } } });
      try {
        const answers = [];
        for (let at = 0; at < 3; at++) {
          answers.push(await send(strict, 'GET', `${vaultId}?${version}`));
        }
        assert.deepEqual(
          answers.map((answer) => answer.status),
          [200, 200, 429],
        );
        assert.equal(answers[2]?.headers['retry-after'], '2');
        assert.equal(answers[2]?.at('error.code'), 'SubscriptionRequestsThrottled');
      } finally {
        await strict.close();
      }
    });

    it("refuse an action's used-up hour in Azure Backup's words, until the hour, shortened by the speed, is over", () => {
      let now = 1_000_000;
      const limits = new Limits({ speed: 60, now: () => now, scaled: (ms) => ms / 60 }, { enforced: true });
      const jobs = `${vaultId}/backupJobs`.split('/').filter(Boolean);
      for (let at = 0; at < 150; at++) {
        const { headers, refusal } = limits.take('GET', jobs);
        assert.equal(refusal, undefined, `request ${at + 1}`);
        assert.equal(headers['x-ms-ratelimit-remaining-subscription-resource-requests'], String(149 - at));
      }
      now += 50_000;
      const refusal = limits.take('GET', jobs).refusal;
      assert.deepEqual(refusal, {
        code: 'ResourceRequestsThrottled',
        message:
          "Number of requests for action 'Microsoft.RecoveryServices/vaults/backupJobs/read' exceeded the limit of '150' for time interval '01:00:00'. Please try again after '10' seconds.",
        retryAfterSeconds: 10,
      });
      const items = [...jobs.slice(0, -1), 'backupProtectedItems'];
      assert.equal(limits.take('GET', items).refusal, undefined, 'another action has its own budget');
      const otherVault = jobs.map((segment) => (segment === 'vault-one' ? 'vault-two' : segment));
      assert.equal(limits.take('GET', [...otherVault, 'a-job']).refusal?.code, 'ResourceRequestsThrottled', 'all vaults and jobs share it');
      const { quota, refused, budgets } = limits.state();
      assert.deepEqual([quota, refused], ['real', 2]);
      assert.deepEqual(
        budgets.map(({ action, limit, left, resetsInMs }) => [action.split('/').slice(2).join('/'), limit, left, resetsInMs]),
        [
          ['backupJobs/read', 150, 0, 10_000],
          ['backupProtectedItems/read', 300, 299, 60_000],
        ],
      );
      now += 10_000;
      assert.equal(limits.take('GET', jobs).refusal, undefined);
    });

    it('fill the buckets of the resource manager as fast as the speed says', () => {
      let now = 0;
      const reads = { capacity: 2, perSecond: 1 };
      const limits = new Limits({ speed: 10, now: () => now, scaled: (ms) => ms / 10 }, { enforced: true, reads });
      const take = (): string | undefined => limits.take('GET', ['subscriptions']).refusal?.code;
      assert.deepEqual([take(), take(), take()], [undefined, undefined, 'SubscriptionRequestsThrottled']);
      now += 100;
      assert.deepEqual([take(), take()], [undefined, 'SubscriptionRequestsThrottled']);
    });

    it('that are not enforced neither refuse nor ever look used up', () => {
      const limits = new Limits({ speed: 1, now: () => 0, scaled: (ms) => ms }, { enforced: false });
      const jobs = `${vaultId}/backupJobs`.split('/').filter(Boolean);
      let least = Infinity;
      for (let at = 0; at < 3000; at++) {
        const { headers, refusal } = limits.take('GET', jobs);
        assert.equal(refusal, undefined);
        least = Math.min(least, Number(headers['x-ms-ratelimit-remaining-subscription-resource-requests']));
        assert.ok(Number(headers['x-ms-ratelimit-remaining-subscription-reads']) > 500);
      }
      assert.equal(least, 405);
      assert.deepEqual([limits.state().quota, limits.state().refused], ['off', 0]);
    });
  });

  it('links name the host that the caller used, and never one it made up', async () => {
    const local = sandbox.endpoint.resourceManagerEndpoint.replace('127.0.0.1', 'localhost');
    const answer = await get(`${local}${vaultId}/backupJobs?${version}`);
    assert.ok(answer.textAt('nextLink').startsWith(local));
    const foreign = await get(`${vaultId}/backupJobs?${version}`, { host: '127.0.0.1:1' });
    assert.ok(foreign.textAt('nextLink').startsWith(sandbox.endpoint.resourceManagerEndpoint));
  });

  it('callers that go away in the middle, and bytes that are no HTTP, are no mistake of the sandbox', async () => {
    const known = sandbox.errors.length;
    const port = Number(new URL(sandbox.endpoint.resourceManagerEndpoint).port);
    const head = (path: string, token: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 100\r\n\r\n{"a":`;
    const backup = `${vaultId}/backupFabrics/Azure/protectionContainers/c/protectedItems/i/backup?${version}`;
    const token = await tokenOf(sandbox);
    for (const text of [head(backup, token), head('/adfs/oauth2/token', token)]) {
      const count = sandbox.ledger.count;
      const socket = connectTls({ host: '127.0.0.1', port, ca: sandbox.certificateAuthority });
      socket.write(text);
      while (sandbox.ledger.count === count) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      socket.destroy();
      const entry = sandbox.ledger.list().at(-1);
      while (entry?.status === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal(entry.status, 400);
    }
    const plain = connectTcp(port, '127.0.0.1', () => plain.write('GET / HTTP/1.1\r\n\r\n'));
    plain.on('error', () => undefined);
    await once(plain, 'close');
    assert.equal((await get(`${vaultId}?${version}`)).status, 200);
    assert.deepEqual(sandbox.errors.slice(known), []);
  });

  it('content that has not come whole is not taken for whole, even where its stream ends as if it were', async () => {
    const context = (complete: boolean): AppContext =>
      ({ req: { raw: new Request('https://127.0.0.1', { method: 'POST', body: '' }) }, env: { incoming: { complete } } }) as never;
    await assert.rejects(readBody(context(false)), { code: 'IncompleteContent', status: 400 });
    assert.equal((await readBody(context(true))).byteLength, 0);
  });

  it('cloud metadata has the shape of its api-version', async () => {
    const origin = sandbox.endpoint.resourceManagerEndpoint;
    const ask = (of: string) => send(sandbox, 'GET', `/metadata/endpoints?api-version=${of}`, { token: null });
    assert.equal((await ask('2015-01-01')).at('authentication.loginEndpoint'), `${origin}/adfs`);
    const list = await ask('2019-05-01');
    assert.deepEqual([list.at('length'), list.at('0.resourceManager')], [1, origin]);
    const one = await ask('2022-09-01');
    assert.deepEqual([one.at('name'), one.at('authentication.identityProvider'), one.at('resourceManager')], ['Sandbox', 'ADFS', origin]);
  });
});
