import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import { readProtectableItem, readProtectedItem, type ProtectedItem } from '../../../src/providers/recoveryServices/model.ts';
import * as requests from '../../../src/providers/recoveryServices/requests.ts';

const cloud = { resourceManagerEndpoint: 'https://management.example', audience: 'https://management.example/' };
const vault = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v1';
const policyId = `${vault}/backupPolicies/DefaultPolicy`;
const vmId = '/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web';
const container = `${vault}/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg;web`;
const url = `https://management.example${container.replaceAll(';', '%3B')}/protectedItems/VM%3Biaasvmcontainerv2%3Brg%3Bweb`;

const protectable = (id: string, more: object = {}): ReturnType<typeof readProtectableItem> =>
  readProtectableItem({
    id,
    name: 'iaasvmcontainerv2;rg;web',
    properties: { protectableItemType: 'Microsoft.Compute/virtualMachines', virtualMachineId: vmId, friendlyName: 'web', ...more },
  });
const item = (properties: object): ProtectedItem =>
  readProtectedItem({ id: `${container}/protectedItems/VM;iaasvmcontainerv2;rg;web`, properties });
const vm = item({ protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: vmId, friendlyName: 'web' });

const parts = ({ method, url: at, body }: PreparedRequest): [string, string, unknown] => [
  method,
  at.replace(/\?api-version=\d{4}-\d{2}-\d{2}(-preview)?/, ''),
  body === undefined ? undefined : JSON.parse(body),
];

describe('Requests of Azure Backup', () => {
  it('protects a VM at the id that Azure returned, but for its collection', async () => {
    const request = await requests.protectVm(cloud, protectable(`${container}/protectableItems/vm;iaasvmcontainerv2;rg;web`), policyId);
    assert.deepEqual(parts(request), [
      'PUT',
      url.replace('VM%3B', 'vm%3B'),
      { properties: { protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: vmId, policyId } },
    ]);
  });

  it('makes the names as documented where the returned id has another form', () => {
    const made = `${vault}/backupFabrics/Azure/protectionContainers/iaasvmcontainer;iaasvmcontainerv2;rg;web/protectedItems/vm;iaasvmcontainerv2;rg;web`;
    assert.equal(requests.protectedItemIdOf(protectable(`${vault}/odd/form`)), made);
    assert.equal(requests.protectedItemIdOf(protectable(`${container}/protectableItems/iaasvmcontainerv2;rg;web`)), made);
  });

  it('refuses to protect what is no VM', async () => {
    const database = protectable(`${container}/protectableItems/sqldatabase;x`, { protectableItemType: 'SQLDataBase' });
    await assert.rejects(
      requests.protectVm(cloud, database, policyId),
      (error) => error instanceof BackupError && error.facts.code === 'NotAVirtualMachine',
    );
  });

  const properties = { protectedItemType: 'Microsoft.Compute/virtualMachines', sourceResourceId: vmId };
  it('assigns a policy', async () => {
    assert.deepEqual(parts(await requests.assignPolicy(cloud, vm, policyId)), ['PUT', url, { properties: { ...properties, policyId } }]);
  });

  it('stops and keeps the data: no policy, protection stopped', async () => {
    const body = { properties: { ...properties, policyId: '', protectionState: 'ProtectionStopped' } };
    assert.deepEqual(parts(await requests.stopKeepData(cloud, vm)), ['PUT', url, body]);
  });

  it('undeletes', async () => {
    const body = { properties: { ...properties, policyId: '', isRehydrate: true, protectionState: 'ProtectionStopped' } };
    assert.deepEqual(parts(await requests.undelete(cloud, vm)), ['PUT', url, body]);
  });

  it('deletes', async () => {
    assert.deepEqual(parts(await requests.deleteItem(cloud, vm)), ['DELETE', url, undefined]);
  });

  it('backs up now with an expiry', async () => {
    const body = { properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: '2027-01-31T00:00:00.000Z' } };
    assert.deepEqual(parts(await requests.backupNow(cloud, vm, new Date('2027-01-31T00:00:00Z'))), ['POST', `${url}/backup`, body]);
  });

  it('names no source for databases, whose backup has a type', async () => {
    const database = item({ protectedItemType: 'AzureVmWorkloadSQLDatabase', sourceResourceId: vmId });
    assert.deepEqual(parts(await requests.assignPolicy(cloud, database, policyId))[2], {
      properties: { protectedItemType: 'AzureVmWorkloadSQLDatabase', policyId },
    });
    await assert.rejects(requests.backupNow(cloud, database, new Date()), /has a type/);
    await assert.rejects(requests.backUpDatabase(cloud, vm, { type: 'Full', compress: false }), /it is no database/);
  });

  it('writes the concrete kind of a VM that Azure answered by its base type', async () => {
    const alias = item({ protectedItemType: 'AzureIaaSVMProtectedItem', sourceResourceId: vmId });
    assert.deepEqual(parts(await requests.assignPolicy(cloud, alias, policyId))[2], { properties: { ...properties, policyId } });
  });

  it('refuses to change a kind that it does not know, and names it', async () => {
    await assert.rejects(
      requests.stopKeepData(cloud, item({ protectedItemType: 'MabFileFolderProtectedItem', friendlyName: 'laptop' })),
      /laptop is of the kind MabFileFolderProtectedItem/,
    );
  });

  it('lets a vault look for VMs, and cancels a job', async () => {
    assert.deepEqual(parts(await requests.refreshContainers(cloud, vault)), [
      'POST',
      `https://management.example${vault}/backupFabrics/Azure/refreshContainers`,
      undefined,
    ]);
    assert.deepEqual(parts(await requests.cancelJob(cloud, { id: `${vault}/backupJobs/j1`, name: 'j1' })), [
      'POST',
      `https://management.example${vault}/backupJobs/j1/cancel`,
      undefined,
    ]);
  });

  it('holds no token', async () => {
    const request = await requests.deleteItem(cloud, vm);
    assert.equal('authorization' in request.headers, false);
  });

  it('are of no other item where an id goes on behind its name', async () => {
    const id = `${container}/protectedItems/SQLDataBase;mssqlserver;a`;
    await assert.rejects(requests.deleteItem(cloud, { id: `${id}/b` }), /Expected the id of a protected item of a vault, got .*\/b\./);
    const request = await requests.deleteItem(cloud, { id: `${id}%2Fb/` });
    assert.ok(new URL(request.url).pathname.endsWith('/SQLDataBase%3Bmssqlserver%3Ba%2Fb'), request.url);
  });

  it('names what is no item of a vault', async () => {
    await assert.rejects(requests.deleteItem(cloud, { id: vmId }), /Expected the id of something of a vault, got \/subscriptions/);
  });
});
