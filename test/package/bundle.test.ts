// Looks at what `npm run package` has just built: dist/ and esbuild's account of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { packagesOf, staticClosure } from '../../scripts/lib/bundleReport.ts';
import { activationFile } from '../../scripts/lib/bundles.ts';
import { metafilePath } from '../../scripts/lib/build.ts';
import { root } from '../../scripts/lib/deps.mjs';

/** What activation may load, all files together: the doors of the house, not what is behind them. */
const activationBudget = 16 * 1024;
/**
 * All of the extension's code, minified: what stands on the disk. A fifth of it is @azure/storage-blob, which lists the backups
 * of API Management: a chunk of its own, loaded when the first list is asked for.
 */
const extensionBudget = 2.5 * 1024 * 1024;

const metafile = (bundle: string) => JSON.parse(readFileSync(metafilePath(bundle), 'utf8')) as Metafile;
const kb = (bytes: number) => `${(bytes / 1024).toFixed(0)} KB`;

describe('package: bundles', () => {
  const entry = metafile('activation');
  const house = metafile('house');
  const activation = staticClosure(entry, activationFile);

  it('are what package.json names', () => {
    const { main } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { main: string };
    assert.equal(join(root, main), join(root, activationFile));
  });

  it('export activate and deactivate from the entry', () => {
    const exported = entry.outputs[activationFile]?.exports ?? [];
    assert.ok(exported.includes('activate'), `${activationFile} exports ${exported.join(', ') || 'nothing'}`);
    assert.ok(exported.includes('deactivate'), `${activationFile} exports ${exported.join(', ')}`);
  });

  it(`load no library at activation`, () => {
    assert.deepEqual(packagesOf(activation.inputs), []);
  });

  it(`load at most ${kb(activationBudget)} at activation`, () => {
    console.log(`      activation loads ${kb(activation.bytes)} in ${activation.files.length} files`);
    assert.ok(activation.bytes <= activationBudget, `${kb(activation.bytes)}: ${activation.files.join(', ')}`);
  });

  it(`are at most ${kb(extensionBudget)} for the whole extension`, () => {
    const total = [entry, house].flatMap(({ outputs }) => Object.values(outputs)).reduce((sum, output) => sum + output.bytes, 0);
    console.log(`      the extension has ${kb(total)}`);
    assert.ok(total <= extensionBudget, kb(total));
  });

  it('load the library of blobs when blobs are asked for, and bring nothing of the program that holds them in the sandbox', () => {
    const atOnce = staticClosure(house, 'dist/house.js');
    assert.deepEqual(
      packagesOf(atOnce.inputs).filter((name) => name.startsWith('@azure/storage')),
      [],
    );
    const all = [entry, house, metafile('sandbox'), metafile('media')].flatMap(({ inputs }) => Object.keys(inputs));
    assert.ok(packagesOf(all).includes('@azure/storage-blob'));
    assert.ok(!packagesOf(all).includes('azurite'));
  });

  it('share no source between the sandbox and the clients that are tested against it', () => {
    const own = (inputs: string[]) => inputs.filter((file) => file.startsWith('src/'));
    const rooms = new Set(own(Object.keys(metafile('sandbox').inputs)).map((file) => file.split('/')[1]));
    assert.deepEqual([...rooms].sort(), ['core', 'sandbox']);
    const leaked = own([entry, house].flatMap(({ inputs }) => Object.keys(inputs))).filter((file) => file.startsWith('src/sandbox/'));
    assert.deepEqual(leaked, []);
  });

  it('bring the browser side without anything of node', () => {
    const outputs = Object.entries(metafile('media').outputs).filter(([file]) => file.endsWith('.js'));
    assert.ok(outputs.length > 0, 'no script for a webview was built');
    for (const [file, output] of outputs) assert.deepEqual(output.imports, [], `${file} imports at run time`);
  });
});
