/** Whether the service itself can do it now. */
import { displayName, spelled } from '../../../core/displayText.ts';
import { readOptions, statusOf } from '../../arm/asking.ts';
import { lists, readAll } from '../api.ts';
import { isAtRest, tierHasBackups } from '../model.ts';
import { fail, looking, pass, warn, type Look } from './subject.ts';

const tierLabel = 'Tier';

export const tierCheck: Look = ({ service }) => {
  const tier = service.tier ?? 'an unknown tier';
  switch (tierHasBackups(service.tier)) {
    case true:
      return pass(tierLabel, `${tier} has backup and restore`);
    case false:
      return fail(tierLabel, `${tier} has no backup and restore: only Developer, Basic, Standard and Premium do`);
    case undefined:
      return warn(tierLabel, `Whether ${tier} has backup and restore is not known: Developer, Basic, Standard and Premium do`);
  }
};

const workspacesLabel = 'Workspaces';

export const workspacesCheck: Look = looking(workspacesLabel, async ({ context, of, service }) => {
  try {
    const { items } = await readAll(context.arm, lists.workspaces(service.id), readOptions(context, of));
    return items.length === 0
      ? pass(workspacesLabel, 'There are none')
      : fail(workspacesLabel, `${displayName(service.name)} has ${items.length}: a service with workspaces has no backup and restore`);
  } catch (error) {
    // Tiers without workspaces know no such list.
    const status = statusOf(error);
    if (status === 400 || status === 404 || status === 405) {
      return pass(workspacesLabel, 'This service knows none');
    }
    throw error;
  }
});

const operationsLabel = 'Other operations';

export const restCheck: Look = ({ service }) => {
  const state = service.provisioningState ?? '';
  if (isAtRest(service)) {
    return pass(operationsLabel, 'No other management operation runs on the service');
  }
  return fail(
    operationsLabel,
    state.toLowerCase() === 'failed'
      ? 'The last management operation on the service failed, and left it in that state: mend it first'
      : `Another management operation runs on the service (${spelled(state).toLowerCase()}): wait until it has ended`,
  );
};
