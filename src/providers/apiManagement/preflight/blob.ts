/** Whether the blob is what it has to be: not there yet for a backup; there, young and of the tier for a restore. */
import { segmentOf, lastSegment, sameArmId } from '../../../core/armId.ts';
import { displayName } from '../../../core/displayText.ts';
import { readOptions, statusOf } from '../../arm/asking.ts';
import { findBackup, getService } from '../api.ts';
import { ageOf, expiryText } from '../model.ts';
import { fail, looking, pass, warn, type Look } from './subject.ts';

export const nameLabel = 'Name';

/** A backup must not write over another one. */
export const freeNameCheck: Look = looking(nameLabel, async ({ context, of, service, at, backupName }) => {
  const name = displayName(backupName);
  const found = await findBackup(context.arm, service.id, at.place, backupName, readOptions(context, of));
  return found === undefined
    ? pass(nameLabel, `There is no ${name} yet`)
    : fail(nameLabel, `There is a ${name} already, which would be lost: choose another name`);
});

const backupLabel = 'Backup';

export const backupCheck: Look = looking(backupLabel, async ({ context, of, service, at, backupName }) => {
  const name = displayName(backupName);
  const found = await findBackup(context.arm, service.id, at.place, backupName, readOptions(context, of));
  if (found === undefined) {
    return fail(backupLabel, `There is no ${name} in ${displayName(at.place.container)}: refresh, and choose another one`);
  }
  const age = ageOf(found, context.now());
  switch (age.kind) {
    case 'usable':
      return pass(backupLabel, `${name} is there and ${expiryText(age)}`);
    case 'expired':
      return fail(backupLabel, `${name} ${expiryText(age)}: Azure restores a backup for 30 days`);
    case 'unknown':
      return warn(backupLabel, `${name} is there, but not since when: Azure restores a backup for 30 days`);
  }
});

const skuLabel = 'Tier of the backup';

/** @param sourceId id of the service whose backup it is said to be; undefined where nobody said */
export function skuCheck(sourceId: string | undefined): Look {
  return looking(skuLabel, async ({ context, of, service, backupName }) => {
    const name = displayName(service.name);
    const must = `it must be ${service.tier ?? 'the tier of the service'}`;
    if (sourceId === undefined || sameArmId(sourceId, service.id)) {
      const own = backupName.toLowerCase().startsWith(`${service.name.toLowerCase()}-`);
      return own
        ? pass(skuLabel, `By its name it is a backup of ${name} itself`)
        : warn(skuLabel, `Of which tier it is, no blob tells: ${must}, or Azure refuses it`);
    }
    try {
      const source = await getService(context.arm, sourceId, readOptions(context, of));
      return source.tier?.toLowerCase() === service.tier?.toLowerCase()
        ? pass(skuLabel, `${displayName(source.name)} is ${source.tier ?? ''}, as ${name} is`)
        : fail(
            skuLabel,
            `${displayName(source.name)} is ${source.tier ?? 'of no known tier'}, and ${name} is ${service.tier ?? ''}: the tiers must be the same`,
          );
    } catch (error) {
      if (statusOf(error) === 404) {
        const gone = displayName(segmentOf(sourceId, 'service') ?? lastSegment(sourceId));
        return warn(skuLabel, `${gone} is gone, and of which tier it was, no blob tells: ${must}`);
      }
      throw error;
    }
  });
}
