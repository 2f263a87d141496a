import type { Appliance } from './appliance.ts';
import { isOver, type LogItem, type Outcome, type ProtectedMachine, type Session, type SessionStatus } from './model.ts';
import { judge } from './outcome.ts';

/** Milliseconds of a second. */
const second = 1000;
/** How long things take an appliance on a quiet day, in its own milliseconds. */
const durations = { pending: 5 * second, snapshot: 30 * second, finish: 10 * second, stop: 15 * second };

/** Plans all that happens in a session: Pending, Running, each machine in its turn, the end. Its log grows on the way. */
export function process(appliance: Appliance, session: Session): void {
  const { world } = appliance;
  const after = (at: number, ms: number, run: (at: number) => void): void => {
    world.agenda.plan(at + world.clock.scaled(ms), (due) => {
      // What was stopped goes no further: its end is planned by whoever stopped it.
      if (!isOver(session) && session.status !== 'Canceling') {
        run(due);
      }
    });
  };
  const next = (at: number, index: number): void => {
    const machine = session.machines[index];
    if (machine === undefined) {
      const item = write(session, at, 'Applying the retention policy to the snapshot chains.');
      after(at, durations.finish, (due) => {
        close(item, due, 'Success');
        end(session, due, finalStatus(session));
      });
      return;
    }
    const item = write(session, at, `Creating a snapshot of the Azure VM ${machine.name}.`, machine);
    after(at, durations.snapshot, (due) => {
      finishMachine(appliance, session, machine, item, due);
      next(due, index + 1);
    });
  };
  after(session.startedAt, durations.pending, (at) => {
    session.status = 'Running';
    close(write(session, at, `Processing ${session.machines.length} Azure VM(s).`), at, 'Success');
    next(at, 0);
  });
}

/** Canceling at once, Canceled a moment later; snapshots that are done stay. */
export function stopProcessing(appliance: Appliance, session: Session): void {
  const { world } = appliance;
  const now = world.now();
  session.status = 'Canceling';
  write(session, now, 'Stopping the session on the user’s request.');
  world.agenda.plan(now + world.clock.scaled(durations.stop), (at) => {
    for (const item of session.log) {
      if (item.endedAt === undefined) {
        close(item, at, 'Canceled');
      }
    }
    for (const machine of session.machines) {
      if (!session.results.has(machine.id)) {
        session.results.set(machine.id, 'canceled');
      }
    }
    end(session, at, 'Canceled');
  });
}

function finishMachine(appliance: Appliance, session: Session, machine: ProtectedMachine, item: LogItem, at: number): void {
  const { outcome, message } = judge(appliance, machine);
  session.results.set(machine.id, outcome);
  close(item, at, endOf[outcome]);
  if (message !== undefined) {
    close(write(session, at, `${machine.name}: ${message}`, machine), at, endOf[outcome]);
  }
  if (outcome !== 'fails') {
    appliance.addPoint({ machine, takenAt: at, destination: 'ManualSnapshot', sessionId: session.id });
  }
  session.status = runningStatus(session);
}

const endOf: Readonly<Record<Outcome, SessionStatus>> = { succeeds: 'Success', warns: 'Warning', fails: 'Error' };

function runningStatus({ results }: Session): SessionStatus {
  const outcomes = [...results.values()];
  return outcomes.includes('fails') ? 'RunningWithError' : outcomes.includes('warns') ? 'RunningWithWarning' : 'Running';
}

function finalStatus({ results }: Session): SessionStatus {
  const outcomes = [...results.values()];
  return outcomes.includes('fails') ? 'Error' : outcomes.includes('warns') ? 'Warning' : 'Success';
}

function write(session: Session, at: number, message: string, machine?: ProtectedMachine): LogItem {
  const item: LogItem = { message, startedAt: at, status: 'Running', ...(machine === undefined ? {} : { machineId: machine.id }) };
  session.log.push(item);
  return item;
}

function close(item: LogItem, at: number, status: SessionStatus): void {
  item.status = status;
  item.endedAt = at;
}

function end(session: Session, at: number, status: SessionStatus): void {
  session.status = status;
  session.endedAt = at;
}
