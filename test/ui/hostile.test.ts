import assert from 'node:assert/strict';
import { createProviders, createWorld } from '../../src/sandbox/providers.ts';
import { dailyRetention, dailySchedule, machinePolicy, quietTime } from '../../src/sandbox/recoveryServices/standardPolicies.ts';
import { type Compose } from '../../src/sandbox/server/compose.ts';
import { openWindow, pictureOnFailure, startTestSandbox, type TestSandbox, type VsCodeWindow } from './lib/index.ts';

/**
 * Names that Azure's own rules would refuse, but for a slash, which no id can carry, and that a service, another tool or a mistake may hand out all the same.
 * `shown`: what stands on the screen, where that differs: what cannot be seen is written out.
 */
const names: { name: string; shown?: string }[] = [
  { name: '<img src=x onerror=alert(1)>' },
  { name: `"'quoted'" & <b>bold` },
  { name: '🗄️ 数据 vm-Ω' },
  { name: 'vm-\u202Egpj.exe', shown: 'vm-<U+202E>gpj.exe' },
  { name: 'مرحبا-שלום' },
  { name: '$(flame) $(sync~spin)' },
  { name: '[link](command:workbench.action.quit) **x**' },
  { name: `z${'x'.repeat(248)}z`, shown: `z${'x'.repeat(118)}…` },
];
const shownOf = ({ name, shown }: (typeof names)[number]): string => shown ?? name;
const policyName = `<i>$(flame) "daily" \u200Fמדיניות`;
const policyShown = `<i>$(flame) "daily" <U+200F>מדיניות`;

/** The sandbox's world, and VMs of these names with a policy and a vault that are named no better. */
const compose: Compose = ({ vaults, items, toolbox }) => {
  const world = createWorld({ vaults, items, clock: toolbox.clock, random: toolbox.random });
  const vault = world.allVaults().find((known) => known.name === 'rsv-webshop-weu');
  const model = world.machines(vault?.subscriptionId ?? '', 'westeurope').find((known) => known.name === 'jumpbox');
  assert.ok(vault && model);
  for (const [at, { name }] of names.entries()) {
    world.addMachine({ ...model, name, vmId: `00000000-0000-4000-8000-00000000000${at}` });
  }
  const at = quietTime(world.startedAt);
  const policy = machinePolicy(policyName, dailySchedule(at), dailyRetention(at, 7));
  vault.policies.set(policy.name.toLowerCase(), policy);
  return { providers: createProviders(world, toolbox), tenantId: world.tenantId, subscriptionIds: world.subscriptionIds };
};

const items = ['Northwind Production', 'Recovery Services vaults', 'rsv-webshop-weu', 'Protected items', 'Azure virtual machines'] as const;
const jobMs = 60_000;

describe('ui: hostile names are text everywhere', () => {
  let window: VsCodeWindow;
  let sandbox: TestSandbox;
  const dialogsOfThePage: string[] = [];

  before(async () => {
    sandbox = await startTestSandbox({ compose, speed: 600 });
    window = await openWindow({ ...sandbox.windowOptions, viewport: { width: 1500, height: 1600 } });
    window.page.on('dialog', (dialog) => {
      dialogsOfThePage.push(dialog.message());
      void dialog.dismiss();
    });
    await window.openView();
    await window.tree.reveal(...items, 'Protectable items');
  });
  afterEach(pictureOnFailure(() => window));
  after(async () => {
    await window?.close();
    await sandbox?.close();
  });

  it('in the tree and its tooltips', async () => {
    const { tree } = window;
    const labels = (await tree.list()).map((row) => row.label);
    for (const one of names) assert.ok(labels.includes(shownOf(one)), `${shownOf(one)} is missing from ${labels.join('\n')}`);
    assert.match(await tree.tooltip(names[0]?.name ?? ''), /^<img src=x onerror=alert\(1\)>$/m);
    assert.ok(
      (await tree.tooltip(shownOf(names[7] as { name: string }))).includes(names[7]?.name ?? ''),
      'the tooltip has all of a long name',
    );
    await window.screenshot('hostile-1-tree');
    await window.page.mouse.move(900, 900);
  });

  it('in titles, quick picks, modals and the document of a request', async () => {
    const { tree, quickInput } = window;
    await tree.menu(shownOf(names[5] as { name: string }), 'Protect...');
    await quickInput.waitForTitle('Protect: $(flame) $(sync~spin)');
    assert.ok((await quickInput.list()).includes(policyShown), (await quickInput.list()).join('\n'));
    await window.screenshot('hostile-2-policies');
    await quickInput.cancel();

    await window.command('Azure Backup: Protect VM...');
    await quickInput.pick('rsv-webshop-weu');
    await quickInput.item(names[0]?.name ?? '').waitFor();
    const listed = await quickInput.list();
    for (const one of names) assert.ok(listed.includes(shownOf(one)), `${shownOf(one)} is missing from ${listed.join('\n')}`);
    assert.equal(await quickInput.items.locator('img, b').count(), 0);
    await window.screenshot('hostile-3-items');
    await quickInput.pickMany(...names.map(shownOf));
    await quickInput.pick(policyShown);
  });

  it('in the tree again once protected, in the notification and the status bar', async () => {
    const { tree, dialogs } = window;
    const said = await dialogs.waitForNotification(/operations ended|succeeded/);
    assert.doesNotMatch(said, /\u202e/);
    await window.screenshot('hostile-4-protected');
    for (const one of names) await tree.waitForDescription(shownOf(one), /^first backup pending/, jobMs);
    assert.match((await tree.read(names[0]?.name ?? '')).description, /first backup pending · <i>\$\(flame\) "daily"/);
  });

  it('in the Jobs panel', async () => {
    const { jobs } = window;
    await window.viewAction('Show Jobs');
    await jobs.row(names[0]?.name ?? '', 'Protect').click();
    await jobs.frame.locator('.details h2', { hasText: names[0]?.name ?? '' }).waitFor();
    // There is room for all of a name.
    for (const one of names) await jobs.row(one.name.length > 200 ? one.name : shownOf(one), 'Protect').waitFor();
    assert.equal(await jobs.frame.locator('#app img, #app b').count(), 0);
    await window.screenshot('hostile-5-panel');
  });

  it('in the confirmation with a typed name, which takes the name as it is shown', async () => {
    const { tree, quickInput, dialogs } = window;
    const rtl = names[3] as { name: string };
    await tree.menu(shownOf(rtl), 'Stop Protection and Keep Data...');
    assert.match(await dialogs.modalText(), /vm-<U\+202E>gpj\.exe/);
    await window.screenshot('hostile-6-modal');
    await dialogs.answer('Cancel');
    await tree.menu(shownOf(rtl), 'Stop Protection and Delete Data...');
    await quickInput.message(/Type vm-<U\+202E>gpj\.exe to go on/);
    await quickInput.accept('vm-<U+202E>gpj.exe');
    await tree.waitForDescription(shownOf(rtl), /^soft-deleted/, jobMs);
    assert.deepEqual(dialogsOfThePage, [], 'a name ran as a script');
  });
});
