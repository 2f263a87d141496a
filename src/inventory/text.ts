/** Moments and durations for rows. Local time, in one form that sorts and that nobody can misread: `2026-11-21 14:30`. */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** @param iso ISO 8601; undefined where it is no moment. */
export function localTime(iso: string | undefined): string | undefined {
  const at = iso === undefined ? NaN : Date.parse(iso);
  if (Number.isNaN(at)) {
    return undefined;
  }
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 days ago`; the date from a month on. A moment to come (clocks differ) is `just now`. */
export function ago(iso: string | undefined, nowMs: number): string | undefined {
  const at = iso === undefined ? NaN : Date.parse(iso);
  if (Number.isNaN(at)) {
    return undefined;
  }
  const past = nowMs - at;
  if (past < minuteMs) {
    return 'just now';
  }
  if (past < hourMs) {
    return `${Math.floor(past / minuteMs)} min ago`;
  }
  if (past < 2 * dayMs) {
    return `${Math.floor(past / hourMs)} h ago`;
  }
  return past < 31 * dayMs ? `${Math.floor(past / dayMs)} days ago` : `on ${localTime(iso)?.slice(0, 10)}`;
}

/** `45 s`, `12 min`, `1 h 7 min`, `2 d 3 h` of milliseconds. */
export function elapsed(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 === 0 || minutes >= 10 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  }
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** Milliseconds of a duration as Azure writes one: `PT1H7M12.93S` (also with days), `00:20:23.08`, `13.23:59:44.02`. */
export function durationMs(text: string | undefined): number | undefined {
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i.exec(text ?? '');
  const span = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(text ?? '');
  const parts = iso ?? span;
  if (!parts || /^PT?$/i.test(text ?? '')) {
    return undefined;
  }
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (days ?? 0) * dayMs + (hours ?? 0) * hourMs + (minutes ?? 0) * minuteMs + (seconds ?? 0) * 1000;
}

/** A description: the parts that there are, in order. */
export function joined(...parts: readonly (string | undefined | false)[]): string {
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' · ');
}

export { spelled } from '../core/displayText.ts';
