import * as vscode from 'vscode';
import { apiVersions } from '../cloud/apiVersions.ts';
import type { Connection } from '../cloud/types.ts';
import { displayName } from '../core/displayText.ts';
import { lastSegment, segmentOf } from '../core/armId.ts';
import { messageOf } from '../core/errors.ts';
import type { InventoryNode } from '../inventory/types.ts';
import { armPath } from '../providers/recoveryServices/armUrl.ts';
import { jsonScheme } from './ids.ts';
import { laidOutJson } from './jsonText.ts';

interface Address {
  readonly id: string;
  readonly tenantId?: string;
}

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
    const { resourceId: id, tenantId } = node;
    if (id === undefined) {
      return;
    }
    if (segmentOf(id, 'protectableItems') !== undefined) {
      return this.showText(`${node.label}.json`, JSON.stringify(node.raw ?? {}, null, 2));
    }
    await this.showResource(tenantId === undefined ? { id } : { id, tenantId }, node.label, signal);
  }

  /** @throws BackupError where it cannot be read */
  async showResource(address: Address, name = lastSegment(address.id), signal?: AbortSignal): Promise<void> {
    const text = await this.#read(address, signal);
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
    const address = addressOf(uri);
    if (!address) {
      return '// This document was made for one look and is gone. Open it again from where it came.\n';
    }
    try {
      return await this.#read(address);
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

  async #read({ id, tenantId }: Address, signal?: AbortSignal): Promise<string> {
    const answer = await this.#connection.arm().get(armPath(id, [], { apiVersion: apiVersionOf(id) }), {
      attempted: 'read its JSON',
      resource: lastSegment(id),
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(signal === undefined ? {} : { signal }),
    });
    return laidOutJson(answer.text);
  }
}

/** Which api-version reads a resource of this id. */
function apiVersionOf(id: string): string {
  if (segmentOf(id, 'providers') === undefined) {
    return segmentOf(id, 'resourceGroups') === undefined ? apiVersions.subscriptions : apiVersions.resources;
  }
  return /\/vaults\/[^/]+\/?$/i.test(id) ? apiVersions.vaults : apiVersions.backup;
}

/** A name as the last part of a path: no slashes, which would be folders. */
function pathOf(name: string): string {
  return `/${displayName(name, 80).replace(/[/\\?#]/g, '_')}`;
}

function addressOf(uri: vscode.Uri): Address | undefined {
  try {
    const value: unknown = JSON.parse(uri.query);
    const { id, tenantId } = value as { id?: unknown; tenantId?: unknown };
    return typeof id === 'string' && id.startsWith('/') ? { id, ...(typeof tenantId === 'string' ? { tenantId } : {}) } : undefined;
  } catch {
    return undefined;
  }
}
