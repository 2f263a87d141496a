import type { HoldReason } from './budgetBook.ts';
import type { RequestScope } from './scope.ts';

/** A request that is not sent now, in the form of the refusal that it would have met. */
export interface Held {
  /** Milliseconds after which it may be sent. */
  readonly waitMs: number;
  readonly code: string;
  readonly message: string;
}

/** @param label of the cloud, as shown */
export function heldBack(label: string, scope: RequestScope, { waitMs, refusal }: HoldReason): Held {
  if (!refusal) {
    return {
      waitMs,
      code: 'KeptForClicks',
      message: `Little is left of what ${label} allows of ${scope.name}, and that is kept for what you ask for yourself. The request was not sent.`,
    };
  }
  const { code, limit, interval } = refusal;
  const what = refusal.on === 'kind' ? `${scope.kind} in this subscription` : scope.name;
  const most = limit === undefined ? '' : `: no more than ${limit} in ${interval === '01:00:00' ? 'an hour' : (interval ?? 'a while')}`;
  return { waitMs, code, message: `${label} takes no more ${what} for now${most}. The request was not sent.` };
}
