/** What was recorded of a real vault, and the names of the sandbox's world in place of the recorded ones. */
import { readFileSync } from 'node:fs';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Interaction {
  /** Of Azure CLI, such as `backup container register`. */
  readonly command: string;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly body?: unknown;
  readonly answer: Answer;
}

interface Recorded {
  readonly command?: string;
  readonly request: { readonly method: string; readonly url: string; readonly body?: unknown };
  readonly response: { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body?: unknown };
}

export function readRecording(file: string): Interaction[] {
  const { interactions } = JSON.parse(readFileSync(file, 'utf8')) as { interactions: Recorded[] };
  return interactions.map(({ command = '', request: { method, url, body }, response }) => ({
    command,
    method,
    target: url.replace(/^https:\/\/[^/]+/, ''),
    ...(body === undefined ? {} : { body }),
    // The recorder writes null for no body.
    answer: { status: response.status, headers: response.headers, ...(response.body === null ? {} : { body: response.body }) },
  }));
}

/** Puts the sandbox's names where the recorded ones stand, in any spelling that Azure has for them. */
export class Translation {
  readonly #pairs: [from: string, to: string][];

  constructor(pairs: readonly (readonly [from: string, to: string])[]) {
    this.#pairs = pairs.map(([from, to]) => [from, to]);
  }

  /** From now on also this: an id that the service makes up. */
  add(from: string | undefined, to: string | undefined): void {
    if (from !== undefined && to !== undefined) {
      this.#pairs.unshift([from, to]);
    }
  }

  text(text: string): string {
    return this.#pairs.reduce((all, [from, to]) => all.replaceAll(from, to), text);
  }

  value<T>(value: T): T {
    return value === undefined ? value : (JSON.parse(this.text(JSON.stringify(value))) as T);
  }
}

/** Each leaf of a value with its place, what differs from run to run told by its kind: `properties.startTime`, `time`. */
function leavesOf(value: unknown, place = ''): Map<string, unknown> {
  if (Array.isArray(value)) {
    return new Map([[`${place}[]`, value.length], ...value.flatMap((one, at) => [...leavesOf(one, `${place}[${at}]`)])] as [
      string,
      unknown,
    ][]);
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).flatMap(([key, one]) => [...leavesOf(one, place === '' ? key : `${place}.${key}`)]);
    return new Map(members.length > 0 ? members : [[place, '{}']]);
  }
  return new Map([[place, typeof value === 'string' ? kindOf(value) : value]]);
}

const kinds: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, 'a moment with its fraction'],
  [/\b2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'a moment'],
  [/^PT[\dHMS.]+$/, 'a duration'],
  [/^\d+\.\d\d:\d\d:\d\d\.\d+$/, 'days and time'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'a guid'],
  [/\b\d{13,15}\b/g, 'a number'],
  [/^\d+\.\d{1,4}$/, 'megabytes'],
];

function kindOf(text: string): string {
  return kinds.reduce((all, [pattern, kind]) => all.replace(pattern, kind), text);
}

/** What one has and the other has not, a line for each. */
export function differences(recorded: unknown, served: unknown): string[] {
  const [theirs, ours] = [leavesOf(recorded), leavesOf(served)];
  const show = (leaves: Map<string, unknown>, place: string): string => (leaves.has(place) ? JSON.stringify(leaves.get(place)) : 'nothing');
  return [...new Set([...theirs.keys(), ...ours.keys()])]
    .filter((place) => show(theirs, place) !== show(ours, place))
    .map((place) => `${place}: Azure has ${show(theirs, place)}, the sandbox ${show(ours, place)}`);
}
