import { Agent, request } from 'node:https';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

export interface AzuriteAddress {
  readonly port: number;
  /** PEM of the authority that its certificate is checked against. */
  readonly authority: string;
}

export interface AzuriteReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: IncomingMessage;
}

// A connection that Azurite gives up just when it is used again would be a failure by nobody's wish.
const agent = new Agent({ keepAlive: false });

/** One request to Azurite, as it is. The answer's body must be read or destroyed. */
export function callAzurite(
  address: AzuriteAddress,
  call: { readonly method: string; readonly target: string; readonly headers: Readonly<Record<string, string>> },
  body?: Readable | Uint8Array,
): Promise<AzuriteReply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        host: '127.0.0.1',
        port: address.port,
        ca: address.authority,
        method: call.method,
        path: call.target,
        headers: { ...call.headers, host: `127.0.0.1:${address.port}` },
      },
      (answer) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: answer }),
    );
    sent.once('error', reject);
    if (body === undefined || body instanceof Uint8Array) {
      sent.end(body);
    } else {
      body.once('error', (error) => sent.destroy(error));
      body.pipe(sent);
    }
  });
}

/** The whole of a stream. */
export async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
