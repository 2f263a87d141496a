/** Statements that mend something, for a person to copy. */
import { visibleText } from '../core/displayText.ts';
import type { ErrorRecord, RemedyStatement } from '../core/errors.ts';

interface Failing {
  readonly error?: ErrorRecord;
  readonly warnings?: readonly ErrorRecord[];
}

/** Those of an error and its warnings, in the order in which they are shown. */
export function statementsOf({ error, warnings = [] }: Failing): RemedyStatement[] {
  return [...(error ? [error] : []), ...warnings].flatMap(({ statement }) => statement ?? []);
}

/** The one statement that all of these ask for; undefined where there is none, or more than one. */
export function onlyStatement(of: readonly Failing[]): RemedyStatement | undefined {
  const texts = new Map(of.flatMap(statementsOf).map((statement) => [statement.text, statement]));
  return texts.size === 1 ? [...texts.values()][0] : undefined;
}

/** Lines as they may be shown: indentation stays, what cannot be seen is written out. */
export function codeLines(text: string): string[] {
  return text
    .trimEnd()
    .split(/\r\n|\r|\n/)
    .map((line) => visibleText(line.replace(/\t/g, '    ').trimEnd()));
}
