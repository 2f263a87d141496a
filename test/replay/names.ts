/** What recorded requests are called where nobody of ours makes them: by their method and the types that they name. */
import { addressOf } from './address.ts';
import type { Interaction } from './interaction.ts';

/** `Microsoft.RecoveryServices/vaults/backupJobs`; names of resources left out, in the recorded spelling. */
function typesOf(url: string): string {
  const { segments } = addressOf(url);
  const host = /^https?:\/\/([^/?#:]+)/i.exec(url)?.[1]?.toLowerCase() ?? '';
  const service = /\.(blob|file|queue|table|dfs)\./.exec(host)?.[1];
  if (service !== undefined) {
    return `${service} of a storage account`;
  }
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'providers');
  if (at >= 0) {
    const [namespace = '', ...below] = segments.slice(at + 1);
    return [namespace, ...below.filter((_, index) => index % 2 === 0)].filter(Boolean).join('/') || 'providers';
  }
  return segments.filter((_, index) => index % 2 === 0).join('/') || 'the root';
}

export const requestName = ({ method, url }: Pick<Interaction, 'method' | 'url'>): string => `${method} ${typesOf(url)}`;

/** Where work that was started is followed: part of the change that started it. */
export function isPoll({ method, url }: Pick<Interaction, 'method' | 'url'>): boolean {
  const [where = '', , holder = ''] = addressOf(url)
    .segments.slice(-4)
    .map((segment) => segment.toLowerCase());
  return (
    method === 'GET' &&
    (/operations?(?:results?|status(?:es)?)$|^(?:backup|disk)operations$/.test(holder) ||
      (holder === 'operations' && where === 'locations'))
  );
}

/** Names with how often each came; two spellings of one are one, named as it came first. */
export class Tally {
  readonly #counts = new Map<string, { readonly name: string; count: number }>();

  add(name: string, count = 1): void {
    const known = this.#counts.get(name.toLowerCase());
    if (known) {
      known.count += count;
    } else {
      this.#counts.set(name.toLowerCase(), { name, count });
    }
  }

  /** By name. */
  all(): Record<string, number> {
    const entries = [...this.#counts.values()].map(({ name, count }): [string, number] => [name, count]);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
