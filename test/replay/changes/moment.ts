/** When a recorded change was made: recordings have no clock of their own, their answers tell. */
import { isObject } from '../../../src/core/json.ts';
import type { Interaction } from '../recording.ts';
import { operationsNamedBy } from './operations.ts';
import type { World } from './world.ts';

/** People answer questions before a request leaves; the answers were computed then. */
const minutesBeforeMs = 5 * 60_000;
/** A backup that is kept until a day was made before it, and must be kept for 45 days at least. */
const keptMs = 60 * 86_400_000;

/** Milliseconds since the epoch, UTC: some minutes before the change. Now where nothing in the recording tells. */
export function momentOf(change: Interaction, world: World): number {
  const named = operationsNamedBy(change).map(({ id }) => id);
  const own = world.gets.find(
    ({ interaction, operation }) =>
      interaction.index > change.index && operation !== undefined && named.includes(operation.id) && startOf(interaction) !== undefined,
  )?.interaction;
  const near = world.interactions
    .filter((one) => startOf(one) !== undefined)
    .toSorted((a, b) => Math.abs(a.index - change.index) - Math.abs(b.index - change.index))[0];
  const dated =
    Date.parse(change.headers['date'] ?? '') || (own && startOf(own)) || (expiryOf(change.sent) ?? NaN) - keptMs || (near && startOf(near));
  return (dated || Date.now()) - minutesBeforeMs;
}

/** Of an operation's or a job's answer, or of any with a date. */
function startOf({ headers, body }: Interaction): number | undefined {
  const properties = isObject(body) ? body['properties'] : undefined;
  const said = [
    headers['date'],
    isObject(body) ? body['startTime'] : undefined,
    isObject(properties) ? properties['startTime'] : undefined,
  ];
  return said.map((one) => (typeof one === 'string' ? Date.parse(one) : NaN)).find((ms) => ms > Date.UTC(2010, 0));
}

function expiryOf(sent: unknown): number | undefined {
  const properties = isObject(sent) ? sent['properties'] : undefined;
  const expiry = isObject(properties) ? properties['recoveryPointExpiryTimeInUTC'] : undefined;
  return typeof expiry === 'string' ? Date.parse(expiry) : undefined;
}
