import assert from 'node:assert/strict';
import { createBlobReader } from '../../../src/cloud/blobReader.ts';
import { guardedBlobUrl } from '../../../src/cloud/blobGuard.ts';
import { environmentOf } from '../../../src/cloud/environments.ts';
import type { TokenRequest } from '../../../src/cloud/credentials/types.ts';
import type { VerifyingHttpClient } from '../../../src/cloud/httpClient.ts';
import type { RequestLogEntry } from '../../../src/cloud/requestLog.ts';
import type { BlobPlace, BlobReader, CloudEnvironment } from '../../../src/cloud/types.ts';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { environmentAt, httpClientOf } from './support/client.ts';
import { createTestBed, silence, text, type TestBed, type TestServer } from './support/httpsServer.ts';

const listing = (names: readonly string[], next = ''): string =>
  `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="x" ContainerName="backups"><Blobs>${names
    .map(
      (name) =>
        `<Blob><Name>${name}</Name><Properties><Last-Modified>Sun, 01 Mar 2026 10:00:00 GMT</Last-Modified><Content-Length>2048</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`,
    )
    .join('')}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
const refused = (status: number, code: string): ReturnType<typeof text> =>
  text(status, `<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.\nRequestId:1\nTime:2</Message></Error>`, {
    'content-type': 'application/xml',
    'x-ms-error-code': code,
    'x-ms-request-id': 'request-7',
  });
const xml = { 'content-type': 'application/xml' };

describe('the blobs of a cloud', () => {
  let bed: TestBed;
  let server: TestServer;
  let environment: CloudEnvironment;
  let client: VerifyingHttpClient;
  let reader: BlobReader;
  let place: BlobPlace;
  let asked: TokenRequest[];
  let log: RequestLogEntry[];

  before(async () => {
    bed = await createTestBed();
  });
  beforeEach(async () => {
    server = await bed.start();
    environment = { ...environmentAt(server.origin, bed.authorityFile), kind: 'sandbox', storage: { audience: 'a', blobSuffixes: [] } };
    client = await httpClientOf(environment);
    place = { account: 'stbackups', endpoint: `${server.origin}/stbackups/`, container: 'backups' };
    asked = [];
    log = [];
    const getToken = (request: TokenRequest): Promise<{ token: string; expiresAt: number }> => {
      asked.push(request);
      return Promise.resolve({ token: `blob-token-${asked.length}`, expiresAt: Date.now() + 3_600_000 });
    };
    const retry = { retries: 1, firstDelayMs: 5, longestDelayMs: 10, longestRetryAfterMs: 100 };
    reader = createBlobReader(environment, () =>
      Promise.resolve({ environment, client, tokens: { getToken }, log: { request: (entry) => void log.push(entry) }, retry }),
    );
  });
  afterEach(() => client.dispose());
  after(() => bed[Symbol.asyncDispose]());

  const failure = async (work: Promise<unknown>): Promise<BackupError> => {
    const error: unknown = await work.then(
      () => assert.fail('It went through'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BackupError, String(error));
    return error;
  };

  it('are listed page by page with a token for storage, and the log has no query', async () => {
    server.replies = [text(200, listing(['a.apimbackup'], 'more'), xml), text(200, listing(['b &amp; c']), xml)];
    const first = await reader.list(place, { tenantId: 'tenant-9' });
    assert.deepEqual(first, { items: [{ name: 'a.apimbackup', lastModified: '2026-03-01T10:00:00.000Z', sizeBytes: 2048 }], next: 'more' });
    const second = await reader.list(place, { next: 'more' });
    assert.deepEqual(
      second.items.map(({ name }) => name),
      ['b & c'],
    );
    assert.equal(second.next, undefined);
    assert.deepEqual(
      asked.map(({ resource, tenantId }) => [resource, tenantId]),
      [
        ['storage', 'tenant-9'],
        ['storage', undefined],
      ],
    );
    const [request] = server.requests;
    assert.equal(request?.headers.authorization, 'Bearer blob-token-1');
    assert.match(request?.url ?? '', /^\/stbackups\/backups\?.*comp=list/);
    assert.match(server.requests[1]?.url ?? '', /marker=more/);
    assert.deepEqual(
      log.map(({ path }) => path),
      ['/stbackups/backups', '/stbackups/backups'],
    );
  });

  it('one of them is found or is not there; a missing container is another matter', async () => {
    const found = { 'last-modified': 'Sun, 01 Mar 2026 10:00:00 GMT', 'content-length': '0', 'x-ms-blob-type': 'BlockBlob' };
    server.replies = [
      text(200, '', found),
      text(404, '', { 'x-ms-error-code': 'BlobNotFound' }),
      text(404, '', { 'x-ms-error-code': 'ContainerNotFound' }),
    ];
    assert.equal((await reader.find(place, 'a b.apimbackup'))?.lastModified, '2026-03-01T10:00:00.000Z');
    assert.match(server.requests[0]?.url ?? '', /\/stbackups\/backups\/a%20b\.apimbackup/);
    assert.equal(await reader.find(place, 'other'), undefined);
    assert.equal((await failure(reader.find(place, 'other'))).facts.code, 'ContainerNotFound');
  });

  it('a refusal says what was attempted, the code, the request id and which role is missing', async () => {
    server.replies = [refused(403, 'AuthorizationPermissionMismatch')];
    const { message, facts } = await failure(reader.list(place, { attempted: 'list the backups', resource: 'backups' }));
    assert.match(message, /^Could not list the backups \(backups\): No\. \(AuthorizationPermissionMismatch\)$/);
    assert.deepEqual([facts.status, facts.requestId], [403, 'request-7']);
    assert.match(facts.remedies?.[0] ?? '', /Storage Blob Data Reader/);
  });

  it('a token that is refused is replaced once; a busy account is asked again', async () => {
    server.replies = [text(401, ''), text(503, ''), text(200, listing([]), xml)];
    assert.deepEqual((await reader.list(place)).items, []);
    assert.equal(asked[1]?.fresh, true);
    assert.equal(server.requests.length, 3);
  });

  it('no token leaves for a host that is not the account’s, whether Azure’s answer or a redirection names it', async () => {
    const other = await bed.start([text(200, listing([]), xml)]);
    const foreign = await failure(reader.list({ ...place, endpoint: 'https://example.com/stbackups' }));
    assert.equal(foreign.facts.code, 'ForeignHost');
    const neighbour = await failure(reader.list({ ...place, endpoint: `${other.origin}/another/` }));
    assert.equal(neighbour.facts.code, 'ForeignHost');
    assert.equal(asked.length, 0);
    server.replies = [text(302, '', { location: 'https://example.com/stbackups/backups' })];
    assert.equal((await failure(reader.list(place))).facts.code, 'ForeignHost');
    assert.equal(other.requests.length, 0);
  });

  it('in Azure the host is the account’s own, below the suffix of the cloud', () => {
    const azure = environmentOf('public', undefined);
    const may = (url: string, account = 'stbackups'): boolean => {
      try {
        return guardedBlobUrl(azure, { account }, url) === url;
      } catch (error) {
        assert.ok(error instanceof BackupError && error.facts.code === 'ForeignHost');
        return false;
      }
    };
    assert.ok(may('https://stbackups.blob.core.windows.net/backups'));
    assert.ok(may('https://stbackups.z12.blob.storage.azure.net/backups'));
    for (const url of [
      'http://stbackups.blob.core.windows.net/backups',
      'https://stbackups.blob.core.windows.net.example.com/backups',
      'https://stbackups.example.com/backups',
      'https://other.blob.core.windows.net/stbackups/backups',
      'https://stbackups.blob.core.windows.net:8443/backups',
      'https://stbackups@blob.core.windows.net/backups',
      'https://stbackups.blob.core.usgovcloudapi.net/backups',
      'https://127.0.0.1/stbackups/backups',
      'nothing',
    ]) {
      assert.ok(!may(url), url);
    }
  });

  it('nothing usable: a web page, a connection that breaks, and a person who turns away', async () => {
    server.replies = [text(200, '<html>Log in</html>', { 'content-type': 'text/html' })];
    const page = await failure(reader.list(place, { attempted: 'list the backups' }));
    assert.match(page.message, /^Could not list the backups/);
    server.replies = [(_request, _response, socket) => void socket.destroy()];
    assert.equal((await failure(reader.list(place))).facts.code, 'ConnectionLost');
    server.replies = [silence];
    const turned = new AbortController();
    const waiting = reader.list(place, { signal: turned.signal });
    turned.abort();
    await assert.rejects(waiting, isCancelled);
  });
});
