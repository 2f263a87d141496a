import * as vscode from 'vscode';
import { RowChanges } from './rowChanges.ts';
import type { Row } from './rows.ts';
import { treeItemOf } from './treeItems.ts';
import type { TreeModel } from './treeModel.ts';

/** VS Code's view of the model. */
export class ResourceTreeProvider implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  readonly #model: TreeModel;
  readonly #told = new vscode.EventEmitter<Row | Row[] | undefined>();
  readonly #changes: RowChanges;

  readonly onDidChangeTreeData = this.#told.event;

  constructor(model: TreeModel, view: Pick<vscode.TreeView<Row>, 'visible'>, onReading?: (reading: Promise<void>) => void) {
    this.#model = model;
    this.#changes = new RowChanges({
      model,
      tell: (rows) => this.#told.fire(rows && [...rows]),
      isVisible: () => view.visible,
      ...(onReading && { onReading }),
    });
  }

  getTreeItem(row: Row): vscode.TreeItem {
    this.#changes.noteTaken(row);
    return treeItemOf(row, (one) => this.#model.isOpen(one));
  }

  async getChildren(row?: Row): Promise<Row[]> {
    const noteGiven = this.#changes.noteAsked(row);
    const rows = await this.#model.children(row);
    noteGiven(rows);
    return [...rows];
  }

  getParent(row: Row): Row | undefined {
    return this.#model.parent(row);
  }

  /** A row was closed: until it is opened again, nobody asks for what is below it. */
  noteClosed(row: Row): void {
    this.#changes.noteClosed(row);
  }

  dispose(): void {
    this.#changes.dispose();
    this.#told.dispose();
  }
}
