const brand = Symbol.for('backupExplorer.cancelled');

/** The person, or the closing of what needed the answer, ended the work. Never an error to show. */
export class CancelledError extends Error {
  readonly [brand] = true;

  constructor(message = 'Cancelled', options?: ErrorOptions) {
    super(message, options);
    this.name = 'CancelledError';
  }
}

/** Told apart by a brand: minifying changes class names, and two bundles have two classes. Also knows `AbortError`s. */
export function isCancelled(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) {
    return false;
  }
  return (error as Record<symbol, unknown>)[brand] === true || (error as { name?: unknown }).name === 'AbortError';
}

/** Throws a `CancelledError` where the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) {
    throw new CancelledError(undefined, { cause: signal.reason });
  }
}

/**
 * Waits `ms` milliseconds, or rejects with `CancelledError` as soon as the signal aborts.
 * The timer does not keep a process alive that has nothing else to do when `unref` is true.
 */
export function delay(ms: number, signal?: AbortSignal, unref = false): Promise<void> {
  if (signal?.aborted) {
    return Promise.reject(new CancelledError(undefined, { cause: signal.reason }));
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(new CancelledError(undefined, { cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (unref) {
      timer.unref();
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
