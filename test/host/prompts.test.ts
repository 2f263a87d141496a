import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Step } from '../../src/commands/prompts/prompter.ts';
import { createPrompter } from '../../src/commands/prompts/prompterVscode.ts';
import { CancelledError, isCancelled } from '../../src/core/cancellation.ts';
import { BackupError } from '../../src/core/errors.ts';

type Shown = vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox;

/** Watches the real inputs that VS Code shows. */
class Inputs {
  readonly #made: Shown[] = [];
  readonly #originals = { pick: vscode.window.createQuickPick, box: vscode.window.createInputBox };

  constructor() {
    const { pick, box } = this.#originals;
    const window = vscode.window as { createQuickPick: typeof pick; createInputBox: typeof box };
    window.createQuickPick = <Item extends vscode.QuickPickItem>() => this.#kept(pick<Item>());
    window.createInputBox = () => this.#kept(box());
  }

  #kept<One>(input: One): One {
    this.#made.push(input as Shown);
    return input;
  }

  /** The n-th input that was shown (from 1), once it has loaded. */
  async loaded<One extends Shown>(nth: number): Promise<One> {
    return until(() => {
      const input = this.#made[nth - 1];
      return input && !input.busy && input.enabled && input.placeholder !== 'Loading...' ? (input as One) : undefined;
    }, `input ${nth} has loaded`);
  }

  async shown<One extends Shown>(nth: number): Promise<One> {
    return until(() => this.#made[nth - 1] as One | undefined, `input ${nth} is shown`);
  }

  get count(): number {
    return this.#made.length;
  }

  restore(): void {
    Object.assign(vscode.window, { createQuickPick: this.#originals.pick, createInputBox: this.#originals.box });
  }
}

async function until<One>(look: () => One | undefined, what: string): Promise<One> {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = look();
    if (found !== undefined) {
      return found;
    }
    assert.ok(Date.now() < end, `Waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Until it has taken effect: what the host has set reaches the window a moment later. */
async function press(command: 'acceptSelectedQuickOpenItem' | 'quickInputBack' | 'closeQuickOpen', done: () => unknown): Promise<void> {
  const end = Date.now() + 10_000;
  while (!done()) {
    assert.ok(Date.now() < end, `Pressed in vain: ${command}`);
    await vscode.commands.executeCommand(`workbench.action.${command}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe('host: prompts', () => {
  let inputs: Inputs;
  beforeEach(() => void (inputs = new Inputs()));
  afterEach(async () => {
    inputs.restore();
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
  });
  const prompter = createPrompter();

  /** A step that takes one of a list, and one that takes a text. */
  function twoSteps(answers: Record<string, string>): Step[] {
    return [
      {
        id: 'first',
        needed: () => true,
        undo: () => void delete answers['first'],
        ask: async (prompts) => {
          const items = [
            { value: 'a', label: '$(flame) a', description: 'one\u202e', detail: '$(x)' },
            { value: 'b', label: 'b', preferred: true },
            { value: 'n', label: 'a note', note: true },
          ];
          answers['first'] = await prompts.pickOne({ placeholder: 'Choose', empty: 'None', load: () => Promise.resolve(items) });
        },
      },
      {
        id: 'second',
        needed: () => true,
        undo: () => void delete answers['second'],
        ask: async (prompts) => {
          const check = (text: string): { refused: string } | { remark: string } =>
            text === 'ok' ? { remark: 'fine' } : { refused: 'not ok' };
          answers['second'] = await prompts.input({ prompt: () => Promise.resolve('Loaded prompt'), value: 'no', check });
        },
      },
    ];
  }

  it('walk through steps with a count, Back and the request button; a refused text keeps the box open', async () => {
    const answers: Record<string, string> = {};
    const walked = prompter.walk('Test', twoSteps(answers), { offerRequest: true });
    const first = await inputs.loaded<vscode.QuickPick<vscode.QuickPickItem>>(1);
    assert.deepEqual([first.title, first.step, first.totalSteps], ['Test', 1, 2]);
    assert.equal(first.buttons.length, 1, 'only the request button: there is nothing to go back to');
    assert.equal(first.items[0]?.label, '\\$(flame) a', 'an icon code stays text');
    assert.equal(first.items[0]?.description, 'one<U+202E>');
    assert.equal(first.activeItems[0]?.label, 'b', 'the preferred one is active');
    await press('acceptSelectedQuickOpenItem', () => inputs.count === 2);

    const second = await inputs.loaded<vscode.InputBox>(2);
    assert.deepEqual([second.step, second.totalSteps, second.prompt], [2, 2, 'Loaded prompt']);
    assert.equal(second.buttons[0], vscode.QuickInputButtons.Back);
    assert.deepEqual(answers, { first: 'b' });
    await press('quickInputBack', () => inputs.count === 3);

    await inputs.loaded<vscode.QuickPick<vscode.QuickPickItem>>(3);
    assert.deepEqual(answers, {}, 'going back forgets');
    await press('acceptSelectedQuickOpenItem', () => inputs.count === 4);
    const again = await inputs.loaded<vscode.InputBox>(4);
    const messageOf = (): string | undefined => (typeof again.validationMessage === 'object' ? again.validationMessage.message : undefined);
    again.onDidAccept(() => (accepted += 1));
    let accepted = 0;
    await press('acceptSelectedQuickOpenItem', () => accepted > 0);
    assert.equal(messageOf(), 'not ok');
    assert.deepEqual(answers, { first: 'b' }, 'a refused text is no answer');
    again.value = 'ok';
    await press('acceptSelectedQuickOpenItem', () => 'second' in answers);
    assert.deepEqual(await walked, { showRequest: false });
    assert.deepEqual(answers, { first: 'b', second: 'ok' });
  });

  it('closing a list that still loads aborts the loading and is a cancellation', async () => {
    let signal: AbortSignal | undefined;
    const step: Step = {
      id: 'slow',
      needed: () => true,
      undo: () => undefined,
      ask: async (prompts) => {
        await prompts.pickOne({
          placeholder: 'Choose',
          empty: 'None',
          load: (given) =>
            new Promise((_resolve, reject) => {
              signal = given;
              given.addEventListener('abort', () => reject(new CancelledError()));
            }),
        });
      },
    };
    const walked = prompter.walk('Slow', [step]);
    const rejected = assert.rejects(walked, isCancelled);
    await until(() => signal, 'it loads');
    let ended = false;
    void rejected.then(() => (ended = true));
    await press('closeQuickOpen', () => ended);
    await rejected;
    assert.equal(signal?.aborted, true);
  });

  it('an error while loading ends the wizard with that very error', async () => {
    const broken = new BackupError('The policies cannot be read.', { code: 'AuthorizationFailed', status: 403 });
    const load = (): Promise<never> => Promise.reject(broken);
    const step: Step = {
      id: 'broken',
      needed: () => true,
      undo: () => undefined,
      ask: async (prompts) => void (await prompts.pickOne({ placeholder: 'Choose', empty: 'None', load })),
    };
    await assert.rejects(prompter.walk('Broken', [step]), (error: unknown) => error === broken);
  });

  it('an empty list says why, and cannot be accepted', async () => {
    const step: Step = {
      id: 'empty',
      needed: () => true,
      undo: () => undefined,
      ask: async (prompts) =>
        void (await prompts.pickMany({
          placeholder: 'Choose',
          empty: 'There is nothing. Discover first.',
          load: () => Promise.resolve([]),
        })),
    };
    const walked = prompter.walk('Empty', [step]);
    const rejected = assert.rejects(walked, isCancelled);
    const input = await inputs.loaded<vscode.QuickPick<vscode.QuickPickItem>>(1);
    assert.match(input.items[0]?.label ?? '', /There is nothing\. Discover first\./);
    assert.equal(input.canSelectMany, false);
    let ended = false;
    void rejected.then(() => (ended = true));
    let accepted = 0;
    input.onDidAccept(() => (accepted += 1));
    await press('acceptSelectedQuickOpenItem', () => accepted > 0);
    assert.equal(ended, false, 'a note is no answer');
    await press('closeQuickOpen', () => ended);
    await rejected;
  });

  it('several are chosen together; nothing chosen is not an answer', async () => {
    let chosen: readonly string[] = [];
    const items = ['a', 'b', 'c'].map((value) => ({ value, label: value }));
    const step: Step = {
      id: 'many',
      needed: () => true,
      undo: () => undefined,
      ask: async (prompts) =>
        void (chosen = await prompts.pickMany({ placeholder: 'Choose', empty: 'None', load: () => Promise.resolve(items) })),
    };
    const walked = prompter.walk('Many', [step]);
    const input = await inputs.loaded<vscode.QuickPick<vscode.QuickPickItem>>(1);
    await press('acceptSelectedQuickOpenItem', () => input.placeholder?.includes('at least one'));
    input.selectedItems = input.items.filter((item) => item.label !== 'b');
    await until(() => (input.selectedItems.length === 2 ? true : undefined), 'two are selected');
    await press('acceptSelectedQuickOpenItem', () => chosen.length > 0);
    await walked;
    assert.deepEqual(chosen, ['a', 'c']);
  });
});

describe('host: commands', () => {
  it('every command of the extension is contributed: none is registered that the manifest does not know', async () => {
    const extension = vscode.extensions.getExtension('backup-explorer.backup-explorer');
    await extension?.activate();
    const { contributes } = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const known = new Set(contributes.commands.map(({ command }) => command));
    const registered = (await vscode.commands.getCommands(true)).filter((id) => id.startsWith('azureBackup.'));
    // VS Code itself registers commands for the view (focus, open, ...) under the view's id.
    assert.deepEqual(
      registered.filter((id) => !known.has(id) && !id.startsWith('azureBackup.resources.')),
      [],
    );
    assert.ok(registered.length >= known.size);
  });
});
