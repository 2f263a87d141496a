import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';

/** What VS Code needs at most to hand a panel back that it restored. */
const restoreMs = 3_000;

export interface OrphanTabsOptions {
  readonly viewType: string;
  /** True where this extension host speaks to a panel. */
  readonly hasPanel: () => boolean;
  /** Opens a panel in that column, without taking the focus. */
  readonly replace: (column: vscode.ViewColumn) => void;
}

/**
 * When an extension host crashes, VS Code leaves its webviews on screen, but nobody can speak to them any more and what
 * they show grows old. Such a tab cannot be told from one that VS Code is about to restore but by waiting.
 */
export class OrphanTabs implements Disposable {
  readonly #options: OrphanTabsOptions;
  readonly #listening: Disposable;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: OrphanTabsOptions) {
    this.#options = options;
    this.#listening = vscode.window.tabGroups.onDidChangeTabs(() => this.#look());
    this.#look();
  }

  /** Closes every tab of the panel's kind: for when there is no panel, and one is about to be opened. */
  async close(): Promise<void> {
    const tabs = this.#tabs();
    if (tabs.length > 0) {
      await vscode.window.tabGroups.close(tabs, true);
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#listening.dispose();
  }

  #look(): void {
    if (this.#options.hasPanel() || !this.#shown()) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else {
      this.#timer ??= setTimeout(() => void this.#replace(), restoreMs);
    }
  }

  async #replace(): Promise<void> {
    this.#timer = undefined;
    const column = this.#shown()?.group.viewColumn;
    if (column !== undefined && !this.#options.hasPanel()) {
      await this.close();
      this.#options.replace(column);
    }
  }

  #shown(): vscode.Tab | undefined {
    return this.#tabs().find((tab) => tab.isActive);
  }

  #tabs(): vscode.Tab[] {
    return vscode.window.tabGroups.all
      .flatMap((group) => group.tabs)
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(this.#options.viewType));
  }
}
