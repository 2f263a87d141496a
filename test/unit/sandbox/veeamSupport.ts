import assert from 'node:assert/strict';
import { request } from 'node:https';
import type { PeerCertificate } from 'node:tls';
import type { SandboxClock } from '../../../src/sandbox/arm/types.ts';
import { FaultPlan } from '../../../src/sandbox/faults/plan.ts';
import { createWorld } from '../../../src/sandbox/providers.ts';
import { Ledger } from '../../../src/sandbox/server/ledger.ts';
import { createRandom } from '../../../src/sandbox/server/random.ts';
import type { ApplianceEndpoint, ApplianceServer } from '../../../src/sandbox/veeam/applianceServer.ts';
import { appliancesOf } from '../../../src/sandbox/veeam/standing.ts';
import { startAppliances } from '../../../src/sandbox/veeam/start.ts';
import type { World } from '../../../src/sandbox/world/world.ts';

export const second = 1000;
export const minute = 60 * second;

/** What a client pins: a certificate and its SHA-256 fingerprint. */
export type Pin = Pick<ApplianceEndpoint, 'url' | 'certificate' | 'fingerprint'>;

export interface ApplianceAnswer {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** A member of the JSON body by its path, e.g. `results.0.name`. */
  readonly at: (path: string) => unknown;
}

export interface Asking {
  readonly token?: string;
  /** An object goes as JSON, a text as a form. */
  readonly body?: object | string;
  readonly contentType?: string;
}

/** One request on a connection of its own, to nobody but whom the pin names. @param target a path, or a URL of an answer */
export function ask(pin: Pin, method: string, target: string, { token, body, contentType }: Asking = {}): Promise<ApplianceAnswer> {
  const content = typeof body === 'object' ? JSON.stringify(body) : body;
  const type = contentType ?? (typeof body === 'object' ? 'application/json' : 'application/x-www-form-urlencoded');
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(content === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(content) }),
  };
  // The certificate may name no host: who it is, is told by the fingerprint alone.
  const checkServerIdentity = (_host: string, certificate: PeerCertificate): Error | undefined =>
    certificate.fingerprint256 === pin.fingerprint
      ? undefined
      : new Error(`pinned ${pin.fingerprint}, shown ${certificate.fingerprint256}`);
  return new Promise((resolve, reject) => {
    const url = new URL(target, pin.url);
    const sent = request(url, { method, headers, agent: false, ca: pin.certificate, checkServerIdentity }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const at = (path: string): unknown =>
          path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], JSON.parse(text));
        resolve({ status: answer.statusCode ?? 0, type: answer.headers['content-type'] ?? '', headers: answer.headers, text, at });
      });
    });
    sent.on('error', reject).end(content);
  });
}

/** The appliances over HTTPS, on a clock that the test moves. */
export class Appliances {
  now = Date.UTC(2026, 2, 11, 10, 7, 13, 421);
  readonly world: World;
  readonly ledger = new Ledger();
  readonly faults = new FaultPlan();
  readonly errors: unknown[] = [];
  #servers: readonly ApplianceServer[] = [];

  private constructor() {
    const clock: SandboxClock = { speed: 1, now: () => this.now, scaled: (ms) => ms };
    this.world = createWorld({ clock, random: createRandom(7) });
  }

  static async start(): Promise<Appliances> {
    const made = new Appliances();
    const { world, ledger, faults, errors } = made;
    made.#servers = await startAppliances(appliancesOf(world), {
      port: 0,
      clock: world.clock,
      ledger,
      faults,
      latencyMs: 0,
      closing: new AbortController().signal,
      onError: (error) => errors.push(error),
    });
    return made;
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    assert.deepEqual(this.errors, [], 'mistakes of the sandbox itself');
  }

  server(name = 'veeam'): ApplianceServer {
    const server = this.#servers.find(({ appliance }) => appliance.entry.name === name);
    assert.ok(server, name);
    return server;
  }

  pass(ms: number): void {
    this.now += ms;
  }

  /** A token request's answer. */
  token(fields: Readonly<Record<string, string>>, name = 'veeam'): Promise<ApplianceAnswer> {
    return ask(this.server(name).endpoint, 'POST', '/api/oauth2/token', { body: new URLSearchParams(fields).toString() });
  }

  /** An access token of a user who needs no code. */
  async signIn(username = 'veeam-admin', name = 'veeam'): Promise<string> {
    const answer = await this.token({ grant_type: 'Password', username, password: this.password(username, name) }, name);
    assert.equal(answer.status, 200, answer.text);
    return String(answer.at('access_token'));
  }

  password(username: string, name = 'veeam'): string {
    const user = this.server(name).endpoint.users.find((known) => known.username === username);
    assert.ok(user, username);
    return user.password;
  }

  /** Asks an appliance as a user who is signed in. */
  caller(token: string, name = 'veeam'): (method: string, target: string, body?: object) => Promise<ApplianceAnswer> {
    return (method, target, body) => ask(this.server(name).endpoint, method, target, { token, ...(body === undefined ? {} : { body }) });
  }

  /** The appliance's id of a machine. */
  machineId(machine: string, name = 'veeam'): string {
    const found = this.server(name)
      .appliance.machines()
      .find((known) => known.name === machine);
    assert.ok(found, machine);
    return found.id;
  }
}
