// Running the stages of `npm test`: at most so many at a time, each as soon as what it needs has passed.
import { addToTally, readTally } from './tally.ts';
import { capture } from './processes.ts';
import { root, say } from './deps.mjs';

export interface Stage {
  name: string;
  /** scripts/tasks/TASK.ts and its arguments. */
  task: string;
  args?: string[];
  /** Names of stages that must have passed. */
  after?: string[];
  env?: Record<string, string>;
}

type Outcome = 'passed' | 'failed' | 'not run';

/** Runs all stages, in their order as far as `lanes` and `after` allow. Resolves to whether all passed. */
export async function runStages(stages: Stage[], lanes: number): Promise<boolean> {
  const outcomes = new Map<string, Outcome>();
  const waiting = [...stages];
  const active = new Set<Promise<void>>();
  while (waiting.length > 0 || active.size > 0) {
    for (const stage of [...waiting]) {
      const needs = (stage.after ?? []).map((name) => outcomes.get(name));
      if (needs.some((outcome) => outcome === 'failed' || outcome === 'not run')) {
        waiting.splice(waiting.indexOf(stage), 1);
        outcomes.set(stage.name, 'not run');
        addToTally({ passes: 0, failures: 1, pending: 0 });
        say(`\n── ${stage.name}: not run, because ${stage.after?.find((name) => outcomes.get(name) !== 'passed')} failed`);
      } else if (active.size < lanes && needs.every((outcome) => outcome === 'passed')) {
        waiting.splice(waiting.indexOf(stage), 1);
        const running: Promise<void> = runStage(stage).then((outcome) => {
          outcomes.set(stage.name, outcome);
          active.delete(running);
        });
        active.add(running);
      }
    }
    await Promise.race(active);
  }
  return [...outcomes.values()].every((outcome) => outcome === 'passed');
}

/** Runs one stage and shows what it wrote when it has ended, so that two at a time stay readable. */
async function runStage({ name, task, args = [], env }: Stage): Promise<Outcome> {
  say(`▶ ${name}`);
  const started = Date.now();
  const before = readTally(process.env['TALLY_FILE'] ?? '').failures;
  const { code, stdout, stderr } = await capture(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', `scripts/tasks/${task}.ts`, ...args],
    { cwd: root, env: { ...process.env, ...env } },
  );
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`\n── ${name}: ${code === 0 ? 'passed' : 'FAILED'} after ${seconds} s`);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  if (code === 0) return 'passed';
  // A stage that is no test run, such as the check, counts as one failed test.
  if (task !== 'check' && task !== 'package') return 'failed';
  if (readTally(process.env['TALLY_FILE'] ?? '').failures === before) addToTally({ passes: 0, failures: 1, pending: 0 });
  return 'failed';
}
