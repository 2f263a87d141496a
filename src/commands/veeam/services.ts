import type { Appliances } from '../../cloud/veeam/appliances.ts';
import type { LiveInventory } from '../../inventory/inventory.ts';
import type { CommandServices } from '../services.ts';

/** What the commands of appliances work with. */
export interface VeeamServices extends Omit<CommandServices, 'inventory' | 'appliances'> {
  readonly inventory: Pick<LiveInventory, 'search' | 'searchOf'>;
  readonly appliances: Pick<Appliances, 'all' | 'get' | 'client' | 'look' | 'enter' | 'trust' | 'remove' | 'otherCertificate'>;
  /** Opens an address outside VS Code. */
  openBrowser(url: string): Promise<void>;
  /** Shows a row of the tree. @returns false where there is none */
  reveal(resourceId: string): Promise<boolean>;
}
