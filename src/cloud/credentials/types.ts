import type { Disposable } from '../../core/events.ts';

export type CredentialKind = 'vscode' | 'azureCli' | 'environment' | 'servicePrincipal';

export interface ArmToken {
  readonly token: string;
  /** Milliseconds since the epoch, UTC. */
  readonly expiresAt: number;
}

export interface TokenRequest {
  /** What it opens: the resource manager where absent. */
  readonly resource?: 'storage';
  /** GUID; the sign-in's home tenant where absent. */
  readonly tenantId?: string;
  readonly signal?: AbortSignal;
  /** Decoded claims of a challenge: the cloud wants a token that fulfils them. */
  readonly claims?: string;
  /** True where the cloud refused the token of before: none from a cache will do. */
  readonly fresh?: boolean;
  /** With `fresh`: the token that was refused. One that has taken its place since will do. */
  readonly refused?: string;
}

export interface Tenant {
  /** GUID. */
  readonly tenantId: string;
  /** As shown; the id where there is no better name. */
  readonly name: string;
}

/** Gives tokens for a cloud's resource manager, and for its blobs. */
export interface TokenSource {
  /** @throws BackupError that names the way of signing in, what failed and what to do; CancelledError. */
  getToken(request: TokenRequest): Promise<ArmToken>;
}

/** One way of signing in. */
export interface Credential extends TokenSource, Partial<Disposable> {
  readonly kind: CredentialKind;
  /** As shown: `Azure CLI`. */
  readonly label: string;
  /** Who is signed in, as shown, where that is known. */
  readonly account?: string;
  /** The tenant that tokens are for where none is named, where that is known. */
  readonly homeTenantId?: string;
  /** True where one sign-in may give tokens for all tenants that the person is a member of. */
  readonly manyTenants: boolean;
}
