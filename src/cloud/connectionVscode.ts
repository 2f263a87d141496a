/** The connection in a window of VS Code: settings, log, sign-in, sandbox, context keys. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { lineText, messageText, withoutIcons } from '../core/displayText.ts';
import { BackupError } from '../core/errors.ts';
import type { RemediesFor } from './armErrors.ts';
import type { HoldNotice } from './budget/holdNotices.ts';
import { CloudConnection } from './connection.ts';
import { accountProvider } from './credentials/vscodeAccountVscode.ts';
import { environmentOf } from './environments.ts';
import { requestLogLine } from './requestLog.ts';
import { readSettings, type ConnectionSettings } from './settings.ts';
import { SignIn } from './signInVscode.ts';
import type { CloudKind, ConnectionState } from './types.ts';

const section = 'azureBackup';
/** Settings whose change means another cloud or another sign-in. */
const steering = ['cloud', 'customCloud', 'credential', 'servicePrincipal', 'tenants', 'subscriptions', 'sandbox'];

export interface ConnectionOptions {
  /** What providers know of their error codes. */
  readonly remediesFor?: RemediesFor;
  /** Name of the output channel; two of one name are one, and closed together. */
  readonly logName?: string;
}

/** What the commands of the connection need. */
export interface ConnectionControl extends vscode.Disposable {
  readonly connection: CloudConnection;
  readonly log: vscode.LogOutputChannel;
  /** @throws BackupError for a setting that cannot be used. */
  settings(): ConnectionSettings;
  /** Lets the person sign in and connects. @throws BackupError; CancelledError. */
  signIn(tenantId?: string): Promise<void>;
  signOut(): Promise<void>;
  /** Writes the setting and connects; the sandbox is started, another one's is stopped. @throws BackupError. */
  useCloud(kind: CloudKind): Promise<void>;
  /** True where a cloud was a sandbox of this machine that has ended: its operations have no end that could be found out. */
  isGone(resourceManagerEndpoint: string): Promise<boolean>;
  setTenants(ids: readonly string[]): Promise<void>;
  /** Empty: no filter. */
  setSubscriptions(ids: readonly string[]): Promise<void>;
}

/** Sends nothing, starts nothing and loads no library: the first `connect()` does. */
export function createConnection(context: vscode.ExtensionContext, options: ConnectionOptions = {}): ConnectionControl {
  const log = vscode.window.createOutputChannel(options.logName ?? 'Backup Explorer', { log: true });
  const signIn = new SignIn(context);
  const folder = join(context.globalStorageUri.fsPath, 'sandbox');
  const settings = (): ConnectionSettings => {
    const configuration = vscode.workspace.getConfiguration(section);
    return readSettings((name) => configuration.get(name));
  };
  const connection = new CloudConnection({
    log: { request: (entry) => log.info(requestLogLine(entry)), note: (line) => log.info(lineText(line)) },
    settings,
    onHold: (notice) => void tellHold(notice),
    credential: (current, environment, client) =>
      signIn.current(current, { environment, client, log: { request: (entry) => log.info(requestLogLine(entry)) } }),
    startSandbox: async (sandbox, signal) => {
      const { startSandboxProcess } = await import('./sandboxProcess.ts');
      const entry = join(context.extensionPath, 'dist', 'sandbox', 'main.js');
      return startSandboxProcess({ entry, folder, settings: sandbox, signal, onLine: (line) => log.warn(`sandbox: ${line}`) });
    },
    ...(options.remediesFor ? { remediesFor: options.remediesFor } : {}),
  });
  const disposables: vscode.Disposable[] = [connection, log];

  /** Waits for the attempt and tells its failure to whoever asked for it. */
  async function connectNow(): Promise<void> {
    const state = await connection.connect({ retry: true });
    if (state.kind === 'failed') {
      throw state.error;
    }
  }

  async function update(name: string, value: unknown): Promise<void> {
    await vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global);
  }

  disposables.push(
    connection.onDidChange((state) => {
      tellContext(state, settings);
      tellLog(state, log);
      if (state.kind === 'failed' && state.error instanceof BackupError && state.error.facts.code === 'SandboxEnded') {
        void offerRestart(state.error, () => connection.connect({ retry: true }));
      }
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (steering.some((name) => event.affectsConfiguration(`${section}.${name}`))) {
        startAgain();
      }
    }),
    vscode.authentication.onDidChangeSessions((event) => void followAccounts(event.provider.id)),
  );
  tellContext(connection.state, settings);

  /** What was connected, or tried to, for somebody who looks, does so again; what nobody asked for yet stays quiet. */
  function startAgain(): void {
    const wanted = connection.state.kind !== 'disconnected';
    connection.disconnect();
    tellContext(connection.state, settings);
    if (wanted) {
      void connection.connect();
    }
  }

  /** Renewing a token fires this too: only an account that came or went changes anything. */
  async function followAccounts(providerId: string): Promise<void> {
    const { state } = connection;
    const environment = state.kind === 'connected' || state.kind === 'signedOut' ? state.environment : undefined;
    if (!environment || environment.kind === 'sandbox' || providerId !== accountProvider(environment)) {
      return;
    }
    try {
      const current = settings();
      const account = await signIn.account(current, environment);
      const before = state.kind === 'connected' ? state.account : undefined;
      if (current.credential === 'vscode' && connection.state === state && account !== before) {
        startAgain();
      }
    } catch (error) {
      log.warn('Looking at the accounts of VS Code failed', error);
    }
  }

  return {
    connection,
    log,
    settings,
    async signIn(tenantId) {
      const current = settings();
      if (current.cloud !== 'sandbox') {
        await signIn.begin(current, environmentOf(current.cloud, current.customCloud), tenantId);
        connection.disconnect();
      }
      await connectNow();
    },
    async signOut() {
      const current = settings();
      if (current.cloud === 'sandbox') {
        connection.disconnect({ rest: true });
        return;
      }
      await signIn.end(current, environmentOf(current.cloud, current.customCloud));
      connection.disconnect();
      await connection.connect();
    },
    async useCloud(kind) {
      await update('cloud', kind);
      await connectNow();
    },
    async isGone(resourceManagerEndpoint) {
      const { hasEnded } = await import('./sandbox/records.ts');
      return hasEnded(folder, resourceManagerEndpoint);
    },
    setTenants: (ids) => update('tenants', ids.length > 0 ? ids : undefined),
    setSubscriptions: (ids) => update('subscriptions', ids.length > 0 ? ids : undefined),
    dispose: () => {
      for (const disposable of disposables.splice(0)) {
        disposable.dispose();
      }
    },
  };
}

/** For `when` clauses: `azureBackup.connection` is the state's kind, `azureBackup.cloudKind` the chosen cloud. */
function tellContext(state: ConnectionState, settings: () => ConnectionSettings): void {
  let cloud: CloudKind | 'invalid';
  try {
    cloud = settings().cloud;
  } catch {
    // What is wrong with the settings is told by the attempt to connect.
    cloud = 'invalid';
  }
  void vscode.commands.executeCommand('setContext', `${section}.connection`, state.kind);
  void vscode.commands.executeCommand('setContext', `${section}.cloudKind`, cloud);
}

function tellLog(state: ConnectionState, log: vscode.LogOutputChannel): void {
  if (state.kind === 'failed') {
    log.error(state.error.message);
  } else if (state.kind === 'connected') {
    log.info(`Connected to ${state.environment.label} (${state.environment.resourceManagerEndpoint})`);
  } else {
    log.info(`Connection: ${state.kind}`);
  }
}

/** In the status bar, the seconds counted down, until it goes on. */
async function tellHold({ text, waitMs, over }: HoldNotice): Promise<void> {
  const until = Date.now() + waitMs;
  const options = { location: vscode.ProgressLocation.Window, title: withoutIcons(lineText(text)) };
  await vscode.window.withProgress(options, async (progress) => {
    const tell = (): void => {
      const seconds = Math.ceil((until - Date.now()) / 1000);
      progress.report({ message: seconds > 0 ? `going on in ${seconds} s` : 'going on now' });
    };
    tell();
    const timer = setInterval(tell, 1000);
    await over;
    clearInterval(timer);
  });
}

async function offerRestart(error: BackupError, restart: () => Promise<unknown>): Promise<void> {
  const again = 'Start Again';
  if ((await vscode.window.showErrorMessage(messageText(error.message), again)) === again) {
    await restart();
  }
}
