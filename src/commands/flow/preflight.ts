import type { AnySendAction, Check } from '../../providers/action.ts';
import type { PickItem, Step } from '../prompts/prompter.ts';
import type { Asking } from './questionSteps.ts';

const goOn = 'goOn';
const again = 'again';

const icons = { pass: 'pass', warn: 'warning', fail: 'error' } as const satisfies Record<Check['state'], string>;
const words = { pass: '', warn: 'may not work', fail: 'would not work' } as const satisfies Record<Check['state'], string>;

/** What was looked at before anything is sent, a line each. Where something fails, looking again is all that can be chosen. */
export function preflightStep(action: AnySendAction, asking: Asking): Step[] {
  if (!action.preflight) {
    return [];
  }
  return [
    {
      id: 'preflight',
      needed: () => true,
      undo: () => undefined,
      async ask(prompts) {
        for (let chosen: string | undefined; chosen !== goOn;) {
          chosen = await prompts.pickOne({
            placeholder: `${action.title}: what was looked at before. Nothing has been sent yet`,
            empty: 'Nothing can be looked at.',
            load: async (signal) => {
              const checks = (await action.preflight?.(asking.context(signal), asking.targets(), asking.answers)) ?? [];
              return [choiceOf(checks), ...checks.map(lineOf)];
            },
          });
        }
      },
    },
  ];
}

function choiceOf(checks: readonly Check[]): PickItem {
  const failed = checks.filter(({ state }) => state === 'fail').length;
  const warned = checks.filter(({ state }) => state === 'warn').length;
  if (failed > 0) {
    const detail = `${failed === 1 ? 'One thing keeps' : `${failed} things keep`} it from working: mend that, or go back and choose otherwise`;
    return { value: again, label: 'Look Again', detail, icon: 'refresh' };
  }
  const detail = warned === 0 ? 'Everything is in order' : `${warned === 1 ? 'One thing' : `${warned} things`} to consider`;
  return { value: goOn, label: 'Continue', detail, icon: 'arrow-right' };
}

function lineOf({ state, label, detail }: Check): PickItem {
  return { value: '', label, description: words[state], detail, icon: icons[state], note: true };
}
