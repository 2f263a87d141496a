import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { base32, matchesTotp, totp } from './totp.ts';

/** Roles as the appliance names them. Who may restore only, may not take snapshots. */
export type Role = 'PortalAdministrator' | 'PortalOperator' | 'RestoreOperator';

interface UserEntry {
  readonly username: string;
  readonly role: Role;
  readonly mfa?: true;
  readonly locked?: true;
}

/** The people of every appliance. */
const entries: readonly UserEntry[] = [
  { username: 'veeam-admin', role: 'PortalAdministrator' },
  { username: 'veeam-operator', role: 'PortalOperator' },
  { username: 'veeam-restore', role: 'RestoreOperator' },
  { username: 'veeam-mfa', role: 'PortalAdministrator', mfa: true },
  { username: 'veeam-locked', role: 'PortalOperator', locked: true },
];

/** What a caller of the control endpoints, and the reader of the start line, is told of a user. */
export interface UserFacts {
  readonly username: string;
  /** New with each start. */
  readonly password: string;
  readonly role: Role;
  readonly locked: boolean;
  /** Base 32, for an authenticator app; absent where a password is all it takes. */
  readonly mfaSecret?: string;
  /** The code of this moment. */
  readonly mfaCode?: string;
}

export class User {
  readonly id = randomUUID();
  readonly username: string;
  readonly role: Role;
  locked: boolean;
  readonly #password = randomBytes(15).toString('base64url');
  readonly #mfaSecret: Uint8Array | undefined;

  constructor(entry: UserEntry) {
    this.username = entry.username;
    this.role = entry.role;
    this.locked = entry.locked ?? false;
    this.#mfaSecret = entry.mfa === true ? randomBytes(20) : undefined;
  }

  get needsCode(): boolean {
    return this.#mfaSecret !== undefined;
  }

  hasPassword(given: string): boolean {
    const [one, other] = [Buffer.from(given), Buffer.from(this.#password)];
    return one.length === other.length && timingSafeEqual(one, other);
  }

  hasCode(given: string, nowMs: number): boolean {
    return this.#mfaSecret !== undefined && matchesTotp(this.#mfaSecret, given, nowMs);
  }

  facts(nowMs: number): UserFacts {
    const secret = this.#mfaSecret;
    return {
      username: this.username,
      password: this.#password,
      role: this.role,
      locked: this.locked,
      ...(secret === undefined ? {} : { mfaSecret: base32(secret), mfaCode: totp(secret, nowMs) }),
    };
  }
}

export function createUsers(): readonly User[] {
  return entries.map((entry) => new User(entry));
}
