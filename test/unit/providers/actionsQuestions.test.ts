import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { Action, ActionTarget, Choice } from '../../../src/providers/action.ts';
import { changePolicy, resumeProtection } from '../../../src/providers/recoveryServices/actions/policyActions.ts';
import { protectVm } from '../../../src/providers/recoveryServices/actions/protectVm.ts';
import { stopDeleteData } from '../../../src/providers/recoveryServices/actions/stopActions.ts';
import { asksForEnhanced } from '../../../src/providers/recoveryServices/actions/vmNeeds.ts';
import { contextOf, itemTarget, protectableTarget } from './actionsSupport.ts';
import { type Answer, policyId, policyJson, vaultId, vmId } from './fakeArm.ts';

const policies = `${vaultId}/backupPolicies`;
const three = {
  value: [
    policyJson('Busy', { protectedItemsCount: 9 }),
    policyJson('EnhancedPolicy', { policyType: 'V2' }),
    policyJson('DefaultPolicy'),
    policyJson('HourlyLogPolicy', { backupManagementType: 'AzureWorkload' }),
  ],
};

async function choicesOf<Model>(
  action: Action<Model>,
  target: ActionTarget<Model>,
  routes: Readonly<Record<string, Answer>>,
): Promise<readonly Choice[]> {
  const [question] = action.questions;
  assert.equal(question?.type, 'pick');
  return question.load(contextOf(routes).context, [target], {});
}

describe('the policies that are offered', () => {
  it('are those of VMs, Azure’s default first and recommended, each with schedule and retention', async () => {
    const choices = await choicesOf(protectVm, protectableTarget(), { [policies]: three, [vmId]: {} });
    assert.deepEqual(
      choices.map(({ label }) => label),
      ['DefaultPolicy', 'Busy', 'EnhancedPolicy'],
    );
    assert.equal(choices[0]?.recommended, true);
    assert.equal(choices[0]?.value, policyId('DefaultPolicy'));
    assert.equal(choices[0]?.detail, 'Daily at 02:30 UTC · keeps 30 days · protects 3 items');
    assert.equal(choices.filter(({ recommended }) => recommended).length, 1);
  });

  it('recommend an Enhanced one for a Trusted Launch VM, and say of the others that Azure may refuse them', async () => {
    const vm = { properties: { securityProfile: { securityType: 'TrustedLaunch' } } };
    const choices = await choicesOf(protectVm, protectableTarget(), { [policies]: three, [vmId]: vm });
    assert.equal(choices[0]?.label, 'EnhancedPolicy');
    assert.equal(choices[0]?.recommended, true);
    assert.match(choices[1]?.description ?? '', /may refuse/);
  });

  it('are offered unmarked where the VM may not be read', async () => {
    const choices = await choicesOf(protectVm, protectableTarget(), { [policies]: three, [vmId]: 403 });
    assert.equal(choices[0]?.label, 'DefaultPolicy');
  });

  it('need an Enhanced one for confidential VMs and for ultra and premium v2 disks only', () => {
    const disk = (storageAccountType: string): object => ({
      properties: { storageProfile: { dataDisks: [{ managedDisk: { storageAccountType } }] } },
    });
    assert.equal(asksForEnhanced({ properties: { securityProfile: { securityType: 'ConfidentialVM' } } }), true);
    assert.equal(asksForEnhanced(disk('UltraSSD_LRS') as never), true);
    assert.equal(asksForEnhanced(disk('PremiumV2_LRS') as never), true);
    assert.equal(asksForEnhanced(disk('Premium_LRS') as never), false);
    assert.equal(asksForEnhanced({}), false);
  });

  it('of a change show the current one, which cannot be chosen, at the end', async () => {
    const all = { value: [policyJson('DailyPolicy'), ...three.value] };
    const choices = await choicesOf(changePolicy, itemTarget(), { [policies]: all });
    assert.equal(choices.at(-1)?.label, 'DailyPolicy');
    assert.equal(choices.at(-1)?.note, true);
    assert.match(choices.at(-1)?.description ?? '', /current/);
    assert.equal(choices.filter(({ note }) => note).length, 1);
  });

  it('are not mixed from two vaults', async () => {
    const [question] = resumeProtection.questions;
    assert.equal(question?.type, 'pick');
    const one = itemTarget();
    const other = { ...one, model: { ...one.model, vaultId: `${vaultId}2` } };
    await assert.rejects(question.load(contextOf({}).context, [one, other], {}), (error: unknown) => {
      assert.ok(error instanceof BackupError);
      assert.equal(error.facts.code, 'SeveralVaults');
      return true;
    });
  });

  it('that cannot be listed are an error, not an empty list', async () => {
    await assert.rejects(choicesOf(resumeProtection, itemTarget(), { [policies]: 403 }), BackupError);
  });
});

describe('what a delete says before it is confirmed', () => {
  const config = `${vaultId}/backupconfig/vaultconfig`;
  const configJson = (softDeleteFeatureState: string): Answer => ({
    id: config,
    name: 'vaultconfig',
    properties: { softDeleteFeatureState },
  });
  const vaultJson = (softDeleteSettings: object): Answer =>
    ({ id: vaultId, name: 'vault-a', properties: { securitySettings: { softDeleteSettings } } }) as never;
  const said = async (routes: Readonly<Record<string, Answer>>): Promise<string> =>
    ((await stopDeleteData.consequences?.(contextOf(routes).context, [itemTarget()], {})) ?? []).join(' ');

  it('soft delete on: for how long, until when, and that it can be undone', async () => {
    const text = await said({
      [config]: configJson('Enabled'),
      [vaultId]: vaultJson({ softDeleteState: 'Enabled', softDeleteRetentionPeriodInDays: 30 }),
    });
    assert.match(text, /all its recovery points are deleted/);
    assert.match(text, /kept for 30 days, until 2026-03-31, and can be undeleted/);
  });

  it('soft delete on, days not said: Azure’s 14', async () => {
    assert.match(await said({ [config]: configJson('AlwaysON'), [vaultId]: vaultJson({}) }), /14 days, until 2026-03-15/);
    assert.match(await said({ [config]: 403, [vaultId]: vaultJson({ softDeleteState: 'AlwaysON' }) }), /14 days/);
  });

  it('soft delete off: for good', async () => {
    assert.match(
      await said({ [config]: configJson('Disabled'), [vaultId]: vaultJson({}) }),
      /off in the vault vault-a: the data is deleted for good/,
    );
  });

  it('not readable: says so, and to take it as gone', async () => {
    assert.match(
      await said({ [config]: 403, [vaultId]: 403 }),
      /could not be found out \(Refused with 403\): take it that the data will be gone/,
    );
  });
});
