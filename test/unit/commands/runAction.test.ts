import assert from 'node:assert/strict';
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError } from '../../../src/core/errors.ts';
import { runAction } from '../../../src/commands/flow/runAction.ts';
import { pickedNodes } from '../../../src/commands/pickedNodes.ts';
import { previewRequest, runCommand } from '../../../src/commands/runCommand.ts';
import { backUpNow } from '../../../src/providers/recoveryServices/actions/backUpNow.ts';
import { discoverVms } from '../../../src/providers/recoveryServices/actions/discover.ts';
import { cancelJob, followJob } from '../../../src/providers/recoveryServices/actions/jobActions.ts';
import { protectVm } from '../../../src/providers/recoveryServices/actions/protectVm.ts';
import { stopDeleteData, stopKeepData } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import { type Answer, itemId, itemJson, jobJson, policyId, policyJson, vaultId } from '../providers/fakeArm.ts';
import { FakeInventory, groupNode, itemNode, jobNode, oneVault, protectableNode, servicesWith, vaultNode } from './fakes.ts';
import { ScriptedPrompter } from './scriptedPrompter.ts';

const policies = {
  [`${vaultId}/backupPolicies`]: { value: [policyJson('DefaultPolicy'), policyJson('$(flame) Policy')] },
  [policyId('DefaultPolicy')]: policyJson('DefaultPolicy'),
};
const itemRoute = (name: string): string => itemId.replaceAll('web-01', name);
const items = (...names: string[]): Readonly<Record<string, Answer>> =>
  Object.fromEntries(names.map((name) => [itemRoute(name), itemJson({ friendlyName: name }, itemRoute(name))]));
const rejectsWith = async (work: Promise<void>, code: string): Promise<void> =>
  assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof BackupError, String(error));
    assert.equal(error.facts.code, code, error.message);
    return true;
  });

describe('running an action', () => {
  it('on clicked rows asks its question once and starts an operation for each', async () => {
    const prompter = new ScriptedPrompter({ pick: 'DefaultPolicy' });
    const services = servicesWith(prompter, { routes: policies });
    await runAction(services, protectVm, [protectableNode('web-01'), protectableNode('web-02')]);
    assert.deepEqual(
      services.started.map(({ target, title, tracker }) => [target.name, title, tracker]),
      [
        ['web-01', 'Protect', 'recoveryServices.job'],
        ['web-02', 'Protect', 'recoveryServices.job'],
      ],
    );
    assert.equal(prompter.left, 0);
    assert.match(prompter.told[0]?.message ?? '', /started for web-01 and web-02/);
    assert.deepEqual(services.documents, [], 'no request is shown unless asked for');
  });

  it('from the palette: vault, VMs (several), policy; only what it applies to is offered', async () => {
    const prompter = new ScriptedPrompter({ pick: 'vault-a' }, { pick: ['web-01', 'web-02'] }, { pick: 'DefaultPolicy' });
    const rows = [protectableNode('web-01'), protectableNode('web-02'), protectableNode('db-01', ['alreadyProtected'])];
    const inventory = oneVault({ protectedItems: [], protectableItems: rows, jobs: [] });
    const services = servicesWith(prompter, { routes: policies, inventory });
    await runAction(services, protectVm, undefined);
    assert.deepEqual(
      services.started.map(({ target }) => target.name),
      ['web-01', 'web-02'],
    );
    assert.ok(prompter.shown.includes('  vault-a | Contoso'), prompter.shown.join('\n'));
    assert.ok(!prompter.shown.some((line) => line.includes('db-01')));
    assert.ok(!inventory.read.includes(`${vaultId}#jobs`), 'groups that cannot hold it are not read');
  });

  it('from the palette: Back forgets what was answered after it', async () => {
    const prompter = new ScriptedPrompter(
      { pick: 'vault-a' },
      { pick: ['web-01'] },
      { back: true },
      { pick: ['web-02'] },
      { pick: 'DefaultPolicy' },
    );
    const inventory = oneVault({ protectableItems: [protectableNode('web-01'), protectableNode('web-02')] });
    const services = servicesWith(prompter, { routes: policies, inventory });
    await runAction(services, protectVm, undefined);
    assert.deepEqual(
      services.started.map(({ target }) => target.name),
      ['web-02'],
    );
  });

  it('from the palette: a subscription that cannot be read is a row that says so, beside the vaults of the others', async () => {
    const good = groupNode('/subscriptions/1', 'subscription', 'Good');
    const bad = groupNode('/subscriptions/2', 'subscription', 'Bad');
    const vault = vaultNode();
    const inventory = new FakeInventory({
      '': [bad, good],
      [good.key]: [groupNode('vaults', 'vaults', 'Vaults')],
      vaults: [vault],
      [bad.key]: new BackupError('You may not read this subscription.', { code: 'AuthorizationFailed', status: 403 }),
    });
    const prompter = new ScriptedPrompter({ pick: 'vault-a' });
    const services = servicesWith(prompter, { inventory });
    await runAction(services, discoverVms, undefined);
    assert.equal(services.started.length, 1);
    assert.ok(prompter.shown.includes('  (note) Bad could not be read | You may not read this subscription.'), prompter.shown.join('\n'));
  });

  it('from the palette: jobs are read anew, and an empty vault explains itself', async () => {
    const prompter = new ScriptedPrompter({ pick: 'vault-a' }, { escape: true });
    const inventory = oneVault({ jobs: [jobNode('job-1', ['ended'])] });
    await assert.rejects(runAction(servicesWith(prompter, { inventory }), cancelJob, undefined), isCancelled);
    assert.deepEqual(inventory.refreshed, [`${vaultId}#jobs`]);
    assert.ok(prompter.shown.includes(`  (${cancelJob.nothing})`));
  });

  it('escape at any prompt sends nothing and tells nothing', async () => {
    const prompter = new ScriptedPrompter({ escape: true });
    const services = servicesWith(prompter, { routes: policies });
    await runCommand(services, 'protectVm', [protectableNode('web-01')]);
    assert.deepEqual([services.started, prompter.told], [[], []]);
  });

  it('not connected is said before the first question', async () => {
    const services = servicesWith(new ScriptedPrompter(), { connected: false });
    await rejectsWith(runAction(services, protectVm, [protectableNode('web-01')]), 'NotConnected');
  });

  it('a selection that the action does not apply to is left out by name; one that it applies to nowhere is refused', async () => {
    const prompter = new ScriptedPrompter({ pick: 'DefaultPolicy' });
    const services = servicesWith(prompter, { routes: policies });
    await runAction(services, protectVm, [protectableNode('web-01'), protectableNode('db-01', ['alreadyProtected'])]);
    assert.equal(services.started.length, 1);
    assert.match(prompter.told[0]?.message ?? '', /does not apply to db-01/);
    await rejectsWith(runAction(services, protectVm, [itemNode('web-01', ['protected'])]), 'NothingToDo');
  });

  it('a row that went while its menu was open is said to have gone; nothing is asked in its place', async () => {
    const prompter = new ScriptedPrompter();
    const services = servicesWith(prompter, { routes: policies });
    for (const args of [[undefined], [null, [null]], [undefined, undefined]]) {
      const picked = pickedNodes(args);
      await rejectsWith(runAction(services, protectVm, picked), 'RowGone');
    }
    assert.deepEqual([pickedNodes([]), prompter.shown, services.started], [undefined, [], []], 'from the palette there are no arguments');
  });

  it('what is done to one at a time refuses several', async () => {
    const services = servicesWith(new ScriptedPrompter());
    const alone = { ...stopDeleteData, onlyOne: 'of a test' };
    await rejectsWith(runAction(services, alone, [itemNode('a', ['protected']), itemNode('b', ['protected'])]), 'OneAtATime');
  });

  it('a refused start does not keep the others from starting, and is told by name', async () => {
    const prompter = new ScriptedPrompter({ type: '<enter>' });
    const services = servicesWith(prompter, { routes: items('web-01', 'web-03'), refusals: ['web-03'] });
    const nodes = ['web-01', 'web-02', 'web-03'].map((name) => itemNode(name, ['protected']));
    await runAction(services, backUpNow, nodes);
    assert.deepEqual(
      services.started.map(({ target }) => target.name),
      ['web-01'],
    );
    const [told] = prompter.told;
    assert.match(told?.message ?? '', /1 of 3 started/);
    assert.match(told?.message ?? '', /web-02: .*not in the vault/);
    assert.match(told?.message ?? '', /web-03: The journal cannot be written/);
  });

  it('where none can be started, it fails with all of them', async () => {
    const prompter = new ScriptedPrompter({ type: '<enter>' });
    const nodes = ['web-01', 'web-02'].map((name) => itemNode(name, ['protected']));
    await rejectsWith(runAction(servicesWith(prompter), backUpNow, nodes), 'ItemGone');
  });
});

describe('answers', () => {
  it('the expiry: 30 days proposed as a date; what cannot be taken keeps the box open with the reason', async () => {
    const prompter = new ScriptedPrompter({ type: '2026-02-28' }, { type: 'next week' }, { type: '2199-01-01' }, { type: '2026-04-15' });
    const services = servicesWith(prompter, { routes: items('web-01') });
    await runAction(services, backUpNow, [itemNode('web-01', ['protected'])]);
    assert.match(prompter.shown[1] ?? '', /^input: Keep the recovery point until .*\[2026-03-31\]$/);
    assert.match(prompter.shown[2] ?? '', /^remark: Keep the recovery point until 2026-04-15 23:59/);
    assert.equal(prompter.refusals.length, 3);
    assert.match(prompter.refusals[0] ?? '', /passed/);
    assert.match(prompter.refusals[1] ?? '', /not a date/);
    assert.match(prompter.refusals[2] ?? '', /99 years/);
    const body = JSON.parse(services.started[0]?.request.body ?? '{}') as { properties: Record<string, string> };
    assert.equal(new Date(body.properties['recoveryPointExpiryTimeInUTC'] ?? 0).getTime(), new Date(2026, 3, 15, 23, 59, 59).getTime());
  });

  it('a policy that goes between list and choice: named, nothing sent', async () => {
    const prompter = new ScriptedPrompter({ pick: '$(flame) Policy' });
    const services = servicesWith(prompter, { routes: policies });
    await runCommand(services, 'protectVm', [protectableNode('web-01')]);
    assert.deepEqual(services.started, []);
    assert.equal(prompter.told[0]?.kind, 'error');
    assert.match(prompter.told[0]?.message ?? '', /\$\(flame\) Policy was deleted .* choose another policy/);
    assert.deepEqual(prompter.told[0]?.choices, ['Show Log', 'Copy Details']);
  });

  it('stop and keep: a modal with the consequences', async () => {
    const prompter = new ScriptedPrompter({ choose: 'Stop Protection and Keep Data' });
    const services = servicesWith(prompter, { routes: items('web-01') });
    await runAction(services, stopKeepData, [itemNode('web-01', ['protected'])]);
    assert.equal(services.started.length, 1);
    assert.equal(prompter.shown[0], 'modal: Stop Protection and Keep Data: web-01?');
    assert.match(prompter.shown.join('\n'), /recovery points that there are stay/);
  });

  it('stop and delete: what soft delete makes of it, and the exact name to be typed', async () => {
    const prompter = new ScriptedPrompter({ type: '' }, { type: 'web-1' }, { type: 'web-01' });
    const config = { id: 'c', name: 'vaultconfig', properties: { softDeleteFeatureState: 'Enabled' } };
    const services = servicesWith(prompter, { routes: { ...items('web-01'), [`${vaultId}/backupconfig/vaultconfig`]: config } });
    await runAction(services, stopDeleteData, [itemNode('web-01', ['protected'])]);
    assert.equal(prompter.refusals.length, 2);
    assert.match(prompter.shown[1] ?? '', /kept for 14 days.*Type web-01 to go on/);
    assert.equal(services.started[0]?.request.method, 'DELETE');
  });
});

describe('looking at the request before it is sent', () => {
  it('by the button: the document holds exactly what the engine then gets', async () => {
    const prompter = new ScriptedPrompter({ type: '2026-04-15' }, { choose: 'Send This Request' });
    prompter.showRequest = true;
    const services = servicesWith(prompter, { routes: items('web-01') });
    await runAction(services, backUpNow, [itemNode('web-01', ['protected'])]);
    const [plan] = services.started;
    const text = services.documents[0]?.text ?? '';
    assert.ok(plan?.request.body !== undefined && text.includes(`\n\n${plan.request.body}\n`), text);
    assert.ok(text.includes(`POST ${plan.request.url} HTTP/1.1`));
    for (const [name, value] of Object.entries(plan.request.headers)) {
      assert.ok(text.includes(`\n${name}: ${value}\n`), name);
    }
    assert.ok(!/authorization:/i.test(text));
  });

  it('not sent where the person says so', async () => {
    const prompter = new ScriptedPrompter({ choose: 'Show the Request' }, { choose: 'Do Not Send' });
    const services = servicesWith(prompter, { routes: items('web-01') });
    await assert.rejects(runAction(services, stopKeepData, [itemNode('web-01', ['protected'])]), isCancelled);
    assert.equal(services.documents.length, 1);
    assert.deepEqual(services.started, []);
  });

  it('of several targets shows them all', async () => {
    const prompter = new ScriptedPrompter({ type: '<enter>' }, { choose: 'Send These 2 Requests' });
    prompter.showRequest = true;
    const services = servicesWith(prompter, { routes: items('web-01', 'web-02') });
    await runAction(services, backUpNow, [itemNode('web-01', ['protected']), itemNode('web-02', ['protected'])]);
    assert.equal(services.documents[0]?.text.match(/^### /gm)?.length, 2);
    assert.equal(services.started.length, 2);
  });

  it('by its own command, for an action without a question too', async () => {
    const prompter = new ScriptedPrompter({ pick: 'Discover VMs' }, { choose: 'Do Not Send' });
    const services = servicesWith(prompter);
    await previewRequest(services, [vaultNode()]);
    assert.match(services.documents[0]?.text ?? '', /POST https:\/\/arm\.test\/.*\/refreshContainers\?/);
    assert.deepEqual([services.started, prompter.told], [[], []]);
    assert.equal(prompter.shown.filter((line) => line.startsWith('  ')).length, 2, 'only what applies to a vault is offered');
  });

  it('a name with line breaks cannot pose as a part of the request', async () => {
    const prompter = new ScriptedPrompter({ type: '<enter>' }, { choose: 'Do Not Send' });
    prompter.showRequest = true;
    const evil = itemNode('web-01', ['protected'], { friendlyName: 'x\nDELETE https://evil' });
    const target = { ...evil.target!, name: 'x\nDELETE https://evil' };
    const services = servicesWith(prompter, { routes: items('web-01') });
    await assert.rejects(runAction(services, backUpNow, [{ ...evil, target }]), isCancelled);
    assert.ok(!/^DELETE/m.test(services.documents[0]?.text ?? ''));
  });
});

describe('jobs', () => {
  it('cancel asks first and starts an operation; follow sends nothing and opens the panel', async () => {
    const prompter = new ScriptedPrompter({ choose: 'Cancel Job' });
    const services = servicesWith(prompter, { routes: { [`${vaultId}/backupJobs/job-1`]: jobJson('job-1') } });
    await runAction(services, cancelJob, [jobNode('job-1')]);
    assert.match(services.started[0]?.request.url ?? '', /backupJobs\/job-1\/cancel/);
    await runAction(services, followJob, [jobNode('job-1')]);
    assert.equal(services.followed[0]?.job.name, 'job-1');
    assert.deepEqual(services.lines, ['jobs followed-1']);
    assert.equal(services.started.length, 1);
  });
});

describe('failures', () => {
  it('are told with remedies, logged without a body, and copied with their facts', async () => {
    const prompter = new ScriptedPrompter();
    prompter.tell = ((_kind: string, message: string) => {
      prompter.told.push({ kind: 'error', message, choices: [] });
      return Promise.resolve('Copy Details');
    }) as typeof prompter.tell;
    const services = servicesWith(prompter, { connected: false });
    await runCommand(services, 'backUpNow', [itemNode('web-01', ['protected'])]);
    assert.equal(prompter.told[0]?.message, 'Not signed in. Sign in.');
    assert.deepEqual(JSON.parse(services.copied[0] ?? '{}'), { message: 'Not signed in.', code: 'NotConnected', remedies: ['Sign in.'] });
    assert.match(services.lines[0] ?? '', /^Back Up Now failed: NotConnected/);
  });
});
