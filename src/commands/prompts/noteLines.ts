/** Characters that surely fit a line of VS Code's quick pick, which cuts off what is longer. */
const fitting = 84;

/**
 * The lines of a note: nobody chooses it, so it must be read to its end. Split between words; a word that is longer
 * than a line is split where the line ends. Never empty.
 */
export function noteLines(text: string, most = fitting): readonly string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= most) {
      lines[lines.length - 1] = longer;
      continue;
    }
    const pieces = word.match(new RegExp(`.{1,${most}}`, 'gsu')) ?? [];
    lines.push(...pieces);
  }
  return lines[0] === '' && lines.length > 1 ? lines.slice(1) : lines;
}
