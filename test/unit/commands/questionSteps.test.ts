import assert from 'node:assert/strict';
import { questionSteps, type Asking } from '../../../src/commands/flow/questionSteps.ts';
import type { StepPrompts } from '../../../src/commands/prompts/prompter.ts';
import { manyOf, type AnySendAction, type PickManyQuestion, type TextQuestion } from '../../../src/providers/action.ts';
import { fakeArm } from '../providers/fakeArm.ts';

const asking = (): Asking => ({
  targets: () => [{ kind: 'k', id: '/t', name: 'target', model: {} }],
  context: (signal) => ({ arm: fakeArm({}), signal, now: () => 7 }),
  answers: {},
  now: () => 7,
});

const steps = (question: AnySendAction['questions'][number], of: Asking): ReturnType<typeof questionSteps> =>
  questionSteps({ questions: [question] }, of);

describe('Questions of a line and of several values', () => {
  it('asks for a line: proposed, checked at each key, answered as typed', async () => {
    const question: TextQuestion<unknown> = {
      type: 'text',
      id: 'name',
      title: 'The name',
      propose: (nowMs, [target]) => `${target?.name}-${nowMs}`,
      refuse: (text, [target]) => (text === target?.name ? 'Taken.' : undefined),
    };
    const of = asking();
    const verdicts: unknown[] = [];
    const prompts = {
      input: (prompt) => {
        verdicts.push(prompt.prompt, prompt.value, prompt.check('target'), prompt.check('other'));
        return Promise.resolve('other');
      },
    } as Partial<StepPrompts> as StepPrompts;
    const [step] = steps(question, of);
    await step?.ask(prompts);
    assert.deepEqual(verdicts, ['The name', 'target-7', { refused: 'Taken.' }, { remark: 'The name' }]);
    assert.deepEqual(of.answers, { name: 'other' });
    step?.undo();
    assert.deepEqual(of.answers, {});
  });

  it('asks for several: preselected with their reasons, none where that is an answer, refused with what was loaded', async () => {
    const question: PickManyQuestion<unknown> = {
      type: 'pickMany',
      id: 'disks',
      title: 'The disks',
      empty: 'There are none.',
      optional: true,
      load: () =>
        Promise.resolve([
          { value: 'a', label: 'A', detail: 'Must be.', recommended: true },
          { value: 'b', label: 'B' },
        ]),
      refuse: (chosen, choices) => (chosen.length === choices.length ? `Not all ${choices.length}.` : undefined),
    };
    const of = asking();
    const seen: unknown[] = [];
    const prompts = {
      pickMany: async (prompt) => {
        const items = await prompt.load(new AbortController().signal);
        seen.push(items, prompt.optional, prompt.refuse?.(['a', 'b']), prompt.refuse?.([]));
        return [];
      },
    } as Partial<StepPrompts> as StepPrompts;
    await steps(question, of)[0]?.ask(prompts);
    assert.deepEqual(seen, [
      [
        { value: 'a', label: 'A', detail: 'Must be.', preferred: true },
        { value: 'b', label: 'B' },
      ],
      true,
      'Not all 2.',
      undefined,
    ]);
    assert.deepEqual(manyOf(of.answers['disks']), []);
  });
});
