/** Who is signed in, and letting a person sign in and out, for each way of signing in to a real cloud. */
import * as vscode from 'vscode';
import { CancelledError } from '../core/cancellation.ts';
import type { CredentialSetup } from './credentials/identityCredential.ts';
import type { Credential } from './credentials/types.ts';
import { signedInAccount, signInAccount } from './credentials/vscodeAccountVscode.ts';
import type { ConnectionSettings } from './settings.ts';
import type { CloudEnvironment } from './types.ts';

/** Remembers in this installation of VS Code that a person signed out, and the secrets that were given. */
export class SignIn {
  readonly #memory: vscode.Memento;
  readonly #secrets: vscode.SecretStorage;

  constructor(context: Pick<vscode.ExtensionContext, 'globalState' | 'secrets'>) {
    this.#memory = context.globalState;
    this.#secrets = context.secrets;
  }

  /** Asks nobody anything; undefined where it takes a person. @throws BackupError. */
  async current(settings: ConnectionSettings, setup: CredentialSetup): Promise<Credential | undefined> {
    if (this.#memory.get<boolean>(outKey(settings, setup.environment))) {
      return undefined;
    }
    switch (settings.credential) {
      case 'vscode':
        return signedInAccount(setup.environment);
      case 'azureCli':
        return (await import('./credentials/identityCredential.ts')).azureCliCredential(setup);
      case 'environment':
        return (await import('./credentials/identityCredential.ts')).environmentCredential(setup);
      case 'servicePrincipal': {
        const clientSecret = await this.#secrets.get(secretKey(settings, setup.environment));
        if (clientSecret === undefined) {
          return undefined;
        }
        const { servicePrincipalCredential } = await import('./credentials/identityCredential.ts');
        return servicePrincipalCredential(setup, { ...settings.servicePrincipal, clientSecret });
      }
    }
  }

  /** Who is signed in with an account of VS Code; undefined where nobody is, or another way is chosen. @throws BackupError. */
  async account(settings: ConnectionSettings, environment: CloudEnvironment): Promise<string | undefined> {
    const out = settings.credential !== 'vscode' || this.#memory.get<boolean>(outKey(settings, environment));
    return out ? undefined : (await signedInAccount(environment))?.account;
  }

  /** Lets the person sign in. @throws BackupError; CancelledError where the person gives up. */
  async begin(settings: ConnectionSettings, environment: CloudEnvironment, tenantId?: string): Promise<void> {
    if (settings.credential === 'vscode') {
      await signInAccount(environment, tenantId);
    } else if (settings.credential === 'servicePrincipal') {
      await this.#askSecret(settings, environment);
    }
    await this.#memory.update(outKey(settings, environment), undefined);
  }

  /** VS Code's own accounts stay signed in for other extensions; this one stops using them. */
  async end(settings: ConnectionSettings, environment: CloudEnvironment): Promise<void> {
    await this.#memory.update(outKey(settings, environment), true);
    await this.#secrets.delete(secretKey(settings, environment));
  }

  async #askSecret(settings: ConnectionSettings, environment: CloudEnvironment): Promise<void> {
    // Fails here, before a secret is typed, where the ids are missing.
    const { servicePrincipalCredential } = await import('./credentials/identityCredential.ts');
    const unused = (): Promise<never> => Promise.reject(new CancelledError());
    servicePrincipalCredential({ environment, client: unused }, { ...settings.servicePrincipal, clientSecret: '' });
    const secret = await vscode.window.showInputBox({
      title: `Sign in to ${environment.label}`,
      prompt: `Client secret of application ${settings.servicePrincipal.clientId}. It is kept in VS Code's secret storage.`,
      password: true,
      ignoreFocusOut: true,
      validateInput: (value) => (value.trim() === '' ? 'The value of the secret is needed (not its id).' : undefined),
    });
    if (secret === undefined) {
      throw new CancelledError();
    }
    await this.#secrets.store(secretKey(settings, environment), secret.trim());
  }
}

function outKey(settings: ConnectionSettings, environment: CloudEnvironment): string {
  return `signedOut:${settings.credential}:${environment.resourceManagerEndpoint}`;
}

/** A secret is given for one application of one tenant at one authority, and goes nowhere else. */
function secretKey({ servicePrincipal }: ConnectionSettings, environment: CloudEnvironment): string {
  return `servicePrincipal:${environment.authorityHost}:${servicePrincipal.tenantId}:${servicePrincipal.clientId}`.toLowerCase();
}
