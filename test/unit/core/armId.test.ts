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

  it('of databases whose names hold what URLs use keep them', () => {
    const database = (name: string): string => `${vault}/protectedItems/SQLDataBase;mssqlserver;${name}`;
    for (const name of ['Sales#2', 'Who?', '50% off', 'a?b#c', "O'Brien [x]", 'größe;売上']) {
      assert.equal(segmentOf(database(name), 'protectedItems'), `SQLDataBase;mssqlserver;${name}`);
      assert.equal(lastSegment(database(name)), `SQLDataBase;mssqlserver;${name}`);
      assert.equal(idUpTo(`${database(name)}/recoveryPoints/1`, 'protectedItems'), database(name));
    }
    assert.equal(sameArmId(database('Sales#1'), database('Sales#2')), false);
    assert.equal(segmentOf(`${database('50% off')}/vaults%3B`, 'vaults;'), undefined);
    assert.equal(lastSegment(`${database('x')}?api-version=1#y`), 'SQLDataBase;mssqlserver;x');
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
