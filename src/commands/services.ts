import type { ApplianceClient, Connection } from '../cloud/types.ts';
import type { Remembered } from '../core/remembered.ts';
import type { Inventory } from '../inventory/types.ts';
import type { OperationEngine } from '../operations/types.ts';
import type { HeldLinks } from './links/heldLinks.ts';
import type { Prompter } from './prompts/prompter.ts';

/** What commands work with; made once in `activate`, by hand in tests. */
export interface CommandServices {
  readonly connection: Pick<Connection, 'arm' | 'connect'>;
  /** The appliances that were added, as actions ask them. Absent where there can be none. */
  readonly appliances?: { client(origin: string): ApplianceClient | undefined };
  readonly inventory: Inventory;
  readonly engine: Pick<OperationEngine, 'list' | 'start' | 'noteUnstarted' | 'follow' | 'onDidChange'>;
  readonly prompter: Prompter;
  /** What was used last. Absent where nothing is kept. */
  readonly remembered?: Remembered;
  /** Links that were handed out and are in force. */
  readonly links: HeldLinks;
  /** Opens a document that cannot be edited. `name` is plain text and becomes the tab's title. */
  showDocument(name: string, text: string): Promise<void>;
  /** Brings the Jobs panel forward, at an operation where one is named. */
  showJobs(operationId?: string): void;
  showLog(): void;
  /** A line for the log; never a body, never a query. */
  log(line: string): void;
  copyText(text: string): Promise<void>;
  /** Milliseconds since the epoch, UTC. */
  readonly now: () => number;
}
