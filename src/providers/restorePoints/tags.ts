/** Tags as one line that a person can edit: `owner=web shop; cost center=4711`. `\` before `;`, `=` or `\` takes it as it is. */

export type Tags = Readonly<Record<string, string>>;

/** Azure's limits of tags. */
const mostTags = 50;
const longestTagName = 512;
const longestTagValue = 256;

export function tagsText(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${escaped(name, /[\\;=]/g)}=${escaped(value, /[\\;]/g)}`)
    .join('; ');
}

function escaped(text: string, special: RegExp): string {
  return text.replace(special, (char) => `\\${char}`);
}

/** @returns a sentence in `refused` where the text is no list of tags that Azure takes */
export function parseTags(text: string): { readonly tags: Tags } | { readonly refused: string } {
  const tags = new Map<string, { readonly name: string; readonly value: string }>();
  for (const part of split(text)) {
    const read = readTag(part);
    if ('refused' in read) {
      return read;
    }
    const key = read.name.toLowerCase();
    if (tags.has(key)) {
      return { refused: `The tag ${read.name} is there twice; Azure does not tell names apart by case.` };
    }
    tags.set(key, read);
  }
  return tags.size > mostTags
    ? { refused: `That is ${tags.size} tags; Azure takes at most ${mostTags}.` }
    : { tags: Object.fromEntries([...tags.values()].map(({ name, value }) => [name, value])) };
}

function readTag(part: string): { readonly name: string; readonly value: string } | { readonly refused: string } {
  const found = /^((?:\\.|[^\\=])*)=(.*)$/s.exec(part);
  if (!found) {
    return { refused: `Write each tag as name=value and put ";" between them; "${part}" has no "=".` };
  }
  const name = plain(found[1] ?? '').trim();
  const value = plain(found[2] ?? '').trim();
  if (name === '') {
    return { refused: `A tag needs a name before the "="; "${part}" has none.` };
  }
  if (name.length > longestTagName || value.length > longestTagValue) {
    return { refused: `Azure takes tag names of at most ${longestTagName} characters and values of at most ${longestTagValue}.` };
  }
  const odd = /[<>%&\\?/]/.exec(name)?.[0];
  return odd === undefined ? { name, value } : { refused: `Azure takes no "${odd}" in the name of a tag.` };
}

/** At each `;` that no backslash stands before. */
function split(text: string): string[] {
  return (text.match(/(?:\\.|[^\\;])+/gs) ?? []).map((part) => part.trim()).filter((part) => part !== '');
}

function plain(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

/** True where both say the same. Azure tells names apart without case, values with it. */
export function sameTags(a: Tags, b: Tags): boolean {
  const key = (tags: Tags): string =>
    JSON.stringify(
      Object.entries(tags)
        .map(([name, value]) => [name.toLowerCase(), value])
        .sort(([one = ''], [other = '']) => one.localeCompare(other)),
    );
  return key(a) === key(b);
}
