import { LogChain, type LogRange } from './logChain.ts';
import type { RecoveryPoint } from './model.ts';

/** The recovery points of an item and, of a database, its log chain; those of its past are made when somebody looks. */
export class RecoveryPointStore {
  readonly logs: LogChain;
  #points: RecoveryPoint[] | undefined;
  readonly #past: () => RecoveryPoint[];

  constructor(past: () => RecoveryPoint[] = () => [], pastLogs: () => LogRange[] = () => []) {
    this.#past = past;
    this.logs = new LogChain(pastLogs);
  }

  /** Newest first. */
  get all(): readonly RecoveryPoint[] {
    return (this.#points ??= this.#past());
  }

  /** The newest full backup that others are chained to. */
  get lastFull(): RecoveryPoint | undefined {
    return this.all.find(isChainStart);
  }

  add(point: RecoveryPoint): void {
    this.#points = [point, ...this.all];
  }

  /**
   * Drops what has expired; the last point always stays, and a full backup stays as long as what is chained to it
   * (documented): its differentials, and the logs up to the next full backup.
   * @param keepLogsMs how long the policy keeps logs; 0 where there are none.
   */
  dropExpired(now: number, keepLogsMs: number): void {
    const last = this.all[0];
    const kept: RecoveryPoint[] = [];
    let nextFullAt = Infinity;
    let isBase = false;
    for (const point of this.all) {
      const starts = isChainStart(point);
      const isNeeded = starts && (isBase || (keepLogsMs > 0 && nextFullAt > now - keepLogsMs && this.logs.ranges.length > 0));
      const stays = point === last || point.expiresAt > now || isNeeded;
      if (stays) {
        kept.push(point);
      }
      if (starts) {
        [nextFullAt, isBase] = [point.at, false];
      } else if (stays && point.type !== 'Full') {
        isBase = true;
      }
    }
    this.#points = kept;
  }
}

function isChainStart(point: RecoveryPoint): boolean {
  return point.type === 'Full' && point.copyOnly !== true;
}
