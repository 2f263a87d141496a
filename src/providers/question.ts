/** What an action asks before it is done. Answers are texts, by the questions' ids. */
import type { ActionContext, ActionTarget } from './action.ts';

export interface Choice {
  /** What is stored as the answer, e.g. a policy's id. */
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Preselected. */
  readonly recommended?: boolean;
  /** Shown and not to be chosen, e.g. the policy that an item has already. */
  readonly note?: boolean;
}

/** Answers by question id. Dates are ISO 8601 UTC; several chosen values are one text, see `manyOf`. */
export type Answers = Readonly<Record<string, string>>;

interface QuestionBase<Model> {
  readonly id: string;
  /** Of a date: the beginning of a sentence that the date ends, `Keep the recovery point until`. */
  readonly title: string;
  readonly placeholder?: string;
  /** Left out where false, e.g. when an answer before makes it needless. */
  asked?(targets: readonly ActionTarget<Model>[], answers: Answers): boolean;
}

/** One of a list that is loaded when it is asked. An empty list is explained by `empty`, never shown as nothing. */
export interface PickQuestion<Model> extends QuestionBase<Model> {
  readonly type: 'pick';
  load(context: ActionContext, targets: readonly ActionTarget<Model>[], answers: Answers): Promise<readonly Choice[]>;
  readonly empty: string;
}

/** A moment; typed as a date (`2027-01-31`) or date and time, local unless it says otherwise, answered as ISO 8601 UTC. */
export interface DateQuestion<Model> extends QuestionBase<Model> {
  readonly type: 'date';
  /** Proposed, milliseconds since the epoch. */
  propose(nowMs: number, targets: readonly ActionTarget<Model>[], answers: Answers): number;
  /** A sentence where the moment cannot be taken, else undefined. */
  refuse(chosenMs: number, nowMs: number, targets: readonly ActionTarget<Model>[], answers: Answers): string | undefined;
}

/** A line of text: a name, tags. */
export interface TextQuestion<Model> extends QuestionBase<Model> {
  readonly type: 'text';
  /** What stands in the box at first. */
  propose(nowMs: number, targets: readonly ActionTarget<Model>[], answers: Answers): string;
  /** A sentence where the text cannot be taken, else undefined. Asked at each key: it must not look anything up. */
  refuse(text: string, targets: readonly ActionTarget<Model>[], answers: Answers): string | undefined;
}

/**
 * A line of text that nobody may see or keep: a password box. Never proposed, not even what was typed before going back;
 * its answer goes to `build` and to nothing else.
 */
export interface SecretQuestion<Model> extends QuestionBase<Model> {
  readonly type: 'secret';
  /** A sentence, without the text in it, where it cannot be taken, else undefined. Asked at each key. */
  refuse(text: string, targets: readonly ActionTarget<Model>[], answers: Answers): string | undefined;
}

/** Any number of a list; those that are `recommended` are preselected, each with its reason in `detail`. Answered as `answerOfMany`. */
export interface PickManyQuestion<Model> extends QuestionBase<Model> {
  readonly type: 'pickMany';
  load(context: ActionContext, targets: readonly ActionTarget<Model>[], answers: Answers): Promise<readonly Choice[]>;
  readonly empty: string;
  /** True where choosing none is an answer. */
  readonly optional?: boolean;
  /** A sentence where the selection cannot be taken, e.g. all disks to be left out. `choices` are those that were loaded. */
  refuse?(chosen: readonly string[], choices: readonly Choice[], answers: Answers): string | undefined;
}

export type Question<Model> =
  PickQuestion<Model> | DateQuestion<Model> | TextQuestion<Model> | SecretQuestion<Model> | PickManyQuestion<Model>;

/** The answer to a `pickMany` question: a JSON array of texts. */
export function answerOfMany(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** The values of a `pickMany` answer; none where it was not asked. @throws TypeError where it is no such answer: a mistake of ours. */
export function manyOf(answer: string | undefined): readonly string[] {
  const values: unknown = answer === undefined ? [] : JSON.parse(answer);
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string')) {
    throw new TypeError('The answer to a question for several values is a JSON array of texts.');
  }
  return values;
}
