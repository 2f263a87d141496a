/** A sandbox process with a fleet of vaults, connected to by the extension's own code, in the extension host. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import { startSandboxProcess } from '../../../src/cloud/sandboxProcess.ts';
import { readSettings } from '../../../src/cloud/settings.ts';
import { arrayAt, isObject, stringAt, type Json } from '../../../src/core/json.ts';
import { listProtectedItems, listVaults } from '../../../src/providers/recoveryServices/api.ts';
import type { ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';

export interface FleetSize {
  readonly vaults: number;
  /** In each vault. */
  readonly items: number;
  readonly speed: number;
}

export interface Fleet {
  readonly connection: CloudConnection;
  /** Protected machines, those of one vault after those of another. */
  readonly items: readonly ProtectedItem[];
  /** What the sandbox has received since it was asked last; `total` also counts what its ledger has forgotten. */
  requests(): Promise<{ readonly total: number; readonly entries: readonly Request[] }>;
  stop(): void;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** @param folder of the test's own */
export async function openFleet(folder: string, size: FleetSize): Promise<Fleet> {
  mkdirSync(folder, { recursive: true });
  // The extension has no setting for a larger world, the sandbox's command line has.
  const entry = join(folder, 'fleet.mjs');
  const main = pathToFileURL(join(extensionPath(), 'dist', 'sandbox', 'main.js')).href;
  const flags = ['--vaults', String(size.vaults), '--items', String(size.items), '--azurite', 'none'];
  writeFileSync(entry, `process.argv.push(...${JSON.stringify(flags)});\nawait import(${JSON.stringify(main)});\n`);
  const values: Readonly<Record<string, unknown>> = { cloud: 'sandbox', sandbox: { speed: size.speed } };
  const said: string[] = [];
  const connection = new CloudConnection({
    log: { request: () => undefined, note: () => undefined },
    settings: () => readSettings((name) => values[name]),
    credential: () => Promise.reject(new Error('A sandbox gives its own credential')),
    startSandbox: (settings, signal) =>
      startSandboxProcess({ entry, folder: join(folder, 'sandbox'), settings, signal, onLine: (line) => said.push(line) }),
  });
  const state = await connection.connect();
  if (state.kind !== 'connected') {
    connection.disconnect({ rest: true });
    throw new Error(`The sandbox was not connected: ${state.kind}. It said: ${said.join(' ')}`, { cause: state });
  }
  const { signal } = new AbortController();
  const subscriptions = await connection.subscriptions(signal);
  const vaults = (await Promise.all(subscriptions.map(({ id }) => listVaults(connection.arm(), id)))).flatMap(({ items }) => items);
  const fleet = vaults.filter(({ name }) => name.startsWith('rsv-fleet-'));
  const items = (await Promise.all(fleet.map(({ id }) => listProtectedItems(connection.arm(), id)))).flatMap((list) => list.items);
  let before = 0;
  return {
    connection,
    items,
    requests: async () => {
      const ledger = (await connection.arm().get('/_sandbox/ledger')).body;
      const all = arrayAt(ledger, 'entries').map((entry) => ({
        number: numberAt(entry, 'number'),
        method: stringAt(entry, 'method') ?? '',
        path: stringAt(entry, 'path') ?? '',
        status: numberAt(entry, 'status'),
      }));
      const total = numberAt(ledger, 'total') - before;
      const entries = all.filter(({ number }) => number > before);
      before += total;
      return { total, entries };
    },
    // Nobody else uses it: it ends.
    stop: () => connection.disconnect({ rest: true }),
  };
}

function extensionPath(): string {
  const extension = vscode.extensions.getExtension('backup-explorer.backup-explorer');
  if (!extension) {
    throw new Error('VS Code does not know the extension');
  }
  return extension.extensionPath;
}

function numberAt(value: Json | undefined, key: string): number {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'number' ? found : Number.NaN;
}
