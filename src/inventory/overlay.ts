/** What this window knows better than the lists that were loaded: what runs right now, what was just protected. */
import { armIdKey, idUpTo } from '../core/armId.ts';
import { Emitter, type Event } from '../core/events.ts';
import { hasEnded, type OperationRecord } from '../core/operation.ts';
import { idsOf, madePointOf, madeSoFar, RunningMap, subjectKey, whatCame, type MadePoint, type RunningOperation } from './running.ts';

export { subjectKey, type MadePoint, type RunningOperation } from './running.ts';

/** Something that a followed operation did. */
export type OverlayChange =
  /** It began, or got on: looks of the target change, nothing needs to be read. */
  | { readonly kind: 'looks'; readonly ids: readonly string[] }
  /** Azure has taken it: what it makes exists, and lists that were read before do not hold it. */
  | { readonly kind: 'made'; readonly ids: readonly string[] }
  /** It ended, and the truth was read back: what was loaded of the vault is old. */
  | { readonly kind: 'ended'; readonly ids: readonly string[]; readonly actionId: string; readonly vaultId?: string };

export interface Overlay {
  running(id: string): RunningOperation | undefined;
  /**
   * True for what Azure's list may still hold though it is there no more: a protectable item that was just protected, a
   * protectable container that was just registered, a container that was just unregistered.
   */
  isGone(id: string): boolean;
  /** What making a restore point came to, where this window followed it to its end. */
  made(pointId: string): MadePoint | undefined;
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
  const running = new RunningMap();
  /** By subject: the place that it has left. */
  const gone = new Map<string, 'offered' | 'added'>();
  const made = new Map<string, MadePoint>();
  /** By operation: the things that it has made and that were told of. */
  const told = new Map<string, string>();
  let version = 0;
  const ended = new Set<string>();
  const changes = new Emitter<OverlayChange>();

  const begin = (record: OperationRecord): void => {
    // One of unknown outcome that was found again has not ended after all.
    ended.delete(record.id);
    const making = madePointOf(record);
    if (making !== undefined) {
      made.delete(armIdKey(making));
    }
    if (record.unwatchedAt !== undefined) {
      // How it goes on nobody knows any more.
      const unwatched = running.drop(record.id);
      if (unwatched.length > 0) {
        changes.fire({ kind: 'looks', ids: unwatched });
      }
    } else if (running.put(record)) {
      changes.fire({ kind: 'looks', ids: idsOf(record) });
    }
    const ids = madeSoFar(record);
    if (ids.length > 0 && told.get(record.id) !== ids.join()) {
      told.set(record.id, ids.join());
      changes.fire({ kind: 'made', ids });
    }
  };

  const end = (record: OperationRecord): void => {
    if (ended.has(record.id)) {
      return;
    }
    ended.add(record.id);
    told.delete(record.id);
    running.drop(record.id);
    // The action's own reading back is the proof; what only may have happened is left to the next reading of the list.
    const left = record.status.startsWith('succeeded') ? moving[record.actionId] : undefined;
    if (left) {
      gone.set(subjectKey(record.target.id), left);
    } else {
      gone.delete(subjectKey(record.target.id));
    }
    version++;
    noteMade(record);
    const vaultId = record.target.containerId;
    changes.fire({ kind: 'ended', ids: idsOf(record), actionId: record.actionId, ...(vaultId === undefined ? {} : { vaultId }) });
  };

  const noteMade = (record: OperationRecord): void => {
    // What was deleted may be made anew under its name.
    made.delete(armIdKey(record.target.id));
    const pointId = madePointOf(record);
    const came = pointId === undefined ? undefined : whatCame(record);
    if (pointId !== undefined && came !== undefined) {
      made.set(armIdKey(pointId), came);
    }
  };

  const drop = (operationId: string): void => {
    const ids = running.drop(operationId);
    if (ids.length > 0) {
      changes.fire({ kind: 'looks', ids });
    }
  };

  return {
    running: (id) => running.get(id),
    isGone: (id) => gone.size > 0 && gone.get(subjectKey(id)) === (isOffered(id) ? 'offered' : 'added'),
    made: (pointId) => (made.size === 0 ? undefined : made.get(armIdKey(pointId))),
    get version() {
      return version;
    },
    note: (record) => (hasEnded(record.status) ? end(record) : begin(record)),
    drop,
    clear: () => {
      [running, gone, made, told, ended].forEach((known) => known.clear());
      version++;
    },
    forget: () => {
      gone.clear();
      version++;
    },
    onDidChange: changes.event,
  };
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
