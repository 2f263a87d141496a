import type { ArmRequest } from '../arm/types.ts';
import { isObject } from '../world/scope.ts';
import { namesEncryptionSet, propertiesOf, referenceOf, requireInstantAccessVersion } from './input.ts';
import type { ConsistencyMode } from './model.ts';
import { refusals } from './refusals.ts';

/** What a PUT of a restore point asks for. */
export interface PointInput {
  /** `CrashConsistent`, or nothing: the machine decides. */
  readonly mode: ConsistencyMode | undefined;
  readonly excluded: readonly string[];
  readonly sourcePointId: string | undefined;
  readonly instantAccessMinutes: number | undefined;
}

/** Clients send `{}`, or nothing at all, where nothing is to be said. @throws ArmFailure 400. */
export function readPoint(request: ArmRequest): PointInput {
  if (request.body !== undefined && request.body !== null && !isObject(request.body)) {
    throw refusals.invalid('body', 'Expected a JSON object.');
  }
  const properties = propertiesOf(request.body ?? {});
  if (namesEncryptionSet(properties.sourceMetadata)) {
    throw refusals.invalid('diskEncryptionSet.id', 'There is no such disk encryption set.');
  }
  requireInstantAccessVersion(request, properties.instantAccessDurationMinutes, 'instantAccessDurationMinutes');
  if (properties.sourceMetadata !== undefined && properties.sourceMetadata !== null && !isObject(properties.sourceMetadata)) {
    throw refusals.invalid('sourceMetadata', 'Expected an object.');
  }
  return {
    mode: modeOf(properties.consistencyMode),
    excluded: excludedOf(properties.excludeDisks),
    sourcePointId: referenceOf(properties.sourceRestorePoint, 'sourceRestorePoint.id'),
    instantAccessMinutes: minutesOf(properties.instantAccessDurationMinutes),
  };
}

/** Documented: only `CrashConsistent` can be asked for. The code has no record. */
function modeOf(value: unknown): ConsistencyMode | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value === 'string' && value.toLowerCase() === 'crashconsistent') {
    return 'CrashConsistent';
  }
  throw refusals.invalid(
    'consistencyMode',
    `${JSON.stringify(value)} cannot be asked for: only 'CrashConsistent' can. Leave it out for a consistent restore point of applications (Windows) or file systems (Linux).`,
  );
}

function excludedOf(value: unknown): string[] {
  if (value === undefined || value === null) {
    return [];
  }
  if (!Array.isArray(value)) {
    throw refusals.invalid('excludeDisks', 'Expected a list of disks.');
  }
  return value.map((entry: unknown) => {
    const id = referenceOf(entry, 'excludeDisks.id');
    if (id === undefined) {
      throw refusals.missing('excludeDisks.id');
    }
    return id;
  });
}

/** The contract's type is a 32-bit integer; what range Azure takes has no record. */
const mostMinutes = 0x7fff_ffff;

function minutesOf(value: unknown): number | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > mostMinutes) {
    throw refusals.invalid('instantAccessDurationMinutes', 'Expected a whole number of minutes.');
  }
  return value;
}
