import type { Event } from './events.ts';
import type { JsonObject } from './json.ts';

/** Plain facts that this installation keeps over restarts: what was used last. Never a secret. */
export interface Remembered {
  get(key: string): JsonObject | undefined;
  set(key: string, value: JsonObject): void;
  /** The key whose value is another now. */
  readonly onDidChange: Event<string>;
}
