import { isObject, stringAt } from '../../core/json.ts';
import type { Appliance } from './appliance.ts';

/** The part of VS Code's memento that is used: plain JSON, kept over restarts, shared by all windows. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const listKey = 'veeam.appliances';
const goneKey = 'veeam.gone';
/** Appliances of ended sandboxes are remembered for as long as an operation of theirs may still be in the journal. */
const mostGone = 50;

/** Which appliances there are; no secrets. Read anew each time: another window may have added one. */
export class ApplianceList {
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  all(): readonly Appliance[] {
    const value = this.#memory.get(listKey);
    return Array.isArray(value) ? value.filter(isAppliance) : [];
  }

  get(origin: string): Appliance | undefined {
    return this.all().find((one) => one.origin === origin.toLowerCase());
  }

  /** Adds it, or takes the place of the one of the same origin. */
  async put(appliance: Appliance): Promise<void> {
    const others = this.all().filter(({ origin }) => origin !== appliance.origin);
    await this.#memory.update(listKey, [...others, appliance]);
    await this.#setGone(this.#gone().filter((origin) => origin !== appliance.origin));
  }

  async drop(origin: string): Promise<void> {
    await this.#memory.update(
      listKey,
      this.all().filter((one) => one.origin !== origin),
    );
  }

  /** Drops one that has ended for good, and remembers that. */
  async dropGone(origin: string): Promise<void> {
    await this.#setGone([...this.#gone(), origin].slice(-mostGone));
    await this.drop(origin);
  }

  isGone(origin: string): boolean {
    return this.#gone().includes(origin);
  }

  #gone(): readonly string[] {
    const value = this.#memory.get(goneKey);
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }

  async #setGone(origins: readonly string[]): Promise<void> {
    if (origins.length > 0 || this.#gone().length > 0) {
      await this.#memory.update(goneKey, origins);
    }
  }
}

function isAppliance(value: unknown): value is Appliance {
  const certificate = isObject(value) ? value['certificate'] : undefined;
  return (
    isObject(value) &&
    ['origin', 'user', 'apiVersion'].every((name) => stringAt(value, name) !== undefined) &&
    ['pem', 'fingerprint', 'subject', 'issuer', 'validFrom', 'validTo'].every((name) => stringAt(certificate, name) !== undefined)
  );
}
