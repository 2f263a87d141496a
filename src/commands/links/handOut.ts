import { displayName } from '../../core/displayText.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import type { AnySecretAction } from '../../providers/action.ts';
import type { ActionId } from '../../providers/actionIds.ts';
import { readOut } from '../dates.ts';
import { showFailure } from '../failure.ts';
import type { Asking } from '../flow/questionSteps.ts';
import type { CommandServices } from '../services.ts';
import type { HeldLink } from './heldLinks.ts';

const copy = 'Copy Link';
const revoke = 'Revoke';

/** Runs another action on the node that a link was asked for on; tells a person what goes wrong. */
export type RunAgain = (services: CommandServices, id: ActionId, node: InventoryNode) => Promise<void>;

export const runAgain: RunAgain = async (services, id, node) => {
  // Loaded here: it is what loaded this.
  const { runCommand } = await import('../runCommand.ts');
  await runCommand(services, id, [node]);
};

/**
 * Gets the link and tells that it is there. It is shown nowhere; the clipboard gets it when the person says so.
 * @throws BackupError, CancelledError as `SecretAction.handOut` does
 */
export async function handOut(
  services: CommandServices,
  action: AnySecretAction,
  asking: Asking,
  nodes: readonly InventoryNode[],
  again: RunAgain = runAgain,
): Promise<void> {
  const [target] = asking.targets();
  const node = nodes.find((one) => one.target?.id === target?.id);
  if (!target || !node) {
    throw new TypeError(`${action.id} was run without a target`);
  }
  const name = displayName(target.name);
  const handed = await services.prompter.busy(`${action.title}: ${name}...`, (signal) =>
    action.handOut(asking.context(signal), target, asking.answers),
  );
  const cloud = services.connection.arm().environment.resourceManagerEndpoint;
  const link = services.links.add(handed, { node, extendedBy: action.id, cloud });
  const told = services.prompter.tell(
    'info',
    `A link to read the disk ${name} is valid until ${readOut(link.expiresAtMs, services.now())}.`,
    [copy, revoke],
  );
  // The notification may stay for long; the action has ended.
  void told
    .then((choice) => {
      if (choice === copy) {
        return copyLink(services, link);
      }
      return choice === revoke ? again(services, link.revokedBy, link.node) : undefined;
    })
    .catch((error: unknown) => showFailure(services, action.title, error));
}

/** Puts a link into the clipboard, or says that it has ended. @param at as in `HeldLinks.secretOf` */
export async function copyLink(services: CommandServices, link: HeldLink, at = 0): Promise<void> {
  const name = displayName(link.target.name);
  const secret = services.links.secretOf(link.target.id, at);
  if (secret === undefined) {
    void services.prompter.tell('warning', `The link to the disk ${name} is not in force any more. Get a new one.`, []);
    return;
  }
  await services.copyText(secret);
  void services.prompter.tell('info', `The link to the disk ${name} is in the clipboard: whoever has it can read the disk.`, []);
}
