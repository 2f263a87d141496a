/**
 * Dates as a person types them: `2027-01-31`, `2027-01-31 18:30`, or with an offset (`2027-01-31T18:30+02:00`, `...Z`).
 * Year first only: 03/04/2027 is March in one country and April in another.
 */

export type ParsedDate = { readonly ms: number } | { readonly refused: string };

const form =
  /^(?<year>\d{4})-(?<month>\d{1,2})-(?<day>\d{1,2})(?:[T ]+(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d+)?)?\s*(?<zone>Z|[+-]\d{2}:?\d{2})?)?$/i;
const expected = 'Write the year first: 2027-01-31, or with a time 2027-01-31 18:30.';

/**
 * Milliseconds since the epoch. A date alone is the last second of that day, in this machine's time zone, as is a time
 * without an offset; of an hour that comes twice when clocks go back, the first is taken.
 */
export function parseDate(text: string): ParsedDate {
  const typed = text.trim();
  if (typed === '') {
    return { refused: `A date is needed. ${expected}` };
  }
  const groups = form.exec(typed)?.groups;
  if (!groups) {
    return { refused: `"${typed.slice(0, 40)}" is not a date that can be read. ${expected}` };
  }
  const [year, month, day] = [Number(groups['year']), Number(groups['month']), Number(groups['day'])];
  if (!isOnCalendar(year, month, day)) {
    return { refused: `There is no ${typed.slice(0, 10)} on the calendar. ${expected}` };
  }
  const timed = groups['hour'] !== undefined;
  const [hour, minute, second] = timed ? [Number(groups['hour']), Number(groups['minute']), Number(groups['second'] ?? 0)] : [23, 59, 59];
  if (hour > 23 || minute > 59 || second > 59) {
    return { refused: `${typed.slice(10).trim()} is not a time of day. Hours go from 0 to 23, minutes and seconds to 59.` };
  }
  if (groups['zone'] !== undefined) {
    const offset = offsetMinutes(groups['zone']);
    return offset === undefined
      ? { refused: `${groups['zone']} is not an offset from UTC. Write it as +02:00, or Z for UTC.` }
      : { ms: Date.UTC(year, month - 1, day, hour, minute, second) - offset * 60_000 };
  }
  const local = new Date(year, month - 1, day, hour, minute, second);
  // Clocks that go forward leave an hour out; a Date silently moves such a time.
  if (timed && (local.getHours() !== hour || local.getMinutes() !== minute)) {
    return { refused: `At ${groups['hour']}:${groups['minute']} on that day the clocks are put forward: that time does not exist.` };
  }
  return { ms: local.getTime() };
}

/** `2027-01-31`: the local day of a moment; what `parseDate` reads back. */
export function dateOf(ms: number): string {
  const at = new Date(ms);
  return `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** How a moment is read out before it is accepted: `2027-01-31 23:59 (UTC+01:00), 30 days from now`. */
export function readOut(ms: number, nowMs: number): string {
  const at = new Date(ms);
  const days = calendarDaysBetween(nowMs, ms);
  const when = days === 0 ? 'today' : days === 1 ? 'tomorrow' : `${days} days from now`;
  return `${dateOf(ms)} ${two(at.getHours())}:${two(at.getMinutes())} (${offsetText(at)}), ${when}`;
}

function calendarDaysBetween(fromMs: number, toMs: number): number {
  const midnight = (ms: number): number => {
    const at = new Date(ms);
    // As UTC, so that a day of 23 or 25 hours still counts as one.
    return Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  };
  return Math.round((midnight(toMs) - midnight(fromMs)) / 86_400_000);
}

function isOnCalendar(year: number, month: number, day: number): boolean {
  const at = new Date(Date.UTC(2000, 0, 1));
  at.setUTCFullYear(year, month - 1, day);
  return at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
}

function offsetMinutes(zone: string): number | undefined {
  if (/^z$/i.test(zone)) {
    return 0;
  }
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return hours > 14 || minutes > 59 ? undefined : (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function offsetText(at: Date): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
