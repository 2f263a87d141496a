import { displayName } from '../../core/displayText.ts';
import type { AnySecretAction, AnySendAction } from '../../providers/action.ts';
import { isTypedName } from '../plainText.ts';
import type { Step } from '../prompts/prompter.ts';
import type { CommandServices } from '../services.ts';
import { namesInFull, namesOf } from './names.ts';
import type { Asking } from './questionSteps.ts';

const showRequest = 'Show the Request';

/** For `typeName`: the last step shows what will happen and asks for the resource's name. None for the others. */
export function typedNameStep(action: AnySendAction, asking: Asking): Step[] {
  if (action.assurance !== 'typeName') {
    return [];
  }
  return [
    {
      id: 'typedName',
      needed: () => true,
      undo: () => undefined,
      async ask(prompts) {
        const targets = asking.targets();
        const name = action.typedName?.(targets, asking.answers) ?? targets[0]?.name ?? '';
        const shown = displayName(name);
        await prompts.input({
          prompt: async (signal) => [...(await consequencesOf(action, asking, signal)), `Type ${shown} to go on.`].join(' '),
          placeholder: shown,
          check: (typed) =>
            isTypedName(typed, name)
              ? { remark: `That is the name. Enter: ${action.title}.` }
              : { refused: typed.trim() === '' ? `Type the name to go on: ${shown}` : `That is not the name. Type it exactly: ${shown}` },
        });
      },
    },
  ];
}

/**
 * For `confirm`: a modal with the consequences.
 * @throws CancelledError where the person turns away
 */
export async function confirmed(
  services: CommandServices,
  action: AnySendAction | AnySecretAction,
  asking: Asking,
): Promise<{ readonly showRequest: boolean }> {
  if (action.assurance !== 'confirm') {
    return { showRequest: false };
  }
  const consequences = await services.prompter.busy(`Preparing ${action.title}...`, (signal) => consequencesOf(action, asking, signal));
  const names = namesInFull(action, asking.targets());
  // The request of a secret is answered by the secret: it is not one to be sent by hand.
  const [choices, decline] = action.does === 'send' ? [[action.title, showRequest], action.decline] : [[action.title], undefined];
  const choice = await services.prompter.confirm(`${action.title}: ${names}?`, consequences, choices, decline);
  return { showRequest: choice === showRequest };
}

/**
 * For several that were asked about one by one: a modal that lists all with their consequences; for `typeName`, how many
 * they are is typed then.
 * @throws CancelledError where the person turns away
 */
export async function confirmedAll(
  services: CommandServices,
  action: AnySendAction,
  askings: readonly Asking[],
): Promise<{ readonly showRequest: boolean }> {
  if (action.assurance === 'none') {
    return { showRequest: false };
  }
  const targets = askings.flatMap((asking) => asking.targets());
  const names = namesOf(action, targets);
  const consequences = await services.prompter.busy(`Preparing ${action.title}...`, (signal) =>
    Promise.all(askings.map((asking) => consequencesOf(action, asking, signal))),
  );
  // What is true of all is said once.
  const common = (consequences[0] ?? []).filter((line) => consequences.every((lines) => lines.includes(line)));
  const own = consequences.map((lines, at) => [names[at] ?? '', ...lines.filter((line) => !common.includes(line))].join(': '));
  const choice = await services.prompter.confirm(
    `${action.title}: all ${targets.length}?`,
    [...own, ...common],
    [action.title, showRequest],
    action.decline,
  );
  if (action.assurance === 'typeName') {
    await services.prompter.walk(action.title, [howManyStep(action, targets.length)]);
  }
  return { showRequest: choice === showRequest };
}

function howManyStep(action: AnySendAction, count: number): Step {
  return {
    id: 'typedCount',
    needed: () => true,
    undo: () => undefined,
    async ask(prompts) {
      await prompts.input({
        prompt: `Type how many they are, ${count}, to go on.`,
        placeholder: String(count),
        check: (typed) =>
          typed.trim() === String(count)
            ? { remark: `That is how many. Enter: ${action.title}.` }
            : { refused: `Type the number to go on: ${count}` },
      });
    },
  };
}

async function consequencesOf(action: AnySendAction | AnySecretAction, asking: Asking, signal: AbortSignal): Promise<readonly string[]> {
  return (await action.consequences?.(asking.context(signal), asking.targets(), asking.answers)) ?? [];
}
