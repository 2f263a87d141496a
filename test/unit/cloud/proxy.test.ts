import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { BackupError } from '../../../src/core/errors.ts';
import { clientOf, environmentAt, type TestClient } from './support/client.ts';
import { createTestBed, json, type TestBed } from './support/httpsServer.ts';

describe('behind a proxy of the environment (HTTPS_PROXY)', () => {
  let bed: TestBed;
  let proxy: Server;
  const sockets = new Set<Socket>();
  let tunnels: string[];
  let refuse: boolean;
  let client: TestClient | undefined;
  const kept = process.env['HTTPS_PROXY'];

  before(async () => {
    bed = await createTestBed();
    proxy = createServer().on('connect', (request, socket, head) => {
      tunnels.push(request.url ?? '');
      if (refuse) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 2\r\n\r\n{}');
        return;
      }
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket).pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    proxy.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  after(async () => {
    if (kept === undefined) {
      delete process.env['HTTPS_PROXY'];
    } else {
      process.env['HTTPS_PROXY'] = kept;
    }
    await bed[Symbol.asyncDispose]();
    // Tunnels are no longer connections of the HTTP server.
    sockets.forEach((socket) => socket.destroy());
    await new Promise((resolve) => proxy.close(resolve));
  });
  beforeEach(() => {
    tunnels = [];
    refuse = false;
  });
  afterEach(() => client?.dispose());

  it('requests go through it, and the certificate of the cloud is verified all the same', async () => {
    const server = await bed.start([json(200, { ok: true })]);
    client = clientOf(environmentAt(server.origin, bed.authorityFile));
    assert.deepEqual((await client.arm.get('/x')).body, { ok: true });
    assert.deepEqual(tunnels, [`127.0.0.1:${server.port}`]);
    await client.dispose();
    client = clientOf(environmentAt(server.origin));
    const bytes = server.bytes();
    await assert.rejects(client.arm.get('/x'), (error) => error instanceof BackupError && error.facts.code === 'CertificateRefused');
    assert.equal(server.bytes(), bytes);
  });

  it('an answer of the proxy is not taken for one of the cloud, and a change has not been sent', async () => {
    refuse = true;
    const server = await bed.start([json(200, {})]);
    client = clientOf(environmentAt(server.origin, bed.authorityFile));
    const error = await client.arm.send({ method: 'POST', url: `${server.origin}/x`, headers: {}, body: '{}' }).then(
      () => assert.fail('it was taken'),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof BackupError);
    assert.equal(error.facts.code, 'NotSent');
    assert.match(error.message, /the proxy does not let us through \(PROXY_407\)/);
  });
});
