import { BackupError } from '../../core/errors.ts';
import type { ActionContext } from '../action.ts';
import type { On } from './api.ts';

/** The appliance of an origin, to ask. @throws BackupError where it is not known here, or no longer */
export function on(context: ActionContext, origin: string): On {
  const client = context.appliance?.(origin);
  if (!client) {
    throw new BackupError(`The appliance ${new URL(origin).host} is not in the tree any more.`, {
      code: 'NotConnected',
      resource: origin,
      remedies: ['Run "Add Veeam Appliance..." to add it again.'],
    });
  }
  return { client, origin, signal: context.signal };
}
