/** What an operation works on, in a sentence. */
import { displayName } from './displayText.ts';
import type { OperationTarget } from './operation.ts';

/** `msdb (MSSQLSERVER on erp-db-01)`; the name alone where it says enough. Names are shown as text. */
export function targetText(target: Pick<OperationTarget, 'name' | 'where'>, max?: number): string {
  const name = displayName(target.name, max);
  return target.where === undefined ? name : `${name} (${displayName(target.where, max)})`;
}

/** A text for each, in their order: where one is stands only beside names that are among them more than once. */
export function tellingApart(targets: readonly Pick<OperationTarget, 'name' | 'where'>[]): string[] {
  const count = new Map<string, number>();
  for (const { name } of targets) {
    count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1);
  }
  return targets.map((target) => ((count.get(target.name.toLowerCase()) ?? 0) > 1 ? targetText(target) : displayName(target.name)));
}
