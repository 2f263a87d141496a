import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runs } from '../../../src/commands/veeam/applianceCommands.ts';
import { wakeOperations } from '../../../src/commands/veeam/wakeOperations.ts';
import { type BackupError } from '../../../src/core/errors.ts';
import type { InventoryNode } from '../../../src/inventory/types.ts';
import { kinds } from '../../../src/providers/tokens.ts';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import { TreeModel } from '../../../src/tree/treeModel.ts';
import { send } from '../sandbox/platformSupport.ts';
import { openWindow, patienceMs, type Window } from './journeyWindow.ts';
import type { Scripted, ScriptedPrompter } from './scriptedPrompter.ts';

describe('Veeam appliances from a click to their end, against the sandbox', () => {
  let window: Window;
  let url: string;
  beforeEach(async () => {
    window = await openWindow(3_600);
    url = window.sandbox.endpoint.veeam[0]?.url ?? '';
    window.engine.watch();
    wakeOperations(window.appliances, window.engine);
  });
  afterEach(() => window.close());

  const browsed: string[] = [];
  const revealed: string[] = [];
  async function command(
    name: keyof typeof runs,
    nodes: readonly InventoryNode[] | undefined,
    ...script: Scripted[]
  ): Promise<ScriptedPrompter> {
    const [prompter, services] = window.servicesWith(...script);
    const { inventory, appliances } = window;
    const openBrowser = (address: string): Promise<void> => Promise.resolve(void browsed.push(address));
    const reveal = (id: string): Promise<boolean> => Promise.resolve(revealed.push(id) > 0);
    await runs[name]({ ...services, inventory, appliances, openBrowser, reveal }, nodes);
    assert.equal(prompter.left, 0, 'the whole script was used');
    return prompter;
  }
  const add = (name = 'veeam'): Promise<ScriptedPrompter> =>
    command(
      'add',
      undefined,
      { pick: `The sandbox’s appliance ${name}` },
      { choose: 'Trust This Certificate' },
      { type: '<enter>' },
      { type: '<enter>' },
    );
  const control = (path: string, body: object = {}): Promise<unknown> =>
    send(window.sandbox, 'POST', `/_sandbox/veeam/${path}`, {
      token: null,
      headers: { [secretHeader]: window.sandbox.endpoint.clientSecret },
      body: JSON.stringify(body),
    });
  const signal = (): AbortSignal => AbortSignal.timeout(patienceMs);
  const below = async (parent: InventoryNode | undefined): Promise<readonly InventoryNode[]> =>
    (await window.inventory.children(parent, { signal: signal() })).nodes;
  const appliance = async (): Promise<InventoryNode> => {
    const [group] = window.inventory.beside();
    const [first] = await below(group);
    assert.ok(first);
    return first;
  };
  const group = async (kind: string): Promise<InventoryNode> => (await below(await appliance())).find((node) => node.kind === kind)!;
  const machine = async (label: string): Promise<InventoryNode> => {
    const found = (await below(await group(kinds.veeamMachines))).find((node) => node.label === label);
    assert.ok(found, label);
    return found;
  };

  it('are added after a look at the certificate, and keep their secrets in the secret storage alone', async () => {
    assert.deepEqual(window.inventory.beside(), []);
    const { shown, told } = await add();
    const { fingerprint, users } = window.sandbox.endpoint.veeam[0]!;
    assert.ok(shown.includes(`  SHA-256 fingerprint: ${fingerprint}`), shown.join('\n'));
    assert.match(told[0]?.message ?? '', /was added \(REST API v8\)/);
    assert.equal(revealed.at(-1), `veeam://${new URL(url).host}`, 'one is led to its row');
    const row = await appliance();
    assert.equal(row.label, new URL(url).host);
    assert.match(row.description ?? '', /^veeam-admin · 8\.1/);
    await command('open', [row]);
    assert.deepEqual(browsed, [url]);
    await window.run('takeVeeamSnapshot', [await machine('vm-web-01')], { pick: 'As the appliance chooses' });
    const kept = JSON.parse(window.secrets.get(`veeam:${url}`) ?? '') as Record<string, string>;
    const journal = join(window.folder, 'journal');
    const texts = await Promise.all((await readdir(journal)).map((file) => readFile(join(journal, file), 'utf8').catch(() => '')));
    const everything = JSON.stringify([
      window.logged,
      [...window.memory],
      window.documents,
      window.said.filter((line) => !line.startsWith('input: Password')),
      texts,
    ]);
    const password = users.find(({ username }) => username === 'veeam-admin')!.password;
    for (const secret of [password, kept['accessToken'], kept['refreshToken']]) {
      assert.ok(secret && !everything.includes(secret));
    }
  });

  it('are not added where the person does not trust the certificate, or mistypes the password', async () => {
    await assert.rejects(command('add', undefined, { pick: 'The sandbox’s appliance veeam' }, { escape: true }));
    const wrong = command(
      'add',
      undefined,
      { pick: 'Another appliance' },
      { type: 'http://x' },
      { type: url },
      { choose: 'Trust This Certificate' },
      { type: 'veeam-admin' },
      { type: 'wrong' },
      { type: '<enter>' },
      { type: 'wrong again' },
      { type: '<enter>' },
      { type: 'and again' },
    );
    await assert.rejects(wrong, (error: BackupError) => error.facts.code === 'SignInRefused');
    assert.equal(window.said.filter((line) => /refused the sign-in\. .*User name on/.test(line)).length, 2, 'asked anew, with the reason');
    assert.deepEqual([window.inventory.beside().length, window.secrets.size, window.memory.size], [0, 0, 0]);
    const { told } = await command(
      'add',
      undefined,
      { pick: 'The sandbox’s appliance veeam' },
      { choose: 'Trust This Certificate' },
      { type: 'veeam-admin' },
      { type: 'mistyped' },
      { type: '<enter>' },
      { type: '<enter>' },
    );
    assert.match(told[0]?.message ?? '', /was added/);
  });

  it('ask a user with a second factor for the code', async () => {
    const code = window.sandbox.endpoint.veeam[0]!.users.find(({ username }) => username === 'veeam-mfa')?.mfaCode ?? '';
    const { shown } = await command(
      'add',
      undefined,
      { pick: 'The sandbox’s appliance veeam' },
      { choose: 'Trust This Certificate' },
      { type: 'veeam-mfa' },
      { type: '<enter>' },
      { type: '12' },
      { type: code },
    );
    assert.ok(shown.some((line) => line.startsWith('input: The code that the authenticator app shows now')));
  });

  it('list their VMs and take snapshots of many, which show in the tree and in Azure’s own rows', async () => {
    await add();
    const [subscription] = (await below(undefined)).filter(({ label }) => label === 'Northwind Production');
    const azure = (await below(subscription)).find(({ kind }) => kind === kinds.virtualMachines)!;
    const rowOf = async (label: string): Promise<InventoryNode> => (await below(azure)).find((node) => node.label === label)!;
    assert.ok(!(await rowOf('vm-web-01')).tokens.includes('ofVeeam'), 'nothing is asked of an appliance for a row of Azure');
    const changed: string[] = [];
    window.inventory.onDidChange((node) => changed.push(node?.key ?? ''));
    const nodes = [await machine('vm-web-01'), await machine('vm-web-02')];
    const known = await rowOf('vm-web-01');
    assert.ok(known.tokens.includes('ofVeeam') && changed.includes(known.key));
    const records = await window.run('takeVeeamSnapshot', nodes, { pick: 'northwind-veeam' });
    assert.deepEqual(
      records.map(({ status }) => status),
      ['succeeded', 'succeeded'],
    );
    assert.equal(new Set(records.map(({ batch }) => batch?.id)).size, 1);
    const drawn: string[] = [];
    window.inventory.onDidChange((node) => drawn.push(`${node?.key}: ${/^running/.test(node?.description ?? '') ? 'running' : 'at rest'}`));
    const [own] = await window.run('takeVeeamSnapshot', [known], { pick: '<enter>' });
    for (const { key } of [known, await machine('vm-web-01')]) {
      const states = drawn.filter((one) => one.startsWith(`${key}: `));
      assert.ok(
        states.includes(`${key}: running`) && states.at(-1) === `${key}: at rest`,
        `its row is drawn again at the end: ${drawn.join()}`,
      );
    }
    assert.deepEqual([own?.status, own?.target.name, own?.cloud], ['succeeded', 'vm-web-01', url]);
    const found = await window.inventory.find(own?.target.id ?? '', signal());
    assert.equal(found?.label, 'vm-web-01');
  });

  it('from the palette: the appliance, then its VMs that are still in Azure', async () => {
    await add();
    const [record] = await window.run(
      'takeVeeamSnapshot',
      undefined,
      { pick: new URL(url).host },
      { pick: ['vm-web-01'] },
      { pick: '<enter>' },
    );
    assert.equal(record?.status, 'succeeded');
    assert.ok(!window.said.some((line) => line.includes('deleted in Azure')));
  });

  it('search their VMs themselves', async () => {
    await add();
    const machines = await group(kinds.veeamMachines);
    const all = (await below(machines)).length;
    await command('search', [machines], { type: 'vm-web' });
    const found = await below(await group(kinds.veeamMachines));
    assert.ok(found.length > 0 && found.length < all && found.every(({ label }) => label.includes('vm-web')));
    assert.match((await group(kinds.veeamMachines)).description ?? '', /search "vm-web"/);
    await command('search', [machines], { type: 'no such VM' });
    const page = await window.inventory.children(await group(kinds.veeamMachines), { signal: signal() });
    assert.match(page.empty?.message ?? '', /"no such VM"/);
    await command('search', [machines], { type: '' });
    assert.equal((await below(await group(kinds.veeamMachines))).length, all);
  });

  it('show the log of a session as a document', async () => {
    await add();
    await window.run('takeVeeamSnapshot', [await machine('vm-web-01')], { pick: '<enter>' });
    const session = (await below(await group(kinds.veeamSessions))).find(({ label }) => label === 'Manual snapshot')!;
    assert.match(session.description ?? '', /^Success/);
    await command('log', [session]);
    const [{ name, text } = { name: '', text: '' }] = window.documents;
    assert.match(name, /^Manual snapshot .*\.log$/);
    assert.match(text, /# Status: Success\n/);
    assert.match(text, /^20\S+Z +Success {2}.*vm-web-01/m);
  });

  it('whose certificate changed say so in their row, and go on once the new one was looked at and trusted', async () => {
    await add();
    await machine('vm-web-01');
    await control('change-certificate');
    window.inventory.refresh(await group(kinds.veeamMachines));
    const model = new TreeModel({ connection: window.connection, inventory: window.inventory });
    // What the person has open, down to the VMs.
    const firstBelow = async (): Promise<string | undefined> => {
      const groups = await model.children(model.rowOf(await appliance()));
      const machines = groups.find((row) => row.type === 'node' && row.node.kind === kinds.veeamMachines);
      return (await model.children(machines))[0]?.type;
    };
    assert.equal(await firstBelow(), 'error');
    await assert.rejects(below(await group(kinds.veeamMachines)), (error: BackupError) => error.facts.code === 'CertificateChanged');
    const row = await appliance();
    assert.ok(row.tokens.includes('certificateChanged'));
    assert.equal(row.description, 'certificate changed: nothing is sent');
    const { shown } = await command('certificate', [row], { choose: 'Trust the New Certificate' });
    assert.ok(shown.some((line) => line.startsWith('  Trusted until now: ')) && shown.some((line) => line.startsWith('  Presented now: ')));
    assert.ok(!(await appliance()).tokens.includes('certificateChanged'));
    assert.equal(await firstBelow(), 'node', 'nobody has to click to retry');
    model.dispose();
    await machine('vm-web-01');
    const again = await command('certificate', [row]);
    assert.match(again.told[0]?.message ?? '', /presents the certificate that you trusted/);
  });

  it('are signed in to again where the sign-in has run out', async () => {
    await add();
    window.secrets.set(`veeam:${url}`, JSON.stringify({ user: 'veeam-admin', refused: 'Invalid username or password.' }));
    await assert.rejects(below(await group(kinds.veeamMachines)), (error: BackupError) => error.facts.code === 'SignInNeeded');
    await command('signIn', [await appliance()], { type: '<enter>' }, { type: '<enter>' });
    await machine('vm-web-01');
  });

  it('are removed on a word, with their secrets', async () => {
    await add();
    await command('remove', undefined, { pick: new URL(url).host }, { choose: 'Remove' });
    assert.deepEqual([window.inventory.beside().length, window.secrets.size], [0, 0]);
  });

  it('stand in the tree with no cloud too, beside the sign-in', async () => {
    await add();
    const model = new TreeModel({ connection: window.connection, inventory: window.inventory });
    const labels = async (): Promise<readonly string[]> =>
      (await model.children(undefined)).map((row) =>
        row.type === 'node' ? row.node.label : row.type === 'empty' ? row.empty.message : row.type,
      );
    assert.equal((await labels()).at(-1), 'Veeam appliances');
    window.connection.disconnect({ rest: true });
    assert.deepEqual(await labels(), ['Sign in to Azure', 'Use the sandbox', 'Veeam appliances']);
    const [record] = await window.run('takeVeeamSnapshot', [await machine('vm-web-01')], { pick: '<enter>' });
    assert.equal(record?.status, 'succeeded');
    model.setFilter('veeam-admin');
    assert.deepEqual(await labels(), ['Sign in to Azure', 'Use the sandbox', 'Veeam appliances']);
    model.setFilter('nothing of the kind');
    assert.ok(!(await labels()).includes('Veeam appliances'));
    model.dispose();
  });
});
