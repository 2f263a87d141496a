/**
 * A window in a process of its own, as far as VS Code is not needed for it: the connection to a sandbox that is a
 * process too, and the engine on a journal. Arguments: a folder, the sandbox's program, a task of `reloadedTasks.ts` or
 * `follow`, and `WindowOptions` as JSON. Prints a line of JSON for each change of an operation, `{"connected": origin}`,
 * and, where it is to report, `{"puts": ...}` when all operations have ended.
 */
import { join } from 'node:path';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import { hasEnded as sandboxHasEnded } from '../../../src/cloud/sandbox/records.ts';
import type { ArmClient } from '../../../src/cloud/types.ts';
import { startSandboxProcess } from '../../../src/cloud/sandboxProcess.ts';
import { readSettings } from '../../../src/cloud/settings.ts';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { HeldLinks } from '../../../src/commands/links/heldLinks.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { hasEnded } from '../../../src/core/operation.ts';
import { createInventory } from '../../../src/inventory/inventory.ts';
import { systemClock, type Clock } from '../../../src/operations/clock.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import { trackers } from '../../../src/providers/trackers.ts';
import { backupsOf, dies, putsOf, tasks, type WindowOptions } from './reloadedTasks.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';

const [folder = '', entry = '', task = '', said = '{}'] = process.argv.slice(2);
const options = JSON.parse(said) as WindowOptions;
const sandboxes = join(folder, 'sandbox');
const say = (what: object): void => console.log(JSON.stringify(what));
const nothing = (): void => undefined;

/** All windows of a test have one time, which goes faster where the test says so. */
function clockOf({ hurry = 1, since = 0 }: WindowOptions): Clock {
  return hurry === 1
    ? systemClock
    : {
        now: () => since + (Date.now() - since) * hurry,
        after(ms, callback) {
          const timer = setTimeout(callback, ms / hurry);
          return { dispose: () => clearTimeout(timer) };
        },
      };
}

const connection = new CloudConnection({
  log: { request: nothing },
  settings: () => readSettings((name) => ({ cloud: 'sandbox', sandbox: { speed: options.speed ?? 60, seed: 7 } })[name]),
  credential: () => Promise.resolve(undefined),
  startSandbox: (settings, abort) => startSandboxProcess({ entry, folder: sandboxes, settings, signal: abort }),
});
const inventory = createInventory({ connection });
/** What the engine asks is told, so that a test sees which window asks. */
function told(arm: ArmClient): ArmClient {
  const ask = <T>(url: string, work: () => Promise<T>): Promise<T> => {
    say({ asked: url.replace(/[?#].*$/s, '') });
    return work();
  };
  return {
    ...arm,
    get: (url, more) => ask(url, () => arm.get(url, more)),
    poll: (url, more) => ask(url, () => arm.poll(url, more)),
    page: (url, more) => ask(url, () => arm.page(url, more)),
  };
}
const engine = new Engine({
  folder: join(folder, 'operations'),
  clock: clockOf(options),
  arm: () => (connection.state.kind === 'connected' ? told(connection.arm()) : undefined),
  trackers: trackers,
  followers: followersOf(),
  canceller: (record) => cancellingRequest(record, () => connection.arm().environment),
  explain: refusalExplainer(() => []),
  isGone: (cloud) => sandboxHasEnded(sandboxes, cloud),
});
engine.watch();
engine.onDidChange((record) => {
  const { status, job, error, outcome, cloud, actionId } = record;
  say({ status, job: job?.id, error, outcome, cloud, actionId });
  if (dies(options, record)) {
    // As a crash does: at this step, and nothing after it.
    process.kill(process.pid, 'SIGKILL');
  }
});
connection.onDidChange(() => void engine.resume());

// As the extension does: the journal first, then the cloud.
await engine.resume();
const state = await connection.connect();
say({ connected: state.kind === 'connected' ? state.environment.resourceManagerEndpoint : String(state.kind) });

/** A click on a node, with a person's answers. */
const click: Parameters<(typeof tasks)[string]>[0]['click'] = async (actionId, node, ...script: Scripted[]) => {
  const action = actionById(actionId);
  if (!action) {
    throw new Error(`There is no action ${actionId}.`);
  }
  const services = {
    ...{ connection, inventory, engine, prompter: new ScriptedPrompter(...script), links: new HeldLinks(Date.now) },
    ...{ showJobs: nothing, showLog: nothing, log: nothing, now: Date.now },
    showDocument: () => Promise.resolve(),
    copyText: () => Promise.resolve(),
  };
  await runAction(services, action, [node]);
};
await tasks[task]?.({ arm: connection.arm(), engine, inventory, click });

if (options.reports) {
  const report = async (): Promise<void> => {
    if (engine.list().length > 0 && engine.list().every(({ status }) => hasEnded(status))) {
      listening.dispose();
      say({
        puts: await putsOf(connection.arm()),
        posts: await backupsOf(connection.arm()),
        ends: engine.list().map(({ actionId, status, error, outcome }) => ({ actionId, status, error, outcome })),
      });
    }
  };
  const listening = engine.onDidChange(() => void report());
  await report();
}
// A window stays until it is closed.
setInterval(nothing, 60_000);
