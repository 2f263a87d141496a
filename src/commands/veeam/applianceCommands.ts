/** What is done with an appliance that was added. Free of vscode. */
import { hostOf, type Appliance } from '../../cloud/veeam/appliance.ts';
import { BackupError } from '../../core/errors.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import { kinds } from '../../providers/tokens.ts';
import { sessionAddresses } from '../../providers/veeam/addresses.ts';
import { getLog } from '../../providers/veeam/api.ts';
import { originOfId } from '../../providers/veeam/ids.ts';
import type { VeeamSession } from '../../providers/veeam/model.ts';
import type { Step } from '../prompts/prompter.ts';
import { addAppliance, describe, noRemark, signInAgain } from './addAppliance.ts';
import type { veeamCommands } from './commandIds.ts';
import type { VeeamServices } from './services.ts';
import { logDocument } from './sessionLog.ts';

type Run = (services: VeeamServices, picked: readonly InventoryNode[] | undefined) => Promise<void>;

export const runs: Readonly<Record<keyof typeof veeamCommands, Run>> = {
  add: (services) => addAppliance(services),
  signIn: async (services, picked) => signInAgain(services, await applianceOf(services, picked)),
  certificate: async (services, picked) => lookAtCertificate(services, await applianceOf(services, picked)),
  open: async (services, picked) => services.openBrowser((await applianceOf(services, picked)).origin),
  remove: async (services, picked) => removeAppliance(services, await applianceOf(services, picked)),
  search: async (services, picked) => searchVms(services, await applianceOf(services, picked)),
  log: showLogs,
};

/** The one of the row, or of those that there are the one that the person chooses. */
async function applianceOf(services: VeeamServices, picked: readonly InventoryNode[] | undefined): Promise<Appliance> {
  const origin = picked?.map(({ target }) => originOfId(target?.id ?? '')).find((one) => one !== undefined);
  const found = origin === undefined ? undefined : services.appliances.get(origin);
  if (found) {
    return found;
  }
  if (picked) {
    throw new BackupError('The appliance is not there any more: nothing was done.', { code: 'RowGone', remedies: ['Refresh the tree.'] });
  }
  let chosen = '';
  const step: Step = {
    id: 'appliance',
    needed: () => true,
    undo: () => void (chosen = ''),
    async ask(prompts) {
      chosen = await prompts.pickOne({
        placeholder: 'The Veeam appliance',
        empty: 'No Veeam appliance was added.',
        load: () =>
          Promise.resolve(
            services.appliances.all().map((one) => ({ value: one.origin, label: hostOf(one.origin), description: one.user })),
          ),
      });
    },
  };
  await services.prompter.walk('Veeam Appliance', [step]);
  return applianceOf(services, [{ target: { id: `veeam://${hostOf(chosen)}` } } as InventoryNode]);
}

async function lookAtCertificate(services: VeeamServices, { origin, certificate: trusted }: Appliance): Promise<void> {
  const host = hostOf(origin);
  const presented = await services.prompter.busy(`Looking at the certificate of ${host}...`, (signal) =>
    services.appliances.look(origin, signal),
  );
  if (presented.fingerprint === trusted.fingerprint) {
    // What was stopped for another one goes on.
    await services.appliances.trust(origin, trusted);
    void services.prompter.tell('info', `${host} presents the certificate that you trusted: ${trusted.fingerprint}.`, []);
    return;
  }
  const trust = 'Trust the New Certificate';
  await services.prompter.confirm(
    `${host} presents another certificate than the one you trusted. Trust it?`,
    [
      `Trusted until now: ${trusted.fingerprint}`,
      `Presented now: ${presented.fingerprint}`,
      ...describe(presented, services.now()),
      'Ask whoever runs the appliance whether its certificate was renewed. If it was not, something may be answering in its place: do not trust it.',
    ],
    [trust],
  );
  await services.appliances.trust(origin, presented);
  void services.prompter.tell('info', `The new certificate of ${host} is trusted.`, []);
}

async function removeAppliance(services: VeeamServices, { origin }: Appliance): Promise<void> {
  const host = hostOf(origin);
  await services.prompter.confirm(
    `Remove Veeam appliance ${host}?`,
    [
      'Its password and its tokens are deleted from the secret storage of VS Code. Nothing changes on the appliance.',
      'Sessions that run there go on; those that stand in the Jobs panel are not followed any more until you add the appliance again.',
    ],
    ['Remove'],
  );
  await services.appliances.remove(origin);
}

async function searchVms(services: VeeamServices, { origin }: Appliance): Promise<void> {
  let text = '';
  const step: Step = {
    id: 'search',
    needed: () => true,
    undo: () => undefined,
    async ask(prompts) {
      text = await prompts.input({
        prompt: `A part of the name of VMs of ${hostOf(origin)}; leave it empty to list all`,
        value: services.inventory.searchOf(origin),
        check: () => noRemark,
      });
    },
  };
  await services.prompter.walk('Search VMs', [step]);
  services.inventory.search(origin, text.trim());
}

async function showLogs(services: VeeamServices, picked: readonly InventoryNode[] | undefined): Promise<void> {
  for (const { kind, target } of picked ?? []) {
    if (kind !== kinds.veeamSession || !target) {
      continue;
    }
    const session = target.model as VeeamSession;
    const client = services.appliances.client(session.origin);
    if (!client) {
      throw new BackupError('The appliance was removed.', { code: 'NotConnected', remedies: ['Add it again.'] });
    }
    const { log } = sessionAddresses(session, client.apiVersion());
    const items = await services.prompter.busy('Reading the log...', (signal) => getLog(client, log, { signal, resource: session.title }));
    await services.showDocument(`${session.title} ${session.sessionId}.log`, logDocument(session, items));
  }
}
