import type { ArmClient } from '../../cloud/types.ts';
import { BackupError } from '../../core/errors.ts';
import type { InventoryNode } from '../../inventory/types.ts';
import type { ActionContext, ActionTarget, AnyAction, Answers } from '../../providers/action.ts';
import { paletteTitles } from '../../providers/actionIds.ts';
import { listed } from '../plainText.ts';
import type { CommandServices } from '../services.ts';
import { confirmed, confirmedAll, typedNameStep } from './confirmation.ts';
import { namesOf } from './names.ts';
import { forgetUnasked, questionSteps, type Asking } from './questionSteps.ts';
import { preflightStep } from './preflight.ts';
import { sendAll, type TriedAgain } from './sendAll.ts';
import { targetSteps, type Chosen } from './targetSteps.ts';
import { targetsOf } from './targets.ts';

export interface RunOptions {
  /** The request is shown, and sent only where the person then says so. */
  readonly showRequest?: boolean;
  /** What failed is tried again: with the answers of then, but for secrets, which are asked anew. */
  readonly again?: Again;
}

interface Again extends TriedAgain {
  answersOf(target: ActionTarget): Answers;
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
  const { again } = options;
  const how: How = { context, now: services.now };
  const askings: readonly [Asking, ...Asking[]] =
    picked === undefined
      ? [{ ...how, targets: () => targetsOf(action, chosen.nodes ?? []).targets, answers: {} }]
      : askingsOf(action, targetsOf(action, picked).targets, how, again);
  const offerRequest = action.does === 'send' && options.showRequest !== true;
  let showRequest = options.showRequest === true;
  for (const [at, asking] of askings.entries()) {
    const steps = [
      ...(picked ? [] : targetSteps(services.inventory, action, chosen)),
      ...(action.does === 'follow' ? [] : questionSteps(again ? secretsOf(action) : action, asking)),
      ...(action.does === 'send' ? preflightStep(action, asking) : []),
      ...(action.does === 'send' && askings.length === 1 ? typedNameStep(action, asking) : []),
    ];
    if (steps.length > 0) {
      const turn = askings.length === 1 ? '' : ` (${at + 1} of ${askings.length})`;
      const title = picked
        ? `${action.title}${turn}: ${listed(namesOf(action, asking.targets()))}`
        : (paletteTitles[action.id] ?? action.title);
      showRequest = (await services.prompter.walk(title, steps, { offerRequest })).showRequest || showRequest;
    }
  }
  const { targets: final, leftOut } = targetsOf(action, chosen.nodes ?? []);
  if (leftOut.length > 0) {
    void services.prompter.tell('warning', `${action.title} does not apply to ${listed(leftOut)}: left out.`, []);
  }
  if (action.does === 'follow') {
    await followAll(services, action, final, cloud);
    return;
  }
  askings.forEach((asking) => forgetUnasked(action, asking));
  const [asking] = askings;
  if (action.does === 'remember') {
    for (const each of askings) {
      await remember(services, action, each);
    }
    return;
  }
  if (action.does === 'handOut') {
    await confirmed(services, action, asking);
    const { handOut } = await import('../links/handOut.ts');
    await handOut(services, action, asking, chosen.nodes ?? []);
    return;
  }
  const agreed = askings.length === 1 ? await confirmed(services, action, asking) : await confirmedAll(services, action, askings);
  await sendAll(services, action, askings, { show: showRequest || agreed.showRequest, cloud, ...(again ? { again } : {}) });
}

/** What all askings have in common. */
type How = Pick<Asking, 'context' | 'now'>;

/**
 * What is asked once for all targets, or, where an action's questions are about one of them, once for each. What is tried
 * again goes with what was answered for it.
 * @param targets at least one
 */
function askingsOf(
  { many }: AnyAction,
  targets: readonly ActionTarget[],
  how: How,
  again: Again | undefined,
): readonly [Asking, ...Asking[]] {
  const groups = new Map<string, { readonly of: ActionTarget[]; readonly answers: Record<string, string> }>();
  for (const target of targets) {
    const answers = { ...again?.answersOf(target) };
    const key = many ? JSON.stringify(answers) : String(groups.size);
    const group = groups.get(key);
    if (group) {
      group.of.push(target);
    } else {
      groups.set(key, { of: [target], answers });
    }
  }
  const [first, ...others] = [...groups.values()].map(({ of, answers }): Asking => ({ ...how, targets: () => of, answers }));
  return [first ?? { ...how, targets: () => targets, answers: {} }, ...others];
}

function secretsOf(action: Exclude<AnyAction, { readonly does: 'follow' }>): Pick<typeof action, 'questions'> {
  return { questions: action.questions.filter(({ type }) => type === 'secret') };
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
