/** Rebuilds the recorded changes by our own actions, and follows each by our own engine to the recorded end. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { messageOf } from '../../../src/core/errors.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import { addressOf } from '../address.ts';
import type { Interaction, Recording } from '../recording.ts';
import type { ReplayServer } from '../server.ts';
import { requestName } from '../names.ts';
import { rebuild, type ActionOf } from './run.ts';
import { changeReaders } from './systems.ts';
import { isChange, World } from './world.ts';

export interface ChangeResult {
  /** Position in the file, from 0. */
  readonly interaction: number;
  /** The action's id, or `PUT Microsoft.X/y` for what no action does. */
  readonly what: string;
  /** The id that it was done to. */
  readonly target?: string;
  readonly outcome: 'passed' | 'failed' | 'unsupported';
  readonly differences: readonly string[];
  /** How our engine came out, `succeeded, job 1234`; `not recorded` where the recording ends before. */
  readonly end?: string;
}

/** In recorded order, one result a change: each repetition of a change that was recorded as repeated is the same. */
export async function replayChanges(
  recording: Recording,
  server: ReplayServer,
  actionOf: ActionOf = actionById,
): Promise<readonly ChangeResult[]> {
  const changes = recording.interactions.filter(isChange);
  if (changes.length === 0) {
    return [];
  }
  const world = new World(recording);
  const folder = await mkdtemp(path.join(tmpdir(), 'replay-'));
  try {
    const results: ChangeResult[] = [];
    for (const change of changes) {
      results.push(await replayChange(change, world, server, path.join(folder, String(change.index)), actionOf));
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function replayChange(
  change: Interaction,
  world: World,
  server: ReplayServer,
  folder: string,
  actionOf: ActionOf,
): Promise<ChangeResult> {
  const address = addressOf(change.url);
  let what = requestName(change);
  try {
    for (const read of changeReaders) {
      const reading = read(change, address, world);
      if (reading?.is === 'unsupported') {
        return { interaction: change.index, what: reading.what, outcome: 'unsupported', differences: [] };
      }
      if (reading) {
        what = reading.actionId;
        const { differences, end } = await rebuild(change, reading, world, server, folder, actionOf);
        const outcome = differences.length === 0 ? 'passed' : 'failed';
        return { interaction: change.index, what, target: reading.target.id, outcome, differences, end };
      }
    }
  } catch (error) {
    return { interaction: change.index, what, outcome: 'failed', differences: [messageOf(error)] };
  }
  return { interaction: change.index, what, outcome: 'unsupported', differences: [] };
}
