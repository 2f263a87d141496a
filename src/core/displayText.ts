/**
 * Names as plain text. A resource name may hold anything: direction overrides that make one name look like another,
 * line breaks, `$(icon)` sequences, hundreds of characters. What is shown must be that name and nothing else.
 */

// Direction marks, embeddings, overrides and isolates; zero-width space, byte order mark; line and paragraph separators.
// The zero-width joiner stays: emoji are made with it.
const invisible = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g; // eslint-disable-line no-control-regex -- control characters are what it looks for

/** The text with characters that cannot be seen, or that reorder others, written out: `<U+202E>`. Right-to-left letters stay. */
export function visibleText(text: string): string {
  return text.replace(invisible, (char) => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`);
}

/** At most `max` characters as a person counts them, the cut shown by `…`; never half an emoji. */
export function shortened(text: string, max: number): string {
  if (text.length <= max) {
    return text;
  }
  const kept: string[] = [];
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)) {
    if (kept.push(segment) > max) {
      return `${kept.slice(0, max - 1).join('')}…`;
    }
  }
  return text;
}

/** For places where VS Code turns `$(name)` into an icon (quick picks, status bar): the same characters, as text. */
export function withoutIcons(text: string): string {
  // What VS Code takes for an icon, and nothing else: before other text the backslash would be shown.
  return text.replace(/\$\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\)/g, '\\$&');
}

/**
 * Sentences for one line, in which an error or a name may stand: line breaks as spaces, what cannot be seen written out.
 * Names in them are neutralised where they are put in (`displayName`), so a break that is left is one of the sentence.
 */
export function lineText(text: string): string {
  return visibleText(text.replace(/\s*[\r\n\u2028\u2029]\s*/g, ' ').trim());
}

/**
 * For notifications, progress and the words of an input box, where VS Code makes a link, of a command too, from
 * `[text](command:...)`: the same characters, as text. What keeps them apart takes no room.
 */
export function messageText(text: string): string {
  return lineText(text).replace(/\]\((?=https?:\/\/|command:|file:)/gi, '](\u2060');
}

/** A resource's name for a row or a sentence: visible characters, at most 120 of them. The full one belongs into a tooltip. */
export function displayName(name: string, max = 120): string {
  return shortened(visibleText(name), max);
}

/** Azure's words as a person's: `ConfigureBackup` as `Configure backup`, `Backup (Full)` as it is. */
export function spelled(word: string): string {
  const text = word.replace(/([a-z0-9])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
  return text.charAt(0).toUpperCase() + text.slice(1);
}
