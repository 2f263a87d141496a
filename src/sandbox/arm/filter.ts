import { queryValue } from './path.ts';
import { ArmFailure } from './types.ts';

/** One `name eq value`, and what may stand between two of them. A quote inside a quoted value is doubled. */
const comparison = /\s*([A-Za-z_][\w/.]*)\s+eq\s+(?:'((?:[^']|'')*)'|([^\s'()]+))\s*/iy;
const conjunction = /and(?=\s)/iy;

/**
 * The `$filter` of a query as names (as written) and values (unquoted).
 * The grammar is what Azure Backup's lists take: `name eq 'value'` joined by `and`. Quotes may be absent around
 * booleans, numbers and dates.
 * @throws ArmFailure 400 `BadRequest` naming the position where the text stops making sense.
 */
export function parseFilter(query: URLSearchParams): ReadonlyMap<string, string> | undefined {
  const text = queryValue(query, '$filter');
  if (text === undefined || text.trim() === '') {
    return undefined;
  }
  const found = new Map<string, string>();
  let position = 0;
  for (;;) {
    comparison.lastIndex = position;
    const match = comparison.exec(text);
    if (match === null) {
      throw syntaxError(text, position);
    }
    const name = match[1] ?? '';
    if ([...found.keys()].some((known) => known.toLowerCase() === name.toLowerCase())) {
      throw refuse(`The query specified in the URI is not valid. The property '${name}' is compared twice in '${text}'.`);
    }
    found.set(name, match[2]?.replaceAll("''", "'") ?? match[3] ?? '');
    position = comparison.lastIndex;
    if (position >= text.length) {
      return found;
    }
    conjunction.lastIndex = position;
    if (!conjunction.test(text)) {
      throw syntaxError(text, position);
    }
    position = conjunction.lastIndex;
  }
}

function syntaxError(text: string, position: number): ArmFailure {
  return refuse(`The query specified in the URI is not valid. Syntax error at position ${position} in '${text}'.`);
}

function refuse(message: string): ArmFailure {
  return new ArmFailure(400, 'BadRequest', message);
}
