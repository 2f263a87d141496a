/**
 * A window in a process of its own, as far as VS Code is not needed for it: the connection to a sandbox that is a
 * process too, and the engine on a journal. Arguments: a folder, the sandbox's program, and `backUp` or `follow`.
 * Prints a line of JSON for each change of an operation, and `{"connected": origin}`.
 */
import { join } from 'node:path';
import { CloudConnection } from '../../../src/cloud/connection.ts';
import { hasEnded as sandboxHasEnded } from '../../../src/cloud/sandbox/records.ts';
import { startSandboxProcess } from '../../../src/cloud/sandboxProcess.ts';
import { readSettings } from '../../../src/cloud/settings.ts';
import { cancellingRequest } from '../../../src/commands/canceller.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { HeldLinks } from '../../../src/commands/links/heldLinks.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { createInventory } from '../../../src/inventory/inventory.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import { ScriptedPrompter } from './scriptedPrompter.ts';
import { trackers } from '../../../src/providers/trackers.ts';

const [folder = '', entry = '', task] = process.argv.slice(2);
const signal = AbortSignal.timeout(60_000);
const sandboxes = join(folder, 'sandbox');
const say = (what: object): void => console.log(JSON.stringify(what));
const nothing = (): void => undefined;

const connection = new CloudConnection({
  log: { request: nothing },
  settings: () => readSettings((name) => ({ cloud: 'sandbox', sandbox: { speed: 60, seed: 7 } })[name]),
  credential: () => Promise.resolve(undefined),
  startSandbox: (settings, abort) => startSandboxProcess({ entry, folder: sandboxes, settings, signal: abort }),
});
const inventory = createInventory({ connection });
const engine = new Engine({
  folder: join(folder, 'operations'),
  arm: () => (connection.state.kind === 'connected' ? connection.arm() : undefined),
  trackers: trackers,
  followers: followersOf(),
  canceller: (record) => cancellingRequest(record, () => connection.arm().environment),
  explain: refusalExplainer(() => []),
  isGone: (cloud) => sandboxHasEnded(sandboxes, cloud),
});
engine.watch();
engine.onDidChange(({ status, job, error, outcome, cloud }) => say({ status, job: job?.id, error, outcome, cloud }));
connection.onDidChange(() => void engine.resume());

// As the extension does: the journal first, then the cloud.
await engine.resume();
const state = await connection.connect();
say({ connected: state.kind === 'connected' ? state.environment.resourceManagerEndpoint : String(state.kind) });

if (task === 'backUp') {
  const action = actionById('backUpNow');
  const item = await find(undefined, ['subscription', 'vaults', 'vault', 'protectedItems', 'workload']);
  if (!action || !item) {
    throw new Error('The sandbox has nothing to back up.');
  }
  const prompter = new ScriptedPrompter({ type: '<enter>' });
  await runAction(
    {
      connection,
      inventory,
      engine,
      prompter,
      links: new HeldLinks(Date.now),
      showDocument: () => Promise.resolve(),
      showJobs: nothing,
      showLog: nothing,
      log: nothing,
      copyText: () => Promise.resolve(),
      now: Date.now,
    },
    action,
    [item],
  );
}
// A window stays until it is closed.
setInterval(nothing, 60_000);

/** The first healthy item, below nodes of these kinds. */
async function find(parent: InventoryNode | undefined, kinds: readonly string[]): Promise<InventoryNode | undefined> {
  for (const node of (await inventory.children(parent, { signal })).nodes) {
    if (node.kind === 'protectedItem' && node.tokens.includes('vm') && node.icon?.id === 'pass-filled') {
      return node;
    }
    const found = kinds.includes(node.kind) ? await find(node, kinds) : undefined;
    if (found) {
      return found;
    }
  }
  return undefined;
}
