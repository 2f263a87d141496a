import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { ArmFailure, type SandboxClock } from '../arm/types.ts';
import { faultLayer, type FaultLayerParts, toResponse } from '../server/faultLayer.ts';
import { host, type Listener, listen } from '../server/listen.ts';
import { type App, type Env, originOf, routingPath } from '../server/request.ts';
import type { Appliance } from './appliance.ts';
import { type ApplianceCertificate, makeApplianceCertificate } from './certificate.ts';
import { Problem } from './problem.ts';
import { addApplianceRoutes } from './routes.ts';
import { SignIn } from './signIn.ts';
import { applianceStandIns } from './standIns.ts';
import { createUsers, type User, type UserFacts } from './users.ts';
import { versionsUpTo } from './versions.ts';

/** What a client needs to know of an appliance, as the sandbox's start line has it. */
export interface ApplianceEndpoint {
  readonly name: string;
  /** Origin without trailing slash. */
  readonly url: string;
  /** SHA-256 of its certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** PEM of its certificate. */
  readonly certificate: string;
  readonly release: string;
  readonly apiVersions: readonly string[];
  readonly users: readonly UserFacts[];
}

export interface ApplianceServerParts extends Omit<FaultLayerParts, 'connections' | 'standIns' | 'server'> {
  /** 0: a free one. */
  readonly port: number;
  readonly onError: (error: unknown) => void;
}

/** One appliance on a port of its own. */
export class ApplianceServer {
  readonly appliance: Appliance;
  readonly signIn: SignIn;
  readonly users: readonly User[];
  /** What links in answers start with instead of the address that the caller used; undefined: that address. */
  linkOrigin: string | undefined;
  readonly #listener: Listener;
  readonly #clock: SandboxClock;
  #certificate: ApplianceCertificate;

  private constructor(appliance: Appliance, listener: Listener, certificate: ApplianceCertificate, clock: SandboxClock) {
    this.appliance = appliance;
    this.#listener = listener;
    this.#certificate = certificate;
    this.#clock = clock;
    this.users = createUsers();
    this.signIn = new SignIn(this.users, clock);
  }

  /** @throws StartError where it cannot listen. */
  static async start(appliance: Appliance, parts: ApplianceServerParts): Promise<ApplianceServer> {
    const certificate = await newCertificate(appliance, parts.clock);
    const listener = await listen(parts.port, { keyPem: certificate.keyPem, chainPem: certificate.pem }, '--veeam-port');
    const server = new ApplianceServer(appliance, listener, certificate, parts.clock);
    listener.serve(server.#app(parts));
    return server;
  }

  get endpoint(): ApplianceEndpoint {
    const { name, release, newestVersion } = this.appliance.entry;
    return {
      name,
      url: `https://${host}:${this.#listener.port}`,
      fingerprint: this.#certificate.fingerprint,
      certificate: this.#certificate.pem,
      release,
      apiVersions: versionsUpTo(newestVersion),
      users: this.users.map((user) => user.facts(this.#clock.now())),
    };
  }

  /** Another key and certificate, as after a restore of the appliance, or as somebody in between would show. */
  async changeCertificate(): Promise<void> {
    this.#certificate = await newCertificate(this.appliance, this.#clock);
    this.#listener.become({ keyPem: this.#certificate.keyPem, chainPem: this.#certificate.pem });
  }

  unplug(): Promise<void> {
    return this.#listener.unplug();
  }

  plugIn(): Promise<void> {
    return this.#listener.plugIn();
  }

  close(): Promise<void> {
    return this.#listener.close();
  }

  #app(parts: ApplianceServerParts): App {
    const app = new Hono<Env>({ getPath: (request) => routingPath(request.url) });
    const origins = [`https://${host}:${this.#listener.port}`, `https://localhost:${this.#listener.port}`] as const;
    const { connections } = this.#listener;
    app.onError((error) => toResponse(toProblem(error, parts.onError).toWire()));
    // ASP.NET's answer to a path without a route: nothing but the status.
    app.notFound((context) => (context.req.path.startsWith('/api') ? new Response(null, { status: 404 }) : webInterface()));
    app.use('*', faultLayer({ ...parts, connections, standIns: applianceStandIns(this.signIn), server: this.appliance.entry.name }));
    addApplianceRoutes(app, {
      appliance: this.appliance,
      signIn: this.signIn,
      accountId: randomUUID(),
      linkOrigin: (context) => this.linkOrigin ?? originOf(context, origins),
    });
    return app;
  }
}

function toProblem(error: unknown, onError: (error: unknown) => void): Problem {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof ArmFailure) {
    return new Problem(error.status, error.message);
  }
  onError(error);
  return new Problem(500, 'An unexpected error has occurred.');
}

/** Beside its API an appliance serves a web interface: the same page for every path. */
function webInterface(): Response {
  const page =
    '<!DOCTYPE html><html lang="en"><head><title>Veeam Backup for Microsoft Azure (sandbox)</title></head><body><p>The sandbox has no web interface of an appliance.</p></body></html>';
  return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } });
}

function newCertificate(appliance: Appliance, clock: SandboxClock): Promise<ApplianceCertificate> {
  return makeApplianceCertificate(appliance.entry.name, appliance.entry.certificateNamesHost, clock.now());
}
