import { spelled } from '../../../core/displayText.ts';
import { defined } from '../../arm/fields.ts';
import { readRecord, type AzureRecord } from '../../arm/record.ts';
import { thingId } from '../ids.ts';

export interface VeeamSession extends AzureRecord {
  readonly origin: string;
  readonly sessionId: string;
  /** For a person: `Manual snapshot`. */
  readonly title: string;
  /** Veeam's word: `ManualSnapshot`. */
  readonly kind: string;
  /** Veeam's word, as it came. */
  readonly status?: string;
  /** ISO 8601, UTC; absent while it is pending. */
  readonly startTime?: string;
  readonly endTime?: string;
  /** `00:00:31.8370930`. */
  readonly duration?: string;
  readonly policy?: string;
  /** `_links` as they came. They may name the appliance by another host than ours: see `sessionAddresses`. */
  readonly links: Readonly<Partial<Record<'self' | 'log' | 'stop', string>>>;
}

export type SessionState =
  'pending' | 'running' | 'cancelling' | 'succeeded' | 'succeededWithWarnings' | 'failed' | 'cancelled' | 'unknown';

const states: Readonly<Record<string, SessionState>> = {
  pending: 'pending',
  running: 'running',
  runningwithwarning: 'running',
  runningwitherror: 'running',
  canceling: 'cancelling',
  success: 'succeeded',
  warning: 'succeededWithWarnings',
  error: 'failed',
  canceled: 'cancelled',
};

/** `unknown` for words of tomorrow, and for `NeverExecuted`, which says nothing of a session. */
export function sessionState({ status }: Pick<VeeamSession, 'status'>): SessionState {
  return states[status?.trim().toLowerCase() ?? ''] ?? 'unknown';
}

/** Veeam stops what is pending or runs. */
export function isStoppable(session: Pick<VeeamSession, 'status'>): boolean {
  return ['pending', 'running'].includes(sessionState(session));
}

/** @throws BackupError `MalformedRecord` */
export function readSession(raw: unknown, origin: string): VeeamSession {
  const { head, top } = readRecord(raw, 'session');
  const kind = top.text('type') ?? 'Session';
  const links = top.object('_links');
  const link = (name: string): string | undefined => links.object(name).text('href');
  return {
    ...head,
    id: thingId(origin, 'jobSessions', head.id),
    name: head.id,
    origin,
    sessionId: head.id,
    title: sentence(top.text('localizedType') ?? spelled(kind)),
    kind,
    links: defined<VeeamSession['links']>({ self: link('self'), log: link('log'), stop: link('stop') }),
    ...defined<Partial<VeeamSession>>({
      status: top.text('status'),
      startTime: top.moment('executionStartTime'),
      endTime: top.moment('executionStopTime'),
      duration: top.text('executionDuration'),
      policy: top.object('backupJobInfo').text('policyName'),
    }),
  };
}

/** `Manual Snapshot` as `Manual snapshot`. */
function sentence(title: string): string {
  return title.charAt(0) + title.slice(1).replace(/\b[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
}
