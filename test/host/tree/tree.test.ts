import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { ArmClient, Connection, ConnectionState } from '../../../src/cloud/types.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { JsonDocuments } from '../../../src/tree/jsonDocuments.ts';
import { ResourceTreeProvider } from '../../../src/tree/provider.ts';
import type { NodeRow, Row } from '../../../src/tree/rows.ts';
import { treeItemOf } from '../../../src/tree/treeItems.ts';
import { TreeModel } from '../../../src/tree/treeModel.ts';

const node = (members: Partial<InventoryNode> = {}): InventoryNode => ({
  key: '/subscriptions/s/vaults/v',
  kind: 'vault',
  label: 'vault-a',
  description: 'westeurope',
  tooltip: ['vault-a', 'Region: westeurope'],
  icon: { id: 'archive', color: 'charts.blue' },
  tokens: ['vault', 'resource', 'refreshable'],
  expandable: true,
  resourceId: '/subscriptions/s/vaults/v',
  ...members,
});
const row = (members?: Partial<InventoryNode>): NodeRow => ({ type: 'node', key: '/subscriptions/s/vaults/v', node: node(members) });
const itemOf = (one: Row): vscode.TreeItem => treeItemOf(one, () => false);

describe('host: tree', () => {
  describe('rows', () => {
    it('carry id, tokens, icon, description and a label for who cannot see', () => {
      const item = itemOf(row());
      assert.equal(item.label, 'vault-a');
      assert.equal(item.contextValue, ';vault;resource;refreshable;');
      assert.equal(item.id, '/subscriptions/s/vaults/v');
      assert.equal(item.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
      assert.equal((item.iconPath as vscode.ThemeIcon).id, 'archive');
      assert.equal(item.accessibilityInformation?.label, 'vault-a, vault, westeurope');
      assert.equal(item.tooltip, 'vault-a\nRegion: westeurope');
    });

    it('show hostile names as text, short, with the whole in the tooltip', () => {
      const name = `<b>"\u202E$(flame)</b>${'x'.repeat(250)}`;
      const item = itemOf(row({ label: name, tooltip: [name] }));
      assert.equal(typeof item.label, 'string');
      assert.ok((item.label as string).startsWith('<b>"<U+202E>$(flame)</b>xxx'));
      assert.ok((item.label as string).length <= 120);
      assert.ok((item.tooltip as string).includes('x'.repeat(250)));
    });

    it('of errors say what, which code, and retry when clicked', () => {
      const error = new BackupError('The vault is gone.', {
        code: 'ResourceNotFound',
        status: 404,
        requestId: 'r-1',
        remedies: ['Refresh.'],
      });
      const item = itemOf({ type: 'error', key: 'x!error', parent: undefined, error, ofNextPage: false });
      assert.equal(item.label, 'The vault is gone.');
      assert.match(item.tooltip as string, /Refresh\.\nCode: ResourceNotFound, HTTP 404\nRequest ID: r-1/);
      assert.equal(item.command?.command, 'azureBackup.retry');
      assert.match(item.contextValue ?? '', /;error;/);
    });

    it('of a next page say how many are loaded, or how far a search for some of them has come', () => {
      const more = { type: 'loadMore', key: 'x!more', parent: undefined, more: 'next', loaded: 7 } as const;
      assert.equal(itemOf(more).description, '7 loaded');
      assert.equal(itemOf({ ...more, soFar: '0 of this VM among 200 read' }).description, '0 of this VM among 200 read');
    });

    it('of what loads are clicked to cancel it, also at the first level; connecting is no level', () => {
      const loading = { type: 'loading', key: 'x!loading', parent: undefined, label: 'Loading...', cancellable: true } as const;
      assert.equal(itemOf(loading).description, 'click to cancel');
      assert.equal(itemOf(loading).command?.command, 'azureBackup.cancelLoading');
      const connecting = itemOf({ ...loading, cancellable: false });
      assert.deepEqual([connecting.description, connecting.command], [undefined, undefined]);
    });

    it('of forbidden levels say that there is no access', () => {
      const error = new BackupError('You may not list the vaults.', { code: 'AuthorizationFailed', status: 403 });
      const item = itemOf({ type: 'error', key: 'x!error', parent: undefined, error, ofNextPage: false });
      assert.equal(item.label, 'No access: You may not list the vaults.');
    });
  });

  describe('commands', () => {
    const copied = async (...args: unknown[]): Promise<string> => {
      await vscode.env.clipboard.writeText('');
      await vscode.commands.executeCommand('azureBackup.copyResourceId', ...args);
      return vscode.env.clipboard.readText();
    };

    it('copy the ID of the clicked row, and of all selected rows where it is one of them', async () => {
      const [one, two] = [row(), row({ resourceId: '/subscriptions/s/vaults/w' })];
      assert.equal(await copied(one, [one]), '/subscriptions/s/vaults/v');
      assert.equal(await copied(one, [one, two]), '/subscriptions/s/vaults/v\n/subscriptions/s/vaults/w');
    });
  });

  describe('statements that mend what is wrong', () => {
    const text = "ALTER SERVER ROLE [sysadmin] ADD MEMBER [it's; $(flame)];\n";
    const mended = (statement: string): NodeRow =>
      row({
        kind: 'inquiry',
        tokens: ['inquiry', 'statement'],
        statement: { title: 'T-SQL, on each instance', text: statement },
      });

    it('are copied as they are, each once', async () => {
      await vscode.env.clipboard.writeText('');
      await vscode.commands.executeCommand('azureBackup.copyStatement', mended(text), [mended(text)]);
      assert.equal(await vscode.env.clipboard.readText(), text);
      const rows = [mended(text), mended(text), row(), mended('SELECT 1;')];
      await vscode.commands.executeCommand('azureBackup.copyStatement', rows[0], rows);
      assert.equal(await vscode.env.clipboard.readText(), `${text}\nSELECT 1;`);
    });

    it('are offered where there is one, and not in the palette', () => {
      const { menus } = (
        vscode.extensions.getExtension('backup-explorer.backup-explorer')?.packageJSON as {
          contributes: { menus: Record<string, { command: string; when?: string; group?: string }[]> };
        }
      ).contributes;
      const entries = (menu: string): string[] =>
        (menus[menu] ?? []).filter(({ command }) => command === 'azureBackup.copyStatement').map(({ when = '' }) => when);
      assert.ok(entries('view/item/context').length === 2 && entries('view/item/context').every((when) => when.includes(';statement;')));
      assert.deepEqual(entries('commandPalette'), ['false']);
    });
  });

  describe('provider', () => {
    it('tells many changes at once, and answers with the rows of the model', async () => {
      const changes = new vscode.EventEmitter<InventoryNode | undefined>();
      const child = node();
      const state: ConnectionState = { kind: 'connected', environment: environmentOf() };
      const model = new TreeModel({
        connection: { state, onDidChange: () => ({ dispose: () => undefined }), connect: () => Promise.resolve(state) },
        inventory: {
          children: () => Promise.resolve({ nodes: [child] }),
          loaded: () => undefined,
          parentOf: () => undefined,
          beside: () => [],
          find: () => Promise.resolve(undefined),
          refresh: () => undefined,
          onDidChange: changes.event,
          onDidChangeLooks: () => ({ dispose: () => undefined }),
          onDidMend: () => ({ dispose: () => undefined }),
        },
      });
      const provider = new ResourceTreeProvider(model, { visible: true });
      try {
        const [first] = await provider.getChildren();
        assert.equal(provider.getTreeItem(first as Row).label, 'vault-a');
        const told: unknown[] = [];
        const once = new Promise<void>((resolve) => {
          provider.onDidChangeTreeData((change) => {
            told.push(change);
            resolve();
          });
        });
        changes.fire(child);
        changes.fire({ ...child, description: 'northeurope' });
        await once;
        assert.deepEqual(told, [[first]]);
        assert.equal(provider.getTreeItem(first as Row).description, 'northeurope');
      } finally {
        provider.dispose();
        model.dispose();
      }
    });
  });

  describe('JSON documents', () => {
    const texts = new Map<string, string>();
    // The scheme has one owner in a window: the running extension, whose documents these tests must not take over.
    const documents = (): { readonly show: JsonDocuments; readonly asked: string[] } => {
      const asked: string[] = [];
      const arm: Partial<ArmClient> = {
        get: (url) => {
          asked.push(url);
          const text = texts.get(url.replace(/\?.*/, '')) ?? '{"n":12345678901234567890}';
          return Promise.resolve({ status: 200, headers: {}, url, text, body: JSON.parse(text) as never });
        },
      };
      const connection: Pick<Connection, 'arm'> = { arm: () => arm as ArmClient };
      return { show: new JsonDocuments(connection), asked };
    };

    it('are read fresh, laid out, JSON, and cannot be edited', async () => {
      const { show, asked } = documents();
      try {
        await show.showNode(node({ label: 'vault <b>/x' }));
        const editor = vscode.window.activeTextEditor;
        assert.equal(editor?.document.getText(), '{\n  "n": 12345678901234567890\n}\n');
        assert.equal(editor?.document.languageId, 'json');
        assert.equal(editor?.document.uri.scheme, 'azurebackup-json');
        assert.equal(editor?.document.uri.path, '/vault <b>_x.json');
        assert.equal(vscode.workspace.fs.isWritableFileSystem('azurebackup-json') ?? false, false);
        assert.equal(asked.length, 1);
        await show.showNode(node({ label: 'vault <b>/x' }));
        assert.equal(asked.length, 2, 'read again');
      } finally {
        show.dispose();
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      }
    });

    it('show texts of other rooms as they are', async () => {
      const { show, asked } = documents();
      try {
        await show.showText('request.json', '{"a":1}');
        assert.equal(vscode.window.activeTextEditor?.document.getText(), '{\n  "a": 1\n}\n');
        assert.deepEqual(asked, []);
      } finally {
        show.dispose();
        await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      }
    });
  });
});

function environmentOf(): Extract<ConnectionState, { kind: 'connected' }>['environment'] {
  return {
    kind: 'custom',
    label: 'Test',
    resourceManagerEndpoint: 'https://arm.test',
    authorityHost: 'https://login.test',
    audience: 'https://arm.test/',
  };
}
