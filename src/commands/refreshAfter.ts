import type { Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { OperationEngine } from '../operations/types.ts';

/**
 * Keeps the tree true: the inventory hears of each step of each operation, shows what runs, and forgets what an ended
 * one has made old. Operations of another cloud change nothing that is shown.
 */
export function refreshAfter(
  engine: Pick<OperationEngine, 'onDidChange' | 'onDidRemove'>,
  inventory: { noteOperation(record: OperationRecord): void; noteRemoval(operationId: string): void },
  isShown: (cloud: string) => boolean,
): Disposable {
  const listening = [
    engine.onDidChange((record) => {
      if (isShown(record.cloud)) {
        inventory.noteOperation(record);
      }
    }),
    engine.onDidRemove((id) => inventory.noteRemoval(id)),
  ];
  return { dispose: () => listening.forEach((one) => one.dispose()) };
}
