/** One list that tells of many operations at once, instead of a question for each. Pure functions, for trackers that have such a list. */
import type { JsonObject } from './json.ts';
import type { OperationProgress, TrackedResponse, TrackStep } from './operation.ts';

/** What a page says of one operation. `itself`: it is in the list, and only its own answer tells what is to be known now. */
type Told = TrackStep | 'itself';

export interface ListPage {
  /** Absolute URL of the page after this one; absent on the last. */
  readonly nextUrl?: string;
  /** Undefined where the page has nothing of it. @param before its progress so far, which a list tells less of */
  tells(state: JsonObject, before: OperationProgress, nowMs: number): Told | undefined;
}

export interface SharedList {
  /** The same for all that one list tells of; undefined where this one has to be asked by itself now. */
  keyOf(state: JsonObject): string | undefined;
  /** True where a page told the end, and the operation's own answer has more of it. */
  isOutlined(state: JsonObject): boolean;
  /**
   * Absolute URL of the first page.
   * @param states of operations of one key, at least one
   * @param isLong true where the list has had several pages: then a shorter one that tells less is better
   */
  url(states: readonly JsonObject[], isLong: boolean, nowMs: number): string;
  /** Undefined where the answer is no list. @param url that was asked */
  read(answer: TrackedResponse, url: string): ListPage | undefined;
}
