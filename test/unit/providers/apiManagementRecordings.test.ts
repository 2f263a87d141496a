// Our request, our following and our reading against what Azure was recorded to take and to answer. Skipped where there are no recordings.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/core/json.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import { readService } from '../../../src/providers/apiManagement/model.ts';
import { transferRequest } from '../../../src/providers/apiManagement/requests.ts';
import { apiManagementTracker as tracker } from '../../../src/providers/apiManagement/tracking.ts';

const file = join(import.meta.dirname, '../../../../shared/recordings/azure-cli-2025-10/test_apim_core_service.json');

interface Interaction {
  readonly request: { readonly method: string; readonly url: string; readonly body?: JsonObject };
  readonly response: { readonly status: number; readonly headers: Record<string, string>; readonly body?: JsonObject };
}

describe('API Management as recorded', function () {
  let all: readonly Interaction[];
  before(function () {
    if (!existsSync(file)) {
      console.log(`skipped: there is no recording at ${file}`);
      this.skip();
    }
    all = (JSON.parse(readFileSync(file, 'utf8')) as { interactions: Interaction[] }).interactions;
  });

  it('sends what the CLI was recorded to send, and follows the answers to the end', () => {
    const at = all.findIndex(({ request }) => request.method === 'POST' && request.url.includes('/backup?'));
    const { request, response } = all[at] as Interaction;
    const serviceId = new URL(request.url).pathname.replace(/\/backup$/, '');
    const { storageAccount, containerName, backupName, accessKey } = request.body as Record<string, string>;
    const cloud = { resourceManagerEndpoint: 'https://management.azure.com' };
    const place = { account: storageAccount ?? '', container: containerName ?? '' };
    const ours = transferRequest(cloud, 'backup', serviceId, place, backupName ?? '', { kind: 'key', key: accessKey ?? '' });
    assert.equal(ours.url.split('?')[0], request.url.split('?')[0]);
    assert.deepEqual(JSON.parse(ours.body ?? ''), request.body);

    const record = { cloud: cloud.resourceManagerEndpoint, target: { id: serviceId, name: 's', kind: 'k' } } as unknown as OperationRecord;
    const location = response.headers['location'];
    const polls = all.filter((one, index) => index > at && one.request.url === location);
    assert.ok(polls.length > 1, `${polls.length} polls`);
    let step = tracker.begin(record, response, 0);
    for (const { response: answer } of polls) {
      assert.ok(!hasEnded(step.status));
      assert.equal(step.next?.url, location);
      step = tracker.step(JSON.parse(JSON.stringify(step.state)) as JsonObject, answer, 0);
    }
    assert.equal(step.status, 'succeeded');
  });

  it('reads every service that was answered', () => {
    const bodies = all.map(({ response }) => response.body).filter((body) => body?.['type'] === 'Microsoft.ApiManagement/service');
    assert.ok(bodies.length > 3);
    for (const service of bodies.map(readService)) {
      assert.equal(service.tier, 'Developer');
      assert.equal(service.identities.length, 1);
      assert.match(service.provisioningState ?? '', /^(Succeeded|Activating|Updating|Deleting)$/);
    }
  });
});
