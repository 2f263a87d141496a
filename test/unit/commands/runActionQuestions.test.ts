/** Questions that depend on one another, as those of a database's backup do: its type, compression, and until when it is kept. */
import assert from 'node:assert/strict';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import type { Answers, AnySendAction } from '../../../src/providers/action.ts';
import { dateOf } from '../../../src/commands/dates.ts';
import { itemNode, servicesWith } from './fakes.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';

const dayMs = 86_400_000;

/** Full asks for compression and a date 45 days away at least, Copy-only for any date, Log for nothing more. */
function action(built: Answers[]): AnySendAction {
  const choice = (value: string, recommended = false): { value: string; label: string; recommended?: boolean } => ({
    value,
    label: value,
    ...(recommended ? { recommended } : {}),
  });
  return {
    does: 'send',
    id: 'backUpNow',
    title: 'Back Up Now',
    summary: '',
    system: 'recoveryServices',
    targetKind: 'protectedItem',
    when: { all: ['protectedItem'] },
    nothing: '',
    many: true,
    group: '1',
    tracker: 'recoveryServices.job',
    assurance: 'none',
    questions: [
      {
        id: 'type',
        type: 'pick',
        title: 'Type',
        empty: '',
        load: () => Promise.resolve([choice('Log'), choice('Full', true), choice('CopyOnlyFull')]),
      },
      {
        id: 'compression',
        type: 'pick',
        title: 'Compression',
        empty: '',
        asked: (_targets, answers) => answers['type'] !== 'Log',
        load: () => Promise.resolve([choice('off'), choice('on', true)]),
      },
      {
        id: 'expiry',
        type: 'date',
        title: 'Keep it until',
        asked: (_targets, answers) => answers['type'] !== 'Log',
        propose: (now, _targets, answers) => now + (answers['type'] === 'Full' ? 45 : 10) * dayMs,
        refuse: (ms, now, _targets, answers) =>
          answers['type'] === 'Full' && ms < now + 44 * dayMs ? 'A full backup is kept for 45 days at least.' : undefined,
      },
    ],
    describe: ({ id, name }) => ({ id, name, kind: 'SQL database' }),
    build: (_context, _target, answers) => {
      built.push({ ...answers });
      return Promise.resolve({ request: { method: 'POST', url: 'https://arm.test/x', headers: {} }, intent: {} });
    },
    readBack: () => Promise.reject(new Error('not here')),
    settle: () => Promise.reject(new Error('not here')),
  };
}

async function run(...script: Scripted[]): Promise<{ answers: Answers; prompter: ScriptedPrompter }> {
  const built: Answers[] = [];
  const prompter = new ScriptedPrompter(...script);
  await runAction(servicesWith(prompter), action(built), [itemNode('msdb', ['protected'])]);
  assert.equal(prompter.left, 0, 'the whole script was used');
  assert.equal(built.length, 1);
  return { answers: built[0] ?? {}, prompter };
}

const inputs = (prompter: ScriptedPrompter): string[] => prompter.shown.flatMap((line) => /^input: .*\[(.*)\]$/.exec(line)?.[1] ?? []);

describe('questions that depend on one another', () => {
  it('come with their recommended choices and proposals, so that Enter alone is enough', async () => {
    const { answers } = await run({ pick: '<enter>' }, { pick: '<enter>' }, { type: '<enter>' });
    assert.equal(answers['type'], 'Full');
    assert.equal(answers['compression'], 'on');
    assert.ok(Date.parse(answers['expiry'] ?? '') > 0);
  });

  it('are left out where an answer before makes them needless', async () => {
    const { answers } = await run({ pick: 'Log' });
    assert.deepEqual(answers, { type: 'Log' });
  });

  it('leave no answer behind where Back and another choice make them needless', async () => {
    const { answers } = await run({ pick: 'Full' }, { pick: 'off' }, { back: true }, { back: true }, { pick: 'Log' });
    assert.deepEqual(answers, { type: 'Log' });
  });

  it('come back where Back and another choice need them, with the proposal of that choice', async () => {
    const { answers, prompter } = await run(
      { pick: 'Full' },
      { pick: 'on' },
      { back: true },
      { back: true },
      { pick: 'CopyOnlyFull' },
      { pick: 'off' },
      { type: '<enter>' },
    );
    assert.equal(answers['type'], 'CopyOnlyFull');
    const [full, copyOnly] = inputs(prompter);
    assert.notEqual(full, copyOnly);
    assert.equal(answers['expiry'] && dateOf(Date.parse(answers['expiry'])), copyOnly);
  });

  it('have what was said before as their default after Back', async () => {
    const { answers, prompter } = await run(
      { pick: 'CopyOnlyFull' },
      { pick: 'off' },
      { back: true },
      { pick: '<enter>' },
      { type: '<enter>' },
    );
    assert.equal(answers['compression'], 'off');
    assert.equal(inputs(prompter).length, 2);
  });

  it('are judged by what was chosen before them', async () => {
    const { prompter, answers } = await run({ pick: 'CopyOnlyFull' }, { pick: 'on' }, { type: '2026-03-20' });
    assert.ok(answers['expiry']?.startsWith('2026-03-2'));
    assert.equal(prompter.refusals.length, 0);
    const refused = await run({ pick: 'Full' }, { pick: 'on' }, { type: '2026-03-20' }, { type: '<enter>' });
    assert.deepEqual(refused.prompter.refusals, ['A full backup is kept for 45 days at least.']);
  });
});
