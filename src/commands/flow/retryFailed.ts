/** Tries those of a batch again that failed or were not sent, with the answers of then, as a batch of its own. */
import { sameArmId } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { tellingApart } from '../../core/targetText.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import { targetKeyOf, toRetry } from '../../operations/fates.ts';
import type { AnySendAction } from '../../providers/action.ts';
import { actionById } from '../../providers/actionTable.ts';
import { listed } from '../plainText.ts';
import type { CommandServices } from '../services.ts';
import { runAction } from './runAction.ts';

const attempted = 'try the failed again';
/** Ids of batches that a person is just trying again: a second click must not start them twice. */
const underWay = new Set<string>();

/**
 * What succeeded or runs is left alone, and so is what is of unknown outcome, which may have started.
 * @throws CancelledError, or BackupError: `NothingToRetry`, `RetryUnderWay`, `NotRepeatable`, and all of `runAction`
 */
export async function retryFailed(services: CommandServices, batchId: string): Promise<void> {
  if (underWay.has(batchId)) {
    throw new BackupError('These are just being tried again.', { code: 'RetryUnderWay', attempted, remedies: ['Answer what is asked.'] });
  }
  underWay.add(batchId);
  try {
    await retried(services, batchId);
  } finally {
    underWay.delete(batchId);
  }
}

async function retried(services: CommandServices, batchId: string): Promise<void> {
  const failed = toRetry(services.engine.list(), batchId);
  const together = services.engine.list().filter(({ batch }) => batch?.id === batchId);
  const unknown = together.filter(({ status }) => status === 'unknown');
  const [first] = failed;
  if (!first) {
    throw nothingToRetry(unknown);
  }
  const action = actionById(first.actionId);
  if (action?.does !== 'send') {
    throw notRepeatable(first);
  }
  const { nodes, missing } = await services.prompter.busy(`Looking for what ${action.title} failed for...`, (signal) =>
    found(services, action, failed, signal),
  );
  if (nodes.length === 0) {
    throw notRepeatable(first);
  }
  for (const [of, why] of [
    [missing, 'not in the tree any more, or not what it was'],
    [unknown, 'of unknown outcome, so it may have started: choose Look Again for it first'],
  ] as const) {
    if (of.length > 0) {
      void services.prompter.tell('warning', `Not tried again: ${listed(tellingApart(of.map(({ target }) => target)))}: ${why}.`, []);
    }
  }
  const answersOf = new Map(failed.flatMap(({ asked }) => (asked ? [[asked.targetId.toLowerCase(), asked.answers] as const] : [])));
  await runAction(services, action, nodes, {
    again: {
      of: batchId,
      answersOf: ({ id }) => answersOf.get(id.toLowerCase()) ?? {},
      leftOut: () => leftOut(services.engine.list(), batchId),
    },
  });
}

/**
 * Keys of the targets that are not to be started again: of one target some operations may have come out well, and another
 * window may have been faster.
 */
function leftOut(records: readonly OperationRecord[], batchId: string): ReadonlySet<string> {
  const open = new Set(toRetry(records, batchId));
  const own = records.filter(({ batch }) => batch?.id === batchId || batch?.retryOf === batchId);
  return new Set(own.filter((record) => !open.has(record)).map(({ target }) => targetKeyOf(target)));
}

/** The rows of what is to be tried again, once each, as they are now. */
async function found(
  { inventory }: Pick<CommandServices, 'inventory'>,
  action: AnySendAction,
  failed: readonly OperationRecord[],
  signal: AbortSignal,
): Promise<{ readonly nodes: readonly InventoryNode[]; readonly missing: readonly OperationRecord[] }> {
  const nodes = new Map<string, InventoryNode>();
  const missing: OperationRecord[] = [];
  for (const record of failed) {
    const id = record.asked?.targetId;
    const node = id === undefined ? undefined : (nodes.get(id) ?? (await inventory.find(id, signal)));
    const isIt = [node?.target, node?.also?.target].some((target) => target?.kind === action.targetKind && sameArmId(target.id, id));
    if (id !== undefined && node && isIt) {
      nodes.set(id, node);
    } else {
      missing.push(record);
    }
  }
  return { nodes: [...nodes.values()], missing };
}

function nothingToRetry(unknown: readonly OperationRecord[]): BackupError {
  return new BackupError('Nothing of these is to be tried again: none failed, or it was tried again already.', {
    code: 'NothingToRetry',
    attempted,
    ...(unknown.length === 0
      ? {}
      : { remedies: [`${unknown.length} ${unknown.length === 1 ? 'is' : 'are'} of unknown outcome: choose Look Again for each first.`] }),
  });
}

function notRepeatable({ title }: OperationRecord): BackupError {
  return new BackupError(`What "${title}" failed for is not in the tree any more, or not what it was.`, {
    code: 'NotRepeatable',
    attempted,
    remedies: ['Refresh the tree, select what is to be done and start it there.'],
  });
}
