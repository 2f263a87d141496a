import { lineText } from '../../core/displayText.ts';
import type { LogItem, VeeamSession } from '../../providers/veeam/model.ts';

/** A session and its log as plain text, a line each. Times are UTC, as the appliance gave them. */
export function logDocument(session: VeeamSession, items: readonly LogItem[]): string {
  const head = [
    `# ${lineText(session.title)} on ${new URL(session.origin).host}`,
    `# Session: ${lineText(session.sessionId)}`,
    `# Status: ${lineText(session.status ?? 'not given')}`,
    ...(session.policy === undefined ? [] : [`# Policy: ${lineText(session.policy)}`]),
    ...(session.startTime === undefined ? [] : [`# Started: ${session.startTime}`]),
    ...(session.endTime === undefined ? [] : [`# Ended: ${session.endTime}`]),
  ];
  const width = Math.max(0, ...items.map(({ status = '' }) => status.length));
  const lines = items.map(({ time, status = '', message, duration }) =>
    [time ?? '-', lineText(status).padEnd(width), lineText(message), ...(duration === undefined ? [] : [`(${lineText(duration)})`])].join(
      '  ',
    ),
  );
  return [...head, '', ...(lines.length > 0 ? lines : ['The log is empty.']), ''].join('\n');
}
