import * as vscode from 'vscode';
import { createConnection } from './cloud/connectionVscode.ts';
import { requestLogLine } from './cloud/requestLog.ts';
import { Appliances } from './cloud/veeam/appliances.ts';
import { cancellingRequest } from './commands/canceller.ts';
import { registerConnectionCommands } from './commands/connection/connectionCommands.ts';
import { followersOf } from './commands/followers.ts';
import { HeldLinks } from './commands/links/heldLinks.ts';
import { showLinks } from './commands/links/linkStatusVscode.ts';
import { rememberedIn } from './commands/rememberedVscode.ts';
import { createPrompter } from './commands/prompts/prompterVscode.ts';
import { refreshAfter } from './commands/refreshAfter.ts';
import { registerCommands } from './commands/registerCommands.ts';
import { TextDocuments } from './commands/textDocumentsVscode.ts';
import { textScheme } from './commands/textScheme.ts';
import { registerVeeamCommands } from './commands/veeam/registerVeeamCommands.ts';
import { wakeOperations } from './commands/veeam/wakeOperations.ts';
import { lineText, messageText } from './core/displayText.ts';
import { messageOf } from './core/errors.ts';
import { hasEnded, type OperationRecord } from './core/operation.ts';
import { createInventory } from './inventory/inventory.ts';
import type { EngineOptions } from './operations/context.ts';
import { Engine } from './operations/engine.ts';
import { refusalExplainer } from './operations/explain.ts';
import { placeUsed } from './providers/apiManagement/place.ts';
import { remediesFor } from './providers/remedies.ts';
import { trackers } from './providers/trackers.ts';
import { veeamRemediesFor } from './providers/veeam/errorKnowledge.ts';
import { originOfId } from './providers/veeam/ids.ts';
import type { LateProvider } from './tree/lateProvider.ts';
import { registerTree } from './tree/registerTree.ts';
import type { Row } from './tree/rows.ts';
import { registerViews } from './views/registerViews.ts';
import { VaultJobs } from './views/vaultJobs.ts';

/** What VS Code may ask of the running extension, by way of the doors in extension.ts. */
export interface House {
  /** Gives a Jobs panel that outlived a reload its content again. */
  restorePanel(panel: vscode.WebviewPanel): Promise<void>;
  /** The text of a read-only document that outlived a reload. */
  textOf(uri: vscode.Uri): Promise<string>;
  /** Stops the following; the journal keeps what runs. */
  dispose(): Promise<void>;
}

/**
 * Wires the rooms together, and registers all commands. Sends nothing and loads no SDK: looking at the tree, a command or
 * a running operation does.
 * @param view the tree's place in the window, for which `rows` is asked
 */
export function openHouse(context: vscode.ExtensionContext, view: vscode.TreeView<Row>, rows: LateProvider): House {
  const control = createConnection(context, { remediesFor });
  const { connection, log } = control;
  const links = new HeldLinks(Date.now);
  const remembered = rememberedIn(context.globalState);
  const appliances = new Appliances({
    memory: context.globalState,
    secrets: context.secrets,
    log: { request: (entry) => log.info(requestLogLine(entry)) },
    remediesFor: veeamRemediesFor,
    versionSetting: () => vscode.workspace.getConfiguration('azureBackup').get('veeam.apiVersion'),
    now: Date.now,
  });
  const inventory = createInventory({ connection, links, remembered, appliances });
  const operations = new Engine({
    folder: vscode.Uri.joinPath(context.globalStorageUri, 'operations').fsPath,
    arm: () => (connection.state.kind === 'connected' ? connection.arm() : undefined),
    clientOf: (origin) => appliances.client(origin),
    trackers,
    followers: followersOf(),
    canceller: (record) => cancellingRequest(record, () => connection.arm().environment),
    explain: explainer((origin) => appliances.get(origin) !== undefined),
    isGone: async (cloud) => appliances.isGone(cloud) || control.isGone(cloud),
  });
  const texts = new TextDocuments();
  const tree = registerTree(context, { connection, inventory, view, rows });
  const reveal = (resourceId: string): Promise<boolean> => tree.reveal(resourceId, new AbortController().signal);
  const copyText = (text: string): Promise<void> => Promise.resolve(vscode.env.clipboard.writeText(text));
  const recentJobs = new VaultJobs(connection);
  const views = registerViews({
    extensionUri: context.extensionUri,
    engine: operations,
    recentJobs,
    reveal,
    showDocument: (name, text) => tree.showDocument(name, text),
    showText: (name, text) => texts.show(name, text),
    copyText,
    tryAgain: async (triedId) => {
      const { tryAgain } = await import('./commands/runCommand.ts');
      await tryAgain(services, triedId);
    },
  });
  const services = {
    connection,
    appliances,
    inventory,
    links,
    engine: operations,
    prompter: createPrompter(),
    remembered,
    showDocument: (name: string, text: string) => texts.show(name, text),
    showJobs: (id?: string) => views.showJobs(id),
    showLog: () => log.show(),
    log: (line: string) => log.info(lineText(line)),
    copyText,
    now: Date.now,
  };
  registerCommands(context, services);
  registerVeeamCommands(context, { ...services, reveal });
  registerConnectionCommands(context, control);
  context.subscriptions.push(
    texts,
    views,
    links,
    showLinks(links),
    operations.onDidChange((record) => links.noteOperation(record)),
    operations.onDidChange((record) => {
      const used = placeUsed(record);
      if (used) {
        remembered.set(used.key, used.value);
      }
    }),
    recentJobs,
    inventory,
    control,
    refreshAfter(
      operations,
      inventory,
      (cloud) =>
        (connection.state.kind === 'connected' && connection.state.environment.resourceManagerEndpoint === cloud) ||
        appliances.get(cloud) !== undefined,
    ),
    appliances,
    wakeOperations(appliances, operations),
    connection.onDidChange(() => void resume()),
    operations.onProblem((problem) => {
      log.error(problem.message);
      void vscode.window.showErrorMessage(messageText(problem.message));
    }),
  );
  /** Appliances of a sandbox end with it, and what ran on them has no end that could be found out. */
  async function resume(): Promise<void> {
    try {
      await appliances.dropGone((endpoint) => control.isGone(endpoint));
    } catch (error) {
      log.error(messageOf(error));
    }
    await operations.resume();
  }
  void followWhatRuns(operations, resume, () => connection.connect()).catch((error: unknown) => log.error(messageOf(error)));
  return {
    restorePanel: (panel) => views.restorePanel(panel),
    textOf: async (uri) => (uri.scheme === textScheme ? texts : tree).textOf(uri),
    dispose: () => operations.dispose(),
  };
}

/** A window that was reloaded goes on with what it followed: that takes the cloud, unless it runs on an appliance. */
async function followWhatRuns(operations: Engine, resume: () => Promise<void>, connect: () => Promise<unknown>): Promise<void> {
  await resume();
  const waits = ({ id, status, target }: OperationRecord): boolean =>
    !hasEnded(status) && originOfId(target.id) === undefined && operations.standing(id).notConnected;
  if (operations.list().some(waits)) {
    await connect();
  }
}

/** An appliance's refusals have words of their own. */
function explainer(isAppliance: (origin: string) => boolean): EngineOptions['explain'] {
  const [ofCloud, ofAppliance] = [refusalExplainer(remediesFor), refusalExplainer(veeamRemediesFor)];
  return (response, ...about) => (isAppliance(new URL(response.url).origin) ? ofAppliance : ofCloud)(response, ...about);
}
