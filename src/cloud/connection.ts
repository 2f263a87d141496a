import { BackupError, messageOf } from '../core/errors.ts';
import { Emitter, type Disposable } from '../core/events.ts';
import type { RemediesFor } from './armErrors.ts';
import type { HoldNotice } from './budget/holdNotices.ts';
import type { Credential, Tenant } from './credentials/types.ts';
import { cloudLabel, environmentOf } from './environments.ts';
import type { VerifyingHttpClient } from './httpClient.ts';
import type { RequestLog } from './requestLog.ts';
import type { SandboxProcess } from './sandboxProcess.ts';
import { Session, Wire } from './session.ts';
import type { ConnectionSettings, SandboxSettings } from './settings.ts';
import { listSubscriptions, listTenants, type SubscriptionList } from './subscriptionList.ts';
import type { ArmClient, CloudEnvironment, Connection, ConnectionState, Subscription, TenantProblem } from './types.ts';
import { untilAborted } from './untilAborted.ts';

/** What the connection needs of the window it lives in. */
export interface ConnectionHost {
  readonly log: RequestLog;
  readonly remediesFor?: RemediesFor;
  /** @throws BackupError for a setting that cannot be used. */
  settings(): ConnectionSettings;
  /**
   * The chosen way of signing in to a real cloud; undefined where nobody is signed in and it takes a person to.
   * Asks nobody anything. @throws BackupError.
   */
  credential(
    settings: ConnectionSettings,
    environment: CloudEnvironment,
    client: () => Promise<VerifyingHttpClient>,
  ): Promise<Credential | undefined>;
  startSandbox(settings: SandboxSettings, signal: AbortSignal): Promise<SandboxProcess>;
  /** Tells a person what something waits for that he asked for. */
  onHold?(notice: HoldNotice): void;
}

interface Opened {
  readonly state: ConnectionState;
  readonly session?: Session;
  readonly sandbox?: { readonly process: SandboxProcess; readonly settings: SandboxSettings };
  readonly dispose: () => void;
}

/** The states of the signed-in cloud of a window, and who may be asked meanwhile. */
export class CloudConnection implements Connection, Disposable {
  readonly #host: ConnectionHost;
  readonly #changes = new Emitter<ConnectionState>();
  #state: ConnectionState = { kind: 'disconnected' };
  #opened: Opened | undefined;
  #opening: { readonly done: Promise<ConnectionState>; readonly abort: AbortController } | undefined;
  /** True after a person has ended it: only a person begins it again. */
  #rests = false;
  #disposed = false;
  #problems: readonly TenantProblem[] = [];

  constructor(host: ConnectionHost) {
    this.#host = host;
  }

  readonly onDidChange = this.#changes.event;

  get state(): ConnectionState {
    return this.#state;
  }

  get problems(): readonly TenantProblem[] {
    return this.#problems;
  }

  /**
   * @param options.retry also where it is signed out, has failed or was ended by a person. Without it those states
   *   stay: views ask on every change of state, and asking must not change it again.
   */
  connect(options: { readonly retry?: boolean } = {}): Promise<ConnectionState> {
    if (this.#opening) {
      return this.#opening.done;
    }
    const settled = this.#state.kind === 'connected' || ((this.#state.kind !== 'disconnected' || this.#rests) && !options.retry);
    if (settled) {
      return Promise.resolve(this.#state);
    }
    this.#rests = false;
    const abort = new AbortController();
    // In a turn of its own: whoever hears of the first change of state finds the attempt that it belongs to.
    const done = Promise.resolve().then(() => this.#open(abort.signal));
    this.#opening = { done, abort };
    return done;
  }

  /**
   * Ends the stay at the cloud. `rest`: until a person connects again.
   * The sandbox ends with it, unless another window uses it or the settings still ask for this very one.
   */
  disconnect(options: { readonly rest?: boolean } = {}): void {
    this.#rests = options.rest ?? false;
    this.#close();
    this.#set({ kind: 'disconnected' });
  }

  arm(): ArmClient {
    return this.#session().arm;
  }

  async subscriptions(signal: AbortSignal): Promise<readonly Subscription[]> {
    const { subscriptions, problems } = await this.#list(signal, (settings) => settings.subscriptions);
    this.#problems = problems;
    return subscriptions;
  }

  /** Without the filter, for choosing one. @throws as `subscriptions`. */
  async allSubscriptions(signal: AbortSignal): Promise<readonly Subscription[]> {
    return (await this.#list(signal, () => [])).subscriptions;
  }

  /** All tenants that the sign-in can see, for choosing. @throws BackupError; CancelledError. */
  async tenants(signal: AbortSignal): Promise<readonly Tenant[]> {
    await untilAborted(this.connect(), signal);
    return listTenants(this.#session().arm, signal);
  }

  /** The window closes, or reloads: the sandbox waits a while for it to come back. */
  dispose(): void {
    this.#rests = true;
    this.#disposed = true;
    this.#close();
    this.#changes.dispose();
  }

  async #list(signal: AbortSignal, filterOf: (settings: ConnectionSettings) => readonly string[]): Promise<SubscriptionList> {
    await untilAborted(this.connect(), signal);
    const session = this.#session();
    const settings = this.#host.settings();
    const list = await listSubscriptions(session.arm, await chosenTenants(session, settings, signal), filterOf(settings), signal);
    session.learn(list.subscriptions);
    return list;
  }

  #session(): Session {
    const state = this.#state;
    const session = this.#opened?.session;
    if (state.kind === 'connected' && session) {
      return session;
    }
    if (state.kind === 'failed') {
      throw state.error;
    }
    throw state.kind === 'signedOut'
      ? new BackupError(`Nobody is signed in to ${state.environment.label}.`, { code: 'SignedOut', remedies: ['Sign in.'] })
      : new BackupError('No cloud is connected.', { code: 'NotConnected', remedies: ['Sign in, or use the sandbox.'] });
  }

  async #open(signal: AbortSignal): Promise<ConnectionState> {
    let opened: Opened;
    try {
      const settings = this.#host.settings();
      this.#set({ kind: 'connecting', label: cloudLabel(settings.cloud) });
      opened = settings.cloud === 'sandbox' ? await this.#openSandbox(settings, signal) : await this.#openCloud(settings, settings.cloud);
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(messageOf(error));
      opened = { state: { kind: 'failed', error: failure }, dispose: () => undefined };
    }
    if (signal.aborted) {
      // Somebody disconnected meanwhile: theirs is the newer word.
      this.#end(opened);
      return this.#opening?.done ?? this.#state;
    }
    this.#opening = undefined;
    this.#opened = opened;
    this.#set(opened.state);
    return opened.state;
  }

  async #openCloud(settings: ConnectionSettings, kind: Exclude<ConnectionSettings['cloud'], 'sandbox'>): Promise<Opened> {
    const environment = environmentOf(kind, settings.customCloud);
    const wire = new Wire(environment);
    const credential = await this.#host.credential(settings, environment, wire.client);
    return credential
      ? await this.#openSession(environment, credential, wire)
      : { state: { kind: 'signedOut', environment }, dispose: () => wire.dispose() };
  }

  async #openSandbox(settings: ConnectionSettings, signal: AbortSignal): Promise<Opened> {
    // The library loads while the sandbox starts.
    const library = import('./credentials/identityCredential.ts');
    library.then(({ preloadIdentityLibrary }) => preloadIdentityLibrary()).catch(() => undefined);
    const sandbox = await this.#host.startSandbox(settings.sandbox, signal);
    const { details } = sandbox;
    const environment = { ...sandbox.environment, speed: settings.sandbox.speed };
    try {
      const wire = new Wire(environment);
      const { servicePrincipalCredential } = await library;
      const credential = servicePrincipalCredential({ environment, client: wire.client, log: this.#host.log }, details);
      const opened = await this.#openSession(environment, credential, wire);
      const broken = sandbox.onDidBreak((error) => {
        this.#close();
        this.#set({ kind: 'failed', error });
      });
      return {
        ...opened,
        sandbox: { process: sandbox, settings: settings.sandbox },
        dispose: () => {
          broken.dispose();
          opened.dispose();
        },
      };
    } catch (error) {
      // Whatever is wrong with it: the next attempt had better find another.
      void sandbox.stop();
      throw error;
    }
  }

  async #openSession(environment: CloudEnvironment, credential: Credential, wire: Wire): Promise<Opened> {
    const { log, remediesFor } = this.#host;
    const onHold = (notice: HoldNotice): void => this.#host.onHold?.(notice);
    const session = new Session({ environment, log, onHold, ...(remediesFor ? { remediesFor } : {}) }, credential, wire);
    try {
      await session.verify();
    } catch (error) {
      session.dispose();
      throw error;
    }
    const { account } = credential;
    const state: ConnectionState = { kind: 'connected', environment, ...(account === undefined ? {} : { account }) };
    return { state, session, dispose: () => session.dispose() };
  }

  #close(): void {
    this.#opening?.abort.abort();
    this.#opening = undefined;
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened) {
      this.#end(opened);
    }
    this.#problems = [];
  }

  #end(opened: Opened): void {
    opened.dispose();
    if (!opened.sandbox) {
      return;
    }
    const { process, settings } = opened.sandbox;
    if (this.#disposed || (!this.#rests && this.#asksFor(settings))) {
      process.leave();
    } else {
      void process.stop();
    }
  }

  #asksFor(sandbox: SandboxSettings): boolean {
    try {
      const now = this.#host.settings();
      const same = (['speed', 'latency', 'seed', 'quota'] as const).every((name) => now.sandbox[name] === sandbox[name]);
      return now.cloud === 'sandbox' && same;
    } catch {
      // What is wrong with the settings is told by the next attempt to connect; a mistake in one costs nobody a world.
      return true;
    }
  }

  #set(state: ConnectionState): void {
    if (state.kind === 'disconnected' && this.#state.kind === 'disconnected') {
      return;
    }
    this.#state = state;
    this.#changes.fire(state);
  }
}

async function chosenTenants(session: Session, settings: ConnectionSettings, signal: AbortSignal): Promise<readonly Tenant[]> {
  if (settings.tenants.length > 0 && settings.cloud !== 'sandbox') {
    return settings.tenants.map((tenantId) => ({ tenantId, name: tenantId }));
  }
  if (session.credential.manyTenants) {
    const tenants = await listTenants(session.arm, signal);
    if (tenants.length > 0) {
      return tenants;
    }
  }
  return [{ tenantId: session.homeTenantId ?? '', name: session.homeTenantId ?? session.credential.label }];
}
