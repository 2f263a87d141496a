import { displayName } from '../../../core/displayText.ts';
import { containerStates, itemStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action } from '../../action.ts';
import { inquireContainer as inquireRequest } from '../containerRequests.ts';
import { workloadTypeOf } from '../inquiry.ts';
import type { Container } from '../model.ts';
import { trackerNames } from '../tracking.ts';
import { describeContainer, readContainerBack, registeredContainer, settleByUpdate, updatedAt } from './containers.ts';

/** The backup service's inquiry: what a machine holds now, after databases came and went or a right was granted. */
export const inquireContainer: Action<Container> = {
  does: 'send',
  id: 'inquireContainer',
  title: 'Rediscover Databases',
  summary: 'Looks again for the instances, databases and availability groups of registered machines.',
  nothing: 'This vault has no registered machine with SQL Server. Register one first.',
  system: 'recoveryServices',
  targetKind: targetKinds.container,
  // Also on a server among the protectable items, whose target is its container.
  when: {
    all: [containerStates.registrable],
    none: [kinds.protectableContainer, containerStates.machineGone, containerStates.softDeletedContainer, itemStates.busy],
  },
  many: true,
  inlineIcon: 'search',
  group: '1_protect@3',
  assurance: 'none',
  questions: [],
  tracker: trackerNames.armResult,

  describe: ({ model }) => describeContainer(model, model.id),

  async build(context, target) {
    const container = await registeredContainer(context, target, `rediscover the databases of ${displayName(target.model.friendlyName)}`);
    return {
      request: await inquireRequest(context.arm.environment, container.id, workloadTypeOf(container)),
      intent: { containerId: container.id, ...updatedAt(container) },
    };
  },

  readBack: (context, record) => readContainerBack(context, record, { saysRegistered: false }),

  settle: (context, record) => settleByUpdate(context, record, 'Rediscovering'),
};
