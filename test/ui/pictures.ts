// Takes the screenshots of README.md and docs anew, in a real window with the packaged extension: npm run pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWindow, ownSandbox, type VsCodeWindow } from './lib/index.ts';
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

/** A backup of a VM that runs, beside vaults in many states. */
async function jobsPanel(window: VsCodeWindow): Promise<void> {
  const { tree, quickInput, jobs, page } = window;
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
}

/** The databases of a server, and a log backup that the recovery model does not allow. */
async function sqlServer(window: VsCodeWindow): Promise<void> {
  const { tree, quickInput, jobs, page } = window;
  const legacy = { label: 'sql-legacy-01', description: /^SQL/ };
  await tree.collapse('rsv-erp-weu');
  await tree.collapse('rsv-webshop-weu');
  await tree.reveal('rsv-sql-weu', 'Containers', legacy, 'Protectable items', 'sql-sales-01', 'MSSQLSERVER');
  const sales = { machine: 'sql-sales-01', instance: 'MSSQLSERVER', name: 'Sales' };
  await ownSandbox(window.dataDir).happens('change-database', { ...sales, recoveryModel: 'Simple' });
  await tree.menu('Sales', 'Back Up Now...');
  await quickInput.pick('Log');
  await quickInput.pick('No');
  await jobs.row('Sales', 'Back Up Now').click();
  await jobs.waitForSelected('Sales', 'Back Up Now');
  await jobs.waitForState('Sales', 'Back Up Now', /^Failed$/);
  await tree.waitForDescription('Sales', /^failed/);
  await window.command('Notifications: Clear All Notifications');
  await page.mouse.move(1000, 890);
  await save(window, 'sql-server.png');
}

/** A restore point on its way to another region, beside collections in many states. */
async function restorePoints(window: VsCodeWindow): Promise<void> {
  const { tree, quickInput, jobs, page } = window;
  const source = 'before-release-42';
  await tree.collapse('Recovery Services vaults');
  await tree.reveal('Virtual machines', 'vm-web-03', 'rpc-vm-web-03-neu', 'vm-web-02', 'rpc-vm-web-02');
  await tree.menu(source, 'Copy Restore Point to Another Region...');
  await quickInput.pick(/^Sweden Central/);
  await quickInput.pick(/^New collection/);
  await quickInput.message(/Name of the new restore point collection/);
  await quickInput.accept('rpc-vm-web-02-sec');
  await quickInput.message(/Name of the copy/);
  await quickInput.accept();
  await window.viewAction('Show Jobs');
  await jobs.row(source, 'Copy Restore Point to Another Region').click();
  await jobs.waitForSelected(source, 'Copy Restore Point to Another Region');
  await jobs.waitForState(source, 'Copy Restore Point to Another Region', /^Running, [2-8]\d %$/);
  await tree.reveal('rpc-vm-web-02-sec', source);
  await window.command('Notifications: Clear All Notifications');
  await page.mouse.move(1000, 890);
  await save(window, 'restore-points.png');
}

/** A restore into another service, beside backups of several ages. */
async function apiManagement(window: VsCodeWindow): Promise<void> {
  const { tree, quickInput, jobs, page } = window;
  const [service, other] = ['apim-northwind-weu', 'apim-northwind-neu'];
  await tree.expand('Northwind Production');
  for (const group of ['Recovery Services vaults', 'Virtual machines']) await tree.collapse(group);
  await ownSandbox(window.dataDir).serveBlobs();
  await tree.reveal('API Management services', service, 'Backups');
  await tree.menu('Backups', 'Choose Container of Backups...');
  await quickInput.pick('stnwapimweu');
  await quickInput.pick('apim-backups');
  await tree.menu({ label: /^\d{4}-/, description: /^expires in 27 days/ }, 'Restore...');
  await quickInput.pick(other);
  await quickInput.pick('System-assigned managed identity');
  await quickInput.pick('Continue');
  await quickInput.message(/apim-northwind-neu/);
  await quickInput.accept(other);
  await window.viewAction('Show Jobs');
  await jobs.row(other, 'Restore').click();
  await jobs.waitForSelected(other, 'Restore');
  await jobs.waitForState(other, 'Restore', /^Running/);
  await window.command('Notifications: Clear All Notifications');
  await page.mouse.move(1000, 890);
  await save(window, 'api-management.png');
}

export default async function takePictures(): Promise<void> {
  const window = await openWindow({
    machine: { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed: 30, latency: 0, seed: 1 } },
    user: { 'workbench.colorTheme': 'Default Dark Modern', 'window.commandCenter': false, 'workbench.layoutControl.enabled': false },
    viewport: { width: 1400, height: 900 },
  });
  try {
    await window.openView();
    await widenSideBar(window, 500);
    await jobsPanel(window);
    await sqlServer(window);
    await restorePoints(window);
    await apiManagement(window);
  } finally {
    await window.close();
  }
}
