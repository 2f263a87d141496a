import { withoutSignatures } from '../core/signedUrl.ts';

/**
 * JSON laid out for reading without being parsed: numbers keep all their digits, members their order and their
 * repetition, texts their escapes, URLs all but their signatures. What is no JSON is left as it is.
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
        out += withoutSecrets(token);
    }
  }
  return `${out}\n`;
}

function withoutSecrets(token: string): string {
  if (!/https?:/i.test(token)) {
    return token;
  }
  const text = JSON.parse(token) as string;
  const clean = withoutSignatures(text);
  return clean === text ? token : JSON.stringify(clean);
}
