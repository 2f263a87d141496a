import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const id = 'backup-explorer.backup-explorer';

/** Only what these tests read of package.json. */
interface Manifest {
  engines: { vscode: string };
  contributes: {
    commands?: { command: string }[];
    views?: Record<string, { id: string }[]>;
    viewsContainers?: { activitybar?: { id: string }[] };
    configuration?: { properties: Record<string, unknown> } | { properties: Record<string, unknown> }[];
  };
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(id);
  assert.ok(found, `VS Code does not know ${id}: it knows ${vscode.extensions.all.map((one) => one.id).join(', ')}`);
  return found;
}

const contributes = () => (extension().packageJSON as Manifest).contributes;

describe('host: activation', () => {
  it('runs in the VS Code that this run was started for', () => {
    assert.equal(vscode.version.startsWith(process.env['EXPECTED_VSCODE'] ?? '1.'), true, `this is VS Code ${vscode.version}`);
  });

  it('activates without an error', async () => {
    await extension().activate();
    assert.equal(extension().isActive, true);
  });

  it('registers every command that package.json contributes', async () => {
    await extension().activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const contributed = (contributes().commands ?? []).map(({ command }) => command);
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });

  it('contributes the view container and the tree under azureBackup', () => {
    const { viewsContainers, views } = contributes();
    assert.deepEqual(
      viewsContainers?.activitybar?.map((container) => container.id),
      ['azureBackup'],
    );
    assert.ok(
      views?.['azureBackup']?.some((view) => view.id === 'azureBackup.resources'),
      'no view azureBackup.resources',
    );
  });

  it('contributes no id outside azureBackup', () => {
    const { commands = [], views = {}, configuration = [] } = contributes();
    const ids = [
      ...commands.map(({ command }) => command),
      ...Object.values(views).flatMap((list) => list.map((view) => view.id)),
      ...[configuration].flat().flatMap(({ properties }) => Object.keys(properties)),
    ];
    assert.ok(ids.length > 0);
    assert.deepEqual(
      ids.filter((one) => !one.startsWith('azureBackup.')),
      [],
    );
  });

  it('opens its view', async () => {
    await vscode.commands.executeCommand('azureBackup.resources.focus');
  });
});
