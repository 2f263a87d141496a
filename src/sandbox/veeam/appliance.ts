import { createHash, randomUUID } from 'node:crypto';
import { armIdKey } from '../../core/armId.ts';
import type { World } from '../world/world.ts';
import { type ApplianceEntry, isOver, type Outcome, type ProtectedMachine, type RestorePoint, type Session } from './model.ts';
import { process, stopProcessing } from './processing.ts';

/** What one appliance holds: the machines it knows, its sessions, the restore points it has made. */
export class Appliance {
  readonly entry: ApplianceEntry;
  readonly world: World;
  readonly #machines = new Map<string, ProtectedMachine>();
  readonly #sessions: Session[] = [];
  readonly #points: RestorePoint[] = [];
  readonly #outcomes = new Map<string, Outcome>();

  constructor(entry: ApplianceEntry, world: World) {
    this.entry = entry;
    this.world = world;
  }

  /** By name. */
  machines(): readonly ProtectedMachine[] {
    return [...this.#machines.values()].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }

  machine(id: string): ProtectedMachine | undefined {
    return this.#machines.get(id.toLowerCase());
  }

  addMachine(machine: ProtectedMachine): void {
    this.#machines.set(machine.id, machine);
  }

  /** The appliance forgets it, as after a rescan without rights to it; its restore points stay. */
  removeMachine(machine: ProtectedMachine): void {
    this.#machines.delete(machine.id);
  }

  /** Newest first, as they stand now. */
  sessions(): readonly Session[] {
    this.world.now();
    return this.#sessions.toReversed();
  }

  session(id: string): Session | undefined {
    this.world.now();
    return this.#sessions.find((session) => session.id === id.toLowerCase());
  }

  addSession(session: Session): void {
    this.#sessions.push(session);
  }

  /** Newest first. */
  points(): readonly RestorePoint[] {
    this.world.now();
    return this.#points.toReversed();
  }

  /** The first point of a machine begins its chain, each further one continues it. */
  addPoint(point: Omit<RestorePoint, 'id' | 'isFull'>, id: string = randomUUID()): void {
    const isFull = !this.#points.some((known) => known.machine.id === point.machine.id);
    this.#points.push({ ...point, id, isFull });
  }

  /** Starts a session that snapshots the machines one after the other. */
  takeSnapshot(machines: readonly ProtectedMachine[]): Session {
    const startedAt = this.world.now();
    const session: Session = {
      id: this.entry.numberedSessions ? String(this.#sessions.length + 1) : randomUUID(),
      type: 'ManualSnapshot',
      startedAt,
      machines,
      results: new Map(),
      log: [],
      status: 'Pending',
    };
    this.#sessions.push(session);
    process(this, session);
    return session;
  }

  /** False where there is nothing left to stop. */
  stop(session: Session): boolean {
    this.world.now();
    if (isOver(session) || session.status === 'Canceling') {
      return false;
    }
    stopProcessing(this, session);
    return true;
  }

  /** How sessions of a machine end from now on; as the machine itself makes them where undefined. */
  setOutcome(machine: ProtectedMachine, outcome: Outcome | undefined): void {
    if (outcome === undefined) {
      this.#outcomes.delete(machine.id);
    } else {
      this.#outcomes.set(machine.id, outcome);
    }
  }

  outcomeOf(machine: ProtectedMachine): Outcome | undefined {
    return this.#outcomes.get(machine.id);
  }
}

/** The appliance's own id of a machine: 52 characters of base 32, from its resource id. */
export function machineIdOf(azureId: string): string {
  const digits = 'abcdefghijklmnopqrstuvwxyz234567';
  const bits = [...createHash('sha256').update(armIdKey(azureId)).digest()].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((group) => digits.charAt(parseInt(group.padEnd(5, '0'), 2))).join('');
}
