// What can be said of a file without its types; .oxlintrc.json has the rules that need them, and is quicker by far.
// The import rules are the architecture: each says why beside it.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/** What a room may not import: everything above it in the house. */
const rooms = {
  // Pure: the journal, the trackers and the sandbox's clients must run anywhere.
  core: ['cloud', 'providers', 'operations', 'inventory', 'tree', 'commands', 'views', 'sandbox'],
  cloud: ['providers', 'operations', 'inventory', 'tree', 'commands', 'views', 'sandbox'],
  providers: ['operations', 'inventory', 'tree', 'commands', 'views', 'sandbox'],
  // The engine knows no provider: actions are handed to it.
  operations: ['providers', 'inventory', 'tree', 'commands', 'views', 'sandbox'],
  inventory: ['operations', 'tree', 'commands', 'views', 'sandbox'],
  tree: ['commands', 'views', 'sandbox'],
  commands: ['views', 'sandbox'],
  views: ['commands', 'sandbox'],
  // The sandbox is what the clients are tested against: shared code would hide a shared mistake.
  sandbox: ['cloud', 'providers', 'operations', 'inventory', 'tree', 'commands', 'views'],
};

/** One folder a system: what several need stands in providers/arm or beside it. */
const systems = ['recoveryServices', 'restorePoints', 'apiManagement', 'veeam'];

const zones = [
  ...Object.entries(rooms).map(([room, forbidden]) => ({
    target: `./src/${room}`,
    from: forbidden.map((other) => `./src/${other}`),
    message: `src/${room} may not import this room: see the import rules in CONTRIBUTING.md.`,
  })),
  ...systems.map((system) => ({
    target: `./src/providers/${system}`,
    from: systems.filter((other) => other !== system).map((other) => `./src/providers/${other}`),
    message: 'A system knows no other one: what both need stands in providers/arm.',
  })),
];

const noVscode = { name: 'vscode', message: 'vscode is imported in extension.ts, tree, commands, views and *Vscode.ts only.' };
const noStaticSdk = {
  group: ['@azure/arm-*', '@azure/identity', '@azure/storage-blob'],
  message: 'Azure SDKs are loaded with import() in providers/*/requests.ts and cloud only: a static import would slow activation.',
  allowTypeImports: true,
};
const noStaticToolkit = {
  group: ['@microsoft/vscode-azext-utils'],
  message: 'azext-utils is loaded with import() by the first command, never at activation.',
  allowTypeImports: true,
};

const nodeGlobals = Object.fromEntries(
  [
    'process',
    'console',
    'URL',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'Buffer',
    'fetch',
    'require',
    'module',
    'exports',
    '__dirname',
  ].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'tools/*/node_modules/', '.cache/', '.vscode-test/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'no-console': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/sandbox/**'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: [noVscode], patterns: [noStaticSdk, noStaticToolkit] }] },
  },
  {
    files: ['src/extension.ts', 'src/tree/**', 'src/commands/**', 'src/views/**', 'src/**/*Vscode.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [noStaticSdk, noStaticToolkit] }] },
  },
  { files: ['**/*.{js,mjs}'], languageOptions: { globals: nodeGlobals } },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: nodeGlobals },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);
