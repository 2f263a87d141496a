import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';

/**
 * Resets connections. Below a TLS socket lies the TCP one, and only that can send the RST that clients see as
 * `ECONNRESET`; the two are brought together by the peer's port.
 */
export class Connections {
  readonly #sockets = new Map<number, Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort;
      if (port !== undefined) {
        this.#sockets.set(port, socket);
        socket.once('close', () => this.#sockets.delete(port));
      }
    });
  }

  /** Ends the request's connection without an answer. */
  reset(incoming: IncomingMessage): void {
    const tcp = this.#sockets.get(incoming.socket.remotePort ?? -1);
    tcp?.resetAndDestroy();
    incoming.socket.destroy();
  }

  endAll(): void {
    this.#sockets.forEach((socket) => socket.destroy());
  }
}
