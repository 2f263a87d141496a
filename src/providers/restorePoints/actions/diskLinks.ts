/** Links to the disks of a restore point: handed out for a while, and taken back. */
import { displayName } from '../../../core/displayText.ts';
import { idUpTo } from '../../../core/armId.ts';
import { kinds, pointStates, targetKinds } from '../../tokens.ts';
import type { Action, ActionContext, ActionTarget, Choice, SecretAction } from '../../action.ts';
import { getAccess } from '../access.ts';
import { getDiskRestorePoint } from '../api.ts';
import type { DiskRestorePoint } from '../model.ts';
import { beginAccess, endAccess } from '../requests.ts';
import { trackerNames } from '../tracking.ts';
import { describeDiskPoint } from './describing.ts';
import { readOptions, statusOf } from '../../arm/asking.ts';
import { freshPoint, refusal, requireUsable } from './looking.ts';

const hour = 3_600;

const durations: readonly Choice[] = [
  { value: String(hour / 4), label: '15 minutes' },
  { value: String(hour), label: '1 hour', recommended: true },
  { value: String(4 * hour), label: '4 hours' },
  { value: String(12 * hour), label: '12 hours' },
  { value: String(24 * hour), label: '1 day' },
  { value: String(72 * hour), label: '3 days', detail: 'For large disks over slow lines' },
];

export const getDiskLink: SecretAction<DiskRestorePoint> = {
  does: 'handOut',
  id: 'getDiskLink',
  title: 'Get Download Link',
  summary: 'Gets a link that reads one disk of a restore point for a limited time; it is copied on request only and kept nowhere.',
  nothing: 'There is no disk of a restore point here that can be read yet.',
  system: 'restorePoints',
  targetKind: targetKinds.diskRestorePoint,
  when: { all: [kinds.diskRestorePoint], none: [pointStates.creating, pointStates.copying, pointStates.failedPoint, pointStates.deleting] },
  many: false,
  onlyOne: 'the clipboard holds one link',
  group: '3_use@1',
  tracker: trackerNames.armOperation,
  assurance: 'confirm',
  consequences: () =>
    Promise.resolve([
      'Whoever has the link can read the whole disk until it ends: no sign-in is asked for.',
      'While it is in force the restore point cannot be deleted. It can be revoked at any time.',
    ]),
  questions: [
    {
      type: 'pick',
      id: 'duration',
      title: 'How long the link works',
      empty: 'No duration can be chosen.',
      load: () => Promise.resolve(durations),
    },
  ],
  describe: describeDiskPoint,

  async handOut(context, target, answers) {
    const name = displayName(target.name);
    const attempted = `get a link to the disk ${name}`;
    const durationInSeconds = Number(answers['duration']);
    if (!Number.isInteger(durationInSeconds) || durationInSeconds <= 0) {
      throw refusal('AnswerMissing', 'How long the link is to work was not chosen.', 'Choose a duration.', attempted, target.id);
    }
    await requireReadable(context, target, attempted);
    const request = await beginAccess(context.arm.environment, target.id, durationInSeconds);
    const options = { ...readOptions(context, target), attempted, resource: name, durationInSeconds, now: () => context.now() };
    const { link, guestState, metadata, expiresAtMs } = await getAccess(context.arm, request, options);
    return {
      secret: link,
      others: [
        ...(guestState === undefined ? [] : [{ label: 'VM guest state', secret: guestState }]),
        ...(metadata === undefined ? [] : [{ label: 'VM metadata', secret: metadata }]),
      ],
      given: {
        target: describeDiskPoint(target),
        ...(target.tenantId === undefined ? {} : { tenantId: target.tenantId }),
        expiresAtMs,
        revokedBy: 'revokeDiskLink',
      },
    };
  },
};

/** @throws BackupError `RestorePointNotReady`, `DiskPrivate` where no link would open it */
async function requireReadable(context: ActionContext, target: ActionTarget<DiskRestorePoint>, attempted: string): Promise<void> {
  const pointId = idUpTo(target.id, 'restorePoints');
  if (pointId !== undefined) {
    requireUsable(await freshPoint(context, target, pointId, attempted), 'read', attempted);
  }
  const disk = await getDiskRestorePoint(context.arm, target.id, readOptions(context, target));
  if (disk.networkAccess !== undefined && disk.networkAccess.toLowerCase() !== 'allowall') {
    const sentence = `The disk ${displayName(target.name)} may not be read over the internet (${disk.networkAccess}).`;
    throw refusal('DiskPrivate', sentence, 'Restore it as a disk, or read it through its private endpoint.', attempted, target.id);
  }
}

export const revokeDiskLink: Action<DiskRestorePoint> = {
  does: 'send',
  id: 'revokeDiskLink',
  title: 'Revoke Download Link',
  summary: 'Ends every link to one disk of a restore point at once, whoever got it.',
  nothing: 'There is no disk of a restore point here.',
  system: 'restorePoints',
  targetKind: targetKinds.diskRestorePoint,
  when: { all: [kinds.diskRestorePoint] },
  many: true,
  group: '3_use@2',
  tracker: trackerNames.armOperation,
  assurance: 'none',
  questions: [],
  describe: describeDiskPoint,

  async build(context, target) {
    const attempted = `revoke the links to the disk ${displayName(target.name)}`;
    try {
      await getDiskRestorePoint(context.arm, target.id, readOptions(context, target));
    } catch (error) {
      if (statusOf(error) !== 404) {
        throw error;
      }
      const sentence = `The disk ${displayName(target.name)} is not in its restore point any more; links to it open nothing.`;
      throw refusal('RestorePointGone', sentence, 'Refresh the tree.', attempted, target.id, error);
    }
    return { request: await endAccess(context.arm.environment, target.id), intent: { diskRestorePointId: target.id } };
  },

  /** Azure does not tell of links, so that there is nothing to read but its word. */
  readBack: (_context, record) =>
    Promise.resolve({ reading: 'unclear', sentence: `Azure has ended every link to the disk ${displayName(record.target.name)}.` }),

  settle: (_context, record) =>
    Promise.resolve({
      found: 'unclear',
      because: `Azure does not tell whether links to ${displayName(record.target.name)} are in force. Revoking once more does no harm.`,
    }),
};
