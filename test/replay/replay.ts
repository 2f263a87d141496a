/** Plays one recording to our own provider and says every difference between what came out and what was recorded. */
import { isDeepStrictEqual } from 'node:util';
import { BackupError, messageOf } from '../../src/core/errors.ts';
import type { AzureRecord } from '../../src/providers/recoveryServices/model.ts';
import { addressKey, addressOf, groupedBy, linkFrom, type Address } from './address.ts';
import { codeOf, describe, isInner, listOf, nextLinkOf, recordOf, redirects } from './answers.ts';
import { expectedOf } from './expected.ts';
import { isPoll, requestName, Tally } from './names.ts';
import { idOf } from './raw.ts';
import { ourReaders, readingOf, type Kind, type Reading, type Readers } from './readers.ts';
import type { Interaction, Recording } from './recording.ts';
import type { ReplayServer } from './server.ts';
import { shownOf } from './shown.ts';

export interface ReplayResult {
  readonly file: string;
  readonly passed: boolean;
  readonly lists: number;
  readonly details: number;
  /** Records that came out, each as often as it was recorded. */
  readonly items: number;
  /** Recorded refusals and unusable answers that came out as errors. */
  readonly errors: number;
  /** Lists and details, of those that are counted, that did not come out as they were recorded. */
  readonly failed: number;
  /** Interactions, or a whole file, that cannot be played. */
  readonly broken: number;
  readonly differences: readonly string[];
  /** What was recorded and nothing of ours reads, by method and types, with how often. */
  readonly unsupported: Readonly<Record<string, number>>;
}

/** Identical answers one after another are read this often at most: they cannot differ. */
const mostRepeats = 100;

export async function replay(recording: Recording, server: ReplayServer, readers: Readers = ourReaders): Promise<ReplayResult> {
  const run = new Run(recording, server, readers);
  await run.all();
  return run.result();
}

class Run {
  readonly #recording: Recording;
  readonly #server: ReplayServer;
  readonly #readers: Readers;
  readonly #gets: ReadonlyMap<string, readonly Interaction[]>;
  readonly #done = new Set<Interaction>();
  readonly #differences: string[];
  readonly #unsupported = new Tally();
  #counts = { lists: 0, details: 0, items: 0, errors: 0, failed: 0, broken: 0 };

  constructor(recording: Recording, server: ReplayServer, readers: Readers) {
    this.#recording = recording;
    this.#server = server;
    this.#readers = readers;
    this.#differences = [...recording.broken];
    this.#counts.broken = recording.broken.length;
    const gets = recording.interactions.filter(({ method }) => method === 'GET');
    this.#gets = groupedBy(gets, ({ url }) => keyOfUrl(url));
  }

  result(): ReplayResult {
    const differences = this.#differences;
    const unsupported = this.#unsupported.all();
    return { file: this.#recording.file, passed: differences.length === 0, ...this.#counts, differences, unsupported };
  }

  async all(): Promise<void> {
    const readable = this.#recording.interactions.flatMap((interaction) => {
      const address = addressOf(interaction.url);
      const reading = interaction.method === 'GET' ? readingOf(address, this.#readers.api) : undefined;
      if (reading) {
        return [{ interaction, address, reading }];
      }
      // Changes, and the work that they start, are for the other half.
      if ((interaction.method === 'GET' || interaction.method === 'HEAD') && !isPoll(interaction)) {
        this.#unsupported.add(requestName(interaction));
      }
      return [];
    });
    // First pages first, wherever they stand: a later page that one leads to is read with it.
    const later = ({ address }: { address: Address }): boolean => address.query.has('skiptoken');
    for (const one of [...readable.filter((each) => !later(each)), ...readable.filter(later)]) {
      if (!this.#done.has(one.interaction)) {
        await this.#read(one.interaction, one.reading);
      }
    }
  }

  async #read(interaction: Interaction, reading: Reading): Promise<void> {
    for (let turn = 0; turn < Math.min(interaction.repeat, mostRepeats); turn++) {
      const answer = this.#follow(interaction, (one) => (redirects(one) ? one.headers['location'] : undefined));
      const last = answer.at(-1) ?? interaction;
      const where = this.#whereOf(interaction, reading);
      const onwards = redirects(last) ? linkFrom(last.url, last.headers['location'] ?? '') : undefined;
      if (onwards !== undefined && !this.#gets.has(keyOfUrl(onwards))) {
        this.#unsupported.add(`${requestName(interaction)} (where it is redirected to is not recorded)`);
        return;
      }
      if (last.cut) {
        this.#unsupported.add(`${requestName(interaction)} (its body is cut off in the recording)`);
        return;
      }
      const differences = this.#differences.length;
      this.#counts[reading.is === 'detail' ? 'details' : 'lists']++;
      try {
        await this.#readOne(answer, last, reading, where);
      } catch (error) {
        this.#differ(where, `cannot be compared: ${messageOf(error)}`);
      }
      this.#noteUnexpected(where);
      this.#counts.failed += this.#differences.length > differences ? 1 : 0;
    }
  }

  async #readOne(answer: readonly Interaction[], last: Interaction, reading: Reading, where: string): Promise<void> {
    if (reading.is !== 'detail') {
      return reading.is === 'list' ? this.#readList(answer, last, reading, where) : this.#readWhole(answer, last, reading, where);
    }
    this.#server.play(answer, true);
    const record = recordOf(last);
    const raws = record === undefined ? undefined : [record];
    await this.#compare(where, last, raws, reading.kind, async () => [await reading.get(this.#server.arm)]);
  }

  async #readList(
    answer: readonly Interaction[],
    first: Interaction,
    reading: Extract<Reading, { is: 'list' }>,
    where: string,
  ): Promise<void> {
    const pages = this.#follow(first, nextLinkOf);
    const complete = nextLinkOf(pages.at(-1) ?? first) === undefined && pages.every((page) => listOf(page) !== undefined);
    const { arm } = this.#server;
    this.#server.play([...answer, ...pages]);
    if (complete && pages.length > 1) {
      pages.slice(1).forEach((page) => this.#done.add(page));
      const all = pages.flatMap((page) => listOf(page) ?? []);
      await this.#compare(where, first, all, reading.kind, async () => (await this.#readers.readAll(arm, reading.query)).items);
      return;
    }
    await this.#compare(where, first, listOf(first), reading.kind, async () => {
      const page = await this.#readers.readPage(arm, reading.query);
      const link = nextLinkOf(first);
      if (
        (page.nextLink === undefined) !== (link === undefined) ||
        (link !== undefined && keyOfUrl(linkFrom(first.url, link) ?? link) !== keyOfUrl(page.nextLink ?? ''))
      ) {
        this.#differ(where, `the next page: expected ${link ?? 'none'}, got ${page.nextLink ?? 'none'}`);
      }
      return page.items;
    });
  }

  /** What our code reads in one go and puts into an order of its own. */
  async #readWhole(
    answer: readonly Interaction[],
    first: Interaction,
    reading: Extract<Reading, { is: 'whole' }>,
    where: string,
  ): Promise<void> {
    const pages = this.#follow(first, nextLinkOf);
    if (nextLinkOf(pages.at(-1) ?? first) !== undefined) {
      this.#unsupported.add(`${requestName(first)} (not all of its pages are recorded)`);
      this.#counts.lists--;
      return;
    }
    pages.slice(1).forEach((page) => this.#done.add(page));
    this.#server.play([...answer, ...pages]);
    const lists = pages.map(listOf);
    const raws = lists.every((list) => list !== undefined) ? lists.flat() : undefined;
    const byId = (a: unknown, b: unknown): number => (String(idOf(a)) < String(idOf(b)) ? -1 : 1);
    await this.#compare(where, first, raws?.sort(byId), reading.kind, async () =>
      (await reading.read(this.#server.arm)).toSorted((a, b) => byId(a.raw, b.raw)),
    );
  }

  /** The interaction and those that it leads to, as far as they are recorded. */
  #follow(start: Interaction, linkOf: (one: Interaction) => string | undefined): Interaction[] {
    const chain = [start];
    for (let last = start; ;) {
      const link = linkFrom(last.url, linkOf(last) ?? '');
      const targets = (link === undefined ? undefined : this.#gets.get(keyOfUrl(link))) ?? [];
      const left = targets.filter((one) => !chain.includes(one) && !this.#done.has(one));
      const { index } = last;
      // Of several answers, the one that came next; recordings that are out of order have it before.
      const target = left.find((one) => one.index > index) ?? left[0];
      if (!target) {
        return chain;
      }
      chain.push(target);
      last = target;
    }
  }

  async #compare(
    where: string,
    recorded: Interaction,
    raws: readonly unknown[] | undefined,
    kind: Kind,
    read: () => Promise<readonly AzureRecord[]>,
  ): Promise<void> {
    let models: readonly AzureRecord[];
    try {
      models = await read();
    } catch (error) {
      if (raws === undefined) {
        this.#compareError(where, recorded, error);
      } else {
        this.#differ(where, `expected ${raws.length} records, got an error: ${messageOf(error)}`);
      }
      return;
    }
    if (raws === undefined) {
      this.#differ(where, `expected an error (HTTP ${recorded.status}, ${describe(recorded.body)}), got ${models.length} records`);
      return;
    }
    this.#compareRecords(where, raws, models, kind);
  }

  #compareRecords(where: string, raws: readonly unknown[], models: readonly AzureRecord[], kind: Kind): void {
    let next = 0;
    raws.forEach((raw, index) => {
      const expected = expectedOf(raw, kind);
      if (!expected) {
        this.#differ(where, `record ${index} has no id in the recording, so it cannot come out with one`);
        return;
      }
      const model = models[next++];
      if (!model) {
        this.#differ(where, `record ${index} (${String(expected['id'])}) did not come out`);
        return;
      }
      this.#counts.items++;
      const shown = shownOf(model, kind, expected);
      for (const [field, value] of Object.entries(expected)) {
        if (!same(shown[field], value)) {
          this.#differ(
            where,
            `${String(expected['name'])}: ${field} expected ${JSON.stringify(value)}, got ${JSON.stringify(shown[field])}`,
          );
        }
      }
      if (!isDeepStrictEqual(model.raw, raw)) {
        this.#differ(where, `${String(expected['name'])}: its JSON is not what was recorded`);
      }
    });
    if (models.length > next) {
      this.#differ(where, `${models.length - next} more records came out than were recorded`);
    }
  }

  /** A recorded refusal must come out as our error with Azure's code and status; any other unusable answer as an error of ours. */
  #compareError(where: string, recorded: Interaction, error: unknown): void {
    if (!(error instanceof BackupError)) {
      this.#differ(where, `expected a BackupError, got ${String(error)}`);
      return;
    }
    this.#counts.errors++;
    if (recorded.status < 400) {
      return;
    }
    const { code, status } = error.facts;
    const expectedCode = codeOf(recorded.body);
    if (status !== recorded.status || (expectedCode !== undefined && code !== expectedCode && !isInner(code, recorded.body))) {
      this.#differ(where, `expected error ${recorded.status} ${expectedCode ?? ''}, got ${status ?? 'no status'} ${code}`);
    }
    if (error.message.trim() === '') {
      this.#differ(where, 'the error says nothing');
    }
  }

  #noteUnexpected(where: string): void {
    for (const asked of this.#server.play([])) {
      this.#differ(where, `our provider asked something else than was recorded: ${asked}`);
    }
  }

  #whereOf({ index }: Interaction, reading: Reading): string {
    const position = this.#recording.moved?.get(index) ?? index;
    return `interaction ${position} (${reading.kind} ${reading.is === 'detail' ? 'detail' : 'list'})`;
  }

  #differ(where: string, what: string): void {
    this.#differences.push(`${where}: ${what}`);
  }
}

/** A number that was recorded as text is the same. */
function same(shown: unknown, expected: unknown): boolean {
  const scalars = [shown, expected].every((one) => typeof one === 'string' || typeof one === 'number');
  return scalars ? String(shown) === String(expected) : isDeepStrictEqual(shown, expected);
}

const keyOfUrl = (url: string): string => addressKey(addressOf(url));
