/** What a list left out of an operation that it told the end of: read when somebody looks at it. */
import type { Disposable } from '../core/events.ts';
import { hasEnded } from '../core/operation.ts';
import { about, bounded } from './asking.ts';
import { timing, type EngineContext } from './context.ts';
import { phaseOf } from './phase.ts';
import { storable } from './redact.ts';
import type { Entry } from './store.ts';

/** Where something is left out, it is read in a moment, unless nobody looks any more by then. */
export function detailsSoon(context: EngineContext, entry: Entry): Disposable {
  return isOutlined(context, entry)
    ? context.clock.after(timing.lookMs, () => {
        // The end is told, and stays. That more could not be read of it stands in the log of requests.
        void readDetails(context, entry).catch(() => undefined);
      })
    : { dispose: () => undefined };
}

function isOutlined({ options }: EngineContext, { record }: Entry): boolean {
  const { tracking } = record;
  const list = options.trackers.get(phaseOf(record).tracker)?.list;
  return hasEnded(record.status) && tracking !== undefined && list?.isOutlined(tracking) === true;
}

/** In memory alone: it is there to be read again. */
async function readDetails(context: EngineContext, entry: Entry): Promise<void> {
  const { record } = entry;
  const { tracking } = record;
  const tracker = context.options.trackers.get(phaseOf(record).tracker);
  const client = context.untraced(entry);
  if (!tracker || !tracking || !client) {
    return;
  }
  const response = await bounded(context.clock, timing.readBackMs, context.stopping, (signal) =>
    client.poll(tracker.poll(tracking).url, {
      ...about(record, `read the details of "${record.title}"`),
      signal,
    }),
  );
  const step = response.status === 200 ? tracker.step(tracking, response, context.clock.now()) : undefined;
  if (!step?.progress || !hasEnded(step.status) || !hasEnded(entry.record.status)) {
    return;
  }
  const { message: _ended, ...progress } = step.progress;
  entry.record = storable({ ...entry.record, progress, tracking: step.state }, entry.secrets);
  context.store.changed.fire(entry.record);
}
