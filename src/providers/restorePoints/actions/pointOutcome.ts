/** What was made, read back. */
import { lastSegment } from '../../../core/armId.ts';
import { displayName, spelled } from '../../../core/displayText.ts';
import type { OperationRecord } from '../../../core/operation.ts';
import type { ActionContext, ReadBack } from '../../action.ts';
import { getRestorePoint } from '../api.ts';
import { disksOf, pointState, type RestorePoint } from '../model.ts';
import { fact, readAgain, readOptions, statusOf } from '../../arm/asking.ts';

/** A restore point by `pointId`; the consistency that was asked for is in `consistency`. */
export async function readPointBack(context: ActionContext, record: OperationRecord): Promise<ReadBack> {
  const pointId = fact(record, 'pointId');
  const name = displayName(lastSegment(pointId));
  let point: RestorePoint;
  try {
    point = await readAgain(context, () => getRestorePoint(context.arm, pointId, readOptions(context, record)));
  } catch (error) {
    if (statusOf(error) === 404) {
      return { reading: 'different', sentence: `The restore point ${name} is not there any more: it was deleted meanwhile.` };
    }
    throw error;
  }
  const state = pointState(point);
  if (state.kind !== 'usable') {
    return { reading: 'different', sentence: `The restore point ${name} should be ready, but Azure says that it is ${state.kind}.` };
  }
  const asked = record.intent['consistency'];
  const weaker = asked === 'ApplicationConsistent' && point.consistency?.toLowerCase() === 'crashconsistent';
  const sentence = `The restore point ${name} can be used: ${partsOf(point)}.`;
  return weaker
    ? { reading: 'different', sentence: `${sentence} Application consistent was asked for.` }
    : { reading: 'asAsked', sentence };
}

function partsOf(point: RestorePoint): string {
  const disks = disksOf(point).length;
  const out = point.excludedDiskIds.length;
  return [
    point.consistency === undefined ? '' : spelled(point.consistency).toLowerCase(),
    disks === 1 ? '1 disk' : `${disks} disks`,
    out === 0 ? '' : `${out} left out`,
  ]
    .filter(Boolean)
    .join(', ');
}
