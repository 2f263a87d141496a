/**
 * Recordings whose answers stand before their questions. What was asked of an operation or a job can only have been asked
 * once that had been started, and what runs cannot have ended before: those are put behind what they follow from, and nothing
 * else is moved.
 */
import { isObject } from '../../src/core/json.ts';
import { addressOf, groupedBy, pathKey } from './address.ts';
import { operationAddressOf, operationsNamedBy, stateOf } from './changes/operations.ts';
import type { Interaction } from './interaction.ts';

/** In the order in which they can have happened; each has its place in that order as `index`, and what was moved says where it stood. */
export interface Ordered {
  readonly interactions: readonly Interaction[];
  /** Place in that order to position in the file, for those that were moved. */
  readonly moved: ReadonlyMap<number, number>;
}

export function inOrder(recorded: readonly Interaction[]): Ordered {
  const before = causesOf(recorded);
  if (before.size === 0) {
    return { interactions: recorded, moved: new Map() };
  }
  const all: Interaction[] = [];
  const done = new Set<Interaction>();
  const waiting: Interaction[] = [];
  const isReady = (one: Interaction): boolean => (before.get(one) ?? []).every((cause) => done.has(cause));
  const put = (one: Interaction): void => {
    all.push(one);
    done.add(one);
  };
  for (const one of recorded) {
    if (!isReady(one)) {
      waiting.push(one);
      continue;
    }
    put(one);
    for (let at = waiting.findIndex(isReady); at >= 0; at = waiting.findIndex(isReady)) {
      waiting.splice(at, 1).forEach(put);
    }
  }
  // What waits for itself, by whatever a recording says, stays where nothing is promised.
  waiting.forEach(put);
  const places = recorded.map(({ index }) => index);
  const moved = new Map<number, number>();
  const interactions = all.map((one, rank) => {
    const place = places[rank] ?? one.index;
    if (place === one.index) {
      return one;
    }
    moved.set(place, one.index);
    return { ...one, index: place };
  });
  return { interactions, moved };
}

/** What stands behind one in the file and must have come before it; only those that have such. */
function causesOf(recorded: readonly Interaction[]): Map<Interaction, Interaction[]> {
  const causes = new Map<Interaction, Interaction[]>();
  const add = (one: Interaction, cause: Interaction | undefined): void => {
    if (cause && cause.index > one.index) {
      causes.set(one, [...(causes.get(one) ?? []), cause]);
    }
  };
  const gets = recorded.filter(({ method }) => method === 'GET').map((one) => ({ one, address: addressOf(one.url) }));
  const starts = new Map<string, Interaction>();
  for (const change of recorded) {
    if (change.method !== 'GET' && change.status < 400) {
      operationsNamedBy(change).forEach(({ id }) => starts.has(id) || starts.set(id, change));
    }
  }
  const naming = new Map<string, Interaction>();
  const looks: { one: Interaction; key: string; state: 'running' | 'ended' | undefined }[] = [];
  for (const { one, address } of gets) {
    const operation = operationAddressOf(address);
    const job = jobIn(address.segments);
    if (operation) {
      add(one, starts.get(operation.id));
      const state = one.status === 202 ? 'running' : stateOf(one.body);
      looks.push({ one, key: pathKey(address), state: state === undefined || state === 'running' ? state : 'ended' });
      const named = isObject(one.body) && isObject(one.body['properties']) ? one.body['properties']['jobId'] : undefined;
      if (typeof named === 'string' && !naming.has(named.toLowerCase())) {
        naming.set(named.toLowerCase(), one);
      }
    } else if (job !== undefined) {
      looks.push({ one, key: pathKey(address), state: stateOfJob(one.body) });
    }
  }
  for (const { one, address } of gets) {
    add(one, operationAddressOf(address) ? undefined : naming.get(jobIn(address.segments) ?? ''));
  }
  for (const group of groupedBy(looks, ({ key }) => key).values()) {
    const running = group.filter(({ state }) => state === 'running').at(-1);
    group.filter(({ state }) => state === 'ended').forEach(({ one }) => add(one, running?.one));
  }
  return causes;
}

/** Lower-case name of a job that is looked at. */
function jobIn(segments: readonly string[]): string | undefined {
  return segments.at(-2)?.toLowerCase() === 'backupjobs' ? segments.at(-1)?.toLowerCase() : undefined;
}

function stateOfJob(body: unknown): 'running' | 'ended' | undefined {
  const properties = isObject(body) ? body['properties'] : undefined;
  const status = isObject(properties) && typeof properties['status'] === 'string' ? properties['status'].toLowerCase() : undefined;
  return status === undefined ? undefined : ['inprogress', 'cancelling'].includes(status) ? 'running' : 'ended';
}
