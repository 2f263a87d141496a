import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { createConnection, type ConnectionControl } from '../../src/cloud/connectionVscode.ts';
import { Appliances } from '../../src/cloud/veeam/appliances.ts';
import { isCancelled } from '../../src/core/cancellation.ts';
import { arrayAt, stringAt } from '../../src/core/json.ts';

const settings = ['cloud', 'customCloud', 'credential', 'servicePrincipal', 'subscriptions', 'tenants', 'sandbox'];

/** The extension's folder with storage of the test's own. */
function contextOf(storage: string): vscode.ExtensionContext {
  const extension = vscode.extensions.getExtension('backup-explorer.backup-explorer');
  assert.ok(extension);
  const memory = new Map<string, unknown>();
  const secrets = new Map<string, string>();
  return {
    extensionPath: extension.extensionPath,
    globalStorageUri: vscode.Uri.file(storage),
    globalState: {
      get: (key: string) => memory.get(key),
      update: (key: string, value: unknown) => Promise.resolve(void memory.set(key, value)),
    },
    secrets: {
      get: (key: string) => Promise.resolve(secrets.get(key)),
      store: (key: string, value: string) => Promise.resolve(void secrets.set(key, value)),
      delete: (key: string) => Promise.resolve(void secrets.delete(key)),
    },
  } as unknown as vscode.ExtensionContext;
}

async function set(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('azureBackup').update(name, value, vscode.ConfigurationTarget.Global);
}

describe('host: connection', () => {
  let control: ConnectionControl;
  let storage: string;

  beforeEach(() => {
    storage = mkdtempSync(join(tmpdir(), 'backup-explorer-storage-'));
    control = createConnection(contextOf(storage), { logName: 'Backup Explorer (host test)' });
  });
  afterEach(async () => {
    control.dispose();
    rmSync(storage, { recursive: true, force: true });
    for (const name of settings) {
      await set(name, undefined);
    }
  });

  it('is signed out of Azure where VS Code has no account, and has asked nobody', async () => {
    const state = await control.connection.connect();
    assert.equal(state.kind, 'signedOut');
    await assert.rejects(control.connection.subscriptions(new AbortController().signal), /Nobody is signed in to Azure/);
  });

  it('to the bundled sandbox comes up through VS Code’s own https, lists its subscriptions, and ends', async function () {
    this.timeout(60_000);
    const states: string[] = [];
    control.connection.onDidChange((state) => states.push(state.kind));
    await control.useCloud('sandbox');
    const list = await control.connection.subscriptions(new AbortController().signal);
    assert.ok(list.length >= 3, `${list.length} subscriptions`);
    const { state } = control.connection;
    assert.ok(state.kind === 'connected' && state.environment.kind === 'sandbox');

    await control.setSubscriptions([list[0]?.subscriptionId ?? '']);
    const filtered = await control.connection.subscriptions(new AbortController().signal);
    assert.deepEqual(
      filtered.map((subscription) => subscription.subscriptionId),
      [list[0]?.subscriptionId],
    );

    await control.signOut();
    assert.equal(control.connection.state.kind, 'disconnected');
    assert.equal((await control.connection.connect()).kind, 'disconnected', 'a sandbox that was stopped comes up by itself');
    assert.ok(states.includes('connecting') && states.includes('connected'));
  });

  it('to an appliance trusts its one certificate, through VS Code’s own https too, and sends nothing to another', async function () {
    this.timeout(60_000);
    await control.useCloud('sandbox');
    const { body } = await control.connection.arm().get('/_sandbox/veeam');
    const [first, other] = arrayAt(body, 'appliances');
    const { url: origin = '', fingerprint } = { url: stringAt(first, 'url'), fingerprint: stringAt(first, 'fingerprint') };
    const admin = arrayAt(first, 'users').find((user) => stringAt(user, 'username') === 'veeam-admin');
    const { globalState, secrets } = contextOf(storage);
    const appliances = new Appliances({
      memory: globalState,
      secrets,
      log: { request: () => undefined },
      remediesFor: () => [],
      versionSetting: () => vscode.workspace.getConfiguration('azureBackup').get('veeam.apiVersion'),
      now: Date.now,
    });
    const { signal } = new AbortController();
    const certificate = await appliances.look(origin, signal);
    assert.equal(certificate.fingerprint, fingerprint);
    const entrance = {
      origin,
      user: 'veeam-admin',
      password: stringAt(admin, 'password') ?? '',
      askCode: () => Promise.reject(new Error('no code is asked for')),
    };
    const wrong = await appliances.look(stringAt(other, 'url') ?? '', signal);
    await assert.rejects(appliances.enter({ ...entrance, certificate: wrong }, signal), /presents another certificate/);
    assert.equal((await appliances.enter({ ...entrance, certificate }, signal)).apiVersion, 'v8');
    appliances.dispose();
  });

  it('fails with the name of the setting where one cannot be used', async () => {
    await set('customCloud', { resourceManagerEndpoint: 'http://x.example' });
    await assert.rejects(control.useCloud('custom'), /azureBackup\.customCloud\.resourceManagerEndpoint is "http:\/\/x\.example"/);
  });

  it('keeps a service principal signed out until its secret is given, and forgets that it was cancelled', async () => {
    await set('customCloud', { resourceManagerEndpoint: 'https://127.0.0.1:1', authorityHost: 'https://127.0.0.1:1' });
    await set('cloud', 'custom');
    await set('credential', 'servicePrincipal');
    await set('servicePrincipal', { tenantId: 'contoso.example', clientId: 'app-1' });
    assert.equal((await control.connection.connect({ retry: true })).kind, 'signedOut');
    const original = vscode.window.showInputBox;
    const asked: vscode.InputBoxOptions[] = [];
    try {
      vscode.window.showInputBox = (options?: vscode.InputBoxOptions) => {
        asked.push(options ?? {});
        return Promise.resolve(undefined);
      };
      await assert.rejects(control.signIn(), isCancelled);
    } finally {
      vscode.window.showInputBox = original;
    }
    assert.equal(asked[0]?.password, true);
    assert.match(asked[0]?.prompt ?? '', /app-1/);
    assert.equal((await control.connection.connect({ retry: true })).kind, 'signedOut');
  });
});
