/** A request to the sandbox that stays open for as long as this window uses it. */
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import tls from 'node:tls';
import { CancelledError } from '../../core/cancellation.ts';
import { isObject, parsedJson } from '../../core/json.ts';
import { portOf, type SandboxDetails } from './details.ts';

export interface Lifeline {
  /** Resolves when the connection has ended, from whichever side. */
  readonly over: Promise<void>;
  /** This window goes, and may come back: the sandbox lingers. */
  cut(): void;
  /** This window is done with it: the sandbox ends at once where no other holds it. Resolves when it has let go. Never rejects. */
  release(): Promise<void>;
}

export interface LifelineTarget {
  readonly details: SandboxDetails;
  /** PEM text: who must have signed the certificate of whoever answers. */
  readonly certificateAuthority: string;
}

const attachMs = 5_000;
const releaseMs = 3_000;
const path = '/_sandbox/lifeline';

/**
 * Nothing is sent, the secret least of all, before the other side has proven with its certificate that it is that sandbox.
 * @throws Error where it is not, does not answer within five seconds, or refuses; CancelledError.
 */
export async function attachLifeline(target: LifelineTarget, signal?: AbortSignal): Promise<Lifeline> {
  const agent = new https.Agent({
    keepAlive: false,
    rejectUnauthorized: true,
    secureContext: tls.createSecureContext({ ca: target.certificateAuthority }),
  });
  const limit = AbortSignal.timeout(attachMs);
  let answer: IncomingMessage;
  let id: string;
  try {
    answer = await ask(target, agent, 'GET', path, signal ? AbortSignal.any([signal, limit]) : limit);
    id = await idOf(answer, limit);
  } catch (error) {
    throw signal?.aborted ? new CancelledError(undefined, { cause: error }) : error;
  }
  const over = new Promise<void>((resolve) => (answer.closed ? resolve() : answer.once('close', resolve)));
  // Its end is told by 'close'; how the connection ended says nothing more.
  answer.on('error', () => undefined).resume();
  // A process that has nothing else to do need not stay for it.
  answer.socket.unref();
  return {
    over,
    cut: () => void answer.destroy(),
    async release() {
      const patience = AbortSignal.timeout(releaseMs);
      try {
        (await ask(target, agent, 'DELETE', `${path}/${id}`, patience)).resume();
        await Promise.race([over, aborted(patience)]);
      } catch {
        // Gone already, or it does not answer: then it ends when it has lingered.
      }
      answer.destroy();
    },
  };
}

function ask({ details }: LifelineTarget, agent: https.Agent, method: string, url: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = https.request({
      agent,
      host: '127.0.0.1',
      port: portOf(details.resourceManagerEndpoint),
      method,
      path: url,
      headers: { 'x-sandbox-secret': details.clientSecret },
    });
    const onAbort = (): void => void request.destroy(new Error('It did not answer in time.', { cause: signal.reason }));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    request.on('error', reject);
    request.once('socket', (socket: Socket) => socket.once('secureConnect', () => request.end()));
    request.once('response', (answer) => {
      signal.removeEventListener('abort', onAbort);
      if (answer.statusCode !== 200 && answer.statusCode !== 204) {
        answer.destroy();
        reject(new Error(`${method} ${url} was answered with ${answer.statusCode}.`));
        return;
      }
      resolve(answer);
    });
  });
}

/** The first line names the lifeline. */
async function idOf(answer: IncomingMessage, limit: AbortSignal): Promise<string> {
  const lines = createInterface({ input: answer });
  const line = await Promise.race([
    new Promise<string>((resolve) => lines.once('line', resolve).once('close', () => resolve(''))),
    aborted(limit).then(() => ''),
  ]);
  lines.close();
  const said = parsedJson(line);
  const id = isObject(said) ? said['id'] : undefined;
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) {
    answer.destroy();
    throw new Error('The answer to a lifeline is not what a sandbox says.');
  }
  return id;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
}
