/**
 * Tries again what failed or was not sent, with the answers of then: those of a batch, or one that was started alone. What
 * is started is a batch of its own, which names what it tries again.
 */
import { sameArmId } from '../../core/armId.ts';
import type { OperationRecord } from '../../core/operation.ts';
import { tellingApart } from '../../core/targetText.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import { notToRetry, toRetry, triedIdOf } from '../../operations/retries.ts';
import type { AnySendAction } from '../../providers/action.ts';
import { actionById } from '../../providers/actionTable.ts';
import { listed } from '../plainText.ts';
import type { CommandServices } from '../services.ts';
import { notRepeatable, nothingToRetry, otherCloud, retryUnderWay } from './retryRefusals.ts';
import { runAction } from './runAction.ts';

/** What a person is just trying again: a second click must not start it twice. */
const underWay = new Set<string>();

/**
 * What succeeded or runs is left alone, and so is what is of unknown outcome, which may have started.
 * @param triedId of a batch, or of an operation that was started alone
 * @throws CancelledError, or BackupError: `NothingToRetry`, `RetryUnderWay`, `NotRepeatable`, `NotConnected`, and all of `runAction`
 */
export async function retryFailed(services: CommandServices, triedId: string): Promise<void> {
  const together = services.engine.list().filter((record) => triedIdOf(record) === triedId);
  if (underWay.has(triedId)) {
    throw retryUnderWay(together);
  }
  underWay.add(triedId);
  try {
    await retried(services, triedId, together);
  } finally {
    underWay.delete(triedId);
  }
}

async function retried(services: CommandServices, triedId: string, together: readonly OperationRecord[]): Promise<void> {
  const failed = toRetry(services.engine.list(), triedId);
  const [first] = failed;
  if (!first) {
    throw nothingToRetry(together);
  }
  const action = actionById(first.actionId);
  if (action?.does !== 'send') {
    throw notRepeatable(first);
  }
  await sameCloud(services, action, first);
  const { nodes, missing } = await services.prompter.busy(`Looking for what ${action.title} failed for...`, (signal) =>
    found(services, action, failed, signal),
  );
  if (nodes.length === 0) {
    throw notRepeatable(first);
  }
  for (const [of, why] of [
    [missing, 'not in the tree any more, or not what it was'],
    [together.filter(({ status }) => status === 'unknown'), 'of unknown outcome, so it may have started: choose Look Again for it first'],
  ] as const) {
    if (of.length > 0) {
      void services.prompter.tell('warning', `Not tried again: ${listed(tellingApart(of.map(({ target }) => target)))}: ${why}.`, []);
    }
  }
  const answersOf = new Map(failed.flatMap(({ asked }) => (asked ? [[asked.targetId.toLowerCase(), asked.answers] as const] : [])));
  await runAction(services, action, nodes, {
    again: {
      of: triedId,
      answersOf: ({ id }) => answersOf.get(id.toLowerCase()) ?? {},
      leftOut: () => notToRetry(services.engine.list(), triedId),
      nothingLeft: () => nothingToRetry(services.engine.list().filter((record) => triedIdOf(record) === triedId)),
    },
  });
}

/** Worlds may have ids in common: two sandboxes have. An appliance is told by the target itself. @throws BackupError `NotConnected` */
async function sameCloud({ connection }: CommandServices, action: AnySendAction, record: OperationRecord): Promise<void> {
  if (action.cloudOf) {
    return;
  }
  await connection.connect();
  if (connection.arm().environment.resourceManagerEndpoint !== record.cloud) {
    throw otherCloud(record);
  }
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
