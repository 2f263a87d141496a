import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connect } from 'node:tls';
import { makeCertificates } from '../../../src/sandbox/identity/certificates.ts';
import { startTiny } from './platformSupport.ts';

describe('sandbox platform: certificates', () => {
  it('the server certificate is signed by the authority, which signs no further authorities', async () => {
    const { authorityPem, serverPem } = await makeCertificates(Date.now());
    const authority = new X509Certificate(authorityPem);
    const server = new X509Certificate(serverPem);
    assert.ok(authority.ca && !server.ca);
    assert.ok(server.verify(authority.publicKey) && server.checkIssued(authority));
    assert.equal(server.subjectAltName, 'IP Address:127.0.0.1, DNS:localhost');
    assert.equal(server.checkIP('127.0.0.1'), '127.0.0.1');
    assert.equal(server.checkHost('localhost'), 'localhost');
    const days = (Date.parse(server.validTo) - Date.parse(server.validFrom)) / 86_400_000;
    assert.ok(days > 360 && days < 398, `${days} days`);
  });

  it('two starts share nothing', async () => {
    const [one, two] = await Promise.all([makeCertificates(Date.now()), makeCertificates(Date.now())]);
    const server = new X509Certificate(two.serverPem);
    assert.ok(!server.verify(new X509Certificate(one.authorityPem).publicKey));
    assert.notEqual(new X509Certificate(one.authorityPem).serialNumber, new X509Certificate(two.authorityPem).serialNumber);
  });

  it('is trusted by the printed file and by nothing else', async () => {
    const sandbox = await startTiny();
    try {
      const ask = (ca: string | undefined): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const url = `${sandbox.endpoint.resourceManagerEndpoint}/_sandbox/health`;
          const options = { agent: false, ...(ca === undefined ? {} : { ca }) } as const;
          request(url, options, (answer) => resolve(answer.resume().statusCode))
            .on('error', reject)
            .end();
        });
      assert.equal(await ask(await readFile(sandbox.endpoint.certificateAuthorityFile, 'utf8')), 200);
      await assert.rejects(ask(undefined), /self.signed certificate|unable to (get|verify)/i);
    } finally {
      await sandbox.close();
    }
  });

  it('speaks TLS 1.2 and 1.3', async () => {
    const sandbox = await startTiny();
    try {
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const spoken = await new Promise<string | null>((resolve, reject) => {
          const socket = connect({
            host: '127.0.0.1',
            port: Number(new URL(sandbox.endpoint.resourceManagerEndpoint).port),
            ca: sandbox.certificateAuthority,
            minVersion: version,
            maxVersion: version,
          });
          socket.once('secureConnect', () => {
            resolve(socket.getProtocol());
            socket.destroy();
          });
          socket.once('error', reject);
        });
        assert.equal(spoken, version);
      }
    } finally {
      await sandbox.close();
    }
  });

  it('the temporary directory is for this user alone and goes with the sandbox', async () => {
    const sandbox = await startTiny();
    const file = sandbox.endpoint.certificateAuthorityFile;
    const folder = dirname(file);
    if (process.platform !== 'win32') {
      assert.equal(statSync(folder).mode & 0o777, 0o700);
    }
    await sandbox.close();
    assert.ok(!existsSync(folder));
    await sandbox.close();
  });

  it('a given directory is made, and kept without the file', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'platform-data-'));
    try {
      const folder = join(parent, 'made', 'here');
      const sandbox = await startTiny({ dataDirectory: folder });
      assert.equal(sandbox.endpoint.certificateAuthorityFile, join(folder, 'sandbox-ca.pem'));
      await sandbox.close();
      assert.deepEqual([existsSync(folder), existsSync(join(folder, 'sandbox-ca.pem'))], [true, false]);
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});
