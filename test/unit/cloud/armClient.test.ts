import assert from 'node:assert/strict';
import https, { type RequestOptions } from 'node:https';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import type { Page } from '../../../src/cloud/types.ts';
import { clientOf, environmentAt, type TestClient } from './support/client.ts';
import {
  createAuthority,
  createTestBed,
  json,
  reset,
  silence,
  text,
  type Reply,
  type TestBed,
  type TestServer,
} from './support/httpsServer.ts';

const list = json(200, { value: [] });

describe('ARM client', () => {
  let bed: TestBed;
  let server: TestServer;
  let client: TestClient;

  before(async () => {
    bed = await createTestBed();
  });
  after(() => bed[Symbol.asyncDispose]());
  afterEach(() => client.dispose());

  async function serve(...replies: Reply[]): Promise<void> {
    server = await bed.start(replies);
    client = clientOf(environmentAt(server.origin, bed.authorityFile));
  }

  async function refused(promise: Promise<unknown>): Promise<BackupError> {
    const error = await promise.then(
      () => assert.fail('nothing was refused'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BackupError, String(error));
    return error;
  }

  const change = (path = '/x?api-version=1', more: Partial<PreparedRequest> = {}): PreparedRequest => ({
    method: 'POST',
    url: `${server.origin}${path}`,
    headers: { 'content-type': 'application/json' },
    body: '{"properties":{}}',
    ...more,
  });

  describe('reading', () => {
    it('keeps its connection to this machine behind an agent that an extension host puts before ours', async () => {
      const { request } = https;
      // As VS Code's proxy support does: one for each request, which keeps nothing and asks ours for a connection.
      const before = ({ agent: ours, ...rest }: RequestOptions): ReturnType<typeof request> => {
        const agent = new https.Agent({ keepAlive: false });
        const ask = Reflect.get(ours as object, 'addRequest') as (...asked: unknown[]) => void;
        Object.assign(agent, { addRequest: ask.bind(ours) });
        return request({ ...rest, agent });
      };
      https.request = before as typeof request;
      try {
        await serve(list, list);
        await client.arm.get('/x');
        await client.arm.get('/x');
        const [first, second] = server.requests.map(({ from }) => from);
        assert.equal(first, second);
      } finally {
        https.request = request;
      }
    });

    it('sends the token, an id of its own and the path as it is, and reads the answer', async () => {
      await serve(json(200, { name: 'v' }, { 'x-ms-request-id': 'r-1' }));
      const answer = await client.arm.get('//subscriptions//a;b?api-version=1&$filter=a%20eq%20%27b%27');
      assert.deepEqual(answer.body, { name: 'v' });
      assert.equal(answer.requestId, 'r-1');
      assert.equal(server.requests[0]?.url, '//subscriptions//a;b?api-version=1&$filter=a%20eq%20%27b%27');
      assert.equal(server.requests[0]?.headers.authorization, 'Bearer token-1');
      assert.match(String(server.requests[0]?.headers['x-ms-client-request-id']), /^[0-9a-f-]{36}$/);
    });

    it('waits as long as Retry-After says in seconds, also after a 503', async () => {
      await serve(json(429, {}, { 'retry-after': '1' }), json(503, {}, { 'retry-after': '1' }), list);
      const started = Date.now();
      await client.arm.get('/x');
      assert.ok(Date.now() - started >= 1990, `came back after ${Date.now() - started} ms`);
      assert.equal(server.requests.length, 3);
    });

    it('waits until the moment that Retry-After says as an HTTP date', async () => {
      const until = Math.ceil(Date.now() / 1000) * 1000 + 1000;
      await serve(json(429, {}, { 'retry-after': new Date(until).toUTCString() }), list);
      await client.arm.get('/x');
      assert.ok(Date.now() >= until, 'came back too early');
    });

    it('does not wait for a Retry-After that is too far away, and says how long it is', async () => {
      await serve(json(429, { error: { code: 'ResourceRequestsThrottled', message: 'Too many.' } }, { 'retry-after': '324' }));
      const error = await refused(client.arm.get('/x', { attempted: 'list the jobs', resource: 'vault-1' }));
      assert.equal(error.facts.retryAfterMs, 324_000);
      assert.equal(server.requests.length, 1);
      assert.equal(error.message, 'Could not list the jobs (vault-1): Too many. (ResourceRequestsThrottled)');
      assert.ok(
        error.facts.remedies?.some((remedy) => remedy.includes('6 minutes')),
        error.facts.remedies?.join(),
      );
    });

    it('is tried again after a lost connection, and every try is in the log without query or token', async () => {
      await serve(reset, list);
      await client.arm.get('/x?api-version=1&s=signature');
      assert.deepEqual(
        client.log.map(({ attempt, status, failure, path }) => ({ attempt, status, failure, path })),
        [
          { attempt: 1, status: undefined, failure: 'ECONNRESET', path: '/x' },
          { attempt: 2, status: 200, failure: undefined, path: '/x' },
        ],
      );
      assert.ok(!JSON.stringify(client.log).match(/signature|token-1/));
    });

    it('gives up after the last try and tells the host and the reason', async () => {
      await serve(reset);
      const error = await refused(client.arm.get('/x'));
      assert.equal(error.facts.code, 'ConnectionLost');
      assert.ok(error.message.includes(`127.0.0.1:${server.port}`), error.message);
      assert.equal(server.requests.length, 3);
    });

    it('gives up on an answer that does not come in time', async () => {
      await serve(silence);
      const error = await refused(client.arm.get('/x'));
      assert.equal(error.facts.code, 'ConnectionLost');
      assert.match(error.message, /did not answer in time/);
    });

    it('takes an answer that breaks off in the middle for a lost connection', async () => {
      const torn: Reply = (_request, response, socket) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"value":[');
        setImmediate(() => socket.destroy());
      };
      await serve(torn, list);
      assert.deepEqual((await client.arm.get('/x')).body, { value: [] });
      assert.equal(server.requests.length, 2);
    });

    it('asks for a fresh token once after a 401, with the claims of a challenge', async () => {
      const claims = Buffer.from('{"access_token":{}}').toString('base64');
      const challenge = `Bearer authorization_uri="https://login", error="insufficient_claims", claims="${claims}"`;
      await serve(json(401, {}, { 'www-authenticate': challenge }), list);
      await client.arm.get('/x');
      assert.deepEqual(
        server.requests.map((request) => request.headers.authorization),
        ['Bearer token-1', 'Bearer token-2'],
      );
      assert.equal(client.tokens.asked[1]?.claims, '{"access_token":{}}');
    });

    it('does not go on asking with a token that is refused again', async () => {
      await serve(json(401, { error: { code: 'ExpiredAuthenticationToken', message: 'The access token has expired.' } }));
      const error = await refused(client.arm.get('/x'));
      assert.equal(server.requests.length, 2);
      assert.equal(error.facts.code, 'ExpiredAuthenticationToken');
      assert.deepEqual(error.facts.remedies, ['Sign in again.']);
    });

    it('uses the tenant of the subscription in the path, unless one is named', async () => {
      await serve(list);
      await client.dispose();
      client = clientOf(environmentAt(server.origin, bed.authorityFile), {
        tenantOf: (url) => (url.includes('/subscriptions/s1') ? 't1' : undefined),
      });
      await client.arm.get('/subscriptions/s1/x');
      await client.arm.get('/subscriptions/s1/x', { tenantId: 't2' });
      await client.arm.get('/tenants');
      assert.deepEqual(
        client.tokens.asked.map((asked) => asked.tenantId),
        ['t1', 't2', undefined],
      );
    });

    it('says that a body is not JSON, and does not take a torn 200 for an empty one when polling', async () => {
      await serve(text(200, '{"value":[{"na'));
      for (const ask of [client.arm.get('/x'), client.arm.page('/x'), client.arm.poll(`${server.origin}/x`)]) {
        const error = await refused(ask);
        assert.equal(error.facts.code, 'UnusableAnswer');
        assert.match(error.message, /not valid JSON/);
      }
    });

    it('reads compressed answers', async () => {
      const { gzipSync } = await import('node:zlib');
      await serve((request, response) => {
        assert.match(String(request.headers['accept-encoding']), /gzip/);
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"value":["백업"]}'));
      });
      assert.deepEqual((await client.arm.page('/x')).items, ['백업']);
    });

    it('gives any answer when polling: 404 and an empty 204 alike', async () => {
      await serve(json(404, {}), text(204, ''));
      assert.equal((await client.arm.poll(`${server.origin}/x`)).status, 404);
      const empty = await client.arm.poll(`${server.origin}/x`);
      assert.equal(empty.status, 204);
      assert.equal(empty.body, undefined);
    });

    it('ends at once when it is cancelled, while waiting for an answer and between tries', async () => {
      for (const reply of [silence, json(429, {}, { 'retry-after': '2' })]) {
        await serve(reply);
        const controller = new AbortController();
        const pending = client.arm.get('/x', { signal: controller.signal });
        await untilTrue(() => server.requests.length === 1);
        const started = Date.now();
        controller.abort();
        await assert.rejects(pending, isCancelled);
        assert.ok(Date.now() - started < 250, 'cancelling took too long');
        await client.dispose();
      }
    });
  });

  describe('lists', () => {
    it('are read page by page, each when it is asked for', async () => {
      await serve();
      server.replies = [
        json(200, { value: [1], nextLink: `${server.origin}/x?$skipToken=a%2Fb` }),
        json(200, { value: [2], nextLink: null }),
      ];
      const pages: Page[] = [];
      for await (const page of client.arm.pages('/x')) {
        pages.push(page);
        assert.equal(server.requests.length, pages.length);
      }
      assert.deepEqual(pages.map((page) => page.items), [[1], [2]]); // prettier-ignore
      assert.equal(server.requests[1]?.url, '/x?$skipToken=a%2Fb');
    });

    it('that lead back to a page of before end in an error, not in a loop', async () => {
      await serve();
      server.replies = [json(200, { value: [1], nextLink: `${server.origin}/x?p=2` })];
      const error = await refused(
        (async () => {
          for await (const page of client.arm.pages('/x')) {
            assert.ok(page.items.length === 1 && server.requests.length < 5);
          }
        })(),
      );
      assert.match(error.message, /does not end/);
    });

    it('without a value are refused', async () => {
      await serve(json(200, { items: [] }));
      assert.match((await refused(client.arm.page('/x'))).message, /no “value”/);
    });
  });

  describe('another host', () => {
    let stranger: TestServer;
    beforeEach(async () => {
      stranger = await bed.start([list]);
    });

    it('in a nextLink is refused, both hosts are named, and no token leaves', async () => {
      await serve(json(200, { value: [1], nextLink: `${stranger.origin}/x` }));
      const error = await refused(client.arm.page('/x'));
      assert.equal(error.facts.code, 'ForeignHost');
      assert.ok(error.message.includes(`127.0.0.1:${stranger.port}`) && error.message.includes(`127.0.0.1:${server.port}`), error.message);
      assert.equal(stranger.bytes(), 0);
    });

    it('in the URL of an operation or of a change is refused before anything leaves', async () => {
      await serve(list);
      const urls = [
        `${stranger.origin}/x`,
        server.origin.replace('https:', 'http:'),
        `https://user@127.0.0.1:${server.port}/`,
        `${server.origin}.evil.example/`,
        'x',
      ];
      for (const url of urls) {
        for (const ask of [client.arm.poll(url), client.arm.get(url), client.arm.send({ ...change(), url })]) {
          assert.equal((await refused(ask)).facts.code, 'ForeignHost', url);
        }
      }
      assert.equal(stranger.bytes() + server.bytes(), 0);
    });

    it('in a redirection is not followed', async () => {
      await serve(text(302, '', { location: `${stranger.origin}/x` }));
      assert.equal((await refused(client.arm.get('/x'))).facts.code, 'ForeignHost');
      assert.equal(stranger.bytes(), 0);
    });

    it('is not what a redirection on the own host is: that one is followed when reading, never when changing', async () => {
      await serve(text(307, '', { location: '/y' }), list);
      assert.equal((await client.arm.get('/x')).status, 200);
      assert.equal(server.requests[1]?.url, '/y');
      server.replies = [text(307, '', { location: '/y' })];
      assert.equal((await client.arm.send(change())).status, 307);
      assert.equal(server.requests.length, 3);
    });
  });

  describe('changing', () => {
    it('sends exactly what was prepared', async () => {
      await serve(json(202, {}, { location: 'l', 'azure-asyncoperation': 'a' }));
      const body = '{ "a" : "ü" }';
      const headers = { 'content-type': 'application/json', 'x-ms-client-request-id': 'id-1', accept: 'application/json' };
      const answer = await client.arm.send(change('/a%2Fb;c?api-version=1', { method: 'PUT', body, headers }));
      const seen = server.requests[0];
      assert.equal(seen?.method, 'PUT');
      assert.equal(seen.url, '/a%2Fb;c?api-version=1');
      assert.equal(seen.body, body);
      assert.equal(seen.headers['x-ms-client-request-id'], 'id-1');
      assert.equal(answer.headers['azure-asyncoperation'], 'a');
    });

    it('is never sent again after a broken connection: NoAnswer', async () => {
      await serve(reset);
      const error = await refused(client.arm.send(change(), { attempted: 'back up', resource: 'vm-1' }));
      assert.equal(error.facts.code, 'NoAnswer');
      assert.match(error.message, /^Could not back up \(vm-1\): .* Whether the request was taken is not known\.$/);
      assert.equal(server.requests.length, 1);
    });

    it('is never sent again after a 500 or 503, and the answer is given as it is', async () => {
      for (const status of [500, 503]) {
        await serve(json(status, { error: { code: 'X', message: 'x' } }, { 'retry-after': '0' }));
        assert.equal((await client.arm.send(change())).status, status);
        assert.equal(server.requests.length, 1);
        await client.dispose();
      }
    });

    it('is sent again after a 429, which took nothing, and after a 401 with a fresh token', async () => {
      await serve(json(429, {}, { 'retry-after': '0' }), json(401, {}), json(202, {}));
      assert.equal((await client.arm.send(change())).status, 202);
      assert.equal(server.requests.length, 3);
      assert.equal(server.requests[2]?.headers.authorization, 'Bearer token-2');
    });

    it('still gets its answer when the connection to the cloud is given up meanwhile', async () => {
      let answer = (): void => undefined;
      await serve((_request, response) => {
        answer = () => void response.writeHead(202).end();
      });
      const pending = client.arm.send(change());
      await untilTrue(() => server.requests.length === 1);
      await client.dispose();
      answer();
      assert.equal((await pending).status, 202);
    });

    it('without an answer in time is NoAnswer, not a second request', async () => {
      await serve(silence);
      assert.equal((await refused(client.arm.send(change()))).facts.code, 'NoAnswer');
      assert.equal(server.requests.length, 1);
    });

    it('cancelled after it may have left is NoAnswer; cancelled before, Cancelled', async () => {
      await serve(silence);
      const controller = new AbortController();
      const pending = client.arm.send(change(), { signal: controller.signal });
      await untilTrue(() => server.requests.length === 1);
      controller.abort();
      assert.equal((await refused(pending)).facts.code, 'NoAnswer');
      await assert.rejects(client.arm.send(change(), { signal: controller.signal }), isCancelled);
      assert.equal(server.requests.length, 1);
    });

    it('cancelled while waiting after a 429 is Cancelled: nothing was taken', async () => {
      await serve(json(429, {}, { 'retry-after': '2' }));
      const controller = new AbortController();
      const pending = client.arm.send(change(), { signal: controller.signal });
      await untilTrue(() => client.log.length === 1);
      controller.abort();
      await assert.rejects(pending, isCancelled);
    });

    it('is NotSent where nothing listens', async () => {
      await serve();
      await new Promise((resolve) => server.server.close(resolve));
      const error = await refused(client.arm.send(change()));
      assert.equal(error.facts.code, 'NotSent');
      assert.match(error.message, /refuses connections/);
    });

    it('is NotSent where the name is unknown', async () => {
      client = clientOf(environmentAt('https://no-such-host.invalid', bed.authorityFile));
      const error = await refused(client.arm.send({ method: 'POST', url: 'https://no-such-host.invalid/x', headers: {} }));
      assert.equal(error.facts.code, 'NotSent');
      assert.match(error.message, /no-such-host\.invalid has no address/);
    });

    it('is NotSent where no token can be had', async () => {
      await serve(json(202, {}));
      await client.dispose();
      client = clientOf(environmentAt(server.origin, bed.authorityFile), {
        tokens: { getToken: () => Promise.reject(new BackupError('Signed out.', { code: 'SignedOut' })) },
      });
      const error = await refused(client.arm.send(change()));
      assert.equal(error.facts.code, 'NotSent');
      assert.match(error.message, /Signed out/);
      assert.equal(server.requests.length, 0);
    });

    it('uses a connection of its own, so that an idle one that was closed cannot swallow it', async () => {
      await serve(list);
      await client.arm.get('/x');
      await client.arm.get('/x');
      await client.arm.send(change());
      const [first, second, third] = server.requests.map((request) => request.from);
      assert.equal(first, second, 'reading does not keep its connection');
      assert.notEqual(second, third);
    });
  });

  describe('certificates', () => {
    it('of an unknown authority are refused, and not a byte of the request leaves', async () => {
      const other = await createAuthority('Somebody else');
      server = await bed.start([list], { authority: other });
      client = clientOf(environmentAt(server.origin, bed.authorityFile));
      const error = await refused(client.arm.get('/x'));
      assert.equal(error.facts.code, 'CertificateRefused');
      assert.ok(error.facts.remedies?.some((remedy) => remedy.includes('azureBackup.customCloud.certificateAuthorityFile')));
      assert.equal((await refused(client.arm.send(change()))).facts.code, 'NotSent');
      assert.equal(server.bytes(), 0);
    });

    it('are verified against the system where no file is named, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
      server = await bed.start([list]);
      client = clientOf(environmentAt(server.origin));
      const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
      try {
        assert.equal((await refused(client.arm.get('/x'))).facts.code, 'CertificateRefused');
      } finally {
        if (before === undefined) {
          delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
        } else {
          process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
        }
      }
      assert.equal(server.bytes(), 0);
    });

    it('that have expired or are of another name are told apart', async () => {
      for (const [leaf, words] of [
        [{ notAfter: new Date(Date.now() - 1000) }, /has expired/],
        [{ hosts: [{ type: 'dns' as const, value: 'other.example' }] }, /of another name/],
      ] as const) {
        server = await bed.start([list], leaf);
        client = clientOf(environmentAt(server.origin, bed.authorityFile));
        assert.match((await refused(client.arm.get('/x'))).message, words);
        assert.equal(server.bytes(), 0);
        await client.dispose();
      }
    });
  });
});

async function untilTrue(condition: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!condition()) {
    assert.ok(Date.now() < end, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
