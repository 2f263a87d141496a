/** Which recorded changes are rebuilt, and by which of our actions. One reader a system; knows no recording by name. */
import type { ActionTarget, Answers } from '../../../src/providers/action.ts';
import type { ActionId } from '../../../src/providers/actionIds.ts';
import type { Address } from '../address.ts';
import type { Interaction } from '../recording.ts';
import { apiManagementChanges } from './apiManagement.ts';
import { recoveryServicesChanges } from './recoveryServices.ts';
import { restorePointChanges } from './restorePoints.ts';
import type { World } from './world.ts';

/** A recorded change as one of our actions does it: the action, what it is done to, and what a person would answer. */
export interface RebuiltChange {
  readonly is: 'ours';
  readonly actionId: ActionId;
  /** Made of what was recorded before the change, else of the ids in its URL and body. */
  readonly target: ActionTarget;
  /** By the questions' ids, from the recorded inputs. */
  readonly answers: Answers;
  /**
   * What our action reads before it sends, by id: as it was recorded, or where nothing was, as the recorded request needs
   * it to be. `null` is for what is not there (404). Whatever is not named here is answered from the recording alone.
   */
  readonly before?: Readonly<Record<string, unknown>>;
  /** True where the last segment of the path is a name that each client makes up. */
  readonly ownName?: boolean;
}

/** A change that no action of ours makes. */
export interface ForeignChange {
  readonly is: 'unsupported';
  /** Named by method and types, with what it differs in: `PUT .../protectedItems (AzureFileShareProtectedItem)`. */
  readonly what: string;
}

/** Undefined: nothing of this system's. */
export type ChangeReader = (change: Interaction, address: Address, world: World) => RebuiltChange | ForeignChange | undefined;

export const changeReaders: readonly ChangeReader[] = [recoveryServicesChanges, restorePointChanges, apiManagementChanges];
