import { CancelledError } from '../../core/cancellation.ts';
import { BackupError, messageOf } from '../../core/errors.ts';
import { displayName } from '../../core/displayText.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import type { ActionContext, ActionTarget, AnyAction, AnySendAction } from '../../providers/action.ts';
import { listed } from '../plainText.ts';
import type { CommandServices } from '../services.ts';
import { confirmed, typedNameStep } from './confirmation.ts';
import { questionSteps, type Asking } from './questionSteps.ts';
import { requestDocument } from './requestDocument.ts';
import { buildAll, startAll, type ItemResult } from './startOperations.ts';
import { targetSteps, type Chosen } from './targetSteps.ts';
import { targetsOf } from './targets.ts';

export interface RunOptions {
  /** The request is shown, and sent only where the person then says so. */
  readonly showRequest?: boolean;
}

/**
 * The one way from a click or the palette to operations: targets, questions, assurance, requests, engine.
 * @param picked the nodes that were clicked or selected; undefined from the palette
 * @throws CancelledError, or BackupError where not one operation could be started
 */
export async function runAction(
  services: CommandServices,
  action: AnyAction,
  picked: readonly InventoryNode[] | undefined,
  options: RunOptions = {},
): Promise<void> {
  // Connected at once where it is already; that it cannot be is said before the first question.
  await services.connection.connect();
  const arm = services.connection.arm();
  const context = (signal: AbortSignal): ActionContext => ({ arm, signal, now: services.now });
  const chosen: Chosen = { nodes: picked };
  if (picked) {
    targetsOf(action, picked);
  }
  const targets = (): readonly ActionTarget[] => targetsOf(action, chosen.nodes ?? []).targets;
  const asking: Asking = { targets, context, answers: {}, now: services.now };
  const steps = [
    ...(picked ? [] : targetSteps(services.inventory, action, chosen)),
    ...(action.does === 'send' ? [...questionSteps(action, asking), ...typedNameStep(action, asking)] : []),
  ];
  const offerRequest = action.does === 'send' && options.showRequest !== true;
  const title = picked ? `${action.title}: ${listed(targets().map((target) => target.name))}` : action.title;
  const walked = steps.length > 0 ? await services.prompter.walk(title, steps, { offerRequest }) : { showRequest: false };
  const { targets: final, leftOut } = targetsOf(action, chosen.nodes ?? []);
  if (leftOut.length > 0) {
    void services.prompter.tell('warning', `${action.title} does not apply to ${listed(leftOut)}: left out.`, []);
  }
  if (action.does === 'follow') {
    await followAll(services, action, final, arm.environment.resourceManagerEndpoint);
    return;
  }
  const agreed = await confirmed(services, action, asking);
  await sendAll(
    services,
    action,
    asking,
    walked.showRequest || agreed.showRequest || options.showRequest === true,
    arm.environment.resourceManagerEndpoint,
  );
}

async function sendAll(services: CommandServices, action: AnySendAction, asking: Asking, show: boolean, origin: string): Promise<void> {
  const targets = asking.targets();
  const results = await services.prompter.busy(`Preparing ${action.title}...`, (signal) =>
    buildAll(action, targets, asking.answers, asking.context(signal)),
  );
  const built = results.filter((result) => 'done' in result);
  const refused = results.filter((result) => 'error' in result);
  if (built.length === 0) {
    throw soleError(action, refused);
  }
  if (show) {
    const shown = built.map(({ target, done }) => ({ name: target.name, request: done.request }));
    await services.showDocument(`${action.title} request`, requestDocument(action.title, shown, origin));
    const send = built.length === 1 ? 'Send This Request' : `Send These ${built.length} Requests`;
    const question = `${action.title}: ${listed(built.map(({ target }) => target.name))}`;
    if ((await services.prompter.askBeside(question, [send, 'Do Not Send'])) !== send) {
      throw new CancelledError('The request was looked at and not sent');
    }
  }
  const started = await startAll(services, action, built);
  report(services, action, targets.length, [...refused, ...started]);
}

/** Said at once; how the operations go is told by the panel and at their end. */
function report(services: CommandServices, action: AnySendAction, asked: number, results: readonly ItemResult<unknown>[]): void {
  const failed = results.filter((result) => 'error' in result);
  const started = results.filter((result) => 'done' in result);
  if (started.length === 0) {
    throw soleError(action, failed);
  }
  if (failed.length > 0) {
    tellPartly(services, action, asked, started.length, failed);
    return;
  }
  // Without a button: such a message goes away by itself, and the end brings one with a button.
  void services.prompter.tell('info', `${action.title}: started for ${listed(started.map(({ target }) => target.name))}.`, []);
}

function tellPartly(services: CommandServices, action: AnySendAction, asked: number, started: number, failed: readonly Failed[]): void {
  for (const { target, error } of failed) {
    services.log(`${action.title} of ${target.name} was not started: ${messageOf(error)}`);
  }
  const message = `${action.title}: ${started} of ${asked} started. Not started: ${reasonsOf(failed)}`;
  void services.prompter.tell('error', message, ['Show Jobs', 'Show All']).then((choice) => {
    if (choice === 'Show Jobs') {
      services.showJobs();
    } else if (choice === 'Show All') {
      return services.showDocument(`${action.title} not started`, linesOf(failed).join('\n'));
    }
    return undefined;
  });
}

type Failed = Extract<ItemResult<unknown>, { readonly error: unknown }>;

function linesOf(failed: readonly Failed[]): string[] {
  return failed.map(({ target, error }) => `${displayName(target.name)}: ${messageOf(error)}`);
}

/** For a notification: a reason that all have in common is said once; of many, the first three. */
function reasonsOf(failed: readonly Failed[]): string {
  const [reason = '', ...others] = new Set(failed.map(({ error }) => messageOf(error)));
  if (others.length === 0) {
    return `${listed(failed.map(({ target }) => target.name))}. ${reason}`;
  }
  const lines = linesOf(failed.slice(0, 3)).map((line) => line.replace(/\.$/, ''));
  return `${lines.join('; ')}${failed.length > 3 ? `; and ${failed.length - 3} more` : ''}.`;
}

/** The one error as it is, or one that holds them all. */
function soleError(action: AnySendAction, failed: readonly Failed[]): unknown {
  const first = failed[0]?.error;
  if (failed.length === 1) {
    return first;
  }
  return new BackupError(
    `${action.title} could be started for none of ${failed.length}: ${reasonsOf(failed)}`,
    {
      code: first instanceof BackupError ? first.facts.code : 'NoneStarted',
      attempted: action.title,
      ...(first instanceof BackupError && first.facts.remedies ? { remedies: first.facts.remedies } : {}),
    },
    { cause: first },
  );
}

async function followAll(
  services: CommandServices,
  action: Extract<AnyAction, { readonly does: 'follow' }>,
  targets: readonly ActionTarget[],
  cloud: string,
): Promise<void> {
  let last: string | undefined;
  for (const target of targets) {
    const followed = action.follow(target, cloud);
    const record = await services.engine.follow({
      title: followed.title,
      target: followed.target,
      ...(target.tenantId === undefined ? {} : { tenantId: target.tenantId }),
      job: followed.job,
      tracker: action.tracker,
      tracking: followed.tracking,
    });
    last = record.id;
  }
  services.showJobs(last);
}
