// What is bundled, and how. One place, so that build, watch and the bundle tests cannot disagree.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOptions, type Plugin } from 'esbuild';
import { root } from './deps.mjs';

export type Mode = 'development' | 'production';

/** The file that VS Code loads, as package.json `main` names it. */
export const activationFile = 'dist/extension.js';

/**
 * Bundled CommonJS calls `require` for node's own modules and reads `__dirname`; an ES module has neither.
 * The names are long so that no bundled module declares the same one.
 */
const nodeBanner = [
  "import { createRequire as backupExplorerCreateRequire } from 'node:module';",
  'const require = backupExplorerCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

/** Imported by azext-utils, and never called: see unusedParts.ts. */
const neverCalled = ['@vscode/extension-telemetry', 'vscode-tas-client', 'html-to-text'];

function shared(mode: Mode): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    metafile: true,
    logLevel: 'warning',
    sourcemap: mode === 'development' ? 'linked' : false,
    minify: mode === 'production',
    // Minified class names break code that tells steps and errors apart by constructor name (azext-utils does).
    keepNames: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
  };
}

/** How code that runs in node is bundled: ES modules for the Node of the lowest VS Code. */
export function nodeBundle(mode: Mode): BuildOptions {
  return {
    ...shared(mode),
    platform: 'node',
    format: 'esm',
    // The Node inside VS Code 1.105, the lowest that engines.vscode allows.
    target: 'node22',
    // ES modules first: half the size of the CommonJS twins, and they split.
    mainFields: ['module', 'main'],
    alias: Object.fromEntries(neverCalled.map((name) => [name, './scripts/lib/unusedParts.ts'])),
    banner: { js: nodeBanner },
  };
}

/** How activation reaches what is behind it: by import() of a file of the other bundle. */
const houseDoor: Plugin = {
  name: 'house-door',
  setup(build) {
    build.onResolve({ filter: /\/houseVscode\.ts$/ }, () => ({ path: './house.js', external: true }));
  },
};

/**
 * What activation needs, in one file: each further file that VS Code's loader has to fetch costs as much as all the
 * code in it. The few constants that it shares with the house are in both.
 */
function activationBundle(mode: Mode): BuildOptions {
  const { banner: _, ...options } = nodeBundle(mode);
  return { ...options, entryPoints: { extension: 'src/extension.ts' }, outdir: 'dist', external: ['vscode'], plugins: [houseDoor] };
}

/** Checksums of blobs that are written or read in parts: 85 KB of WebAssembly. Blobs are only listed here. */
const noChecksums: Plugin = {
  name: 'no-checksums',
  setup(build) {
    build.onResolve({ filter: /^\.\/crc64\.js$/ }, ({ importer }) =>
      importer.includes('storage-common') ? { path: join(root, 'scripts', 'lib', 'unusedChecksums.ts') } : undefined,
    );
  },
};

/** The house behind the doors: what it needs at once in few files, everything else in chunks that import() fetches. */
function houseBundle(mode: Mode): BuildOptions {
  return {
    ...nodeBundle(mode),
    entryPoints: { house: 'src/houseVscode.ts' },
    outdir: 'dist',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: ['vscode'],
    plugins: [noChecksums],
  };
}

/** The sandbox is a process of its own, started by path: one file, and no chunk shared with the extension. */
function sandboxBundle(mode: Mode): BuildOptions {
  return { ...nodeBundle(mode), entryPoints: { main: 'src/sandbox/main.ts' }, outdir: 'dist/sandbox' };
}

/** What runs in a webview's browser side: each media/src/*.ts and *.css is an entry of its own. */
function mediaBundle(mode: Mode): BuildOptions | undefined {
  const entryPoints = globSync('media/src/*.{ts,css}', { cwd: root }).filter((file) => !file.endsWith('.d.ts'));
  if (entryPoints.length === 0) return undefined;
  return {
    ...shared(mode),
    entryPoints,
    outdir: 'dist/media',
    platform: 'browser',
    format: 'esm',
    // The Chromium inside VS Code 1.105.
    target: 'chrome138',
    loader: { '.ttf': 'copy' },
    assetNames: '[name]',
    tsconfig: existsSync(join(root, 'media', 'tsconfig.json')) ? 'media/tsconfig.json' : 'tsconfig.json',
  };
}

/** Every bundle by name, in the order of building. */
export function bundles(mode: Mode): Map<string, BuildOptions> {
  const all = new Map([
    ['activation', activationBundle(mode)],
    ['house', houseBundle(mode)],
    ['sandbox', sandboxBundle(mode)],
  ]);
  const media = mediaBundle(mode);
  if (media) all.set('media', media);
  return all;
}
