import assert from 'node:assert/strict';
import { armIdKey, idUpTo, lastSegment, sameArmId, segmentOf } from '../../../src/core/armId.ts';

const vault = '/subscriptions/1/resourceGroups/rg-a/providers/Microsoft.RecoveryServices/vaults/kv';

describe('ARM ids', () => {
  it('are one key whatever their casing, slashes, host, query and encoding', () => {
    const spellings = [
      `${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg;vm`,
      `/Subscriptions/1/resourcegroups/RG-A/providers/microsoft.recoveryservices/vaults/KV/backupFabrics/Azure/protectionContainers/vmappcontainer;compute;RG;VM`,
      `${vault}//backupFabrics/Azure/protectionContainers/VMAppContainer%3BCompute%3Brg%3Bvm/`,
      `https://management.azure.com${vault}/backupFabrics/Azure/protectionContainers/VMAppContainer;Compute;rg;vm?api-version=2025-02-01#x`,
    ];
    assert.equal(new Set(spellings.map(armIdKey)).size, 1);
  });

  it('of different resources stay different', () => {
    assert.equal(sameArmId(vault, `${vault}2`), false);
    assert.equal(sameArmId(vault, undefined), false);
    assert.equal(sameArmId(vault, vault.toUpperCase()), true);
  });

  it('with a stray percent sign are taken as they are', () => {
    assert.equal(lastSegment('/vaults/100%'), '100%');
    assert.equal(armIdKey('/vaults/100%'), '/vaults/100%');
  });

  it('give the value behind a segment whatever the casing', () => {
    assert.equal(segmentOf(vault, 'resourcegroups'), 'rg-a');
    assert.equal(segmentOf(vault, 'Vaults'), 'kv');
    assert.equal(segmentOf(vault, 'backupJobs'), undefined);
    assert.equal(segmentOf('/subscriptions', 'subscriptions'), undefined);
  });

  it('are cut after a segment in their own spelling', () => {
    assert.equal(idUpTo(`${vault}/backupJobs/7`, 'vaults'), vault);
    assert.equal(idUpTo(vault, 'backupJobs'), undefined);
    assert.equal(lastSegment(`${vault}/backupJobs/a%3Bb`), 'a;b');
  });
});
