/** How Azure Backup writes moments and durations. All moments are milliseconds since the epoch, UTC. */

/** What stands for "not yet" in an end time; without a zone, as Azure sends it. */
export const notYet = '0001-01-01T00:00:00';
/** The last backup time of an item that was never backed up. */
export const neverBackedUp = '2001-01-01T00:00:00Z';
/** Milliseconds of a day. */
export const day = 86_400_000;
/** Milliseconds of an hour. */
export const hour = 3_600_000;
/** Milliseconds of a minute. */
export const minute = 60_000;

/** Azure's clock ticks in 100 ns: the four digits below a millisecond follow from the moment, so that it is written the same each time. */
function ticksBelow(ms: number): string {
  return String(((ms % 100_003) * 7919) % 10_000).padStart(4, '0');
}

function fraction(ms: number): string {
  const whole = Math.floor(ms);
  const digits = `${String(whole % 1000).padStart(3, '0')}${ticksBelow(whole)}`.replace(/0+$/, '');
  return digits === '' ? '' : `.${digits}`;
}

/** `2025-05-30T09:05:31.4945925Z`; trailing zeros are dropped, as .NET does. */
export function azureTime(ms: number): string {
  return `${new Date(Math.floor(ms)).toISOString().slice(0, 19)}${fraction(ms)}Z`;
}

/** `2025-05-30T18:30:00Z`. */
export function wholeSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2025-05-30T09:01:37.5923727+00:00`, the form of Microsoft.Compute. */
export function offsetTime(ms: number): string {
  return azureTime(ms).replace('Z', '+00:00');
}

/** `PT1H7M12.9313244S`; a negative duration is none. */
export function azureDuration(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  if (whole === 0) {
    return 'PT0S';
  }
  const hours = Math.floor(whole / hour);
  const minutes = Math.floor((whole % hour) / minute);
  const seconds = `${Math.floor((whole % minute) / 1000)}${fraction(whole)}`;
  return `PT${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${seconds === '0' ? '' : `${seconds}S`}`;
}

/** `6/29/2025 12:00:00 AM`: the US form inside property bags and vault operations. */
export function usDateTime(ms: number): string {
  const at = new Date(ms);
  const hours = at.getUTCHours();
  const clock = [hours % 12 === 0 ? 12 : hours % 12, pad(at.getUTCMinutes()), pad(at.getUTCSeconds())].join(':');
  return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()} ${clock} ${hours < 12 ? 'AM' : 'PM'}`;
}

/** `13.23:59:44.0256366`: .NET's TimeSpan; the days are left out where there are none. */
export function timeSpan(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  const days = Math.floor(whole / day);
  const clock = [Math.floor((whole % day) / hour), Math.floor((whole % hour) / minute), Math.floor((whole % minute) / 1000)];
  return `${days > 0 ? `${days}.` : ''}${clock.map(pad).join(':')}${fraction(whole)}`;
}

/**
 * A moment of a job filter: `2016-04-19 11:30:00 AM`. Clients also send the odd `00:30:00 AM` and a 24-hour clock.
 * @returns undefined for anything else.
 */
export function parseFilterTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d?):(\d\d):(\d\d)(?: (AM|PM))?$/i.exec(text.trim());
  if (match === null) {
    const other = Date.parse(text);
    return Number.isNaN(other) ? undefined : other;
  }
  const [year, month, date, hours, minutes, seconds] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const afternoon = match[7]?.toUpperCase() === 'PM';
  const morning = match[7]?.toUpperCase() === 'AM';
  const ofDay = afternoon && hours < 12 ? hours + 12 : morning && hours === 12 ? 0 : hours;
  return Date.UTC(year, month - 1, date, ofDay, minutes, seconds);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
