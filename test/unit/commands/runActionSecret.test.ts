/** A secret among the answers, what is looked at before sending, and choices that are only remembered. */
import assert from 'node:assert/strict';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { AnySendAction, Check, RememberAction } from '../../../src/providers/action.ts';
import { itemNode, servicesWith, type TestServices } from './fakes.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';

const secret = 'a-secret-that-nobody-may-see';
const node = itemNode('web-01', ['protected']);

const common = {
  id: 'backUpNow',
  title: 'Back Up Now',
  summary: '',
  system: 'recoveryServices',
  targetKind: 'protectedItem',
  when: { all: ['protectedItem'] },
  nothing: '',
  many: false,
  group: '1',
} as const;

const bodyWith = (key: string): string => JSON.stringify({ storageAccount: 'a', accessKey: key });

function sending(more: Partial<AnySendAction> = {}): AnySendAction {
  return {
    ...common,
    does: 'send',
    tracker: 'recoveryServices.job',
    assurance: 'none',
    questions: [
      { id: 'before', type: 'text', title: 'Before', propose: () => 'b', refuse: () => undefined },
      { id: 'key', type: 'secret', title: 'The key', refuse: (text: string) => (text.length < 10 ? 'Too short.' : undefined) },
    ],
    describe: ({ id, name }: { id: string; name: string }) => ({ id, name, kind: 'VM' }),
    build: (_context, _target, answers) =>
      Promise.resolve({
        request: { method: 'POST', url: 'https://arm.test/x', headers: {}, body: bodyWith(answers['key'] ?? '') },
        intent: {},
      }),
    readBack: () => Promise.reject(new Error('not here')),
    settle: () => Promise.reject(new Error('not here')),
    ...more,
  };
}

async function run(
  action: AnySendAction,
  options: { showRequest?: boolean },
  ...script: Scripted[]
): Promise<[TestServices, ScriptedPrompter]> {
  const prompter = new ScriptedPrompter(...script);
  const services = servicesWith(prompter);
  await runAction(services, action, [node], options);
  assert.equal(prompter.left, 0);
  return [services, prompter];
}

/** All that a person or a log got to see. */
function seen(services: TestServices, prompter: ScriptedPrompter): string {
  return JSON.stringify([services.documents, services.lines, services.copied, prompter.shown, prompter.told, prompter.refusals]);
}

describe('a secret that is typed', () => {
  it('is in the request that is sent and in nothing that is shown, the preview included', async () => {
    const show = { showRequest: true };
    const [services, prompter] = await run(
      sending(),
      show,
      { type: 'b' },
      { type: 'short' },
      { type: secret },
      { choose: 'Send This Request' },
    );
    assert.equal(services.started[0]?.request.body, bodyWith(secret));
    assert.ok(!seen(services, prompter).includes(secret));
    const [document] = services.documents;
    assert.match(document?.text ?? '', /"accessKey":"\(not stored\)"/);
    assert.match(document?.text ?? '', /The secrets in it are not shown either/);
    assert.ok(prompter.shown.includes('input: The key [] (hidden)'), prompter.shown.join('\n'));
  });

  it('is asked anew after going back: nothing proposes it', async () => {
    const [services, prompter] = await run(sending(), {}, { type: 'b' }, { back: true }, { type: 'c' }, { type: secret });
    assert.equal(services.started.length, 1);
    assert.equal(prompter.shown.filter((line) => line === 'input: The key [] (hidden)').length, 2);
  });

  it('is fetched for the sending alone, and nothing is started where it cannot be had', async () => {
    const questions: AnySendAction['questions'] = [];
    const fetched: string[] = [];
    const build = (atSending: () => Promise<string>): AnySendAction['build'] => {
      const request = (key: string) => ({ method: 'POST', url: 'https://arm.test/x', headers: {}, body: bodyWith(key) }) as const;
      return () => Promise.resolve({ request: request('(later)'), atSending: async () => request(await atSending()), intent: {} });
    };
    const give = (): Promise<string> => {
      fetched.push('once');
      return Promise.resolve(secret);
    };
    const show = { showRequest: true };
    const [services, prompter] = await run(sending({ questions, build: build(give) }), show, { choose: 'Send This Request' });
    assert.deepEqual(fetched, ['once']);
    assert.equal(services.started[0]?.request.body, bodyWith(secret));
    assert.ok(!seen(services, prompter).includes(secret));
    await assert.rejects(run(sending({ questions, build: build(give) }), show, { choose: 'Do Not Send' }));
    assert.deepEqual(fetched, ['once']);
    const refuse = (): Promise<string> => Promise.reject(new BackupError('No right to the keys.', { code: 'AuthorizationFailed' }));
    const none = servicesWith(new ScriptedPrompter());
    await assert.rejects(runAction(none, sending({ questions, build: build(refuse) }), [node]), /No right to the keys/);
    assert.deepEqual(none.started, []);
  });
});

describe('what is looked at before sending', () => {
  it('is shown line by line; where something fails, looking again is all that there is', async () => {
    const found: Check[][] = [
      [
        { state: 'pass', label: 'Tier', detail: 'fine' },
        { state: 'fail', label: 'Container', detail: 'there is none' },
      ],
      [{ state: 'warn', label: 'Access', detail: 'who knows' }],
    ];
    const action = sending({ questions: [], preflight: () => Promise.resolve(found.shift() ?? []) });
    const [services, prompter] = await run(action, {}, { pick: 'Look Again' }, { pick: 'Continue' });
    assert.equal(services.started.length, 1);
    assert.deepEqual(
      prompter.shown.filter((line) => line.startsWith('  ')).map((line) => line.trim()),
      [
        'Look Again | One thing keeps it from working: mend that, or go back and choose otherwise',
        '(note) Tier | fine',
        '(note) Container | would not work | there is none',
        'Continue | One thing to consider',
        '(note) Access | may not work | who knows',
      ],
    );
  });

  it('comes before the name that is typed, which may be of something else than the target', async () => {
    const action = sending({
      questions: [],
      assurance: 'typeName',
      consequences: () => Promise.resolve(['It is replaced.']),
      typedName: () => 'another',
      preflight: () => Promise.resolve([]),
    });
    const [services, prompter] = await run(action, {}, { pick: 'Continue' }, { type: 'web-01' }, { type: 'another' });
    assert.equal(services.started.length, 1);
    assert.deepEqual(prompter.refusals, ['That is not the name. Type it exactly: another']);
    assert.ok(prompter.shown.some((line) => line.includes('It is replaced. Type another to go on.')));
  });
});

describe('a choice that is only remembered', () => {
  const action: RememberAction = {
    ...common,
    does: 'remember',
    questions: [{ id: 'place', type: 'text', title: 'Where', propose: () => 'here', refuse: () => undefined }],
    describe: ({ id, name }) => ({ id, name, kind: 'VM' }),
    remember: (_context, { id }, answers) => Promise.resolve({ key: id, value: { place: answers['place'] ?? '' } }),
  };

  it('is kept, and sends nothing', async () => {
    const kept = new Map<string, JsonObject>();
    const prompter = new ScriptedPrompter({ type: 'there' });
    const services = servicesWith(prompter);
    const remembered = {
      get: (key: string) => kept.get(key),
      set: (key: string, value: JsonObject) => void kept.set(key, value),
      onDidChange: () => ({ dispose: () => undefined }),
    };
    await runAction({ ...services, remembered }, action, [node]);
    assert.deepEqual([...kept.values()], [{ place: 'there' }]);
    assert.deepEqual([services.started, services.arm.asked], [[], []]);
  });
});
