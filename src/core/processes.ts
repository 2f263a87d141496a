import { codeOf } from './errors.ts';

/** True where a process with that id runs on this machine; it need not be the one that is meant. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return codeOf(error) === 'EPERM';
  }
}
