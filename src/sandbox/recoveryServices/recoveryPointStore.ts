import type { RecoveryPoint } from './model.ts';

/** The recovery points of an item; those of its past are made when somebody looks. */
export class RecoveryPointStore {
  #points: RecoveryPoint[] | undefined;
  readonly #past: () => RecoveryPoint[];

  constructor(past: () => RecoveryPoint[] = () => []) {
    this.#past = past;
  }

  get all(): readonly RecoveryPoint[] {
    return (this.#points ??= this.#past());
  }

  add(point: RecoveryPoint): void {
    this.#points = [point, ...this.all];
  }

  /** Drops what has expired; a stopped item keeps all, and the last point always stays. */
  dropExpired(now: number): void {
    const last = this.all[0];
    this.#points = this.all.filter((point) => point === last || point.expiresAt > now);
  }
}
