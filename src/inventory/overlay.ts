/** What this window knows better than the lists that were loaded: what runs right now, what was just protected. */
import { armIdKey, idUpTo, lastSegment } from '../core/armId.ts';
import { Emitter, type Event } from '../core/events.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';

export interface RunningOperation {
  /** `Back Up Now`. */
  readonly title: string;
  /** 0 to 100, where Azure gives one. */
  readonly percent?: number;
  /** `Transfer data to vault`. */
  readonly message?: string;
}

/** Something that a followed operation did. */
export type OverlayChange =
  /** It began, or got on: looks of the target change, nothing needs to be read. */
  | { readonly kind: 'looks'; readonly ids: readonly string[] }
  /** It ended, and the truth was read back: what was loaded of the vault is old. */
  | { readonly kind: 'ended'; readonly ids: readonly string[]; readonly vaultId?: string };

export interface Overlay {
  running(id: string): RunningOperation | undefined;
  /**
   * True for what Azure's list may still hold though it is there no more: a protectable item that was just protected, a
   * protectable container that was just registered, a container that was just unregistered.
   */
  isGone(id: string): boolean;
  /** Another number whenever something is gone, or back. */
  readonly version: number;
  /** Tells it of an operation's step. */
  note(record: OperationRecord): void;
  /** An operation that nobody follows any more: what it does is not known here from now on. */
  drop(operationId: string): void;
  /** Another cloud: whatever runs there will be told anew, and ids of two clouds may be the same. */
  clear(): void;
  /** What was said to be gone is believed to the service again: after a person's own refresh. */
  forget(): void;
  readonly onDidChange: Event<OverlayChange>;
}

/** Actions after whose end a thing stands no more where it stood, and whether that was among what could be added. */
const moving: Readonly<Record<string, 'offered' | 'added'>> = {
  protectVm: 'offered',
  protectDatabase: 'offered',
  registerContainer: 'offered',
  unregisterContainer: 'added',
};

export function createOverlay(): Overlay {
  const running = new Map<string, { readonly operation: string; readonly id: string; readonly state: RunningOperation }>();
  /** By subject: the place that it has left. */
  const gone = new Map<string, 'offered' | 'added'>();
  let version = 0;
  const ended = new Set<string>();
  const changes = new Emitter<OverlayChange>();

  const begin = (record: OperationRecord): void => {
    // One of unknown outcome that was found again has not ended after all.
    ended.delete(record.id);
    const { percent, message } = record.progress;
    const state: RunningOperation = {
      title: record.title,
      ...(percent === undefined ? {} : { percent }),
      ...(message === undefined ? {} : { message }),
    };
    const before = idsOf(record).map((id) => running.get(subjectKey(id)));
    const same = before.every((entry) => entry?.operation === record.id && looks(entry.state) === looks(state));
    if (!same) {
      idsOf(record).forEach((id) => running.set(subjectKey(id), { operation: record.id, id, state }));
      changes.fire({ kind: 'looks', ids: idsOf(record) });
    }
  };

  const end = (record: OperationRecord): void => {
    if (ended.has(record.id)) {
      return;
    }
    ended.add(record.id);
    for (const id of idsOf(record)) {
      if (running.get(subjectKey(id))?.operation === record.id) {
        running.delete(subjectKey(id));
      }
    }
    // The action's own reading back is the proof; what only may have happened is left to the next reading of the list.
    const left = record.status.startsWith('succeeded') ? moving[record.actionId] : undefined;
    if (left) {
      gone.set(subjectKey(record.target.id), left);
    } else {
      gone.delete(subjectKey(record.target.id));
    }
    version++;
    const vaultId = record.target.containerId;
    changes.fire({ kind: 'ended', ids: idsOf(record), ...(vaultId === undefined ? {} : { vaultId }) });
  };

  const drop = (operationId: string): void => {
    const dropped = [...running].filter(([, { operation }]) => operation === operationId);
    if (dropped.length > 0) {
      dropped.forEach(([key]) => running.delete(key));
      changes.fire({ kind: 'looks', ids: dropped.map(([, { id }]) => id) });
    }
  };

  return {
    running: (id) => (running.size === 0 ? undefined : running.get(subjectKey(id))?.state),
    isGone: (id) => gone.size > 0 && gone.get(subjectKey(id)) === (isOffered(id) ? 'offered' : 'added'),
    get version() {
      return version;
    },
    note: (record) => (hasEnded(record.status) ? end(record) : begin(record)),
    drop,
    clear: () => {
      [running, gone, ended].forEach((known) => known.clear());
      version++;
    },
    forget: () => {
      gone.clear();
      version++;
    },
    onDidChange: changes.event,
  };
}

/**
 * What an operation is about. A VM has one container in a vault, and it is there before and after the VM is protected,
 * so it stands for the protectable item and for the protected item that it becomes. A database has the same name in both
 * lists, and so has a machine before and after it is registered. For comparing only: it is no id.
 */
export function subjectKey(id: string): string {
  const container = idUpTo(id, 'protectionContainers');
  if (container && /^iaasvmcontainer/i.test(lastSegment(container))) {
    return armIdKey(container);
  }
  return armIdKey(id)
    .replace(/(\/backupfabrics\/[^/]+)\/protectablecontainers\//, '$1/protectioncontainers/')
    .replace(/(\/protectioncontainers\/[^/]+)\/protectableitems\//, '$1/protecteditems/');
}

/** The machine that an operation, or a record, is about: the subject's container, or the subject. */
export function machineKey(id: string): string {
  const subject = subjectKey(id);
  return idUpTo(subject, 'protectionContainers') ?? subject;
}

/** Of the lists of what could be protected or registered. */
function isOffered(id: string): boolean {
  return /\/(protectableitems|protectablecontainers)\//i.test(id);
}

/** The resource acted on, and the job behind the operation. */
function idsOf(record: OperationRecord): readonly string[] {
  return record.job === undefined ? [record.target.id] : [record.target.id, record.job.id];
}

function looks(state: RunningOperation): string {
  return JSON.stringify([state.title, state.percent, state.message]);
}
