/** Real HTTPS servers on the loopback with a certificate authority of the test's own. */
// A library below x509 refuses to load without it; so it stands first.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  /** PEM. */
  readonly pem: string;
}

/** A certificate authority that nobody knows. */
export async function createAuthority(name = 'Test authority'): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: '01',
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + dayMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return { certificate, keys, pem: certificate.toString('pem') };
}

interface LeafOptions {
  readonly hosts?: readonly { type: 'ip' | 'dns'; value: string }[];
  readonly notAfter?: Date;
}

async function createLeaf(authority: Authority, options: LeafOptions): Promise<{ cert: string; key: string }> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=leaf',
    issuer: authority.certificate.subject,
    serialNumber: '02',
    notBefore: new Date(Date.now() - 2 * dayMs),
    notAfter: options.notAfter ?? new Date(Date.now() + dayMs),
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        ...(options.hosts ?? [
          { type: 'ip' as const, value: '127.0.0.1' },
          { type: 'dns' as const, value: 'localhost' },
        ]),
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----` };
}

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Port of the client: tells connections apart. */
  readonly from: number | undefined;
}

export type Reply = (request: SeenRequest, response: ServerResponse, socket: Socket) => void;

export interface TestServer {
  readonly origin: string;
  readonly port: number;
  readonly server: Server;
  /** Every request whose body came in whole. */
  readonly requests: SeenRequest[];
  /** Bytes of application data that came in, whole requests or not. */
  readonly bytes: () => number;
  /** How the next requests are answered, by turns; the last one goes on. */
  replies: Reply[];
}

export interface TestBed extends AsyncDisposable {
  readonly authority: Authority;
  /** The authority's PEM file. */
  readonly authorityFile: string;
  readonly folder: string;
  start(replies?: Reply[], leaf?: LeafOptions & { authority?: Authority }): Promise<TestServer>;
}

/** A folder, an authority and as many servers as a test wants; all gone with `await bed[Symbol.asyncDispose]()`. */
export async function createTestBed(): Promise<TestBed> {
  const authority = await createAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-cloud-'));
  const authorityFile = join(folder, 'authority.pem');
  await writeFile(authorityFile, authority.pem);
  const servers: Server[] = [];
  return {
    authority,
    authorityFile,
    folder,
    async start(replies = [], leaf = {}) {
      const pair = await createLeaf(leaf.authority ?? authority, leaf);
      let bytes = 0;
      const server = createServer(pair, (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('error', () => undefined);
        request.on('end', () => {
          const seen = {
            method: request.method ?? '',
            url: request.url ?? '',
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
            from: request.socket.remotePort,
          };
          result.requests.push(seen);
          const reply = result.replies.length > 1 ? result.replies.shift() : result.replies[0];
          if (reply) {
            reply(seen, response, request.socket);
          } else {
            response.writeHead(500).end();
          }
        });
      });
      server.on('secureConnection', (socket) => socket.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', () => undefined));
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      const { port } = server.address() as AddressInfo;
      const result: TestServer = { origin: `https://127.0.0.1:${port}`, port, server, requests: [], bytes: () => bytes, replies };
      return result;
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Reply {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** Answers with text as it is. */
export function text(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Breaks the connection off without an answer. */
export const reset: Reply = (_request, _response, socket) => socket.destroy();

/** Never answers. */
export const silence: Reply = () => undefined;
