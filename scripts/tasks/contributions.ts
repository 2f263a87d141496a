// `npm run contributions [-- --check]`: writes the generated parts of package.json, README.md and docs/commands.md,
// or says what is out of date and fails.
import { readFile, writeFile } from 'node:fs/promises';
import { generatedFiles } from '../lib/generatedFiles.ts';

const check = process.argv.includes('--check');
let stale = 0;
for (const { file, made } of generatedFiles) {
  const before = await readFile(file, 'utf8');
  const after = made(before);
  if (after === before) {
    continue;
  }
  stale++;
  if (check) {
    console.error(`${file.pathname.split('/').at(-1) ?? ''} does not agree with the tables in src:\n${differingLines(before, after)}`);
  } else {
    await writeFile(file, after);
    console.log(`Written: ${file.pathname}`);
  }
}
if (check && stale > 0) {
  console.error('Run: npm run contributions');
  process.exitCode = 1;
}

/** The lines between the first and the last one that differ, old and new, the first forty of each. */
function differingLines(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  let first = 0;
  while (first < old.length && old[first] === now[first]) {
    first++;
  }
  let last = 1;
  while (last <= Math.min(old.length, now.length) - first && old.at(-last) === now.at(-last)) {
    last++;
  }
  const part = (lines: string[], sign: string): string[] =>
    lines
      .slice(first, lines.length - last + 1)
      .slice(0, 40)
      .map((line) => `${sign} ${line}`);
  return [`@@ line ${first + 1} @@`, ...part(old, '-'), ...part(now, '+')].join('\n');
}
