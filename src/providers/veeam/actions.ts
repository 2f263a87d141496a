/** What can be done with Veeam appliances, in the order of the documentation. */
import type { AnyAction } from '../action.ts';
import { followVeeamSession } from './actions/followSession.ts';
import { takeVeeamSnapshot } from './actions/takeSnapshot.ts';

export const veeamActions: readonly AnyAction[] = [takeVeeamSnapshot, followVeeamSession];
