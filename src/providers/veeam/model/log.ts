import { isObject, type Json } from '../../../core/json.ts';
import { defined, fieldsOf } from '../../arm/fields.ts';
import { sessionState, type SessionState } from './session.ts';

/** One line of a session's log. */
export interface LogItem {
  readonly message: string;
  readonly state: SessionState;
  /** Veeam's word. */
  readonly status?: string;
  /** ISO 8601, UTC. */
  readonly time?: string;
  readonly duration?: string;
}

/** The lines, in the order in which they began. A log comes as `{jobSessionId, log}`, as a page, or bare. */
export function readLog(body: Json | undefined): readonly LogItem[] {
  const top = fieldsOf(body);
  const items = Array.isArray(body) ? body : top.list('log').length > 0 ? top.list('log') : top.list('results');
  return items.filter(isObject).map((raw) => {
    const fields = fieldsOf(raw);
    const status = fields.text('status');
    return {
      message: fields.text('message') ?? 'A line without a message',
      state: sessionState(status === undefined ? {} : { status }),
      ...defined<Partial<LogItem>>({
        status,
        time: fields.moment('executionStartTime', 'logTime'),
        duration: fields.text('executionDuration'),
      }),
    };
  });
}
