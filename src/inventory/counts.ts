/** What groups say of the records that are loaded for them; nothing is asked for it. */
import { jobState, protectedItemState, type Job, type ProtectedItem } from '../providers/recoveryServices/model.ts';
import { joined } from './text.ts';
import { workloadOf, type Workload } from './workloads.ts';

/** `12`, or `200 loaded, there are more`. */
export function countText(count: number, next: string | undefined): string {
  return next === undefined ? String(count) : `${count} loaded, there are more`;
}

export function byWorkload(items: readonly ProtectedItem[]): ReadonlyMap<Workload, readonly ProtectedItem[]> {
  const found = new Map<Workload, ProtectedItem[]>();
  for (const item of items) {
    const workload = workloadOf(item);
    const of = found.get(workload) ?? [];
    of.push(item);
    found.set(workload, of);
  }
  return found;
}

export function troubledText(items: readonly ProtectedItem[], nowMs: number): string {
  const states = items.map((item) => protectedItemState(item, nowMs).kind);
  const failed = states.filter((kind) => kind === 'failed').length;
  const attention = states.filter((kind) => kind === 'unhealthy').length;
  return joined(failed > 0 && `${failed} failed`, attention > 0 && `${attention} need${attention === 1 ? 's' : ''} attention`);
}

export function jobsText(jobs: readonly Job[]): string {
  const states = jobs.map(jobState);
  const running = states.filter((state) => state === 'running' || state === 'cancelling').length;
  const failed = states.filter((state) => state === 'failed').length;
  return joined(running > 0 && `${running} running`, failed > 0 && `${failed} failed`);
}
