/** Builds, shows and hands over what a person has agreed to: all of it as one batch, and none of it lost. */
import { randomUUID } from 'node:crypto';
import { CancelledError, isCancelled } from '../../core/cancellation.ts';
import type { BackupError } from '../../core/errors.ts';
import { tellingApart } from '../../core/targetText.ts';
import { targetKeyOf } from '../../operations/fates.ts';
import type { AnySendAction, BuiltAction } from '../../providers/action.ts';
import { listed } from '../plainText.ts';
import type { CommandServices } from '../services.ts';
import type { Asking } from './questionSteps.ts';
import { requestDocument } from './requestDocument.ts';
import { buildAll, noteUnstarted, startAll, type Done, type Item, type Start, type Unstarted } from './startOperations.ts';
import { documentOf, linesOf, reasonsOf, soleError } from './unstarted.ts';

export interface SendOptions {
  /** The requests are shown, and sent only where the person then says so. */
  readonly show: boolean;
  /** Origin of the connected cloud. @throws BackupError */
  readonly cloud: () => string;
  readonly again?: TriedAgain;
}

/** `of`: as in `OperationBatch.retryOf`. */
export interface TriedAgain {
  readonly of: string;
  /** Keys of the targets that are not tried again, asked at the last moment. */
  leftOut(): ReadonlySet<string>;
  /** What is said where that leaves none. */
  nothingLeft(): BackupError;
}

/**
 * @param askings at least one; what they say of where to ask is the same
 * @throws CancelledError, or BackupError where not one operation could be started
 */
export async function sendAll(
  services: CommandServices,
  action: AnySendAction,
  askings: readonly [Asking, ...Asking[]],
  { show, cloud, again }: SendOptions,
): Promise<void> {
  const asks = askings.flatMap((asking) => asking.targets().map((target) => ({ target, answers: asking.answers })));
  const several = asks.length > 1;
  const all = await services.prompter.busy(`Preparing ${action.title}${several ? '' : '...'}`, (signal, report) =>
    buildAll(action, asks, askings[0].context(signal), (done, of) => (several ? report(`${done} of ${of}`) : undefined)),
  );
  const leftOut = again?.leftOut();
  const results = leftOut ? all.filter(({ target }) => !leftOut.has(targetKeyOf(target))) : all;
  if (again && results.length === 0) {
    throw again.nothingLeft();
  }
  const built = results.filter((result) => 'done' in result);
  const refused = results.filter((result) => 'error' in result);
  if (built.length === 0) {
    throw noneStarted(services, action, refused);
  }
  if (show) {
    await shown(services, action, built, cloud);
  }
  // One target may lead to several operations.
  const batch =
    results.length > 1 || again ? { id: randomUUID(), size: results.length, ...(again ? { retryOf: again.of } : {}) } : undefined;
  const start: Start = { action, ...(batch ? { batch } : {}) };
  const handed = await services.prompter.busy(`Starting ${action.title}${batch ? '' : '...'}`, (signal, report) =>
    startAll(services, start, built, signal, (done, of) => (batch ? report(`${done} of ${of}`) : undefined)),
  );
  const started = handed.filter((result) => 'done' in result);
  const failed = handed.filter((result) => 'error' in result);
  const unstarted = [...refused, ...failed];
  if (started.length === 0) {
    throw failed.find(({ error }) => isCancelled(error))?.error ?? noneStarted(services, action, unstarted);
  }
  await noteUnstarted(services, start, unstarted, cloud);
  report(services, action, started, unstarted);
}

/** @throws CancelledError where the person then does not want them sent */
async function shown(
  services: CommandServices,
  action: AnySendAction,
  built: readonly Done<BuiltAction>[],
  cloud: () => string,
): Promise<void> {
  const names = namesOfItems(built);
  const origin = [...new Set(built.map((item) => item.cloud ?? cloud()))].join(', ');
  const requests = built.flatMap(({ done: { first, request } }, at) => {
    const name = names[at] ?? '';
    // In the order in which they leave.
    return [...(first ? [{ name: `${name}: ${first.title}`, request: first.request }] : []), { name, request }];
  });
  await services.showDocument(`${action.title} request`, requestDocument(action.title, requests, origin));
  const send = requests.length === 1 ? 'Send This Request' : `Send These ${requests.length} Requests`;
  if ((await services.prompter.askBeside(`${action.title}: ${listed(names)}`, [send, 'Do Not Send'])) !== send) {
    throw new CancelledError('The request was looked at and not sent');
  }
}

function namesOfItems(items: readonly Item[]): string[] {
  return tellingApart(items.map(({ target }) => target));
}

function noneStarted(services: CommandServices, action: AnySendAction, unstarted: readonly Unstarted[]): unknown {
  logUnstarted(services, action, unstarted);
  return soleError(action, unstarted);
}

/** Each reason in full: a notification has room for few. */
function logUnstarted(services: CommandServices, action: AnySendAction, unstarted: readonly Unstarted[]): void {
  if (unstarted.length > 1) {
    linesOf(unstarted).forEach((line) => services.log(`${action.title} was not started: ${line}`));
  }
}

/** Said at once; how the operations go is told by the panel and at their end. */
function report(services: CommandServices, action: AnySendAction, started: readonly Item[], unstarted: readonly Unstarted[]): void {
  const names = listed(namesOfItems(started));
  if (unstarted.length === 0) {
    // Without a button: such a message goes away by itself, and the end brings one with a button.
    void services.prompter.tell('info', `${action.title}: started for ${names}.`, []);
    return;
  }
  logUnstarted(services, action, unstarted);
  const failed = unstarted.filter(({ error }) => !isCancelled(error));
  const cancelled = unstarted.length - failed.length;
  const of = started.length + unstarted.length;
  const message = [
    cancelled > 0
      ? `${action.title}: cancelled after ${started.length} of ${of} had been started (${names}); those go on. ${cancelled} ${cancelled === 1 ? 'was' : 'were'} not sent.`
      : `${action.title}: ${started.length} of ${of} started.`,
    ...(failed.length > 0 ? [`Not started: ${reasonsOf(failed)}`] : []),
  ].join(' ');
  void services.prompter.tell(failed.length > 0 ? 'error' : 'warning', message, ['Show Jobs', 'Show All']).then((choice) => {
    if (choice === 'Show Jobs') {
      services.showJobs();
    } else if (choice === 'Show All') {
      return services.showDocument(`${action.title} not started`, documentOf(unstarted));
    }
    return undefined;
  });
}
