/**
 * The bundled sandbox, a process of its own that all windows with the same settings share. It outlives the window that
 * started it: each window holds a lifeline, and it ends when nobody has held one for a while.
 */
import { readFile } from 'node:fs/promises';
import { isCancelled } from '../core/cancellation.ts';
import { BackupError, messageOf } from '../core/errors.ts';
import { Emitter, type Event } from '../core/events.ts';
import { startChild, type SandboxChild, type SandboxProgram } from './sandbox/child.ts';
import { sandboxEnvironment, type SandboxDetails } from './sandbox/details.ts';
import { attachLifeline, type Lifeline } from './sandbox/lifeline.ts';
import { withLock } from './sandbox/lock.ts';
import { keyOf, recordOf, recordsWith, sweep, writeRecord, type SandboxRecord } from './sandbox/records.ts';
import { sandboxError } from './sandbox/sandboxError.ts';
import type { CloudEnvironment } from './types.ts';

export type { SandboxDetails };

export interface SandboxStart extends SandboxProgram {
  /** Where the windows of this machine tell each other of their sandboxes. Made where it does not exist. */
  readonly folder: string;
}

export interface SandboxProcess {
  readonly details: SandboxDetails;
  readonly environment: CloudEnvironment;
  /** Ended although nobody stopped it: `SandboxEnded`, with what it said last. */
  readonly onDidBreak: Event<BackupError>;
  /** This window goes and may come back: it stays for a while. */
  leave(): void;
  /** This window is done with it: it ends at once, unless another window uses it. Never rejects; safe to call twice. */
  stop(): Promise<void>;
}

/** How long the end of a process may come after the end of its connections. */
const lastWordsMs = 1_000;

/**
 * Attaches to the sandbox that runs with these settings, or starts one.
 * @throws BackupError `SandboxFailed` with what it said, where it ends at once, says nothing sensible, or takes too
 *   long, or where the folder cannot be used; CancelledError.
 */
export async function startSandboxProcess(start: SandboxStart): Promise<SandboxProcess> {
  try {
    const key = await keyOf(start.entry, start.settings);
    return (
      (await attachToRunning(start, key)) ??
      (await withLock(start.folder, key, start.signal, async () => (await attachToRunning(start, key)) ?? (await startNew(start, key))))
    );
  } catch (error) {
    if (isCancelled(error) || error instanceof BackupError) {
      throw error;
    }
    throw sandboxError('SandboxFailed', messageOf(error), [], error);
  }
}

async function attachToRunning(start: SandboxStart, key: string): Promise<SandboxProcess | undefined> {
  for (const record of await recordsWith(start.folder, key)) {
    try {
      if ((await readFile(record.details.certificateAuthorityFile, 'utf8')) === record.certificateAuthority) {
        return inUse(record.details, await attachLifeline(record, start.signal));
      }
    } catch (error) {
      if (isCancelled(error)) {
        throw error;
      }
      // It has ended, or something else answers there: then it is not ours to use.
      start.onLine?.(`The sandbox at ${record.details.resourceManagerEndpoint} cannot be used any more: ${messageOf(error)}`);
    }
  }
  return undefined;
}

async function startNew(start: SandboxStart, key: string): Promise<SandboxProcess> {
  await sweep(start.folder);
  const child = await startChild(start);
  try {
    const record: SandboxRecord = await recordOf(key, child.pid, child.details);
    const lifeline = await attachLifeline(record, start.signal);
    await writeRecord(start.folder, record);
    return inUse(child.details, lifeline, child);
  } catch (error) {
    child.end();
    throw error;
  }
}

function inUse(details: SandboxDetails, lifeline: Lifeline, child?: SandboxChild): SandboxProcess {
  const breaks = new Emitter<BackupError>();
  let leaving = false;
  const lost = async (): Promise<void> => {
    const patience = new Promise<string>((resolve) => setTimeout(resolve, lastWordsMs, 'the connection to it broke').unref());
    const what = await (child ? Promise.race([child.ended, patience]) : 'the connection to it broke');
    if (!leaving) {
      breaks.fire(sandboxError('SandboxEnded', what, child?.said ?? []));
    }
  };
  void lifeline.over.then(() => (leaving ? undefined : lost()));
  return {
    details,
    environment: sandboxEnvironment(details),
    onDidBreak: breaks.event,
    leave() {
      leaving = true;
      lifeline.cut();
    },
    async stop() {
      if (leaving) {
        return;
      }
      leaving = true;
      await lifeline.release();
    },
  };
}
