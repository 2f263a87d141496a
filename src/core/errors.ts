import type { Json } from './json.ts';

/** What is known of a failure beside its sentence; plain JSON, so that a journal and a panel can hold it. */
export interface ErrorFacts {
  /** The service's code (`UserErrorVmNotInDesirableState`), or ours (`EndpointUnreachable`). */
  readonly code: string;
  /** What was attempted, as a verb phrase: `back up`, `list the policies`. */
  readonly attempted?: string;
  /** The resource it was attempted on: an id or a name as shown. */
  readonly resource?: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** `x-ms-request-id` (or the correlation id) of the answer. */
  readonly requestId?: string;
  /** What the person can do about it, one sentence each. */
  readonly remedies?: readonly string[];
  /** What to run for that, ready to copy. */
  readonly statement?: RemedyStatement;
  /** Milliseconds to wait before it is worth another try, where the service said. */
  readonly retryAfterMs?: number;
}

/** A script that mends something, for a person to copy: never run by us. */
export interface RemedyStatement {
  /** What it does and where it is run: `T-SQL, on each SQL Server instance of the VM, as a member of sysadmin`. */
  readonly title: string;
  readonly text: string;
}

const brand = Symbol.for('backupExplorer.error');

/** An error that a person can act on. `message` is the whole sentence; facts are for rows, panels and logs. */
export class BackupError extends Error {
  readonly [brand] = true;
  readonly facts: ErrorFacts;

  /** By a brand: a module that is loaded twice (as two bundles, or as two module systems do) has two classes. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
  }

  constructor(message: string, facts: ErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupError';
    this.facts = facts;
  }
}

/** A failure as plain JSON: the journal's and the panel's form. */
export interface ErrorRecord {
  readonly message: string;
  readonly code: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly remedies?: readonly string[];
  readonly statement?: RemedyStatement;
  readonly detail?: Json;
}

/** Any thrown thing as a record; nothing of a stack or of a request's body is kept. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof BackupError) {
    const { code, status, requestId, remedies, statement } = error.facts;
    return {
      message: error.message,
      code,
      ...(status === undefined ? {} : { status }),
      ...(requestId === undefined ? {} : { requestId }),
      ...(remedies === undefined ? {} : { remedies }),
      ...(statement === undefined ? {} : { statement }),
    };
  }
  return { message: messageOf(error), code: codeOf(error) ?? 'Unexpected' };
}

/** The message of any thrown thing, never empty. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message || 'An error without a message';
}

/** A `code` string of any thrown thing (`ECONNRESET`), of its facts, or of its causes. */
export function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    if (at instanceof BackupError) {
      return at.facts.code;
    }
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') {
      return code;
    }
  }
  return undefined;
}
