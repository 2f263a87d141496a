/** What an appliance, or something in its place, may do to whoever asks it. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { BackupError, toErrorRecord } from '../../../../src/core/errors.ts';
import type { Page } from '../../../../src/cloud/types.ts';
import { createTestBed, type SeenRequest, type TestBed, type TestServer } from '../support/httpsServer.ts';
import { ApplianceWindow } from './applianceWindow.ts';

const password = 'Tr0ub4dor & "3"';
const machinesPath = '/api/v8/virtualMachines?Offset=0&Limit=2';

type Answer = (request: SeenRequest, response: ServerResponse) => void;

const json =
  (status: number, body: unknown): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const page =
  (status: number): Answer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'text/html' }).end('<html><title>Blocked</title></html>');

describe('an appliance that means harm, or is broken', () => {
  let bed: TestBed;
  let server: TestServer;
  let window: ApplianceWindow;
  let now: number;
  let signIns: number;
  let token: Answer;
  let api: Answer;
  before(async () => {
    bed = await createTestBed();
  });
  after(() => bed[Symbol.asyncDispose]());
  beforeEach(async () => {
    now = Date.UTC(2026, 2, 11);
    signIns = 0;
    token = (request, response) => {
      signIns++;
      json(200, { access_token: `access-token-${signIns}`, refresh_token: `refresh-token-${signIns}`, expires_in: 3600 })(
        request,
        response,
      );
    };
    api = json(200, { offset: 0, limit: 2, totalCount: 0, results: [] });
    server = await bed.start([(request, response) => (request.url.startsWith('/api/oauth2/token') ? token : api)(request, response)]);
    window = new ApplianceWindow(() => now);
  });
  afterEach(() => window.appliances.dispose());

  const enter = async (): Promise<unknown> =>
    window.appliances.enter(
      {
        origin: server.origin,
        certificate: await window.look(server.origin),
        user: 'admin',
        password,
        askCode: () => Promise.resolve('735219'),
      },
      AbortSignal.timeout(20_000),
    );
  const machines = (path = machinesPath): Promise<unknown> => window.appliances.client(server.origin)!.get(path);
  const failureOf = async (work: Promise<unknown>): Promise<BackupError> => {
    const error = await work.then(
      () => assert.fail('it went well'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BackupError, String(error));
    return error;
  };
  /** All that is told, logged and kept of an error. */
  const everything = (error: BackupError): string =>
    JSON.stringify([
      toErrorRecord(error),
      error.message,
      error.facts,
      String(error.stack),
      String(error.cause),
      window.log,
      [...window.memory],
    ]);
  const stored = (): string => window.secrets.get(`veeam:${server.origin}`) ?? '';

  it('says back what was typed: it is shown nowhere', async () => {
    for (const said of [password, encodeURIComponent(password), new URLSearchParams({ '': password }).toString().slice(1)]) {
      token = json(401, { message: `No user has the password ${said}.` });
      const error = await failureOf(enter());
      assert.match(error.message, /No user has the password \(not shown\)/);
      assert.ok(!everything(error).includes(said));
    }
    token = (request, response) =>
      request.body.includes('Mfa')
        ? json(400, { message: 'mfa-secret-7 with 735219 is over.' })(request, response)
        : json(200, { mfa_token: 'mfa-secret-7' })(request, response);
    const error = await failureOf(enter());
    assert.match(error.message, /is over/);
    assert.doesNotMatch(everything(error), /735219|mfa-secret-7/);
    assert.equal(window.secrets.size, 0);
  });

  it('says a token back: it is shown nowhere, nor is a spent refresh token', async () => {
    await enter();
    api = (request, response) => json(500, { title: `Broken: ${request.headers.authorization}` })(request, response);
    const error = await failureOf(
      window.appliances
        .client(server.origin)!
        .send({ method: 'POST', url: `${server.origin}/api/v8/x`, headers: {} })
        .then(({ status, text }) => {
          throw new BackupError(`${status} ${text}`, { code: 'Told' });
        }),
    );
    assert.match(error.message, /500 .*Bearer \(not shown\)/);
    assert.doesNotMatch(everything(error), /access-token/);
    now += 2 * 3_600_000;
    token = (request, response) => json(401, { message: `What is this? ${request.body}` })(request, response);
    const refused = await failureOf(machines());
    assert.equal(refused.facts.code, 'SignInNeeded');
    assert.ok(!everything(refused).includes('refresh-token') && !everything(refused).includes('Tr0ub4dor'), everything(refused));
    assert.doesNotMatch(stored(), /refresh-token|Tr0ub4dor/);
  });

  it('sends on to another host: nothing reaches that one, neither by redirection nor by a link', async () => {
    await enter();
    const other = await bed.start();
    for (const status of [301, 302, 303, 307, 308]) {
      api = (_request, response) => void response.writeHead(status, { location: `${other.origin}/api/v8/virtualMachines` }).end();
      assert.equal((await failureOf(machines())).facts.code, 'ForeignHost');
    }
    token = (_request, response) => void response.writeHead(307, { location: `${other.origin}/api/oauth2/token` }).end();
    assert.equal((await failureOf(enter())).facts.code, 'NoAppliance');
    const offsets: (string | null)[] = [];
    api = (request, response) => {
      offsets.push(new URL(request.url, server.origin).searchParams.get('Offset'));
      const results = offsets.length > 2 ? [] : [{ id: 'a' }, { id: 'b' }];
      // Without its own offset: what was asked for tells.
      json(200, { limit: 2, totalCount: 9, results, _links: { next: { href: `${other.origin}/api/v8/virtualMachines` } } })(
        request,
        response,
      );
    };
    const pages: Page[] = [];
    for await (const one of window.appliances.client(server.origin)!.pages(machinesPath)) {
      pages.push(one);
    }
    assert.deepEqual([offsets, pages.length], [['0', '2', '4'], 3]);
    assert.equal(other.bytes(), 0);
  });

  it('never stops talking, or sends what unpacks to more than there is room for: given up', async () => {
    await enter();
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024));
    api = (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    assert.match((await failureOf(machines())).message, /more than 64 MB/);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    api = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
      };
      response
        .on('drain', more)
        .on('error', () => undefined)
        .writeHead(200);
      more();
    };
    assert.match((await failureOf(machines())).message, /more than 64 MB/);
  });

  it('whose gateway answers the sign-in with a page is asked again later: the password is kept', async () => {
    await enter();
    const before = stored();
    now += 2 * 3_600_000;
    const signIn = token;
    token = page(403);
    assert.match((await failureOf(machines())).message, /A web page came/);
    assert.equal(stored(), before);
    token = signIn;
    await machines();
  });

  it('that answers a renewal when it has been removed, or somebody has signed in anew, changes nothing of that', async () => {
    const signIn = token;
    for (const status of [200, 401]) {
      for (const meanwhile of ['removed', 'signed in'] as const) {
        token = signIn;
        await enter();
        now += 2 * 3_600_000;
        let answer: (() => void) | undefined;
        const held = new Promise<void>((resolve) => {
          token = (request, response) => {
            answer = () => (status === 200 ? signIn : json(401, { message: 'Spent.' }))(request, response);
            resolve();
          };
        });
        const asking = machines().then(
          () => 'well',
          (error: BackupError) => error.facts.code,
        );
        await held;
        token = signIn;
        if (meanwhile === 'removed') {
          await window.appliances.remove(server.origin);
        } else {
          await enter();
        }
        const kept = stored();
        answer?.();
        assert.equal(await asking, meanwhile === 'removed' ? 'SignInNeeded' : 'well');
        assert.equal(stored(), kept, `${meanwhile}, ${status}`);
        assert.ok(meanwhile !== 'removed' || kept === '');
      }
    }
  });

  it('shows its certificate at each connection: none is taken up again from an earlier one', async () => {
    const reused: boolean[] = [];
    server.server.on('secureConnection', (socket: TLSSocket) => reused.push(socket.isSessionReused()));
    await enter();
    const client = window.appliances.client(server.origin)!;
    for (let times = 0; times < 4; times++) {
      await client.send({ method: 'POST', url: `${server.origin}/api/v8/x`, headers: {}, body: '{}' });
    }
    assert.ok(reused.length >= 5, 'each change has a connection of its own');
    assert.ok(reused.every((one) => !one));
  });
});
