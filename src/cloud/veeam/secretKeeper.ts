import { isObject, parsedJson, stringAt } from '../../core/json.ts';
import type { ApplianceTokens } from './signIn.ts';

/** The part of VS Code's secret storage that is used. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** All that opens an appliance. It stands in the secret storage and nowhere else. */
export interface StoredSignIn extends Partial<ApplianceTokens> {
  readonly user: string;
  /** Absent where the appliance has refused it. */
  readonly password?: string;
  /** Why the appliance refused: nothing is tried any more until a person signs in again. */
  readonly refused?: string;
}

/** The sign-in of one appliance as it is kept, by its origin: given for it alone, it goes nowhere else. */
export class SecretKeeper {
  readonly #store: SecretStore;
  readonly #key: string;

  constructor(store: SecretStore, origin: string) {
    this.#store = store;
    this.#key = `veeam:${origin}`;
  }

  async read(): Promise<StoredSignIn | undefined> {
    // What is no JSON was written by nobody of ours: as good as none.
    const value = parsedJson(await this.#store.get(this.#key));
    const user = stringAt(value, 'user');
    if (!isObject(value) || user === undefined) {
      return undefined;
    }
    const member = (name: 'password' | 'accessToken' | 'refreshToken' | 'refused'): Partial<StoredSignIn> => {
      const found = stringAt(value, name);
      return found === undefined ? {} : { [name]: found };
    };
    const { expiresAt } = value;
    return {
      user,
      ...member('password'),
      ...member('accessToken'),
      ...member('refreshToken'),
      ...member('refused'),
      ...(typeof expiresAt === 'number' ? { expiresAt } : {}),
    };
  }

  async write(signIn: StoredSignIn): Promise<void> {
    await this.#store.store(this.#key, JSON.stringify(signIn));
  }

  async forget(): Promise<void> {
    await this.#store.delete(this.#key);
  }
}
