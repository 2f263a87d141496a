import { randomUUID } from 'node:crypto';
import type { ArmClient } from '../../cloud/types.ts';
import { CancelledError, isCancelled } from '../../core/cancellation.ts';
import { tellingApart } from '../../core/targetText.ts';
import { BackupError } from '../../core/errors.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import type { ActionContext, ActionTarget, AnyAction, AnySendAction, BuiltAction } from '../../providers/action.ts';
import { paletteTitles } from '../../providers/actionIds.ts';
import { listed } from '../plainText.ts';
import type { CommandServices } from '../services.ts';
import { confirmed, typedNameStep } from './confirmation.ts';
import { namesOf } from './names.ts';
import { forgetUnasked, questionSteps, type Asking } from './questionSteps.ts';
import { preflightStep } from './preflight.ts';
import { requestDocument } from './requestDocument.ts';
import { buildAll, noteUnstarted, startAll, type Done, type Item, type Start, type Unstarted } from './startOperations.ts';
import { targetSteps, type Chosen } from './targetSteps.ts';
import { targetsOf } from './targets.ts';
import { documentOf, linesOf, reasonsOf, soleError } from './unstarted.ts';

export interface RunOptions {
  /** The request is shown, and sent only where the person then says so. */
  readonly showRequest?: boolean;
}

/**
 * The one way from a click or the palette to operations: targets, questions, assurance, requests, engine.
 * @param picked the nodes that were clicked or selected; undefined from the palette
 * @throws CancelledError, or BackupError where not one operation could be started, `RowGone` where `picked` is empty
 */
export async function runAction(
  services: CommandServices,
  action: AnyAction,
  picked: readonly InventoryNode[] | undefined,
  options: RunOptions = {},
): Promise<void> {
  let connected: ArmClient | undefined;
  // The one of the beginning: whoever connects to another cloud meanwhile does not send this there.
  const arm = (): ArmClient => (connected ??= services.connection.arm());
  const cloud = (): string => arm().environment.resourceManagerEndpoint;
  if (!('cloudOf' in action) || !action.cloudOf) {
    // Connected at once where it is already; that it cannot be is said before the first question.
    await services.connection.connect();
    arm();
  }
  const context = (signal: AbortSignal): ActionContext => ({
    get arm() {
      return arm();
    },
    appliance: (origin) => services.appliances?.client(origin),
    ...(services.remembered ? { remembered: services.remembered } : {}),
    signal,
    now: services.now,
  });
  const chosen: Chosen = { nodes: picked };
  if (picked?.length === 0) {
    throw new BackupError('The row that was clicked has gone, or was being read anew at that moment: nothing was done.', {
      code: 'RowGone',
      attempted: action.title,
      remedies: ['Click it again, or look where it stands now.'],
    });
  }
  if (picked) {
    targetsOf(action, picked);
  }
  const targets = (): readonly ActionTarget[] => targetsOf(action, chosen.nodes ?? []).targets;
  const asking: Asking = { targets, context, answers: {}, now: services.now };
  const steps = [
    ...(picked ? [] : targetSteps(services.inventory, action, chosen)),
    ...(action.does === 'follow' ? [] : questionSteps(action, asking)),
    ...(action.does === 'send' ? [...preflightStep(action, asking), ...typedNameStep(action, asking)] : []),
  ];
  const offerRequest = action.does === 'send' && options.showRequest !== true;
  const title = picked ? `${action.title}: ${listed(namesOf(action, targets()))}` : (paletteTitles[action.id] ?? action.title);
  const walked = steps.length > 0 ? await services.prompter.walk(title, steps, { offerRequest }) : { showRequest: false };
  const { targets: final, leftOut } = targetsOf(action, chosen.nodes ?? []);
  if (leftOut.length > 0) {
    void services.prompter.tell('warning', `${action.title} does not apply to ${listed(leftOut)}: left out.`, []);
  }
  if (action.does === 'follow') {
    await followAll(services, action, final, cloud);
    return;
  }
  forgetUnasked(action, asking);
  if (action.does === 'remember') {
    await remember(services, action, asking);
    return;
  }
  const agreed = await confirmed(services, action, asking);
  if (action.does === 'handOut') {
    const { handOut } = await import('../links/handOut.ts');
    await handOut(services, action, asking, chosen.nodes ?? []);
    return;
  }
  await sendAll(services, action, asking, walked.showRequest || agreed.showRequest || options.showRequest === true, cloud);
}

/** Keeps what was chosen; whoever shows it hears of it by itself. */
async function remember(
  services: CommandServices,
  action: Extract<AnyAction, { readonly does: 'remember' }>,
  asking: Asking,
): Promise<void> {
  for (const target of asking.targets()) {
    const { key, value } = await services.prompter.busy(`${action.title}...`, (signal) =>
      action.remember(asking.context(signal), target, asking.answers),
    );
    services.remembered?.set(key, value);
  }
}

async function sendAll(
  services: CommandServices,
  action: AnySendAction,
  asking: Asking,
  show: boolean,
  cloud: () => string,
): Promise<void> {
  const targets = asking.targets();
  const several = targets.length > 1;
  const results = await services.prompter.busy(`Preparing ${action.title}${several ? '' : '...'}`, (signal, report) =>
    buildAll(action, targets, asking.answers, asking.context(signal), (done, of) => (several ? report(`${done} of ${of}`) : undefined)),
  );
  const built = results.filter((result) => 'done' in result);
  const refused = results.filter((result) => 'error' in result);
  if (built.length === 0) {
    throw noneStarted(services, action, refused);
  }
  if (show) {
    await shown(services, action, built, cloud);
  }
  // One target may lead to several operations.
  const batch = results.length > 1 ? { id: randomUUID(), size: results.length } : undefined;
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

async function followAll(
  services: CommandServices,
  action: Extract<AnyAction, { readonly does: 'follow' }>,
  targets: readonly ActionTarget[],
  cloud: () => string,
): Promise<void> {
  let last: string | undefined;
  for (const target of targets) {
    const own = action.cloudOf?.(target);
    const followed = action.follow(target, own ?? cloud());
    const record = await services.engine.follow({
      title: followed.title,
      target: followed.target,
      ...(own === undefined ? {} : { cloud: own }),
      ...(target.tenantId === undefined ? {} : { tenantId: target.tenantId }),
      job: followed.job,
      tracker: action.tracker,
      tracking: followed.tracking,
    });
    last = record.id;
  }
  services.showJobs(last);
}
