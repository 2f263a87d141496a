/** Where Azure itself leaves its contract: what is listed counts as no violation, but each entry has to be proven by what it names. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Contract } from './check.ts';
import { type Exchange, targetOf, typeOf } from './exchange.ts';

/** Azure did so while it was recorded. */
interface Recorded {
  /** Of the finding. */
  readonly key: string;
  /** `SET/FILE.json` in the folder of recordings. */
  readonly recording: string;
  /** From 0. */
  readonly interaction: number;
  /** The finding that the recording shows, where it is that of a sibling; `why` then says why it proves this one. */
  readonly as?: string;
  readonly why?: string;
}

/** Microsoft's library of a newer version has the member. */
interface Declared {
  readonly key: string;
  /** A declaration file in node_modules. */
  readonly library: string;
  readonly member: string;
}

export type Oddity = Recorded | Declared;

export function readOddities(): Oddity[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'oddities.json'), 'utf8')) as Oddity[];
}

/** What is wrong with the list, in sentences. @param recordings folder; where it is not there, nothing that it would prove is looked at */
export function unproven(oddities: readonly Oddity[], contract: Contract, recordings: string, modules: string): string[] {
  return oddities.flatMap((oddity) => {
    if ('library' in oddity) {
      const file = join(modules, oddity.library);
      const declares = existsSync(file) && new RegExp(`^\\s+${oddity.member}\\??:`, 'm').test(readFileSync(file, 'utf8'));
      return declares ? [] : [`${oddity.key}: ${oddity.library} declares no ${oddity.member}.`];
    }
    if (!existsSync(recordings)) {
      return [];
    }
    const exchange = interactionsOf(join(recordings, oddity.recording))[oddity.interaction];
    const shown = exchange === undefined ? [] : keysShownBy(contract, exchange);
    return shown.includes(plain(oddity.as ?? oddity.key))
      ? []
      : [`${oddity.key}: ${oddity.recording} does not show it at interaction ${oddity.interaction}.`];
  });
}

/** Where Azure did what findings say, by their keys: the first place of each. */
export function proofs(keys: ReadonlySet<string>, contract: Contract, recordings: string): Map<string, string> {
  const found = new Map<string, string>();
  const sets = existsSync(recordings) ? readdirSync(recordings, { withFileTypes: true }).filter((entry) => entry.isDirectory()) : [];
  for (const file of sets.flatMap(({ name }) => readdirSync(join(recordings, name)).map((each) => `${name}/${each}`))) {
    interactionsOf(join(recordings, file)).forEach((exchange, at) => {
      const shown = keysShownBy(contract, exchange);
      for (const key of keys) {
        if (!found.has(key) && shown.includes(plain(key))) found.set(key, `"recording": "${file}", "interaction": ${at}`);
      }
    });
  }
  return found;
}

/** The findings of an exchange, and what its links would find: who follows a link asks for what Azure named. */
function keysShownBy(contract: Contract, exchange: Exchange): string[] {
  const { findings } = contract.check(exchange, { request: true, answer: true });
  const headers = Object.entries(exchange.response?.headers ?? {}).filter(([name]) => /^(location|azure-asyncoperation)$/i.test(name));
  const links = headers.map(([, link]) => `GET ${typeOf(targetOf(String(link)).segments)} is not in the contract`);
  return [...findings.map(({ key }) => plain(key)), ...links];
}

/** A path that is not in the contract is the same whoever speaks of it. */
function plain(key: string): string {
  return key.replace(/^(request|answer): (?=[A-Z]+ )/, '');
}

const read = new Map<string, Exchange[]>();

function interactionsOf(path: string): Exchange[] {
  const known =
    read.get(path) ?? (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { interactions: Exchange[] }).interactions : []);
  read.set(path, known);
  return known;
}
