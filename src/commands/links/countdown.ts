/** How long links are still in force, for the status bar. */
import { displayName } from '../../core/displayText.ts';
import type { Disposable } from '../../core/events.ts';
import type { Clock } from '../../operations/clock.ts';
import type { HeldLink, HeldLinks } from './heldLinks.ts';

export interface Countdown {
  readonly text: string;
  readonly tooltip: string;
}

const minuteMs = 60_000;

/** `less than a minute`, `12 min`, `3 h 05 min`, `2 d 4 h`: never less than is left. @param ms milliseconds left */
export function leftText(ms: number): string {
  const minutes = Math.ceil(ms / minuteMs);
  if (ms < minuteMs) {
    return 'less than a minute';
  }
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${String(minutes % 60).padStart(2, '0')} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Undefined where none is in force. @param links the first to end first */
export function countdownOf(links: readonly Pick<HeldLink, 'target' | 'expiresAtMs'>[], nowMs: number): Countdown | undefined {
  const [first] = links;
  if (!first) {
    return undefined;
  }
  const what = links.length === 1 ? 'Disk link' : `${links.length} disk links`;
  return {
    text: `$(link) ${what}: ${leftText(first.expiresAtMs - nowMs)}`,
    tooltip: [
      'Download links in force:',
      ...links.map(({ target, expiresAtMs }) => `${displayName(target.name)}: ${leftText(expiresAtMs - nowMs)} left`),
      'Click to copy, extend or revoke.',
    ].join('\n'),
  };
}

/** Calls `show` whenever the countdown reads differently; undefined once none is in force. Runs no timer then. */
export function countDown(
  links: Pick<HeldLinks, 'list' | 'onDidChange'>,
  clock: Clock,
  show: (now: Countdown | undefined) => void,
): Disposable {
  let timer: { dispose(): void } | undefined;
  const tick = (): void => {
    // Finding that one has ended is a change, and comes here again.
    const inForce = links.list();
    const nowMs = clock.now();
    timer?.dispose();
    timer = undefined;
    show(countdownOf(inForce, nowMs));
    if (inForce.length > 0) {
      // One past the full minute, at which one minute less is left.
      const nextMs = Math.min(...inForce.map(({ expiresAtMs }) => ((expiresAtMs - nowMs) % minuteMs) + 1));
      timer = clock.after(nextMs, tick);
    }
  };
  const listening = links.onDidChange(tick);
  tick();
  return {
    dispose: () => {
      listening.dispose();
      timer?.dispose();
    },
  };
}
