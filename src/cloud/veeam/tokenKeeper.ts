/** Keeps the sign-in of one appliance: renews it before its end, and signs in anew where the refresh token is spent. */
import { BackupError, messageOf } from '../../core/errors.ts';
import type { ArmToken, TokenRequest, TokenSource } from '../credentials/types.ts';
import { untilAborted } from '../untilAborted.ts';
import type { SecretKeeper, StoredSignIn } from './secretKeeper.ts';
import { refusedCodes, requestTokens, type Grant, type SignInDoor } from './signIn.ts';

/** Milliseconds before the end of an access token from which on a newer one is fetched. */
const leadMs = 5 * 60_000;

export class TokenKeeper implements TokenSource {
  readonly #door: () => Promise<SignInDoor>;
  readonly #secrets: SecretKeeper;
  readonly #label: string;
  readonly #now: () => number;
  #renewing: Promise<StoredSignIn> | undefined;

  constructor(parts: { readonly door: () => Promise<SignInDoor>; readonly secrets: SecretKeeper; readonly label: string; now(): number }) {
    this.#door = parts.door;
    this.#secrets = parts.secrets;
    this.#label = parts.label;
    this.#now = () => parts.now();
  }

  /** @throws BackupError `SignInNeeded` where it takes a person; what kept the appliance from answering; CancelledError */
  async getToken({ fresh, refused: sent, signal }: TokenRequest): Promise<ArmToken> {
    const stored = await this.#secrets.read();
    const token = stored && tokenOf(stored);
    const usable = token !== undefined && token.expiresAt > this.#now();
    // A refusal of another one was on its way when this one was given.
    const refused = fresh === true && (sent === undefined || sent === token?.token);
    if (usable && !refused && token.expiresAt - leadMs > this.#now()) {
      return token;
    }
    try {
      // Without the signal of the first who asked: the others wait for the same.
      this.#renewing ??= this.#renew(stored).finally(() => (this.#renewing = undefined));
      const renewed = tokenOf(await untilAborted(this.#renewing, signal));
      if (renewed) {
        return renewed;
      }
    } catch (error) {
      // Early renewal that failed is no reason to fail while the token of before still works.
      if (usable && !refused && error instanceof BackupError) {
        return token;
      }
      throw error;
    }
    throw this.#needed();
  }

  async #renew(before: StoredSignIn | undefined): Promise<StoredSignIn> {
    if (!before) {
      throw this.#needed();
    }
    if (before.refused !== undefined) {
      throw this.#needed(before.refused);
    }
    const door = await this.#door();
    if (before.refreshToken !== undefined) {
      try {
        return await this.#take(door, before, { type: 'Refresh_token', refreshToken: before.refreshToken });
      } catch (error) {
        if (!isRefusal(error)) {
          throw error;
        }
        // Tokens are rotated: another window may have been faster, and has left us its own.
        const newer = await this.#newer(before);
        if (newer) {
          return newer;
        }
        if (error.facts.code === refusedCodes.locked) {
          return this.#giveUp(before, messageOf(error), error);
        }
      }
    }
    if (before.password === undefined) {
      throw this.#needed();
    }
    try {
      return await this.#take(door, before, { type: 'Password', user: before.user, password: before.password });
    } catch (error) {
      if (!isRefusal(error)) {
        throw error;
      }
      // Asked once: a wrong password that is sent again and again locks the user.
      return this.#giveUp(before, messageOf(error), error);
    }
  }

  async #take(door: SignInDoor, before: StoredSignIn, grant: Grant): Promise<StoredSignIn> {
    const step = await requestTokens(door, grant);
    if ('needsCode' in step) {
      // No code can be had without a person: not asked again until one signs in.
      return this.#giveUp(before, `${this.#label} asks for the code of your authenticator app.`);
    }
    const { user, password } = before;
    const signedIn: StoredSignIn = { user, ...(password === undefined ? {} : { password }), ...step.tokens };
    const newer = await this.#newer(before);
    if (newer) {
      return newer;
    }
    await this.#secrets.write(signedIn);
    return signedIn;
  }

  async #giveUp(before: StoredSignIn, because: string, cause?: BackupError): Promise<StoredSignIn> {
    const newer = await this.#newer(before);
    if (newer) {
      return newer;
    }
    await this.#secrets.write({ user: before.user, refused: because });
    throw this.#needed(because, cause);
  }

  /**
   * The sign-in that a person, or another window, has put in the place of `before` meanwhile; undefined where none has.
   * @throws BackupError `SignInNeeded` where it was taken away: what comes too late must not bring its secrets back
   */
  async #newer(before: StoredSignIn): Promise<StoredSignIn | undefined> {
    const now = await this.#secrets.read();
    if (!now) {
      throw this.#needed();
    }
    const isOther = now.user !== before.user || (now.refreshToken !== undefined && now.refreshToken !== before.refreshToken);
    return isOther ? now : undefined;
  }

  #needed(because?: string, cause?: unknown): BackupError {
    return new BackupError(
      because ?? `The sign-in to ${this.#label} has expired.`,
      { code: 'SignInNeeded', attempted: 'sign in', resource: this.#label, remedies: ['Run "Sign In Again..." on the appliance.'] },
      cause === undefined ? undefined : { cause },
    );
  }
}

function tokenOf({ accessToken, expiresAt }: StoredSignIn): ArmToken | undefined {
  return accessToken === undefined || expiresAt === undefined ? undefined : { token: accessToken, expiresAt };
}

function isRefusal(error: unknown): error is BackupError {
  return error instanceof BackupError && Object.values<string>(refusedCodes).includes(error.facts.code);
}
