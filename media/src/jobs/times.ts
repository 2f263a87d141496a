import { elapsedText } from '../../../src/views/elapsed.ts';
import type { RowView } from '../../../src/views/protocol.ts';

const sameDay = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const otherDay = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const toSecond = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Short, in the viewer's time zone: the hour today, else with the day. */
export function momentText(ms: number, nowMs: number): string {
  if (ms === 0) {
    return '';
  }
  const format = new Date(ms).toDateString() === new Date(nowMs).toDateString() ? sameDay : otherDay;
  return format.format(ms);
}

export function wholeMomentText(ms: number): string {
  return whole.format(ms);
}

export function secondText(ms: number): string {
  return toSecond.format(ms);
}

/** From its start to its end or to now. */
export function rowElapsed(row: RowView, nowMs: number): string {
  return row.startedAt === 0 || (!row.active && row.endedAt === undefined) ? '' : elapsedText((row.endedAt ?? nowMs) - row.startedAt);
}
