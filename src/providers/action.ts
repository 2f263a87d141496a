/**
 * An action is data: commands, menus, palette entries, wizard, confirmation, request preview, documentation and
 * tests are made of these entries. This file is their shape and knows no system.
 */
import type { ApplianceClient, ArmClient } from '../cloud/types.ts';
import type { ActionId } from './actionIds.ts';
import type { Answers, Question } from './question.ts';
import type { ErrorRecord } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Remembered } from '../core/remembered.ts';
import type { JobReference, OperationRecord, OperationTarget, PreparedRequest } from '../core/operation.ts';

export {
  answerOfMany,
  manyOf,
  type Answers,
  type Choice,
  type DateQuestion,
  type PickManyQuestion,
  type PickQuestion,
  type Question,
  type SecretQuestion,
  type TextQuestion,
} from './question.ts';

/** What an action is done to: a tree node's resource. `kind` tells which model `model` is. */
export interface ActionTarget<Model = unknown> {
  readonly kind: string;
  /** The id in the spelling that the service gave. */
  readonly id: string;
  readonly name: string;
  readonly tenantId?: string;
  readonly model: Model;
}

export interface ActionContext {
  /** @throws BackupError where no cloud is connected */
  readonly arm: ArmClient;
  /** The client of an appliance by its origin; undefined where it is not known here, or no longer. Absent where none can be. */
  appliance?(origin: string): ApplianceClient | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** What this installation keeps of what was used last; nothing in tests that do not say so. */
  readonly remembered?: Pick<Remembered, 'get'>;
}

/** How sure a person must be. `typeName`: destroys data, the resource's name is typed. `confirm`: a modal with the consequences. */
type Assurance = 'none' | 'confirm' | 'typeName';

type Reading = 'asAsked' | 'different' | 'unclear';

export interface ReadBack {
  readonly reading: Reading;
  /** For the person: `vm-web-01 is protected by DailyPolicy; its first backup is pending.` */
  readonly sentence: string;
  /** What was done but is not as it should be: the operation ends with warnings, each with its remedy. */
  readonly warnings?: readonly ErrorRecord[];
}

/** What looking found after an answer that never came. */
export type Settlement =
  /** It started: go on from this answer, as if it had been the request's own. */
  | { readonly found: 'started'; readonly tracking: JsonObject; readonly because: string }
  /** It provably did not start. */
  | { readonly found: 'absent'; readonly because: string }
  | { readonly found: 'unclear'; readonly because: string };

/** What menus, palette, documentation and tests need of an entry, whatever it does. */
interface ActionBase {
  /** Command id is `azureBackup.<id>`. */
  readonly id: ActionId;
  /** As in menus, in title case: `Back Up Now`. An ellipsis is added where questions are asked. */
  readonly title: string;
  /** One sentence for the documentation table. */
  readonly summary: string;
  readonly system: 'recoveryServices' | 'restorePoints' | 'apiManagement' | 'veeam';
  /** Kind of target, e.g. `protectedItem`. */
  readonly targetKind: string;
  /** Node tokens: every one of `all`, none of `none`. Menus and palette pickers use the same lists. */
  readonly when: { readonly all: readonly string[]; readonly none?: readonly string[] };
  /** Said by the palette's picker where a vault holds nothing that it applies to: why, and what to do. */
  readonly nothing: string;
  /** True where its questions are about all selected nodes; else they are asked for each of them, and all is sent together. */
  readonly many: boolean;
  /** Why it makes no sense to do it to several at once, as the end of a sentence; absent where it does. */
  readonly onlyOne?: string;
  /** Codicon shown inline on the row, where it deserves that. */
  readonly inlineIcon?: string;
  /** Menu group and order, e.g. `2_protect@1`. */
  readonly group: string;
  /** Name of the tracker that follows it. */
  readonly tracker: string;
}

/** Where an action goes to. */
interface Addressed<Model> {
  /** Origin of the appliance that a target stands on. Absent where the connected cloud is meant. */
  cloudOf?(target: ActionTarget<Model>): string;
}

/** A line of what was looked at before anything is sent. */
export interface Check {
  /** `fail`: it would not work, so nothing is sent. `warn`: it may not work, or could not be looked at. */
  readonly state: 'pass' | 'warn' | 'fail';
  /** What was looked at: `Storage firewall`. */
  readonly label: string;
  /** What was found; of a `fail` and most `warn`s also what to do. */
  readonly detail: string;
}

export interface BuiltAction {
  /** As it is shown, and journaled without its secrets; sent as it is, unless there is `atSending`. */
  readonly request: PreparedRequest;
  /**
   * `request` with a secret in it that is fetched for the sending alone, and kept nowhere. Called once, just before.
   * @throws BackupError where it cannot be had: then nothing is sent
   */
  readonly atSending?: (signal: AbortSignal) => Promise<PreparedRequest>;
  /** Facts to journal, for `readBack` and `settle`: what was asked, and what was known before. No secrets. */
  readonly intent: JsonObject;
  /** What must be there before `request` can be sent, and is not there yet. */
  readonly first?: FirstRequest;
  /** Absent where it can run beside anything. */
  readonly lane?: Lane;
}

/**
 * A request that makes the place for the one that follows: the collection that a restore point is put into. It is
 * journaled, sent once and settled like any other, and ends at once or by `tracker`; then the operation goes on with
 * `request`. Where it has waited in a lane, or no answer came, `Action.settleFirst` tells whether it is still needed.
 */
export interface FirstRequest {
  readonly request: PreparedRequest;
  readonly tracker: string;
  /** For a person, while it runs: `Creating the collection vm-01-restore-points`. */
  readonly title: string;
}

/**
 * Operations of one lane run one after another, in the order in which they were started, each until it has ended: Azure
 * makes one restore point of a VM at a time. Those that wait are shown as waiting and can be taken back before they are sent.
 */
interface Lane {
  /** Compared as it is: an `armIdKey`. */
  readonly key: string;
  /** For a person: `Waiting for another restore point of vm-01`. */
  readonly waiting: string;
}

/** One of several operations that one target leads to. */
export interface BuiltOperation extends BuiltAction {
  readonly target: OperationTarget;
}

/** An action that sends one request for each target. */
export interface Action<Model = unknown> extends ActionBase, Addressed<Model> {
  readonly does: 'send';
  readonly assurance: Assurance;
  /** What turning away from the confirmation is called, where "Cancel" could be misread. */
  readonly decline?: string;
  /** What will happen, one sentence each, shown before sending (for `confirm` and `typeName`). May look: only GETs. */
  consequences?(context: ActionContext, targets: readonly ActionTarget<Model>[], answers: Answers): Promise<readonly string[]>;
  readonly questions: readonly Question<Model>[];
  /**
   * What would keep it from working, looked at after the questions and shown before anything is sent: only GETs. `build`
   * refuses what fails here. A refusal to look is a `warn` line, never an error.
   */
  preflight?(context: ActionContext, targets: readonly ActionTarget<Model>[], answers: Answers): Promise<readonly Check[]>;
  /** For `typeName`: the name to type, where it is not the target's. */
  typedName?(targets: readonly ActionTarget<Model>[], answers: Answers): string;
  describe(target: ActionTarget<Model>): OperationTarget;
  /**
   * Built by the typed SDK and captured; nothing is sent but GETs that make sure of what the request names.
   * @throws BackupError for an answer that Azure would refuse, a policy that has gone, an item that is not what it was.
   */
  build(context: ActionContext, target: ActionTarget<Model>, answers: Answers): Promise<BuiltAction>;
  /** Reads the resource back at the end and compares it with what was asked. */
  readBack(context: ActionContext, record: OperationRecord): Promise<ReadBack>;
  /** Finds out by looking whether a request that got no answer was taken. Sends nothing but GETs. */
  settle(context: ActionContext, record: OperationRecord): Promise<Settlement>;
  /**
   * Instead of `build`, where one target leads to several operations (a disk each, a restore point each), in the order in
   * which they are to start. @throws BackupError as `build` does: then none is started.
   */
  buildEach?(context: ActionContext, target: ActionTarget<Model>, answers: Answers): Promise<readonly BuiltOperation[]>;
  /** `settle` for the `first` request. Present where `build` or `buildEach` may return one. */
  settleFirst?(context: ActionContext, record: OperationRecord): Promise<Settlement>;
}

/**
 * An action whose answer is a secret: a link that opens a disk to whoever holds it. It never goes through the engine,
 * whose journal, traces and panel keep what they see: it sends by itself, once, and the secret is in what it returns and
 * nowhere else. What may be remembered of it is `HandedOut.given`.
 */
export interface SecretAction<Model = unknown> extends ActionBase {
  readonly does: 'handOut';
  readonly assurance: Exclude<Assurance, 'typeName'>;
  consequences?(context: ActionContext, targets: readonly ActionTarget<Model>[], answers: Answers): Promise<readonly string[]>;
  readonly questions: readonly Question<Model>[];
  describe(target: ActionTarget<Model>): OperationTarget;
  /**
   * Sends and waits until it is there.
   * @throws BackupError, never with the secret in it, also where no answer came (then nobody has the secret, and asking
   *   again is safe); CancelledError
   */
  handOut(context: ActionContext, target: ActionTarget<Model>, answers: Answers): Promise<HandedOut>;
}

export interface HandedOut {
  /** For the clipboard, at the person's request, and for nothing else. */
  readonly secret: string;
  /** Other secrets of the same answer, by what they are called for a person. */
  readonly others: readonly { readonly label: string; readonly secret: string }[];
  readonly given: Given;
}

/** That something was handed out: kept in memory for a countdown and for revoking it. */
export interface Given {
  readonly target: OperationTarget;
  readonly tenantId?: string;
  /** Milliseconds since the epoch, UTC. */
  readonly expiresAtMs: number;
  /** The action that takes it back. */
  readonly revokedBy: ActionId;
}

/** A job to follow, for the engine. */
interface Followed {
  /** What the job does, as a row's title: `Backup`. */
  readonly title: string;
  readonly target: OperationTarget;
  readonly job: JobReference;
  readonly tracking: JsonObject;
}

/** An action that changes nothing: it follows work that somebody else started. */
export interface FollowAction<Model = unknown> extends ActionBase, Addressed<Model> {
  readonly does: 'follow';
  /** @param cloud origin of the resource manager, or of the appliance (`cloudOf`) */
  follow(target: ActionTarget<Model>, cloud: string): Followed;
}

/** An action that only remembers what a person chose: where the backups of a service are. Nothing is sent. */
export interface RememberAction<Model = unknown> extends Omit<ActionBase, 'tracker'> {
  readonly does: 'remember';
  readonly questions: readonly Question<Model>[];
  describe(target: ActionTarget<Model>): OperationTarget;
  /** What is to be remembered, under which key: plain facts, no secrets. @throws BackupError */
  remember(
    context: ActionContext,
    target: ActionTarget<Model>,
    answers: Answers,
  ): Promise<{ readonly key: string; readonly value: JsonObject }>;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the one place where models of all systems meet; each entry's own type is checked where it is written */
/** A sending entry of any model. */
export type AnySendAction = Action<any>;
/** One that hands out a secret, of any model. */
export type AnySecretAction = SecretAction<any>;
/** What a table of actions of many models is made of. */
export type AnyAction = AnySendAction | FollowAction<any> | AnySecretAction | RememberAction<any>;
/* eslint-enable @typescript-eslint/no-explicit-any */

/** True where a node's tokens are those that the action asks for. */
export function appliesTo(action: Pick<AnyAction, 'when'>, tokens: readonly string[]): boolean {
  return action.when.all.every((token) => tokens.includes(token)) && !action.when.none?.some((token) => tokens.includes(token));
}
