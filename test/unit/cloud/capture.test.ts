import assert from 'node:assert/strict';
import { apiVersions } from '../../../src/cloud/apiVersions.ts';
import { captureRequest } from '../../../src/cloud/capture.ts';

const environment = { resourceManagerEndpoint: 'https://127.0.0.1:1', audience: 'https://127.0.0.1:1' };
const subscription = '11111111-2222-3333-4444-555555555555';

describe('capturing a request of a typed Azure client', () => {
  it('records method, absolute URL on the endpoint, api-version and body, and sends nothing', async () => {
    const { RecoveryServicesBackupClient } = await import('@azure/arm-recoveryservicesbackup');
    const expiry = new Date('2027-01-31T00:00:00Z');
    const request = await captureRequest(environment, ({ credential, options }) =>
      new RecoveryServicesBackupClient(credential, subscription, { ...options, apiVersion: apiVersions.backup }).backups.trigger(
        'vault-1',
        'rg-1',
        'Azure',
        'IaasVMContainer;iaasvmcontainerv2;rg-1;vm-1',
        'VM;iaasvmcontainerv2;rg-1;vm-1',
        { properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: expiry } },
      ),
    );
    assert.equal(request.method, 'POST');
    const url = new URL(request.url);
    assert.equal(url.origin, environment.resourceManagerEndpoint);
    assert.equal(url.search, `?api-version=${apiVersions.backup}`);
    assert.equal(
      decodeURIComponent(url.pathname),
      `/subscriptions/${subscription}/resourceGroups/rg-1/providers/Microsoft.RecoveryServices/vaults/vault-1` +
        '/backupFabrics/Azure/protectionContainers/IaasVMContainer;iaasvmcontainerv2;rg-1;vm-1' +
        '/protectedItems/VM;iaasvmcontainerv2;rg-1;vm-1/backup',
    );
    assert.deepEqual(JSON.parse(request.body ?? ''), {
      properties: { objectType: 'IaasVMBackupRequest', recoveryPointExpiryTimeInUTC: expiry.toISOString() },
    });
    assert.equal(request.headers['content-type'], 'application/json');
  });

  it('leaves the token out and has every header name in lower case', async () => {
    const { RecoveryServicesBackupClient } = await import('@azure/arm-recoveryservicesbackup');
    const request = await captureRequest(environment, ({ credential, options }) =>
      new RecoveryServicesBackupClient(credential, subscription, options).protectedItems.delete('v', 'rg', 'Azure', 'c', 'i'),
    );
    assert.equal(request.method, 'DELETE');
    assert.equal(request.body, undefined);
    assert.ok(!JSON.stringify(request).includes('recording'), 'the stand-in token is in the recording');
    for (const name of Object.keys(request.headers)) {
      assert.equal(name, name.toLowerCase());
      assert.notEqual(name, 'authorization');
    }
  });

  it('records the first request of a method that would go on polling', async () => {
    const { RecoveryServicesBackupClient } = await import('@azure/arm-recoveryservicesbackup');
    const request = await captureRequest(environment, ({ credential, options }) =>
      new RecoveryServicesBackupClient(credential, subscription, options).protectionContainers.beginRegisterAndWait(
        'v',
        'rg',
        'Azure',
        'VMAppContainer;Compute;rg;vm',
        { properties: { containerType: 'VMAppContainer', backupManagementType: 'AzureWorkload', sourceResourceId: '/x' } },
      ),
    );
    assert.equal(request.method, 'PUT');
    assert.match(decodeURIComponent(request.url), /protectionContainers\/VMAppContainer;Compute;rg;vm\?/);
  });

  it('keeps names with slashes, quotes, spaces and letters of any script inside their own path segment', async () => {
    const { RecoveryServicesBackupClient } = await import('@azure/arm-recoveryservicesbackup');
    const names = ['a/b', '백업 금고', "it's", 'x?y#z', '100%', '<b>'];
    for (const name of names) {
      const request = await captureRequest(environment, ({ credential, options }) =>
        new RecoveryServicesBackupClient(credential, subscription, options).protectionPolicies.get('v', 'rg', name),
      );
      const url = new URL(request.url);
      assert.equal(url.origin, environment.resourceManagerEndpoint);
      assert.equal(decodeURIComponent(url.pathname.split('/').at(-1) ?? ''), name);
    }
  });

  it('works for a client of the newer generation too', async () => {
    const { ComputeManagementClient } = await import('@azure/arm-compute');
    const request = await captureRequest(environment, ({ credential, options }) =>
      Promise.resolve(new ComputeManagementClient(credential, subscription, options).restorePoints.delete('rg', 'collection', 'point')),
    );
    assert.equal(request.method, 'DELETE');
    assert.equal(new URL(request.url).origin, environment.resourceManagerEndpoint);
    assert.match(request.url, /restorePointCollections\/collection\/restorePoints\/point\?api-version=/);
  });

  it('tells where nothing was built, and lets the library refuse arguments in its own words', async () => {
    await assert.rejects(
      captureRequest(environment, () => Promise.resolve()),
      { facts: { code: 'NothingCaptured', remedies: ['Report this as an issue of the extension.'] } },
    );
    const { RecoveryServicesBackupClient } = await import('@azure/arm-recoveryservicesbackup');
    await assert.rejects(
      captureRequest(environment, ({ credential, options }) =>
        new RecoveryServicesBackupClient(credential, subscription, options).protectionPolicies.get(
          undefined as unknown as string,
          'rg',
          'p',
        ),
      ),
      /vaultName/,
    );
  });
});
