import { CancelledError } from '../core/cancellation.ts';

/** Waits for shared work, or stops waiting (not the work) with `CancelledError` as soon as the signal aborts. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) {
    return work;
  }
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new CancelledError(undefined, { cause: signal.reason }));
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
