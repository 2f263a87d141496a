import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/lib/deps.mjs';
import { maximumVsixBytes } from '../../scripts/lib/vsix.ts';
import { zipEntries } from './zip.ts';

interface Manifest {
  main: string;
  icon?: string;
  contributes: { viewsContainers: { activitybar: { icon: string }[] } };
}

describe('package: the .vsix', () => {
  const file = process.env['VSIX'] ?? '';
  const entries = zipEntries(readFileSync(file));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

  it(`has at most ${maximumVsixBytes} bytes`, () => {
    const { size } = statSync(file);
    console.log(`      ${file.split('/').at(-1)} has ${size} bytes`);
    assert.ok(size <= maximumVsixBytes, `${size} bytes`);
  });

  it('holds no test, source, source map, lockfile or module folder', () => {
    const unwanted = /\.(ts|mts|cts|map)$|(^|\/)(test|tests|src|scripts|tools|node_modules|\.\w+)(\/|$)|package-lock\.json|tsconfig/;
    assert.deepEqual(
      entries.filter((entry) => unwanted.test(entry.replace(/^extension\//, ''))),
      [],
    );
  });

  it('holds what it needs to run and to be shown', () => {
    const icons = manifest.contributes.viewsContainers.activitybar.map(({ icon }) => icon);
    const needed = [manifest.main, 'dist/sandbox/main.js', 'dist/media/codicon.css', 'dist/media/codicon.ttf', 'package.json', ...icons];
    if (manifest.icon) needed.push(manifest.icon);
    for (const path of needed) assert.ok(entries.includes(`extension/${path.replace(/^\.\//, '')}`), `${path} is not in the package`);
    for (const shown of ['extension/readme.md', 'extension/changelog.md', 'extension/LICENSE.txt'])
      assert.ok(entries.includes(shown), shown);
  });

  it('holds every file that the built files load', () => {
    const scripts = entries.filter((entry) => entry.startsWith('extension/dist/') && entry.endsWith('.js'));
    for (const script of scripts) {
      const text = readFileSync(join(root, script.slice('extension/'.length)), 'utf8');
      for (const [, path = ''] of text.matchAll(/(?:from|import\()\s*"(\.{1,2}\/[^"]+\.js)"/g)) {
        const target = join(script, '..', path).replaceAll('\\', '/');
        assert.ok(entries.includes(target), `${script} loads ${path}, and the package has no ${target}`);
      }
    }
  });
});
