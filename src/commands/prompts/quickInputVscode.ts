import * as vscode from 'vscode';
import { CancelledError, isCancelled } from '../../core/cancellation.ts';
import { messageText, visibleText, withoutIcons } from '../../core/displayText.ts';
import { asDetail, asLabel } from '../plainText.ts';
import { noteLines } from './noteLines.ts';
import type { InputPrompt, PickItem, PickPrompt } from './prompter.ts';

/** What a wizard puts around a prompt. */
export interface Frame {
  readonly title: string;
  readonly step?: number;
  readonly totalSteps?: number;
  readonly buttons: readonly FrameButton[];
}

export interface FrameButton {
  button(): vscode.QuickInputButton;
  /** Thrown out of the prompt where it returns an error; else the buttons are drawn anew. */
  pressed(): Error | undefined;
}

interface Row extends vscode.QuickPickItem {
  readonly value?: string;
}

/** One or several of a list that loads while it is on screen. @throws CancelledError when it is closed, and what `load` throws */
export async function pick(frame: Frame, prompt: PickPrompt, many: boolean): Promise<readonly string[]> {
  const input = vscode.window.createQuickPick<Row>();
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.placeholder = 'Loading...';
  return shown(input, frame, (resolve, signal) => {
    input.onDidAccept(() => {
      const values = input.selectedItems.flatMap((row) => row.value ?? []);
      const mayBeNone = many && prompt.optional === true && !input.busy;
      const refused = many && (values.length > 0 || mayBeNone) ? prompt.refuse?.(values) : undefined;
      if (refused !== undefined) {
        // What was typed to find a row would hide the sentence.
        input.value = '';
        input.placeholder = visibleText(refused);
      } else if (values.length > 0 || mayBeNone) {
        resolve(values);
      } else if (many && input.canSelectMany) {
        input.placeholder = `${visibleText(prompt.placeholder)} (select at least one with Space)`;
      }
    });
    return async () => {
      const items = await prompt.load(signal);
      const choosable = items.filter((item) => !item.note);
      input.canSelectMany = many && choosable.length > 0;
      input.placeholder = visibleText(choosable.length > 0 ? prompt.placeholder : prompt.empty);
      const rows = (choosable.length > 0 ? items : [emptyNote(prompt), ...items]).flatMap((item) => rowsOf(item, input.canSelectMany));
      input.items = rows;
      const preferred = new Set(items.filter((item) => item.preferred && !item.note).map((item) => item.value));
      const first = rows.filter((row) => row.value !== undefined && preferred.has(row.value));
      if (input.canSelectMany) {
        input.selectedItems = first;
      } else if (first.length > 0) {
        input.activeItems = first;
      }
    };
  });
}

/** A line of text. @throws CancelledError when it is closed, and what loading the prompt throws */
export async function ask(frame: Frame, prompt: InputPrompt): Promise<string> {
  const input = vscode.window.createInputBox();
  input.placeholder = prompt.placeholder ?? '';
  input.value = prompt.value ?? '';
  input.password = prompt.hidden ?? false;
  const { prompt: question } = prompt;
  input.prompt = typeof question === 'string' ? visibleText(question) : 'Loading...';
  return shown(input, frame, (resolve, signal) => {
    const judge = (): boolean => {
      const verdict = prompt.check(input.value);
      if ('refused' in verdict) {
        input.validationMessage = { message: boxText(verdict.refused), severity: vscode.InputBoxValidationSeverity.Error };
        return false;
      }
      // Without a remark the prompt shows again.
      const { remark } = verdict;
      input.validationMessage =
        remark === undefined ? undefined : { message: boxText(remark), severity: vscode.InputBoxValidationSeverity.Info };
      return true;
    };
    input.onDidChangeValue(judge);
    input.onDidAccept(() => {
      if (judge()) {
        resolve(input.value);
      }
    });
    // An empty box that is yet to be filled in is no mistake to point at.
    const judgeProposal = (): void => void (input.value !== '' && judge());
    if (typeof question === 'string') {
      judgeProposal();
      return () => Promise.resolve();
    }
    return async () => {
      input.prompt = visibleText(await question(signal));
      judgeProposal();
    };
  });
}

type Settle<Answer> = (answer: Answer) => void;

/** Shows an input, loads what it needs, and lets go of all of it however it ends. */
async function shown<Answer>(
  input: vscode.QuickPick<Row> | vscode.InputBox,
  frame: Frame,
  wire: (resolve: Settle<Answer>, signal: AbortSignal) => () => Promise<void>,
): Promise<Answer> {
  const ended = new AbortController();
  try {
    return await new Promise<Answer>((resolve, reject) => {
      input.title = visibleText(frame.title);
      input.step = frame.step;
      input.totalSteps = frame.totalSteps;
      // A click into the tree or a document must not throw the answers away.
      input.ignoreFocusOut = true;
      const draw = (): Map<vscode.QuickInputButton, FrameButton> => {
        const drawn = new Map(frame.buttons.map((one) => [one.button(), one]));
        input.buttons = [...drawn.keys()];
        return drawn;
      };
      let drawn = draw();
      input.onDidTriggerButton((button) => {
        const error = drawn.get(button)?.pressed();
        if (error) {
          reject(error);
        } else {
          drawn = draw();
        }
      });
      input.onDidHide(() => reject(new CancelledError('The prompt was closed')));
      const load = wire(resolve, ended.signal);
      input.busy = true;
      input.enabled = 'items' in input ? input.enabled : false;
      input.show();
      load().then(
        () => {
          input.busy = false;
          input.enabled = true;
        },
        // A load that ends because the prompt was closed has nothing more to say.
        (error: unknown) => reject(ended.signal.aborted && !isCancelled(error) ? new CancelledError() : (error as Error)),
      );
    });
  } finally {
    ended.abort();
    input.dispose();
  }
}

/** Below an input box VS Code draws icons and makes links. */
function boxText(text: string): string {
  return withoutIcons(messageText(text));
}

/** One row; for a note of which more is said than fits, rows below it that go on. */
function rowsOf(item: PickItem, checkboxes: boolean): Row[] {
  const row = rowOf(item, checkboxes);
  if (!item.note || row.detail === undefined) {
    return [row];
  }
  const [detail = '', ...others] = noteLines(row.detail);
  return [{ ...row, detail }, ...others.map((line) => ({ label: '', description: line, alwaysShow: true }))];
}

function rowOf(item: PickItem, checkboxes: boolean): Row {
  const icon = item.icon === undefined ? '' : `$(${item.icon}) `;
  if (item.note && checkboxes) {
    // A row without a checkbox: it cannot be selected.
    return { label: asLabel([item.label, item.detail].filter(Boolean).join(': ')), kind: vscode.QuickPickItemKind.Separator };
  }
  return {
    label: `${icon}${asLabel(item.label)}`,
    ...(item.description === undefined ? {} : { description: asDetail(item.description) }),
    ...(item.detail === undefined ? {} : { detail: asDetail(item.detail) }),
    ...(item.note ? { alwaysShow: true } : { value: item.value }),
  };
}

function emptyNote(prompt: PickPrompt): PickItem {
  return { value: '', label: prompt.empty, icon: 'info', note: true };
}
