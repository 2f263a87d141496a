import type { Disposable } from '../core/events.ts';
import type { OperationRecord } from '../core/operation.ts';
import type { OperationEngine } from '../operations/types.ts';

/**
 * Keeps the tree true: the inventory hears of each step of each operation, shows what runs, and forgets what an ended
 * one has made old. Operations of another cloud change nothing that is shown.
 */
export function refreshAfter(
  engine: Pick<OperationEngine, 'onDidChange'>,
  inventory: { noteOperation(record: OperationRecord): void },
  connectedCloud: () => string | undefined,
): Disposable {
  return engine.onDidChange((record) => {
    if (record.cloud === connectedCloud()) {
      inventory.noteOperation(record);
    }
  });
}
