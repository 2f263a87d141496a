import type { Disposable, Event } from '../../core/events.ts';
import { hasEnded } from '../../core/operation.ts';
import type { OperationEngine } from '../../operations/types.ts';

/**
 * When an appliance comes, goes, is signed in to or its certificate is trusted anew, its operations go on: those that wait
 * for it, and those that were paused until a person had done just that.
 */
export function wakeOperations(
  appliances: { readonly onDidChange: Event<string>; otherCertificate(origin: string): unknown },
  engine: Pick<OperationEngine, 'list' | 'resume' | 'retry'>,
): Disposable {
  return appliances.onDidChange((origin) => {
    void engine.resume().then(() => {
      if (appliances.otherCertificate(origin) !== undefined) {
        return;
      }
      for (const { id, cloud, status, trouble } of engine.list()) {
        if (cloud === origin && !hasEnded(status) && trouble?.kind === 'paused') {
          // One that another window follows is woken there.
          engine.retry(id).catch(() => undefined);
        }
      }
    });
  });
}
