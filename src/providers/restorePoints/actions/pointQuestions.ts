/** The questions that restore points share: what it is called, how consistent it is, which disks are left out. */
import { displayName } from '../../../core/displayText.ts';
import { lastSegment, sameArmId } from '../../../core/armId.ts';
import type { ActionContext, ActionTarget, Answers, Choice, PickManyQuestion, PickQuestion, TextQuestion } from '../../action.ts';
import { manyOf } from '../../action.ts';
import {
  diskText,
  isConfidential,
  manyPointsOfMachine,
  whyLeftOut,
  whyNotConsistency,
  type Consistency,
  type VirtualMachine,
} from '../model.ts';
import { proposeName, refuseName, timeInName } from '../names.ts';
import { roomNote } from './collectionQuestions.ts';
import { freshMachine, refusal, requireRoom } from './looking.ts';

/** The VM that a target is about: itself, or what a collection is made of. */
export type MachineOf<Model> = (target: ActionTarget<Model>) => string | undefined;

export function pointNameQuestion<Model>(machineOf: MachineOf<Model>): TextQuestion<Model> {
  return {
    type: 'text',
    id: 'pointName',
    title: 'Name of the restore point',
    propose: (nowMs, [target]) =>
      proposeName(lastSegment(target === undefined ? '' : (machineOf(target) ?? target.id)), `-${timeInName(nowMs)}`),
    refuse: (text) => refuseName(text.trim()),
  };
}

/** @param room true where no question before has told how many restore points the VM has */
export function consistencyQuestion<Model>(machineOf: MachineOf<Model>, room = false): PickQuestion<Model> {
  return {
    type: 'pick',
    id: 'consistency',
    title: 'Consistency of the restore point',
    empty: 'Azure makes no restore points of this VM.',
    load: async (context, [target]) => {
      const machine = await machineFor(context, target, machineOf);
      const crash = whyNotConsistency(machine, 'CrashConsistent');
      const all = room && target ? await requireRoom(context, target, machine, 'count the restore points of the VM') : 0;
      return [
        ...(all >= manyPointsOfMachine ? [roomNote(machine.name, all)] : []),
        {
          value: 'ApplicationConsistent' satisfies Consistency,
          label: 'Application consistent',
          description: machine.osType?.toLowerCase() === 'linux' ? 'file system consistent on Linux' : 'by VSS writers',
          detail: isConfidential(machine)
            ? 'Azure makes them of confidential VMs in a preview only: of few sizes, in few regions.'
            : 'Applications write down what they hold first. The VM must be running, with its agent ready. At most one in three hours.',
          recommended: true,
        },
        {
          value: 'CrashConsistent' satisfies Consistency,
          label: 'Crash consistent',
          description: 'as after a power failure',
          detail: crash ?? 'Needs nothing of the VM, which must be of a size that supports Premium storage. At most one in an hour.',
          ...(crash === undefined ? {} : { note: true }),
        },
      ];
    },
  };
}

export function excludeQuestion<Model>(machineOf: MachineOf<Model>): PickManyQuestion<Model> {
  return {
    type: 'pickMany',
    id: 'excludeDisks',
    title: 'Disks to leave out',
    placeholder: 'Tick the disks to leave out, none to take them all',
    empty: 'This VM has no disks.',
    optional: true,
    load: async (context, [target], answers) => {
      const machine = await machineFor(context, target, machineOf);
      const consistency = consistencyOf(answers);
      return machine.disks.map((disk): Choice => {
        const reason = whyLeftOut(disk, consistency);
        return {
          value: disk.id ?? '',
          label: disk.name,
          description: diskText(disk),
          ...(reason === undefined ? {} : { detail: reason, recommended: true }),
        };
      });
    },
    refuse: (chosen, choices) => {
      if (choices.length > 0 && chosen.length === choices.length) {
        return 'At least one disk must be in the restore point: untick one.';
      }
      const missing = choices.find((choice) => choice.recommended && !chosen.includes(choice.value));
      return missing && `${displayName(missing.label)} cannot be in it: tick it. ${missing.detail ?? ''}`.trim();
    },
  };
}

async function machineFor<Model>(
  context: ActionContext,
  target: ActionTarget<Model> | undefined,
  machineOf: MachineOf<Model>,
): Promise<VirtualMachine> {
  const attempted = 'read the VM and its disks';
  const id = target && machineOf(target);
  if (target === undefined || id === undefined) {
    throw refusal('NoVm', 'Azure does not say which VM this is made of.', 'Refresh the tree.', attempted, target?.id);
  }
  return freshMachine(context, target, id, attempted);
}

export function consistencyOf(answers: Answers): Consistency {
  return answers['consistency'] === 'CrashConsistent' ? 'CrashConsistent' : 'ApplicationConsistent';
}

/**
 * The disks that are left out, as Azure spells them.
 * @throws BackupError `AllDisksExcluded`, `DiskUnsupported`, `DiskGone` where one was detached since it was chosen
 */
export function excludedOf(machine: VirtualMachine, consistency: Consistency, answers: Answers, attempted: string): readonly string[] {
  const name = displayName(machine.name);
  const chosen = manyOf(answers['excludeDisks']);
  const gone = chosen.find((id) => !machine.disks.some((disk) => sameArmId(disk.id, id)));
  if (gone !== undefined) {
    const sentence = `The disk ${displayName(lastSegment(gone))} is not attached to ${name} any more.`;
    throw refusal('DiskGone', sentence, 'Start again and choose anew.', attempted, gone);
  }
  const kept = machine.disks.filter((disk) => !chosen.some((id) => sameArmId(disk.id, id)));
  if (kept.length === 0) {
    const sentence = `All ${machine.disks.length} disks of ${name} are left out.`;
    throw refusal('AllDisksExcluded', sentence, 'Leave at least one disk in the restore point.', attempted, machine.id);
  }
  for (const disk of kept) {
    const reason = whyLeftOut(disk, consistency);
    if (reason !== undefined) {
      throw refusal('DiskUnsupported', `${displayName(disk.name)}: ${reason}`, `Leave ${displayName(disk.name)} out.`, attempted, disk.id);
    }
  }
  return machine.disks.flatMap((disk) => (disk.id !== undefined && !kept.includes(disk) ? [disk.id] : []));
}

/** @throws BackupError `NameRefused` */
export function nameOf(answers: Answers, question: string, attempted: string): string {
  const name = (answers[question] ?? '').trim();
  const because = refuseName(name);
  if (because !== undefined) {
    throw refusal(
      'NameRefused',
      `The name ${JSON.stringify(displayName(name))} cannot be taken: ${because}`,
      'Choose another name.',
      attempted,
    );
  }
  return name;
}
