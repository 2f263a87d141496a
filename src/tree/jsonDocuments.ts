import * as vscode from 'vscode';
import type { Connection } from '../cloud/types.ts';
import { displayName } from '../core/displayText.ts';
import { lastSegment } from '../core/armId.ts';
import { messageOf } from '../core/errors.ts';
import type { InventoryNode } from '../inventory/types.ts';
import { jsonScheme } from './ids.ts';
import { laidOutJson } from './jsonText.ts';
import { addressOf, readResourceJson, type ResourceAddress } from './resourceJson.ts';

/** Read-only JSON documents: a resource as the cloud has it now, or a text that another room shows. */
export class JsonDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #connection: Pick<Connection, 'arm'>;
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #texts = new Map<string, string>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #count = 0;

  readonly onDidChange = this.#changes.event;

  constructor(connection: Pick<Connection, 'arm'>) {
    this.#connection = connection;
    this.#subscriptions = [
      vscode.workspace.registerTextDocumentContentProvider(jsonScheme, this),
      // A closed document is read anew when it is opened again.
      vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.#texts.delete(uri.toString())),
    ];
  }

  /** Opens a resource, read just now; a list's entry where Azure has no address for the one. @throws BackupError */
  async showNode(node: InventoryNode, signal?: AbortSignal): Promise<void> {
    const address = addressOf(node);
    await (address
      ? this.showResource(address, node.label, signal)
      : this.showText(`${node.label}.json`, JSON.stringify(node.raw ?? {}, null, 2)));
  }

  /** @throws BackupError where it cannot be read */
  async showResource(address: ResourceAddress, name = lastSegment(address.id), signal?: AbortSignal): Promise<void> {
    const text = await readResourceJson(this.#connection.arm(), address, signal);
    const uri = vscode.Uri.from({ scheme: jsonScheme, path: pathOf(`${name}.json`), query: JSON.stringify(address) });
    await this.#show(uri, text);
  }

  /** Opens a text of ours; `name` becomes the tab's title. */
  async showText(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: jsonScheme, path: pathOf(name), query: JSON.stringify({ text: ++this.#count }) });
    await this.#show(uri, laidOutJson(text));
  }

  /** Also asked by VS Code alone, when a window with such a tab is loaded again. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const known = this.#texts.get(uri.toString());
    if (known !== undefined) {
      return known;
    }
    const address = addressIn(uri);
    if (!address) {
      return '// This document was made for one look and is gone. Open it again from where it came.\n';
    }
    try {
      return await readResourceJson(this.#connection.arm(), address);
    } catch (error) {
      return `// ${messageOf(error).replace(/[\r\n]+/g, ' ')}\n`;
    }
  }

  dispose(): void {
    this.#subscriptions.forEach((subscription) => void subscription.dispose());
    this.#changes.dispose();
  }

  async #show(uri: vscode.Uri, text: string): Promise<void> {
    this.#texts.set(uri.toString(), text);
    this.#changes.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, text.startsWith('//') ? 'jsonc' : 'json');
    await vscode.window.showTextDocument(document, { preview: true });
  }
}

/** A name as the last part of a path: no slashes, which would be folders. */
function pathOf(name: string): string {
  return `/${displayName(name, 80).replace(/[/\\?#]/g, '_')}`;
}

function addressIn(uri: vscode.Uri): ResourceAddress | undefined {
  try {
    const value: unknown = JSON.parse(uri.query);
    const { id, tenantId } = value as { id?: unknown; tenantId?: unknown };
    return typeof id === 'string' && id.startsWith('/') ? { id, ...(typeof tenantId === 'string' ? { tenantId } : {}) } : undefined;
  } catch {
    return undefined;
  }
}
