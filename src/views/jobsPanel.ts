import * as vscode from 'vscode';
import type { Disposable } from '../core/events.ts';
import type { OperationEngine } from '../operations/types.ts';
import { pageHtml } from './html.ts';
import { JobsModel, type JobsModelOptions } from './jobsModel.ts';
import { OrphanTabs } from './orphanTabs.ts';
import type { ToBrowser } from './protocol.ts';
import type { RecentJobs } from './recentJobs.ts';
import { jobsViewType } from './viewCommands.ts';

/** Jobs of others are listed again this often while one runs and the panel is seen. */
const listEveryMs = 60_000;
const title = 'Backup Jobs';

export interface JobsPanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly engine: OperationEngine;
  readonly recentJobs: RecentJobs;
  readonly act: JobsModelOptions['act'];
}

/** The one Jobs panel of the window. */
export class JobsPanel implements Disposable, vscode.WebviewPanelSerializer {
  readonly #options: JobsPanelOptions;
  #panel: vscode.WebviewPanel | undefined;
  #model: JobsModel | undefined;
  /** To select once the browser side is ready. */
  #select: string | undefined;
  #watching: Disposable | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #orphans: OrphanTabs;

  constructor(options: JobsPanelOptions) {
    this.#options = options;
    this.#orphans = new OrphanTabs({
      viewType: jobsViewType,
      hasPanel: () => this.#panel !== undefined,
      replace: (viewColumn) => {
        // What the dead panel had selected cannot be asked of it.
        this.#select ??= options.engine.list().toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0]?.id;
        this.#open({ viewColumn, preserveFocus: true });
      },
    });
  }

  /** Opens it or brings it forward, at an operation where one is named. */
  show(id?: string): void {
    this.#select = id;
    if (!this.#panel) {
      void this.#orphans.close();
      this.#open(vscode.ViewColumn.Active);
      return;
    }
    this.#panel.reveal();
    if (id !== undefined) {
      this.#model?.select(id);
    }
  }

  /** After a reload: the browser side keeps its own selection and filters. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.#panel) {
      panel.dispose();
    } else {
      panel.webview.options = this.#webviewOptions();
      this.#attach(panel);
    }
    return Promise.resolve();
  }

  dispose(): void {
    this.#orphans.dispose();
    this.#panel?.dispose();
  }

  #open(where: Parameters<typeof vscode.window.createWebviewPanel>[2]): void {
    this.#attach(vscode.window.createWebviewPanel(jobsViewType, title, where, this.#webviewOptions()));
  }

  #attach(panel: vscode.WebviewPanel): void {
    const { engine, recentJobs, act, extensionUri } = this.#options;
    const post = (message: ToBrowser): void => void panel.webview.postMessage(message);
    const model = new JobsModel({ engine, recentJobs, act, post });
    this.#panel = panel;
    this.#model = model;
    const icon = (name: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', name);
    panel.iconPath = { light: icon('jobs-light.svg'), dark: icon('jobs-dark.svg') };
    panel.webview.onDidReceiveMessage((message: unknown) => {
      const select = this.#select;
      this.#select = undefined;
      void model.take(message, select);
    });
    panel.onDidChangeViewState(() => {
      model.setVisible(panel.visible);
      this.#watch(panel.visible);
    });
    panel.onDidDispose(() => {
      this.#watch(false);
      model.dispose();
      this.#panel = undefined;
      this.#model = undefined;
    });
    const uri = (file: string): string => panel.webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'media', file)).toString();
    panel.webview.html = pageHtml({
      title,
      cspSource: panel.webview.cspSource,
      script: uri('jobs.js'),
      styles: [uri('jobs.css')],
      iconStyle: uri('codicon.css'),
    });
    this.#watch(panel.visible);
  }

  /** Somebody looks, or nobody does: polling goes fast or slow, and jobs of others are listed or not. */
  #watch(visible: boolean): void {
    this.#watching?.dispose();
    this.#watching = visible ? this.#options.engine.watch() : undefined;
    clearInterval(this.#timer);
    this.#timer = visible
      ? setInterval(() => {
          if (this.#model?.hasRunningJobs()) {
            void this.#model.refresh();
          }
        }, listEveryMs)
      : undefined;
  }

  #webviewOptions(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return {
      enableScripts: true,
      enableForms: false,
      enableCommandUris: false,
      localResourceRoots: [vscode.Uri.joinPath(this.#options.extensionUri, 'dist', 'media')],
      enableFindWidget: true,
    };
  }
}
