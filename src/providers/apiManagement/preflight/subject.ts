/** What a preflight looks at, and the lines that it comes to. */
import { BackupError } from '../../../core/errors.ts';
import type { ActionContext, Check } from '../../action.ts';
import { withRemedies } from '../../arm/asking.ts';
import type { ChosenAccess, FoundPlace, Of } from '../answers.ts';
import type { ApiService } from '../model.ts';

export interface Subject {
  readonly context: ActionContext;
  readonly of: Of;
  /** That backs up, or is restored into; as it is now. */
  readonly service: ApiService;
  readonly at: FoundPlace;
  readonly access: ChosenAccess;
  readonly backupName: string;
}

/** `restore`s need more looks than backups do. */
export type Look = (subject: Subject) => Promise<Check> | Check;

export function pass(label: string, detail: string): Check {
  return { state: 'pass', label, detail };
}

export function warn(label: string, detail: string): Check {
  return { state: 'warn', label, detail };
}

export function fail(label: string, detail: string): Check {
  return { state: 'fail', label, detail };
}

/** A look that may be refused: then nothing is known, which keeps nobody from trying. @throws CancelledError */
export function looking(label: string, look: (subject: Subject) => Promise<Check>): Look {
  return async (subject) => {
    try {
      return await look(subject);
    } catch (error) {
      if (!(error instanceof BackupError)) {
        throw error;
      }
      return warn(label, `Not looked at: ${withRemedies(error)}`);
    }
  };
}
