/**
 * JSON laid out for reading without being parsed: numbers keep all their digits, members their order and their
 * repetition, texts their escapes. What is no JSON is left as it is.
 */
export function laidOutJson(text: string, indent = 2): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = '';
  let depth = 0;
  const newLine = (): string => `\n${' '.repeat(depth * indent)}`;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const empty = /[{[]\s*$/.test(out);
    switch (token) {
      case '{':
      case '[':
        out += token;
        depth++;
        out += newLine();
        break;
      case '}':
      case ']':
        depth--;
        out = empty ? out.trimEnd() + token : out + newLine() + token;
        break;
      case ',':
        out += token + newLine();
        break;
      case ':':
        out += ': ';
        break;
      default:
        out += token;
    }
  }
  return `${out}\n`;
}
