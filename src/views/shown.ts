import { lineText } from '../core/displayText.ts';
import { withoutSignatures } from '../core/signedUrl.ts';

/** Members that are no text for a person: an id is sent back as it is. */
const asItIs: ReadonlySet<string> = new Set(['id', 'triedBy', 'vaultKey', 'key', 'lines']);

/**
 * A row or its details as they may be shown, in every text but ids and keys: no signed URLs; direction marks and what
 * cannot be seen are written out. Lines of a statement keep their indentation: `codeLines` has made them fit to be seen.
 */
export function shown<Value>(value: Value): Value {
  if (typeof value === 'string') {
    return lineText(withoutSignatures(value)) as Value;
  }
  if (Array.isArray(value)) {
    return value.map(shown<unknown>) as Value;
  }
  return typeof value === 'object' && value !== null
    ? (Object.fromEntries(
        Object.entries(value).map(([name, member]: [string, unknown]) => [name, asItIs.has(name) ? member : shown(member)]),
      ) as Value)
    : value;
}
