/** A vault protects by itself what is new in a SQL Server instance or an availability group, or not any more. */
import { randomUUID } from 'node:crypto';
import { sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { BackupError } from '../../../core/errors.ts';
import type { OperationRecord, OperationTarget } from '../../../core/operation.ts';
import { autoProtection, itemStates, kinds, targetKinds, workloads } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget } from '../../action.ts';
import { getProtectionIntent } from '../api.ts';
import { createIntent, deleteIntent, protectionIntentIdOf } from '../containerRequests.ts';
import type { ProtectableItem, ProtectionIntent } from '../model.ts';
import { trackerNames } from '../tracking.ts';
import { itemWorkloads } from '../workload.ts';
import { containerOrNone, foundThere, isRegistered } from './containers.ts';
import { intentsOf } from './intents.ts';
import { fact, orNone, readOptions } from '../../arm/asking.ts';
import { freshPolicy, vaultIdOf, vaultMembers } from './looking.ts';
import { policyChoices, policyNameOf } from './policyChoices.ts';

const shared = {
  does: 'send',
  system: 'recoveryServices',
  targetKind: targetKinds.protectableItem,
  many: true,
  group: '1_protect@4',
  // Both requests are answered when they are done.
  tracker: trackerNames.armOperation,
  describe,
} as const;

export const autoProtect: Action<ProtectableItem> = {
  ...shared,
  id: 'autoProtect',
  title: 'Turn On Auto-Protection',
  summary: 'Lets a vault protect all databases of SQL Server instances or availability groups, those to come too, with a policy.',
  nothing: 'This vault knows no instance and no availability group whose databases it could protect by itself. Register a machine first.',
  when: { all: [kinds.protectableItem, workloads.sql, autoProtection.autoProtectable], none: [itemStates.busy] },
  inlineIcon: 'shield',
  assurance: 'none',
  questions: [
    {
      type: 'pick',
      id: 'policy',
      title: 'Policy',
      placeholder: 'The policy for the databases that are not protected yet, and for those to come',
      load: (context, targets) => policyChoices(context, targets),
      empty: 'The vault has no policy for SQL Server in Azure VMs. Make one in the Azure portal first.',
    },
  ],

  async build(context, target, answers) {
    const { model } = target;
    const name = displayName(model.friendlyName);
    const attempted = `turn on auto-protection of ${name}`;
    const vaultId = vaultIdOf(model);
    const { policy } = await freshPolicy(context, target, answers['policy'], vaultId, attempted, itemWorkloads.sql);
    await needContainer(context, target, attempted);
    const [there] = await intentsOf(context.arm, model, readOptions(context, target));
    if (there) {
      const by = there.policyId === undefined ? '' : `, with the policy ${policyNameOf(there.policyId)}`;
      throw new BackupError(`${name} is auto-protected already${by}: nothing was sent.`, {
        code: 'StateChanged',
        attempted,
        resource: model.id,
        remedies: ['Refresh the tree.', 'To change the policy, turn auto-protection off and on again.'],
      });
    }
    const intentId = protectionIntentIdOf(vaultId, randomUUID());
    return {
      request: await createIntent(context.arm.environment, intentId, model, policy.id),
      intent: { intentId, policyId: policy.id },
    };
  },

  async readBack(context, record) {
    const intent = await intentOrNone(context, record);
    const name = displayName(record.target.name);
    const wanted = fact(record, 'policyId');
    if (!intent) {
      return { reading: 'different', sentence: `${name} is not auto-protected: the vault does not have what was asked for.` };
    }
    return sameArmId(intent.policyId, wanted)
      ? {
          reading: 'asAsked',
          sentence: `${name} is auto-protected: the vault looks for databases that are not protected, now and when new ones come, and protects them with ${policyNameOf(wanted)}.`,
        }
      : {
          reading: 'different',
          sentence: `${name} is auto-protected with ${policyNameOf(intent.policyId)}; asked for was ${policyNameOf(wanted)}.`,
        };
  },

  /** The intent's name is our own, so that nobody else's can be taken for it. */
  async settle(context, record) {
    const name = displayName(record.target.name);
    return (await intentOrNone(context, record))
      ? foundThere(record, `${name} is auto-protected.`)
      : { found: 'absent', because: `The vault has no such auto-protection of ${name}.` };
  },
};

export const stopAutoProtect: Action<ProtectableItem> = {
  ...shared,
  id: 'stopAutoProtect',
  title: 'Turn Off Auto-Protection',
  summary: 'Ends that a vault protects new databases by itself; databases that are protected stay so.',
  nothing: 'This vault protects the new databases of no instance and no availability group by itself.',
  when: { all: [kinds.protectableItem, workloads.sql, autoProtection.autoProtected], none: [itemStates.busy] },
  assurance: 'confirm',
  questions: [],
  consequences: () =>
    Promise.resolve([
      'New databases are not protected by themselves any more: you protect each one, or turn auto-protection on again.',
      'Databases that are protected now stay protected, with the policies that they have.',
    ]),

  async build(context, target) {
    const { model } = target;
    const attempted = `turn off auto-protection of ${displayName(model.friendlyName)}`;
    const [intent] = await intentsOf(context.arm, model, readOptions(context, target));
    if (!intent) {
      throw new BackupError(`${displayName(model.friendlyName)} is not auto-protected any more: nothing was sent.`, {
        code: 'StateChanged',
        attempted,
        resource: model.id,
        remedies: [
          'Refresh the tree.',
          'Where it is still shown as auto-protected then, turn that off in the Azure portal: it was turned on in a way that is not found from here.',
        ],
      });
    }
    return {
      request: await deleteIntent(context.arm.environment, intent),
      intent: { intentId: intent.id, ...(model.itemType === undefined ? {} : { itemType: model.itemType }) },
    };
  },

  async readBack(context, record) {
    const name = displayName(record.target.name);
    const there = await intentOrNone(context, record);
    const [another] = there ? [there] : await intentsOf(context.arm, holderOf(record), readOptions(context, record));
    return another
      ? {
          reading: 'different',
          sentence: there
            ? `${name} should not be auto-protected any more, but the vault still has it so.`
            : `${name} is still auto-protected, with ${policyNameOf(another.policyId)}: the vault had it so more than once. Turn it off again.`,
        }
      : { reading: 'asAsked', sentence: `${name} is not auto-protected any more; its databases that are protected stay so.` };
  },

  async settle(context, record) {
    const name = displayName(record.target.name);
    return (await intentOrNone(context, record))
      ? { found: 'absent', because: `${name} is still auto-protected.` }
      : foundThere(record, `${name} is not auto-protected any more.`);
  },
};

function describe({ model }: ActionTarget<ProtectableItem>): OperationTarget {
  const kind = model.role === 'availabilityGroup' ? 'availability group' : 'SQL Server instance';
  const where = model.serverName === undefined ? {} : { where: model.serverName };
  return { ...vaultMembers(model.vaultId), id: model.id, name: model.friendlyName, kind, ...where };
}

/**
 * An instance is in a machine that may have been unregistered meanwhile; a group's container is made of several.
 * @throws BackupError `ContainerGone`
 */
async function needContainer(context: ActionContext, target: ActionTarget<ProtectableItem>, attempted: string): Promise<void> {
  const { containerId, friendlyName, role, serverName } = target.model;
  if (role !== 'instance' || containerId === undefined) {
    return;
  }
  const container = await containerOrNone(context, containerId, readOptions(context, target));
  if (!container || !isRegistered(container)) {
    const server = displayName(container?.friendlyName ?? serverName ?? 'its machine');
    throw new BackupError(`${server}, the machine of ${displayName(friendlyName)}, is not registered any more: nothing was sent.`, {
      code: 'ContainerGone',
      attempted,
      resource: containerId,
      remedies: ['Refresh the tree.', 'Register the machine anew to go on with it.'],
    });
  }
}

function intentOrNone(context: ActionContext, record: OperationRecord): Promise<ProtectionIntent | undefined> {
  return orNone(getProtectionIntent(context.arm, fact(record, 'intentId'), readOptions(context, record)));
}

/** What was acted on, from the journal. */
function holderOf({ target, intent }: OperationRecord): Parameters<typeof intentsOf>[1] {
  const { itemType } = intent;
  return {
    id: target.id,
    friendlyName: target.name,
    ...(typeof itemType === 'string' ? { itemType } : {}),
    ...(target.containerId === undefined ? {} : { vaultId: target.containerId }),
  };
}
