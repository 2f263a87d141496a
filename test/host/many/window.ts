/** What a window has around the engine, without commands and tree: those of the installed extension have their names already. */
import * as vscode from 'vscode';
import type { CloudConnection } from '../../../src/cloud/connection.ts';
import { startAll, type Done } from '../../../src/commands/flow/startOperations.ts';
import { followersOf } from '../../../src/commands/followers.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import type { BuiltAction } from '../../../src/providers/action.ts';
import { backUpNow } from '../../../src/providers/recoveryServices/actions/backUpNow.ts';
import type { ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import { backupNow } from '../../../src/providers/recoveryServices/requests.ts';
import { remediesFor } from '../../../src/providers/remedies.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import { trackers } from '../../../src/providers/trackers.ts';
import { JobsPanel } from '../../../src/views/jobsPanel.ts';
import { notifyEnds } from '../../../src/views/notifications.ts';
import { showStatus } from '../../../src/views/statusBar.ts';
import { VaultJobs } from '../../../src/views/vaultJobs.ts';

const dayMs = 86_400_000;

export interface Window {
  /** Ids of what has ended, as often as it was told. */
  readonly ends: readonly string[];
  /** What the engine complained of. */
  readonly problems: readonly string[];
  /** As the action builds them, without its reading each item anew. */
  built(items: readonly ProtectedItem[]): Promise<readonly Done<BuiltAction>[]>;
  /** As one choice of a person. */
  start(built: readonly Done<BuiltAction>[]): Promise<void>;
  /** Resolves once so many have ended. */
  ended(count: number): Promise<void>;
  /** How many operations stand at each status. */
  statuses(): ReadonlyMap<string, number>;
  /** How many ran at the service at the same time, at most. */
  mostRunning(): number;
  close(): Promise<void>;
}

/** Opens the Jobs panel too, which stays open. @param journal its folder */
export function openWindow(connection: CloudConnection, journal: string): Window {
  const extension = vscode.extensions.getExtension('backup-explorer.backup-explorer');
  if (!extension) {
    throw new Error('VS Code does not know the extension');
  }
  const engine = new Engine({
    folder: journal,
    arm: () => (connection.state.kind === 'connected' ? connection.arm() : undefined),
    trackers,
    followers: followersOf(),
    canceller: () => unasked(),
    explain: refusalExplainer(remediesFor),
  });
  const recentJobs = new VaultJobs(connection);
  const panel = new JobsPanel({ extensionUri: extension.extensionUri, engine, recentJobs, act: unasked });
  const showJobs = (id: string): void => panel.show(id);
  const notifications = notifyEnds({ engine, showJobs, showText: unasked, copyText: unasked, tryAgain: unasked });
  const disposables = [panel, notifications, showStatus(engine), recentJobs];
  const ends: string[] = [];
  const problems: string[] = [];
  let heard = (): void => undefined;
  engine.onDidEnd(({ id }) => {
    ends.push(id);
    heard();
  });
  const running = new Set<string>();
  let mostRunning = 0;
  engine.onDidChange(({ id, status }) => {
    running[status === 'accepted' || status === 'running' ? 'add' : 'delete'](id);
    mostRunning = Math.max(mostRunning, running.size);
  });
  engine.onProblem(({ message }) => problems.push(message));
  panel.show();
  return {
    ends,
    problems,
    built: (items) => Promise.all(items.map((item) => builtOf(connection, item))),
    start: async (built) => {
      const batch = { id: 'batch', size: built.length };
      const started = await startAll({ engine }, { action: backUpNow, batch }, built, new AbortController().signal);
      const refused = started.flatMap((one) => ('error' in one ? [one.error] : []));
      if (refused.length > 0) {
        throw new Error(`${refused.length} of ${built.length} were not started`, { cause: refused[0] });
      }
    },
    ended: (count) =>
      new Promise((resolve) => {
        heard = () => (ends.length >= count ? resolve() : undefined);
        heard();
      }),
    statuses: () => {
      const counts = new Map<string, number>();
      engine.list().forEach(({ status }) => counts.set(status, (counts.get(status) ?? 0) + 1));
      return counts;
    },
    mostRunning: () => mostRunning,
    close: async () => {
      disposables.forEach((one) => one.dispose());
      await engine.dispose();
    },
  };
}

async function builtOf(connection: CloudConnection, item: ProtectedItem): Promise<Done<BuiltAction>> {
  const now = Date.now();
  const expiry = new Date(now + 30 * dayMs);
  const target = { kind: targetKinds.protectedItem, id: item.id, name: item.friendlyName, model: item };
  return {
    target: backUpNow.describe(target),
    asked: { targetId: item.id, answers: { expiry: expiry.toISOString() } },
    done: {
      request: await backupNow(connection.arm().environment, item, expiry),
      intent: { itemId: item.id, expiry: expiry.toISOString(), seenAt: new Date(now).toISOString(), jobOperation: 'Backup' },
    },
  };
}

function unasked(): Promise<never> {
  return Promise.reject(new Error('Nobody asks for this here'));
}
