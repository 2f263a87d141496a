import assert from 'node:assert/strict';
import { openWindow, pictureOnFailure, type VsCodeWindow } from './lib/index.ts';

for (const version of ['latest', 'lowest'] as const) {
  describe(`ui: the packaged extension in a clean VS Code, ${version}, before anybody has signed in`, () => {
    let window: VsCodeWindow;

    before(async () => {
      window = await openWindow({ version, allBuiltIns: true });
    });
    afterEach(pictureOnFailure(() => window));
    after(() => window?.close());

    it('activates when its view is opened, and offers to sign in, and the sandbox; choosing the sandbox fills the tree', async () => {
      await window.openView();
      assert.match(await window.welcome.text(), /Sign In/);
      assert.match(window.log(/remoteexthost\.log$/), /_doActivateExtension backup-explorer\.backup-explorer/);
      await window.screenshot(`signed-out-${version}`);
      await window.welcome.click('Use the Sandbox');
      await window.tree.rows.nth(2).waitFor();
      await window.screenshot(`installed-${version}`);
    });

    it('opens a subscription', async () => {
      const [first] = await window.tree.list();
      assert.ok(first);
      await window.tree.expand(first.label);
      const below = (await window.tree.list()).filter((row) => row.level === 2);
      assert.ok(below.length > 0, 'nothing stands below the subscription');
    });
  });
}
