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

/** Snapshots by an appliance: one with a warning, one that failed, one that runs. */
async function veeam(window: VsCodeWindow): Promise<void> {
  const { tree, quickInput, dialogs, jobs, page } = window;
  const title = 'Take Veeam Snapshot';
  await tree.read('Northwind Production');
  await window.command('Azure Backup: Add Veeam Appliance...');
  await quickInput.pick('The sandbox’s appliance veeam');
  await dialogs.answer('Trust This Certificate');
  await quickInput.message(/^User name/);
  await quickInput.accept();
  await quickInput.message(/^Password of/);
  await quickInput.accept();
  await tree.reveal(/^127\.0\.0\.1:\d+$/, 'Virtual machines');
  await tree.inlineAction('Virtual machines', 'Search VMs');
  await quickInput.message(/name of VMs/);
  await quickInput.accept('erp');
  await tree.waitForDescription('Virtual machines', /"erp" · 5$/);
  await tree.expand('Sessions');
  const take = async (...labels: string[]): Promise<void> => {
    for (const [at, label] of labels.entries()) await tree.select(label, { add: at > 0 });
    await tree.menu(labels.at(-1) ?? '', `${title}...`);
    await quickInput.pick('As the appliance chooses');
  };
  await take('erp-db-01', 'erp-report-01');
  await window.viewAction('Show Jobs');
  await jobs.waitForState('erp-report-01', title, /warnings/);
  await jobs.waitForState('erp-db-01', title, /^Failed$/);
  await take('erp-app-01', 'erp-app-02');
  await jobs.row('erp-app-01', title).click();
  await jobs.waitForSelected('erp-app-01', title);
  await jobs.frame.locator('.tasks', { hasText: 'Creating a snapshot' }).waitFor();
  await window.command('Notifications: Clear All Notifications');
  await page.mouse.move(1000, 890);
  await save(window, 'veeam.png');
}

async function inWindow(speed: number, ...pictures: ((window: VsCodeWindow) => Promise<void>)[]): Promise<void> {
  const window = await openWindow({
    allBuiltIns: true,
    machine: { 'azureBackup.cloud': 'sandbox', 'azureBackup.sandbox': { speed, latency: 0, seed: 1 } },
    user: { 'workbench.colorTheme': 'Default Dark Modern', 'window.commandCenter': false, 'workbench.layoutControl.enabled': false },
    viewport: { width: 1400, height: 900 },
  });
  try {
    await window.openView();
    await widenSideBar(window, 500);
    for (const picture of pictures) await picture(window);
  } finally {
    await window.close();
  }
}

export default async function takePictures(): Promise<void> {
  await inWindow(30, jobsPanel, sqlServer, restorePoints, apiManagement);
  // A session takes less than a minute: at that speed it would have ended before its picture is taken.
  await inWindow(5, veeam);
}
