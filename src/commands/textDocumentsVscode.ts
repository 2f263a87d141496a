import * as vscode from 'vscode';
import { displayName } from '../core/displayText.ts';
import { textScheme } from './textScheme.ts';

/** Read-only documents of texts that are made for one look: requests before they are sent, lists of what was not started. */
export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #count = 0;

  constructor() {
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(textScheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.#texts.delete(uri.toString())),
    ];
  }

  /** Opens the text as it is, beside what has the focus. `name` is plain text and becomes the tab's title. */
  async show(name: string, text: string): Promise<void> {
    const path = `/${displayName(name, 80).replace(/[/\\?#]/g, '_')}`;
    const uri = vscode.Uri.from({ scheme: textScheme, path, query: String(++this.#count) });
    this.#texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  textOf(uri: vscode.Uri): string {
    return this.provideTextDocumentContent(uri);
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? 'This text was made for one look and is gone. Open it again from where it came.\n';
  }

  dispose(): void {
    this.#subscriptions.forEach((subscription) => void subscription.dispose());
  }
}
