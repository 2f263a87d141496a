// Takes the screenshots of README.md anew, in a real window with the packaged extension: npm run pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWindow, type VsCodeWindow } from './lib/index.ts';
import { root, say } from '../../scripts/lib/deps.mjs';

/** What the package can spare. */
const maximumBytes = 600_000;
const vm = 'vm-web-03';

/** The edge of the side bar, in pixels from the left: wide enough for what the rows say. */
async function widenSideBar(window: VsCodeWindow, x: number): Promise<void> {
  const edge = await window.page.locator('.part.sidebar').boundingBox();
  if (!edge) throw new Error('There is no side bar.');
  await window.page.mouse.move(edge.x + edge.width, 400);
  await window.page.mouse.down();
  await window.page.mouse.move(x, 400, { steps: 5 });
  await window.page.mouse.up();
}

async function save(window: VsCodeWindow, name: string): Promise<void> {
  const folder = join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  const picture = await window.page.screenshot();
  if (picture.length > maximumBytes) throw new Error(`${name} has ${picture.length} bytes: at most ${maximumBytes} are allowed.`);
  writeFileSync(join(folder, name), picture);
  say(`docs/images/${name}: ${Math.round(picture.length / 1024)} KB`);
}

export default async function takePictures(): Promise<void> {
  const window = await openWindow({
    machine: { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 30, latency: 0, seed: 1 } },
    user: { 'workbench.colorTheme': 'Default Dark Modern', 'window.commandCenter': false, 'workbench.layoutControl.enabled': false },
    viewport: { width: 1400, height: 900 },
  });
  try {
    const { tree, quickInput, jobs, page } = window;
    await window.openView();
    await widenSideBar(window, 500);
    await tree.reveal('Northwind Production', 'Recovery Services vaults', 'rsv-webshop-weu', 'Protectable items', 'Protected items');
    await tree.reveal('Azure virtual machines', 'rsv-erp-weu');
    // The first of the two vaults that now stand open.
    await tree.reveal('Protected items', 'Azure virtual machines');
    await tree.menu(vm, 'Back Up Now...');
    await quickInput.message(/Keep the recovery point until/);
    await quickInput.accept();
    await window.viewAction('Show Jobs');
    await jobs.waitForSelected(vm, 'Back Up Now');
    await page.mouse.move(1000, 890);
    await jobs.waitForState(vm, 'Back Up Now', /^Running, [4-8]\d %$/);
    await save(window, 'jobs-panel.png');
  } finally {
    await window.close();
  }
}
