import { errorWithRemedies } from '../../providers/recoveryServices/errorKnowledge.ts';
import { isCancellable, jobState, type Job, type JobState } from '../../providers/recoveryServices/model.ts';
import { durationMs, elapsed, joined, localTime, spelled } from '../text.ts';
import { capabilities, jobStates, kinds } from '../tokens.ts';
import type { InventoryNode, NodeIcon } from '../types.ts';
import { colours, fact, lines, resourceNode, statementLines, type NodeContext } from './common.ts';

interface Look {
  readonly icon: NodeIcon;
  readonly word: string;
  readonly tokens: readonly string[];
}

const looks: Readonly<Record<JobState, Look>> = {
  running: { icon: { id: 'sync~spin', color: colours.active }, word: 'running', tokens: [jobStates.running] },
  cancelling: { icon: { id: 'sync~spin', color: colours.muted }, word: 'cancelling', tokens: [jobStates.running] },
  succeeded: { icon: { id: 'pass', color: colours.good }, word: 'completed', tokens: [jobStates.ended, jobStates.succeeded] },
  succeededWithWarnings: {
    icon: { id: 'warning', color: colours.warning },
    word: 'completed with warnings',
    tokens: [jobStates.ended, jobStates.warning],
  },
  failed: { icon: { id: 'error', color: colours.bad }, word: 'failed', tokens: [jobStates.ended, jobStates.failed] },
  cancelled: { icon: { id: 'circle-slash', color: colours.muted }, word: 'cancelled', tokens: [jobStates.ended, jobStates.cancelled] },
  // Not taken to have ended: somebody may want to look at it or wait for it.
  unknown: { icon: { id: 'question', color: colours.muted }, word: '', tokens: [jobStates.running] },
};

export function jobNode(job: Job, context: NodeContext): InventoryNode {
  const state = jobState(job);
  const { icon, word, tokens } = looks[state];
  const status = word || (job.status ? spelled(job.status).toLowerCase() : 'status unknown');
  const percent = context.running(job.id)?.percent ?? (state === 'running' ? job.percent : undefined);
  const took = tookText(job, context.nowMs);
  const error = job.errors[0] && errorWithRemedies(job.errors[0], { database: job.entityFriendlyName });
  const node = resourceNode(context, kinds.job, job, {
    label: `${spelled(job.operation ?? 'Job')}: ${job.entityFriendlyName}`,
    description: joined(
      percent === undefined ? status : `${status} · ${Math.floor(percent)} %`,
      localTime(job.startTime) && `started ${localTime(job.startTime)}`,
      took,
    ),
    tooltip: lines(
      `${spelled(job.operation ?? 'Job')}: ${job.entityFriendlyName}`,
      `Status: ${job.status ?? 'not given'}`,
      error && `${error.code}: ${error.message}`,
      ...(error?.remedies ?? []),
      ...statementLines(error?.statement),
      fact('Started', localTime(job.startTime)),
      fact('Ended', localTime(job.endTime)),
      fact('Took', took),
      fact('Job', job.name),
    ),
    icon,
    expandable: false,
    states: [...tokens, ...(isCancellable(job) ? [jobStates.cancellable] : []), ...(error?.statement ? [capabilities.statement] : [])],
  });
  return error?.statement ? { ...node, statement: error.statement } : node;
}

/** Azure's own duration counts once a job has ended; while it runs, the clock does. */
function tookText(job: Job, nowMs: number): string | undefined {
  const start = job.startTime === undefined ? NaN : Date.parse(job.startTime);
  const end = job.endTime === undefined ? NaN : Date.parse(job.endTime);
  const running = ['running', 'cancelling'].includes(jobState(job));
  const ms = running ? nowMs - start : (durationMs(job.duration) ?? end - start);
  return Number.isNaN(ms) ? undefined : elapsed(ms);
}
