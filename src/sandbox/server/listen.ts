import { createAdaptorServer } from '@hono/node-server';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import { Connections } from './connections.ts';
import type { App } from './request.ts';

/** The sandbox never listens on anything else. */
export const host = '127.0.0.1';

/** Why the sandbox did not start, for a person. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** What a server proves with who it is, PEM. */
export interface ServerIdentity {
  readonly keyPem: string;
  /** Its own certificate first, then those that vouch for it. */
  readonly chainPem: string;
}

export interface Listener {
  readonly port: number;
  readonly connections: Connections;
  /** Hands the requests to an app: it can be built only once the port is known. */
  serve(app: App): void;
  /** Proves with another certificate from now on; connections that know the old one end. */
  become(identity: ServerIdentity): void;
  /** Ends all connections and refuses new ones, as a machine that is down does. */
  unplug(): Promise<void>;
  /** Takes connections again, on the same port. @throws StartError where another has taken it meanwhile */
  plugIn(): Promise<void>;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
}

/**
 * Listens on 127.0.0.1; answers 503 until it is given an app.
 * @param flag what the port was given with, for messages
 * @throws StartError where the port is in use or not allowed.
 */
export async function listen(port: number, identity: ServerIdentity, flag = '--port'): Promise<Listener> {
  let app: App | undefined;
  const server = createAdaptorServer({
    fetch: (request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }),
    createServer,
    serverOptions: { key: identity.keyPem, cert: identity.chainPem },
    // Tests start the sandbox inside their own process: its Request and Response must stay Node's.
    overrideGlobalObjects: false,
  }) as Server;
  // Longer than any client keeps an idle connection, else a reused one is reset now and then by no fault's wish.
  server.keepAliveTimeout = 120_000;
  server.headersTimeout = 125_000;
  const connections = new Connections(server);
  const listenAt = (wanted: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => reject(startError(error, wanted, flag));
      server.once('error', refuse);
      server.listen(wanted, host, () => {
        server.off('error', refuse);
        resolve();
      });
    });
  const end = (): Promise<void> =>
    new Promise((resolve) => {
      // Not the https server's own: it looks through its connections, and Node 20 trips over those that were reset.
      TlsServer.prototype.close.call(server, () => resolve());
      connections.endAll();
    });
  await listenAt(port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    port: taken,
    connections,
    serve: (ready) => {
      app = ready;
    },
    become: ({ keyPem, chainPem }) => {
      server.setSecureContext({ key: keyPem, cert: chainPem });
      connections.endAll();
    },
    unplug: end,
    plugIn: () => listenAt(taken),
    close: end,
  };
}

function startError(error: NodeJS.ErrnoException, port: number, flag: string): StartError {
  switch (error.code) {
    case 'EADDRINUSE':
      return new StartError(`Port ${port} on ${host} is in use. Choose another with ${flag}, or leave ${flag} out for a free one.`, {
        cause: error,
      });
    case 'EACCES':
      return new StartError(`Port ${port} on ${host} needs more rights than this user has. Choose one above 1023 with ${flag}.`, {
        cause: error,
      });
    default:
      return new StartError(`Cannot listen on ${host}:${port}: ${error.message}.`, { cause: error });
  }
}
