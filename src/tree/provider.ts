import * as vscode from 'vscode';
import type { Row } from './rows.ts';
import { treeItemOf } from './treeItems.ts';
import type { TreeModel } from './treeModel.ts';

/** Changes that come together are told together: VS Code asks again for each. */
const gatherMs = 50;

/** VS Code's view of the model. */
export class ResourceTreeProvider implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #model: TreeModel;
  readonly #changes = new vscode.EventEmitter<Row | Row[] | undefined>();
  readonly #changed = new Set<Row | undefined>();
  readonly #subscription: { dispose(): void };
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.#changes.event;

  constructor(model: TreeModel) {
    this.#model = model;
    this.#subscription = model.onDidChange((row) => {
      this.#changed.add(row);
      this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
    });
  }

  getTreeItem(row: Row): vscode.TreeItem {
    return treeItemOf(row, (one) => this.#model.isOpen(one));
  }

  async getChildren(row?: Row): Promise<Row[]> {
    return [...(await this.#model.children(row))];
  }

  getParent(row: Row): Row | undefined {
    return this.#model.parent(row);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#subscription.dispose();
    this.#changes.dispose();
  }

  #flush(): void {
    this.#timer = undefined;
    const rows = [...this.#changed];
    this.#changed.clear();
    const some = rows.filter((row) => row !== undefined);
    this.#changes.fire(some.length < rows.length ? undefined : some);
  }
}
