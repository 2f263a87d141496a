import assert from 'node:assert/strict';
import { openWindow, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

describe('ui: the packaged extension in a clean VS Code', () => {
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow({ machine: { 'azureBackup.cloud': 'sandbox' } });
  });
  afterEach(pictureOnFailure(() => window));
  after(() => window?.close());

  it('activates when its view is opened, and shows the sandbox’s subscriptions', async () => {
    await window.openView();
    await window.tree.rows.first().waitFor();
    await window.tree.rows.nth(2).waitFor();
    assert.match(window.log(/remoteexthost\.log$/), /_doActivateExtension backup-explorer\.backup-explorer/);
    await window.screenshot('installed');
  });

  it('opens a subscription, its vaults and a vault', async () => {
    const [first] = await window.tree.list();
    assert.ok(first);
    await window.tree.expand(first.label);
    const below = (await window.tree.list()).filter((row) => row.level === 2);
    assert.ok(below.length > 0, 'nothing stands below the subscription');
    await window.screenshot('installed-expanded');
  });
});
