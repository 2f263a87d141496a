import { createHash, randomUUID } from 'node:crypto';
import { accessSync, appendFileSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Gateway } from '../arm/gateway.ts';
import type { WireReply } from '../arm/reply.ts';
import type { Json } from '../arm/types.ts';
import { kindOf, kindOfTarget, signature } from './trafficKinds.ts';

/** Names the folder where a sandbox that was told nothing else records its traffic. */
export const trafficVariable = 'BACKUP_EXPLORER_TRAFFIC';

/** What was asked; `caller` is the first word of its user agent. */
interface TrafficRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  readonly caller: string | undefined;
  /** The content as text; undefined where there was none. */
  readonly body: string | undefined;
  /** True where it was refused before its content was read. */
  readonly unread?: boolean | undefined;
}

/** Headers of answers that say where an operation goes on. */
const keptHeaders = ['azure-asyncoperation', 'location', 'retry-after', 'content-type'];

/**
 * A file of what was asked and answered: one JSON line for each kind of exchange, `{request: {method, url, caller, unread?, body},
 * response?: {status, headers, body}}`. Never a token, a password, a key or the signature of a link.
 */
export class TrafficFile {
  readonly #file: string;
  readonly #known = new Set<string>();
  readonly #seen = new Set<string>();

  /** @throws Error of the file system where the folder cannot be written to */
  private constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    this.#file = join(folder, `${process.pid}-${randomUUID().slice(0, 8)}.jsonl`);
  }

  static readonly #open = new Map<string, TrafficFile>();

  /** This process's file in a folder: all its sandboxes share it. */
  static in(folder: string): TrafficFile {
    const path = resolve(folder);
    const file = TrafficFile.#open.get(path) ?? new TrafficFile(path);
    TrafficFile.#open.set(path, file);
    return file;
  }

  /** @param reply left out where only what was asked is known */
  note({ method, target, caller, body, unread }: TrafficRequest, reply?: WireReply): void {
    // Most are polls that say once more what was said: they are told without being taken apart.
    const glance = glanceAt(`${method} ${target}\n${caller}\n${unread}\n${body}\n${reply?.status}\n${reply?.body}`);
    if (this.#seen.has(glance)) {
      return;
    }
    this.#seen.add(glance);
    const url = kindOfTarget(target);
    const asked = kindOf(parsed(body));
    const answered = kindOf(parsed(reply?.body));
    const headers = Object.entries(reply?.headers ?? {}).filter(([name]) => keptHeaders.includes(name));
    const key = [method, caller, unread, url.shape, asked.shape, reply?.status, headers.map(([name]) => name).join(), answered.shape].join(
      '\n',
    );
    if (this.#known.has(key)) {
      return;
    }
    this.#known.add(key);
    const response = reply && {
      status: reply.status,
      headers: Object.fromEntries(headers.map(([name, value]) => [name, kindOfTarget(value).value])),
      body: answered.value,
    };
    appendFileSync(
      this.#file,
      `${JSON.stringify({ request: { method, url: url.value, caller, unread, body: asked.value }, response })}\n`,
      {
        mode: 0o600,
      },
    );
  }
}

/** The same gateway, with a record of what goes through it. */
export function recorded(gateway: Pick<Gateway, 'handle'>, file: TrafficFile): Pick<Gateway, 'handle'> {
  return {
    handle: async (raw) => {
      let body: string | undefined;
      let unread: boolean | undefined = true;
      const read = async (): Promise<Uint8Array> => {
        const bytes = await raw.read();
        unread = undefined;
        body = Buffer.from(bytes).toString('utf8');
        return bytes;
      };
      const reply = await gateway.handle({ ...raw, read });
      file.note({ method: raw.method, target: raw.target, caller: callerOf(raw.headers['user-agent']), body, unread }, reply);
      return reply;
    },
  };
}

/** The same for exchanges of one version that differ in numbers, moments and GUIDs only. */
function glanceAt(text: string): string {
  const version = /[?&]api-version=[^&\n]*/i.exec(text)?.[0] ?? '';
  const like = text.replace(signature, '$1').replace(/\b[\da-f]{8}-[\da-f-]{27}|\d+/g, '0');
  return createHash('sha1')
    .update(version + like)
    .digest('base64');
}

export function callerOf(userAgent: string | undefined): string | undefined {
  return userAgent?.split(/[/ ]/, 1)[0];
}

/** What is no JSON may hold anything: only its length is recorded. */
function parsed(text: string | undefined): Json | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return `(${text.length} characters that are no JSON)`;
  }
}
