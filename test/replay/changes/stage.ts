/** Plays a recording around one change: what our action reads before it, the answer to it, and what is asked from then on. */
import { isObject } from '../../../src/core/json.ts';
import { addressKey, addressOf, pathKey, type Address } from '../address.ts';
import { listOf } from '../answers.ts';
import type { Interaction } from '../recording.ts';
import type { Script } from '../server.ts';
import { property } from './place.ts';
import { operationAddressOf, operationsNamedBy, type OperationAddress } from './operations.ts';
import type { RebuiltChange } from './systems.ts';
import { keyOf, type Version, type World } from './world.ts';

/**
 * Polls of one state one after another are played this often, and failures often enough for one to be insisted on. What
 * else such answers hold is read, each of them, by the other half of the replay.
 */
const mostRepeats = 2;
const mostFailures = 12;
/** How often more the last look may be taken, unless it is a failure: one that was recorded once is no lasting one. */
const mostStale = 3;

export interface Asked {
  readonly method: string;
  readonly address: Address;
  readonly sent: string;
}

interface Look {
  readonly index: number;
  readonly answer: Interaction;
}

export class Stage {
  /** Changes that came here, in their order. */
  readonly changes: Asked[] = [];
  readonly #change: Interaction;
  readonly #world: World;
  readonly #before: ReadonlyMap<string, unknown>;
  /** Tells that something was asked for which the recording ends too early. */
  readonly #onEnd: () => void;
  /** Newest answer that was played. */
  #cursor: number;
  #isSent = false;
  readonly #taken = new Map<Interaction | string, number>();
  #alias: readonly [ours: string, recorded: string] | undefined;

  constructor(change: Interaction, rebuilt: RebuiltChange, world: World, onEnd: () => void) {
    this.#change = change;
    this.#world = world;
    this.#before = new Map(Object.entries(rebuilt.before ?? {}).map(([id, raw]) => [keyOf(id), raw]));
    this.#onEnd = onEnd;
    this.#cursor = change.index;
  }

  /** From now on the change may come. @param ownUrl ours, where its name is one that we made up */
  open(ownUrl?: string): void {
    this.#isSent = true;
    this.#alias = ownUrl === undefined ? undefined : [keyOf(ownUrl), keyOf(this.#change.url)];
  }

  readonly script: Script = (method, address, sent) => {
    if (method !== 'GET') {
      this.changes.push({ method, address, sent });
      return this.#isSent && this.changes.length === 1 ? this.#change : answer(501, refusal('This change was not recorded.'));
    }
    return this.#isSent ? this.#after(address) : this.#ahead(address);
  };

  #ahead(address: Address): Interaction {
    const key = pathKey(address);
    const { index } = this.#change;
    if (this.#before.has(key)) {
      const raw = this.#before.get(key);
      return raw === null ? answer(404, refusal('It is not there.')) : answer(200, raw);
    }
    const version = this.#world.lastBefore(key, index);
    const look = this.#looks(address).findLast((one) => one.index < index);
    if (look && (version === undefined || look.index >= version.index)) {
      return this.#withoutGone(look);
    }
    const known = version ?? this.#world.firstAfter(key, index);
    return known
      ? answer(200, known.raw)
      : (this.#derived(address, (versions) => versions.findLast((one) => one.index < index)) ?? unknown());
  }

  #after(address: Address): Interaction {
    const operation = operationAddressOf(address);
    if (operation) {
      return this.#ofOperation(address, operation);
    }
    const own = pathKey(address);
    const key = own === this.#alias?.[0] ? this.#alias[1] : own;
    const until = this.#nextChange(key);
    const looks = own === key ? this.#looks(address) : this.#world.gets.filter(({ path }) => path === key).map((get) => get.interaction);
    const after = (index: number): boolean => index >= this.#cursor && index > this.#change.index && index < until;
    const seen: Look[] = [
      ...looks.map((look) => ({ index: look.index, answer: look })),
      ...this.#world
        .versions(key)
        .filter(({ index }) => !looks.some((look) => look.index === index))
        .map((version) => ({ index: version.index, answer: rowOf(version) })),
    ];
    const next = this.#next(seen.filter(({ index }) => after(index)).sort((a, b) => a.index - b.index));
    return next ?? this.#missing(address, key, until);
  }

  #missing(address: Address, key: string, until: number): Interaction {
    const derived = this.#derived(address, (versions) => versions.find((one) => one.index > this.#cursor));
    if (derived) {
      return derived;
    }
    if (this.#isGone(key, until)) {
      return answer(404, refusal('It is not there any more.'));
    }
    const times = (this.#taken.get(key) ?? 0) + 1;
    this.#taken.set(key, times);
    if (times > mostStale) {
      this.#onEnd();
    }
    return unknown();
  }

  /** By its own address, by another one of the same operation, or 404 where only its other way was recorded. */
  #ofOperation(address: Address, { way, id }: OperationAddress): Interaction {
    const gets = this.#world.gets.filter(({ interaction }) => interaction.index > this.#change.index);
    const of = (which: OperationAddress['way']): Interaction[] =>
      gets.filter(({ operation }) => operation?.id === id && operation.way === which).map(({ interaction }) => interaction);
    const exact = gets.filter(({ path }) => path === pathKey(address)).map(({ interaction }) => interaction);
    const looks = exact.length > 0 ? exact : of(way);
    const next = this.#next(
      looks.map((look) => ({ index: look.index, answer: look })),
      0,
    );
    if (next) {
      return next;
    }
    const others = operationsNamedBy(this.#change).flatMap((named) => (named.way === way ? [] : of(named.way)));
    if (others.some((one) => one.index > this.#cursor)) {
      return answer(404, refusal('The operation was not asked about here.'));
    }
    this.#onEnd();
    return answer(503, refusal('The recording ends here.'));
  }

  /** The next of several looks: each as often as it was taken, the last some times more. */
  #next(all: readonly Look[], stale = mostStale): Interaction | undefined {
    const looks = thinned(all);
    for (const [at, look] of looks.entries()) {
      const taken = this.#taken.get(this.#idOf(look)) ?? 0;
      const isLast = at === looks.length - 1;
      if (taken < Math.min(look.answer.repeat, mostOf(look.answer)) + (isLast && look.answer.status < 500 ? stale : 0)) {
        this.#taken.set(this.#idOf(look), taken + 1);
        this.#cursor = Math.max(this.#cursor, look.index);
        return look.answer;
      }
    }
    if (looks.length > 0 && stale > 0) {
      this.#onEnd();
      return answer(503, refusal('The recording ends here.'));
    }
    return undefined;
  }

  #idOf({ index, answer: { url } }: Look): string {
    return `${index} ${url}`;
  }

  #looks(address: Address): Interaction[] {
    const key = addressKey(address);
    const path = pathKey(address);
    return this.#world.gets
      .filter((get) => get.whole === key || (get.path === path && listOf(get.interaction) === undefined))
      .map(({ interaction }) => interaction);
  }

  /** A list as it was looked at, without what was deleted since. */
  #withoutGone(look: Interaction): Interaction {
    const rows = listOf(look);
    if (!rows || !isObject(look.body)) {
      return look;
    }
    const isLeft = (row: unknown): boolean => {
      const id = isObject(row) ? row['id'] : undefined;
      const since = typeof id === 'string' ? this.#world.changesBetween(id, look.index, this.#change.index) : [];
      return !since.some(({ method }) => method === 'DELETE');
    };
    return { ...look, body: { ...look.body, value: rows.filter(isLeft) } };
  }

  /** A list that nobody asked for in these words, of the records that were seen; undefined where there were none. */
  #derived(address: Address, pick: (versions: readonly Version[]) => Version | undefined): Interaction | undefined {
    const belongs = collectionOf(address);
    if (!belongs) {
      return undefined;
    }
    const { index } = this.#change;
    const rows = [...this.#world.keys()].filter(belongs).flatMap((key) => {
      const version = pick(this.#world.versions(key));
      const gone = version && this.#world.changesBetween(key, version.index, index).some(({ method }) => method === 'DELETE');
      return version && !gone ? [version.raw] : [];
    });
    return rows.length > 0 || !this.#isSent ? answer(200, { value: rows }) : undefined;
  }

  /** True where the vault's whole list was looked at after the change and does not hold it. */
  #isGone(key: string, until: number): boolean {
    const list = this.#world.interactions.find((one) => {
      const rows = one.index > this.#cursor && one.index < until && one.method === 'GET' ? listOf(one) : undefined;
      return rows && collectionOf(addressOf(one.url))?.(key) && isWhole(addressOf(one.url), key);
    });
    return (
      list !== undefined && !(listOf(list) ?? []).some((row) => isObject(row) && typeof row['id'] === 'string' && keyOf(row['id']) === key)
    );
  }

  /** Of the same resource or of what it stands in: what is seen from then on is not of this change. */
  #nextChange(key: string): number {
    const [next] = this.#world.changesBetween(key, this.#change.index, Infinity);
    return next?.index ?? Infinity;
  }
}

/** Lists of a vault to the ids that stand in them; `{path}/{name}` for all others. */
const collections: Readonly<Record<string, string>> = {
  backupprotecteditems: 'protecteditems',
  backupprotectioncontainers: 'protectioncontainers',
  backupprotectableitems: 'protectableitems',
  backupprotectionintents: 'backupprotectionintent',
  protectablecontainers: 'protectablecontainers',
  backupjobs: 'backupjobs',
  backuppolicies: 'backuppolicies',
  recoverypoints: 'recoverypoints',
};

function collectionOf(address: Address): ((key: string) => boolean) | undefined {
  const segments = address.segments.map((segment) => segment.toLowerCase());
  const type = collections[segments.at(-1) ?? ''];
  const parent = segments.slice(0, -1).join('/');
  return type === undefined
    ? undefined
    : (key) => {
        const parts = key.split('/');
        return parts.at(-2) === type && key.startsWith(`${parent}/`);
      };
}

/** True where nothing in the filter leaves out a resource of that kind: only its management type is told. */
function isWhole(address: Address, key: string): boolean {
  const filter = (address.query.get('filter') ?? '').trim().toLowerCase();
  const management = /(iaasvmcontainer|vmappcontainer|storagecontainer);/.exec(key)?.[1];
  const words: Readonly<Record<string, string>> = {
    iaasvmcontainer: 'azureiaasvm',
    vmappcontainer: 'azureworkload',
    storagecontainer: 'azurestorage',
  };
  return !address.query.has('skiptoken') && (filter === '' || filter === `backupmanagementtype eq '${words[management ?? ''] ?? ''}'`);
}

const mostOf = ({ status }: Interaction): number => (status < 400 ? mostRepeats : mostFailures);

/** The last one stays, whatever came before it. */
function thinned(looks: readonly Look[]): readonly Look[] {
  let [state, times] = ['', 0];
  return looks.filter(({ answer: look }, at) => {
    const { status, body, repeat } = look;
    const next = `${status} ${isObject(body) ? JSON.stringify([body['status'], property(body, 'status')]) : ''}`;
    times = next === state ? times + repeat : repeat;
    state = next;
    return times - repeat < mostOf(look) || at === looks.length - 1;
  });
}

function rowOf({ index, raw }: Version): Interaction {
  return { ...answer(200, raw), index };
}

function answer(status: number, body: unknown): Interaction {
  return {
    index: -1,
    method: 'GET',
    url: '',
    sent: null,
    status,
    headers: { 'content-type': 'application/json' },
    body,
    cut: false,
    repeat: 1,
  };
}

const refusal = (message: string): unknown => ({ error: { code: 'NotRecorded', message } });
const unknown = (): Interaction => answer(501, refusal('This was not recorded.'));
