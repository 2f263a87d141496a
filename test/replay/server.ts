/** A local HTTPS server that answers with what was recorded, and a client of ours that trusts it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { createArmClient } from '../../src/cloud/armClient.ts';
import { createHttpClient } from '../../src/cloud/httpClient.ts';
import { createArmPipeline } from '../../src/cloud/pipeline.ts';
import type { ArmClient, CloudEnvironment } from '../../src/cloud/types.ts';
import { messageOf } from '../../src/core/errors.ts';
import type { Certificates } from '../../src/sandbox/identity/certificates.ts';
import { addressKey, addressOf, groupedBy, linkFrom, pathKey, type Address } from './address.ts';
import type { Interaction } from './recording.ts';

/** @param sent the body's text, empty where there is none */
export type Script = (method: string, address: Address, sent: string) => Interaction;

export interface ReplayServer {
  readonly arm: ArmClient;
  /**
   * From now on these are the answers, each for its own address; what a page or a redirection points to must be among them.
   * Several of one address are given in their order, and the last one stays.
   * @param byPath true where the query does not count: one resource is the same whatever more of it was asked for.
   * @returns what was asked since the last call that has no answer among those before: addresses, as asked.
   */
  play(interactions: readonly Interaction[], byPath?: boolean): readonly string[];
  /** From now on, until the next `play`, this answers every request, changes too. */
  answerWith(script: Script): void;
  close(): Promise<void>;
}

export async function startServer(certificates: Certificates): Promise<ReplayServer> {
  let answers = new Map<string, Interaction[]>();
  let unexpected: string[] = [];
  let script: Script | undefined;
  let origin = '';
  const server = https.createServer({ cert: certificates.serverPem, key: certificates.serverKeyPem }, (request, response) => {
    const url = request.url ?? '/';
    const address = addressOf(url);
    if (script) {
      const answerOf = script;
      textOf(request)
        .then((sent) => reply(response, answerOf(request.method ?? '', address, sent), origin))
        .catch((error: unknown) => refuse(response, error));
      return;
    }
    const waiting = answers.get(addressKey(address)) ?? answers.get(pathKey(address));
    const found = waiting && waiting.length > 1 ? waiting.shift() : waiting?.[0];
    if (!found || request.method !== 'GET') {
      unexpected.push(`${request.method} ${url}`);
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { code: 'NotRecorded', message: 'This request is not what was recorded.' } }));
      return;
    }
    try {
      reply(response, found, origin);
    } catch (error) {
      refuse(response, error);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const environment: CloudEnvironment = {
    kind: 'custom',
    label: 'Replay',
    resourceManagerEndpoint: origin,
    authorityHost: origin,
    audience: `${origin}/`,
  };
  const client = createHttpClient(tls.createSecureContext({ ca: certificates.authorityPem }));
  const pipeline = createArmPipeline({
    environment,
    tokens: { getToken: () => Promise.resolve({ token: 'replay', expiresAt: Date.now() + 3_600_000 }) },
    client,
    // A recorded 429 or 500 is what is looked at: trying again would only ask for the same recording.
    retry: { retries: 0, firstDelayMs: 0, longestDelayMs: 0, longestRetryAfterMs: 0 },
  });
  return {
    arm: createArmClient({ environment, pipeline: () => Promise.resolve(pipeline) }),
    play: (interactions, byPath = false) => {
      const before = unexpected;
      unexpected = [];
      script = undefined;
      answers = groupedBy(new Set(interactions), (one) => (byPath ? pathKey : addressKey)(addressOf(one.url)));
      return before;
    },
    answerWith: (next) => {
      script = next;
    },
    close: async () => {
      client.dispose();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reply(response: ServerResponse, answer: Interaction, origin: string): void {
  // Where the recording has no date, today's would be a false one.
  response.sendDate = false;
  const body = bodyText(answer, origin);
  response.writeHead(answer.status, answerHeaders(answer, origin));
  response.end(body);
}

/** What was recorded cannot be played: JSON as deep as no stack is, a header that HTTP does not allow. */
function refuse(response: ServerResponse, error: unknown): void {
  if (!response.headersSent) {
    response.writeHead(500, { 'content-type': 'application/json' });
  }
  response.end(JSON.stringify({ error: { code: 'NotPlayable', message: `What was recorded cannot be played: ${messageOf(error)}` } }));
}

const hopByHop = new Set(['connection', 'content-encoding', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer']);

/** Recorded addresses point to the cloud that was recorded: whatever its host, here they point to this server. */
function answerHeaders(interaction: Interaction, origin: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(interaction.headers)) {
    if (!hopByHop.has(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value) && /^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      headers[name] = name === 'location' || name === 'azure-asyncoperation' ? moved(value, interaction.url, origin) : value;
    }
  }
  return headers;
}

function bodyText({ body, status, url }: Interaction, origin: string): string {
  if (body === null || status === 204 || status === 304) {
    return '';
  }
  if (typeof body === 'string') {
    return body;
  }
  const { nextLink, value } = body as { nextLink?: unknown; value?: unknown };
  return JSON.stringify(typeof nextLink === 'string' && Array.isArray(value) ? { ...body, nextLink: moved(nextLink, url, origin) } : body);
}

/** What leads nowhere stays as it was recorded. */
function moved(link: string, base: string, origin: string): string {
  return linkFrom(base, link)?.replace(/^https?:\/\/[^/?#]+/i, origin) ?? link;
}
