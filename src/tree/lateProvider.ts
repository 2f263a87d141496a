import * as vscode from 'vscode';
import type { Row } from './rows.ts';

/** Stands in the tree's place until VS Code asks for rows: only then is there a reason to load what makes them. */
export class LateProvider implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #load: () => Promise<unknown>;
  readonly #changes = new vscode.EventEmitter<Row | Row[] | undefined | null | void>();
  #rows: vscode.TreeDataProvider<Row> | undefined;
  #subscription: vscode.Disposable | undefined;

  readonly onDidChangeTreeData = this.#changes.event;

  /** @param load resolves once `use` has been called */
  constructor(load: () => Promise<unknown>) {
    this.#load = load;
  }

  /** From here on it is this provider that answers. */
  use(rows: vscode.TreeDataProvider<Row>): void {
    this.#rows = rows;
    this.#subscription = rows.onDidChangeTreeData?.((row) => this.#changes.fire(row));
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (!this.#rows) {
      await this.#load();
    }
    return (await this.#loaded().getChildren(row)) ?? [];
  }

  getTreeItem(row: Row): vscode.TreeItem | Thenable<vscode.TreeItem> {
    return this.#loaded().getTreeItem(row);
  }

  getParent(row: Row): vscode.ProviderResult<Row> {
    return this.#loaded().getParent?.(row);
  }

  dispose(): void {
    this.#subscription?.dispose();
    this.#changes.dispose();
  }

  #loaded(): vscode.TreeDataProvider<Row> {
    if (!this.#rows) {
      throw new Error('The tree has no rows yet: nothing has given it a provider.');
    }
    return this.#rows;
  }
}
