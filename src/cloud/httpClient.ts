/**
 * The transport below the pipeline. Node's own client of the Azure library hides whether a request can have reached
 * the other side; this one knows, because it hands a request to a connection only after the other side has proven who
 * it is. That also keeps a token from a server whose certificate is not trusted.
 */
import { X509Certificate } from 'node:crypto';
import type { ClientRequest, IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { PeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { createHttpHeaders, RestError, type HttpClient, type PipelineRequest, type PipelineResponse } from '@azure/core-rest-pipeline';
import { CancelledError } from '../core/cancellation.ts';
import { BackupError } from '../core/errors.ts';

export interface TimeLimits {
  /** Milliseconds for name, connection and TLS. */
  readonly connectMs: number;
  /** Milliseconds without a byte of the answer. */
  readonly silenceMs: number;
}

/** By these names an extension host knows this machine. */
const thisMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1']);

const defaultTimeLimits: TimeLimits = { connectMs: 15_000, silenceMs: 100_000 };

/** Milliseconds that a connection is kept for the next request: less than what firewalls forget one after. */
const idleMs = 45_000;

/** Codes of our own time limits, as `code` of the error. */
export const connectTimeout = 'CONNECT_TIMEOUT';
export const answerTimeout = 'ANSWER_TIMEOUT';
/** Beginning of the code of a proxy's refusal; its HTTP status follows. */
const proxyRefusal = 'PROXY_';

/** Bytes of an answer, as it comes and unpacked. The longest pages of Azure have some megabytes. */
const longestAnswer = 64 * 1024 * 1024;
const answerTooLong = 'ANSWER_TOO_LONG';

type Decode = (data: Buffer, options: ZlibOptions) => Promise<Buffer>;
const decoders: Readonly<Record<string, Decode>> = {
  gzip: promisify<Buffer, ZlibOptions, Buffer>(gunzip),
  deflate: promisify<Buffer, ZlibOptions, Buffer>(inflate),
};

export interface VerifyingHttpClient extends HttpClient {
  /** True where the newest try of this request got no answer and any byte of it may have reached the other side. */
  mayHaveLeft(request: PipelineRequest): boolean;
  /** Closes idle connections; those in use end with their answer. */
  dispose(): void;
}

/**
 * Looks at the certificate that the other side presents, before it is verified and beside that, never instead of it: what
 * it returns ends the connection with nothing sent. It takes the place of comparing names, for a certificate that is
 * known by itself and may name no host.
 */
export type CertificateJudge = (certificate: X509Certificate) => Error | undefined;

/** An HTTPS client. Whatever the environment says, certificates are verified. */
export function createHttpClient(
  secureContext: SecureContext | undefined,
  limits: TimeLimits = defaultTimeLimits,
  judge?: CertificateJudge,
): VerifyingHttpClient {
  const tlsOptions = {
    rejectUnauthorized: true,
    ...(secureContext ? { secureContext } : {}),
    ...(judge
      ? {
          checkServerIdentity: (_host: string, { raw }: PeerCertificate) => judge(new X509Certificate(raw)),
          // A session that is taken up again would not present its certificate once more.
          maxCachedSessions: 0,
        }
      : {}),
  };
  const reading = new https.Agent({ keepAlive: true, timeout: idleMs, ...tlsOptions });
  // A change gets a connection of its own: one that the cloud has just closed while idle would leave its fate unclear.
  const changing = new https.Agent({ keepAlive: false, ...tlsOptions });
  const left = new WeakSet<PipelineRequest>();

  async function sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    left.delete(request);
    const url = new URL(request.url);
    if (url.protocol !== 'https:') {
      throw new RestError(`Only https is spoken, not ${url.protocol}`, { code: 'ERR_INVALID_PROTOCOL', request });
    }
    const { body } = request;
    if (body !== undefined && body !== null && typeof body !== 'string') {
      throw new RestError('Only bodies of text are sent', { code: 'ERR_INVALID_ARG_TYPE', request });
    }
    const clientRequest = https.request({
      agent: (request.agent as https.Agent | undefined) ?? (request.method === 'GET' ? reading : changing),
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || 443,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: {
        ...request.headers.toJSON(),
        // An extension host puts an agent of its own before ours, and that one asks for the end of the connection with each answer.
        // For this machine alone it goes on with ours; elsewhere with one that all extensions share, where nothing of ours shall stay.
        ...(request.method === 'GET' && thisMachine.has(url.hostname) ? { connection: 'keep-alive' } : {}),
        ...(typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {}),
      },
      ...tlsOptions,
    });
    const answer = await exchange(clientRequest, body ?? undefined, request.abortSignal, { ...limits, judge }, () =>
      left.add(request),
    ).catch((error: unknown) => {
      throw asRestError(error, request);
    });
    // Answered: its fate is known, whatever becomes of tries that may follow.
    left.delete(request);
    const headers = createHttpHeaders();
    for (const [name, value] of Object.entries(answer.message.headers)) {
      if (value !== undefined) {
        headers.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
    }
    return { request, status: answer.message.statusCode ?? 0, headers, bodyAsText: answer.text };
  }

  return {
    sendRequest,
    mayHaveLeft: (request) => left.has(request),
    dispose: () => {
      // Not `destroy()`: that would also cut off a change whose answer is still to come.
      reading.maxFreeSockets = 0;
      for (const socket of Object.values(reading.freeSockets).flat()) {
        socket?.destroy();
      }
    },
  };
}

type AbortSignalLike = NonNullable<PipelineRequest['abortSignal']>;

function exchange(
  clientRequest: ClientRequest,
  body: string | undefined,
  signal: AbortSignalLike | undefined,
  limits: TimeLimits & { readonly judge: CertificateJudge | undefined },
  leaves: () => void,
): Promise<{ message: IncomingMessage; text: string }> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => fail(timeoutError(connectTimeout, limits.connectMs)), limits.connectMs);
    const rearm = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(timeoutError(answerTimeout, limits.silenceMs)), limits.silenceMs);
    };
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    /** What the judge has against the certificate: it says more than that nobody trusted has signed it. */
    let refusal: Error | undefined;
    const fail = (error: Error): void => {
      settle();
      reject(refusal ?? error);
      clientRequest.destroy();
    };
    const onAbort = (): void => fail(new CancelledError());
    if (signal?.aborted) {
      onAbort();
    }
    signal?.addEventListener('abort', onAbort);
    // Stays on after the end: destroying a request that failed tells once more.
    clientRequest.on('error', fail);
    let handedOver = false;
    clientRequest.once('socket', (socket) => {
      whenPresented(socket as TLSSocket, (certificate) => (refusal = limits.judge?.(certificate)));
      whenVerified(socket, () => {
        if (refusal) {
          fail(refusal);
          return;
        }
        rearm();
        handedOver = true;
        leaves();
        clientRequest.end(body);
      });
    });
    clientRequest.once('response', (message) => {
      if (!handedOver) {
        // The other side has proven nothing yet, so this is a proxy that does not let us through.
        fail(Object.assign(new Error('A proxy answered'), { code: `${proxyRefusal}${message.statusCode ?? ''}` }));
        return;
      }
      const chunks: Buffer[] = [];
      let length = 0;
      rearm();
      message.on('data', (chunk: Buffer) => {
        rearm();
        length += chunk.length;
        if (length > longestAnswer) {
          chunks.length = 0;
          fail(tooLong());
          return;
        }
        chunks.push(chunk);
      });
      message.on('error', fail);
      message.once('end', () => {
        settle();
        decoded(message, Buffer.concat(chunks)).then((text) => resolve({ message, text }), reject);
      });
    });
  });
}

/** Asks the judge of a new connection. Node tells of the certificate itself only where it was verified. */
function whenPresented(socket: TLSSocket, look: (certificate: X509Certificate) => void): void {
  if (!socket.authorized) {
    // Emitted when the handshake is done, before Node verifies; the connection must not be ended here.
    socket.prependOnceListener('secure', () => {
      // Not as `getPeerX509Certificate()`: that would take it from Node, which goes on to verify it.
      const { raw } = socket.getPeerCertificate() as Partial<PeerCertificate>;
      if (raw) {
        look(new X509Certificate(raw));
      }
    });
  }
}

/** Runs at once on a connection that has been used before, else as soon as its certificate has been verified. */
function whenVerified(socket: Socket, run: () => void): void {
  if ((socket as TLSSocket).authorized) {
    run();
  } else {
    socket.once('secureConnect', run);
  }
}

async function decoded(message: IncomingMessage, data: Buffer): Promise<string> {
  const decode = decoders[message.headers['content-encoding']?.toLowerCase() ?? ''];
  if (!decode || data.length === 0) {
    return data.toString('utf8');
  }
  return (
    await decode(data, { maxOutputLength: longestAnswer }).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ERR_BUFFER_TOO_LARGE' ? tooLong() : error;
    })
  ).toString('utf8');
}

function tooLong(): Error {
  return Object.assign(new Error(`The answer is longer than ${longestAnswer} bytes`), { code: answerTooLong });
}

function timeoutError(code: string, ms: number): Error {
  return Object.assign(new Error(`Nothing came for ${ms} ms`), { code });
}

function asRestError(error: unknown, request: PipelineRequest): unknown {
  if (error instanceof CancelledError || error instanceof BackupError || !(error instanceof Error)) {
    return error;
  }
  const wrapped = new RestError(error.message, { code: (error as NodeJS.ErrnoException).code ?? RestError.REQUEST_SEND_ERROR, request });
  wrapped.cause = error;
  return wrapped;
}
