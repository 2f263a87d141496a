/** What a recording shows of the resources at any of its moments: each answer is a look at some of them. */
import { isObject } from '../../../src/core/json.ts';
import { addressKey, addressOf, pathKey } from '../address.ts';
import { listOf, recordOf } from '../answers.ts';
import type { Interaction, Recording } from '../recording.ts';
import { operationAddressOf, type OperationAddress } from './operations.ts';

/** One look at one resource. */
export interface Version {
  /** Position of the answer in the file. */
  readonly index: number;
  readonly raw: Record<string, unknown>;
}

/** One id in whatever spelling. */
export const keyOf = (id: string): string => pathKey(addressOf(id));

/** A recorded GET, its address taken apart once. */
export interface Get {
  readonly interaction: Interaction;
  readonly path: string;
  /** Path, filter and page. */
  readonly whole: string;
  readonly operation?: OperationAddress;
}

export const isChange = ({ method }: Interaction): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);

export class World {
  readonly interactions: readonly Interaction[];
  readonly gets: readonly Get[];
  readonly #versions = new Map<string, Version[]>();
  readonly #changes: readonly { readonly interaction: Interaction; readonly key: string }[];

  constructor({ interactions }: Pick<Recording, 'interactions'>) {
    this.interactions = interactions;
    this.gets = interactions.filter(({ method }) => method === 'GET').map(getOf);
    this.#changes = interactions.filter(isChange).map((interaction) => ({ interaction, key: keyOf(interaction.url) }));
    for (const interaction of interactions) {
      const single = recordOf(interaction);
      for (const raw of listOf(interaction) ?? (single === undefined ? [] : [single])) {
        const id = isObject(raw) ? raw['id'] : undefined;
        if (isObject(raw) && typeof id === 'string' && id !== '') {
          const key = keyOf(id);
          this.#versions.set(key, [...(this.#versions.get(key) ?? []), { index: interaction.index, raw }]);
        }
      }
    }
  }

  /** In recorded order. */
  versions(id: string): readonly Version[] {
    return this.#versions.get(keyOf(id)) ?? [];
  }

  lastBefore(id: string, index: number): Version | undefined {
    return this.versions(id).findLast((version) => version.index < index);
  }

  firstAfter(id: string, index: number): Version | undefined {
    return this.versions(id).find((version) => version.index > index);
  }

  /** Keys of all resources that were ever seen. */
  keys(): IterableIterator<string> {
    return this.#versions.keys();
  }

  /**
   * The changes of a resource that were accepted between two moments, those that remove what it stands in among them.
   * Starting a backup changes no resource.
   */
  changesBetween(id: string, from: number, to: number): readonly Interaction[] {
    const key = keyOf(id);
    return this.#changes
      .filter(({ interaction, key: changed }) => {
        const { index, status, method } = interaction;
        const touches = changed === key || (method === 'DELETE' && key.startsWith(`${changed}/`));
        return index > from && index < to && status < 400 && method !== 'POST' && touches;
      })
      .map(({ interaction }) => interaction);
  }
}

function getOf(interaction: Interaction): Get {
  const address = addressOf(interaction.url);
  const operation = operationAddressOf(address);
  return { interaction, path: pathKey(address), whole: addressKey(address), ...(operation ? { operation } : {}) };
}
