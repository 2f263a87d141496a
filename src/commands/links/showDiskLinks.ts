/** The links in force: copied, made to last longer, revoked. */
import { displayName } from '../../core/displayText.ts';
import { BackupError } from '../../core/errors.ts';
import { readOut } from '../dates.ts';
import type { PickItem, Step } from '../prompts/prompter.ts';
import type { CommandServices } from '../services.ts';
import { leftText } from './countdown.ts';
import { copyLink, runAgain, type RunAgain } from './handOut.ts';
import type { HeldLink } from './heldLinks.ts';

const title = 'Download Links in Force';
const extend = 'extend';
const revoke = 'revoke';
/** Then the place of the link in its answer. */
const copy = 'copy ';

/** @throws CancelledError, or BackupError where the link belongs to a cloud that is not connected */
export async function showDiskLinks(services: CommandServices, again: RunAgain = runAgain): Promise<void> {
  let links = services.links.list();
  if (links.length === 0) {
    void services.prompter.tell('info', 'No download link of this window is in force.', []);
    return;
  }
  let chosen: HeldLink | undefined = links.length === 1 ? links[0] : undefined;
  let todo: string | undefined;
  const which: Step = {
    id: 'link',
    needed: () => links.length > 1,
    undo: () => void (chosen = undefined),
    async ask(prompts) {
      const id = await prompts.pickOne({
        placeholder: 'The link to copy, extend or revoke',
        empty: 'No download link of this window is in force any more.',
        load: () => {
          links = services.links.list();
          return Promise.resolve(links.map((link) => linkItem(link, services.now())));
        },
      });
      chosen = links.find(({ target }) => target.id === id);
    },
  };
  const what: Step = {
    id: 'what',
    needed: () => true,
    undo: () => void (todo = undefined),
    async ask(prompts) {
      todo = await prompts.pickOne({
        placeholder: chosen ? `The link to the disk ${displayName(chosen.target.name)}` : title,
        empty: 'The link is not in force any more.',
        load: () => Promise.resolve(chosen ? whatItems(chosen, services.now()) : []),
      });
    },
  };
  await services.prompter.walk(title, [which, what]);
  if (chosen && todo !== undefined) {
    await act(services, chosen, todo, again);
  }
}

async function act(services: CommandServices, link: HeldLink, todo: string, again: RunAgain): Promise<void> {
  if (todo.startsWith(copy)) {
    return copyLink(services, link, Number(todo.slice(copy.length)));
  }
  await services.connection.connect();
  if (services.connection.arm().environment.resourceManagerEndpoint !== link.cloud) {
    throw new BackupError(`The link to the disk ${displayName(link.target.name)} was given by ${link.cloud}, which is not connected.`, {
      code: 'NotConnected',
      resource: link.target.id,
      remedies: [`Connect to ${link.cloud}, then try again. The link ends by itself.`],
    });
  }
  return again(services, todo === revoke ? link.revokedBy : link.extendedBy, link.node);
}

function linkItem({ target, expiresAtMs }: HeldLink, nowMs: number): PickItem {
  return {
    value: target.id,
    label: target.name,
    description: `${leftText(expiresAtMs - nowMs)} left`,
    detail: [target.where, target.containerName].filter((part) => part !== undefined).join(' in '),
    icon: 'link',
  };
}

function whatItems(link: HeldLink, nowMs: number): PickItem[] {
  return [
    { value: `${copy}0`, label: 'Copy Link', icon: 'copy', description: `valid until ${readOut(link.expiresAtMs, nowMs)}` },
    ...link.others.map((label, at): PickItem => ({ value: `${copy}${at + 1}`, label: `Copy Link to ${label}`, icon: 'copy' })),
    { value: extend, label: 'Extend...', icon: 'history', description: 'the same link lasts longer' },
    { value: revoke, label: 'Revoke', icon: 'trash', description: 'ends every link to this disk, whoever got it' },
  ];
}
