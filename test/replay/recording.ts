/** Reads files of recorded traffic. Knows their format and no recording by name. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isObject, type JsonObject } from '../../src/core/json.ts';

/** One request and its answer, as recorded. */
export interface Interaction {
  /** Position in the file, from 0. */
  readonly index: number;
  readonly method: string;
  readonly url: string;
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, text where it was no JSON, null where it was empty. */
  readonly body: unknown;
  /** How often the same answer came one after another; 1 or more. */
  readonly repeat: number;
}

export interface Recording {
  readonly file: string;
  readonly interactions: readonly Interaction[];
  /** What of the file cannot be played, one sentence each. */
  readonly broken: readonly string[];
}

/** The files behind paths: of folders every `.json` below, sorted; all else as it is, what does not exist too. */
export async function recordingFiles(paths: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for (const one of paths) {
    const found = await stat(one).catch(() => undefined);
    if (found?.isDirectory()) {
      const entries = await readdir(one, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => !entry.isDirectory() && entry.name.toLowerCase().endsWith('.json'));
      all.push(...files.map((entry) => path.join(entry.parentPath, entry.name)).sort());
    } else {
      all.push(one);
    }
  }
  return [...new Set(all)];
}

/** @throws Error with a sentence where the file is no recording at all. */
export async function readRecording(file: string): Promise<Recording> {
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (!isObject(parsed) || !Array.isArray(parsed['interactions'])) {
    throw new Error('is no recording: expected an object with "interactions", a list');
  }
  const interactions: Interaction[] = [];
  const broken: string[] = [];
  parsed['interactions'].forEach((raw, index) => {
    const read = readInteraction(raw, index);
    if (typeof read === 'string') {
      broken.push(`interaction ${index}: ${read}`);
    } else {
      interactions.push(read);
    }
  });
  return { file, interactions, broken };
}

function readInteraction(raw: unknown, index: number): Interaction | string {
  const { request, response, repeat } = isObject(raw) ? raw : ({} as JsonObject);
  if (!isObject(request) || !isObject(response)) {
    return 'expected an object with "request" and "response"';
  }
  const { method, url } = request;
  if (typeof method !== 'string' || typeof url !== 'string') {
    return 'expected a request with "method" and "url"';
  }
  const status = Number(response['status']);
  if (!Number.isInteger(status) || status < 100 || status > 599) {
    return `expected a response with an HTTP status, got ${JSON.stringify(response['status'])}`;
  }
  const headers = Object.entries(isObject(response['headers']) ? response['headers'] : {}).flatMap(([name, value]) => {
    const texts = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string' || typeof one === 'number');
    return texts.length > 0 ? [[name.toLowerCase(), texts.join(', ')]] : [];
  });
  return {
    index,
    method: method.toUpperCase(),
    url,
    status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: response['body'] ?? null,
    repeat: typeof repeat === 'number' && repeat > 1 ? Math.floor(repeat) : 1,
  };
}
