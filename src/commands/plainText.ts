/** Names in prompts. They come from a cloud and may hold anything; see `core/displayText.ts`. */
import { displayName, lineText, visibleText, withoutIcons } from '../core/displayText.ts';

/** A name for a quick pick, where `$(flame)` would become an icon. */
export function asLabel(name: string): string {
  return withoutIcons(displayName(name));
}

/** Longer plain text for a quick pick's second line. */
export function asDetail(text: string): string {
  return withoutIcons(lineText(text));
}

/** True where a person typed the resource's name: as it is, or as it is shown where it holds what nobody can type. */
export function isTypedName(typed: string, name: string): boolean {
  const text = typed.trim();
  return text === name.trim() || text === visibleText(name).trim() || (typeable(name) !== '' && typeable(text) === typeable(name));
}

/** `a`, `a and b`, `a, b and 3 more`: names for a sentence. */
export function listed(names: readonly string[], shown = 3): string {
  const texts = names.map((name) => displayName(name, 80));
  if (texts.length > shown) {
    return `${texts.slice(0, shown - 1).join(', ')} and ${texts.length - shown + 1} more`;
  }
  const last = texts.at(-1) ?? '';
  return texts.length > 1 ? `${texts.slice(0, -1).join(', ')} and ${last}` : last;
}

function typeable(name: string): string {
  return visibleText(name)
    .replace(/<U\+[0-9A-F]{4}>/g, '')
    .trim();
}
