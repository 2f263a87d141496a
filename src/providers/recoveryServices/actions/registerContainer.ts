/** Machines with SQL Server become containers of a vault, and become it anew. */
import { displayName } from '../../../core/displayText.ts';
import { BackupError } from '../../../core/errors.ts';
import { containerStates, itemStates, kinds, targetKinds } from '../../tokens.ts';
import type { Action } from '../../action.ts';
import { protectionContainerIdOf, registerContainer as registerRequest } from '../containerRequests.ts';
import { workloadTypeOf } from '../inquiry.ts';
import type { Container } from '../model.ts';
import { trackerNames } from '../tracking.ts';
import {
  containerOrNone,
  describeContainer,
  foundThere,
  isRegistered,
  needRegistrable,
  readContainerBack,
  registeredContainer,
  settleByUpdate,
  updatedAt,
} from './containers.ts';
import { fact, readOptions } from '../../arm/asking.ts';

export const registerContainer: Action<Container> = {
  does: 'send',
  id: 'registerContainer',
  title: 'Register',
  summary: 'Registers VMs with a vault, which then looks for the SQL Server instances and databases in them.',
  nothing: 'This vault knows no VM that could be registered and is not. "Discover SQL Servers" lets it look for new ones.',
  system: 'recoveryServices',
  targetKind: targetKinds.protectableContainer,
  when: { all: [kinds.protectableContainer, containerStates.registrable], none: [itemStates.busy] },
  many: true,
  inlineIcon: 'plug',
  group: '1_protect@1',
  assurance: 'none',
  questions: [],
  tracker: trackerNames.armResult,

  describe: ({ model }) => describeContainer(model, protectionContainerIdOf(model)),

  async build(context, target) {
    const { model } = target;
    const attempted = `register ${displayName(model.friendlyName)}`;
    needRegistrable(model, attempted);
    const containerId = protectionContainerIdOf(model);
    const there = await containerOrNone(context, containerId, readOptions(context, target));
    if (there && isRegistered(there)) {
      throw new BackupError(`${displayName(model.friendlyName)} is registered already: nothing was sent.`, {
        code: 'StateChanged',
        attempted,
        resource: containerId,
        remedies: ['Refresh the tree: it is among the containers now.'],
      });
    }
    return {
      request: await registerRequest(context.arm.environment, model, 'Register', 'SQLDataBase'),
      intent: { containerId },
    };
  },

  readBack: readContainerBack,

  /** A registration takes minutes, and its container is not there until its end: that it is missing proves nothing. */
  async settle(context, record) {
    const container = await containerOrNone(context, fact(record, 'containerId'), readOptions(context, record));
    const name = displayName(record.target.name);
    if (container && isRegistered(container)) {
      return foundThere(record, `${name} is registered.`);
    }
    return {
      found: 'unclear',
      because: `${name} is not registered so far, which it also is while Azure works on it. Registering again does no harm.`,
    };
  },
};

export const reregisterContainer: Action<Container> = {
  does: 'send',
  id: 'reregisterContainer',
  title: 'Re-Register',
  summary: 'Registers machines anew, e.g. after the VM was moved or made anew, or its backup extension was removed.',
  nothing: 'This vault has no registered machine with SQL Server.',
  system: 'recoveryServices',
  targetKind: targetKinds.container,
  when: { all: [kinds.container, containerStates.registrable, containerStates.registered], none: [itemStates.busy] },
  many: true,
  group: '1_protect@4',
  assurance: 'none',
  questions: [],
  tracker: trackerNames.armResult,

  describe: ({ model }) => describeContainer(model, model.id),

  async build(context, target) {
    const container = await registeredContainer(context, target, `re-register ${displayName(target.model.friendlyName)}`);
    return {
      request: await registerRequest(context.arm.environment, container, 'Reregister', workloadTypeOf(container)),
      intent: { containerId: container.id, ...updatedAt(container) },
    };
  },

  readBack: readContainerBack,

  settle: (context, record) => settleByUpdate(context, record, 'Re-registering'),
};
