import {
  answerOfMany,
  type ActionContext,
  type ActionTarget,
  type Answers,
  type AnySendAction,
  type Choice,
  type DateQuestion,
  type PickManyQuestion,
  type PickQuestion,
  type TextQuestion,
} from '../../providers/action.ts';
import { dateOf, parseDate, readOut } from '../dates.ts';
import type { PickItem, Step, StepPrompts } from '../prompts/prompter.ts';

/** What the steps of one run read and fill. */
export interface Asking {
  targets(): readonly ActionTarget[];
  context(signal: AbortSignal): ActionContext;
  readonly answers: Record<string, string>;
  readonly now: () => number;
}

/** One step for each of an action's questions. */
export function questionSteps(action: Pick<AnySendAction, 'questions'>, asking: Asking): Step[] {
  return action.questions.map((question) => ({
    id: `question.${question.id}`,
    needed: () => question.asked?.(asking.targets(), asking.answers) ?? true,
    undo: () => void delete asking.answers[question.id],
    async ask(prompts) {
      asking.answers[question.id] = await answered(prompts, question, asking);
    },
  }));
}

function answered(prompts: StepPrompts, question: AnySendAction['questions'][number], asking: Asking): Promise<string> {
  switch (question.type) {
    case 'pick':
      return pick(prompts, question, asking);
    case 'pickMany':
      return pickMany(prompts, question, asking);
    case 'date':
      return date(prompts, question, asking);
    case 'text':
      return text(prompts, question, asking);
  }
}

async function pick(prompts: StepPrompts, question: PickQuestion<unknown>, asking: Asking): Promise<string> {
  const answers: Answers = { ...asking.answers };
  return prompts.pickOne({
    placeholder: question.placeholder ?? question.title,
    empty: question.empty,
    load: async (signal) => (await question.load(asking.context(signal), asking.targets(), answers)).map(itemOf),
  });
}

async function pickMany(prompts: StepPrompts, question: PickManyQuestion<unknown>, asking: Asking): Promise<string> {
  const answers: Answers = { ...asking.answers };
  let choices: readonly Choice[] = [];
  const chosen = await prompts.pickMany({
    placeholder: question.placeholder ?? question.title,
    empty: question.empty,
    load: async (signal) => {
      choices = await question.load(asking.context(signal), asking.targets(), answers);
      return choices.map(itemOf);
    },
    ...(question.optional ? { optional: true } : {}),
    ...(question.refuse ? { refuse: (values: readonly string[]) => question.refuse?.(values, choices, answers) } : {}),
  });
  return answerOfMany(chosen);
}

async function text(prompts: StepPrompts, question: TextQuestion<unknown>, asking: Asking): Promise<string> {
  const answers: Answers = { ...asking.answers };
  return prompts.input({
    prompt: question.title,
    ...(question.placeholder === undefined ? {} : { placeholder: question.placeholder }),
    value: question.propose(asking.now(), asking.targets(), answers),
    check: (typed) => {
      const refused = question.refuse(typed, asking.targets(), answers);
      return refused === undefined ? { remark: question.title } : { refused };
    },
  });
}

function itemOf(choice: Choice): PickItem {
  const { value, label, description, detail, recommended, note } = choice;
  return {
    value,
    label,
    ...(description === undefined ? {} : { description }),
    ...(detail === undefined ? {} : { detail }),
    ...(recommended === undefined ? {} : { preferred: recommended }),
    ...(note === undefined ? {} : { note }),
  };
}

async function date(prompts: StepPrompts, question: DateQuestion<unknown>, asking: Asking): Promise<string> {
  const judge = (text: string): { ms: number } | { refused: string } => {
    const parsed = parseDate(text);
    if ('refused' in parsed) {
      return parsed;
    }
    const refused = question.refuse(parsed.ms, asking.now(), asking.targets(), { ...asking.answers });
    return refused === undefined ? parsed : { refused };
  };
  const typed = await prompts.input({
    prompt: `${question.title} (the end of a day, or a day and a time: 2027-01-31 18:30)`,
    placeholder: question.placeholder ?? '2027-01-31',
    value: dateOf(question.propose(asking.now(), asking.targets(), { ...asking.answers })),
    check: (text) => {
      const judged = judge(text);
      return 'refused' in judged ? judged : { remark: `${question.title} ${readOut(judged.ms, asking.now())}` };
    },
  });
  const judged = judge(typed);
  // The box does not let a refused text through; time may have passed since it was checked.
  if ('refused' in judged) {
    return date(prompts, question, asking);
  }
  return new Date(judged.ms).toISOString();
}
