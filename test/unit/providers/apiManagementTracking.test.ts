import assert from 'node:assert/strict';
import { leastMissed } from '../../../src/core/absence.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, TrackedResponse } from '../../../src/core/operation.ts';
import { readBackupBack, readRestoreBack, settleBackup, settleRestore } from '../../../src/providers/apiManagement/outcome.ts';
import { apiManagementTracker as tracker, trackingOfService } from '../../../src/providers/apiManagement/tracking.ts';
import { apiManagementRemediesFor } from '../../../src/providers/apiManagement/errorKnowledge.ts';
import { proposeBackup, refuseAccount, refuseBackup, refuseContainer } from '../../../src/providers/apiManagement/names.ts';
import { ageOf, backupId, expiryText, readAccount, readService } from '../../../src/providers/apiManagement/model.ts';
import { remediesFor } from '../../../src/providers/remedies.ts';
import { serverTime } from './fakeArm.ts';
import { cloudWith, daysAgo, goodCloud, refusedBlobs, serviceId, serviceJson, type Blobs } from './apiManagementFakes.ts';

const nowMs = Date.parse(serverTime);
const location = `https://arm.test${serviceId}/operationresults/abc?api-version=2024-05-01&t=1`;

function answered(status: number, headers: Record<string, string> = {}, body?: JsonObject): TrackedResponse {
  return { status, headers, ...(body === undefined ? {} : { body }) };
}

function recordOf(intent: JsonObject = {}): OperationRecord {
  return {
    version: 1,
    id: 'o',
    actionId: 'backUpService',
    title: 'Back Up',
    target: { id: serviceId, name: 'contoso', kind: 'API Management service' },
    cloud: 'https://arm.test',
    createdAt: serverTime,
    updatedAt: serverTime,
    status: 'sending',
    tracker: tracker.name,
    progress: {},
    trace: [],
    intent: {
      serviceId,
      account: 'stbackups',
      container: 'apim',
      endpoint: 'https://stbackups.blob.test/',
      backupName: 'b',
      seenAt: serverTime,
      ...intent,
    },
  };
}

/** As a journal would have it. */
const through = (state: JsonObject): JsonObject => JSON.parse(JSON.stringify(state)) as JsonObject;

describe('following a backup or restore of API Management', () => {
  it('asks Location at its pace until it answers with the service', () => {
    const begun = tracker.begin(recordOf(), answered(202, { location, 'retry-after': '60' }), nowMs);
    assert.deepEqual([begun.status, begun.next?.url, begun.delayMs], ['accepted', location, 60_000]);
    const fresh = location.replace('t=1', 't=2');
    const going = tracker.step(through(begun.state), answered(202, { location: fresh, 'retry-after': '30' }), nowMs);
    assert.deepEqual([going.status, going.next?.url, going.delayMs], ['running', fresh, 30_000]);
    assert.equal(tracker.poll(through(going.state)).url, fresh);
    assert.ok((tracker.poll(through(going.state)).insistMs ?? 0) > 0);
    assert.equal(going.progress?.percent, undefined);
    assert.equal(tracker.step(through(going.state), answered(200, {}, serviceJson()), nowMs).status, 'succeeded');
  });

  it('tells why it failed, with what to do, where the poll itself is the error', () => {
    const { state } = tracker.begin(recordOf(), answered(202, { location }), nowMs);
    const error = { code: 'RestoreFailed', message: 'Cannot restore: backup expired' };
    const step = tracker.step(through(state), answered(400, {}, { error }), nowMs);
    assert.equal(step.status, 'failed');
    assert.equal(step.error?.code, 'RestoreFailed');
    assert.match(step.error?.remedies?.[0] ?? '', /30 days/);
    assert.equal(step.readBackDecides, undefined);
    assert.equal(tracker.step(through(state), answered(500), nowMs).readBackDecides, true);
  });

  it('is unknown where nothing can be followed (any more)', () => {
    assert.throws(() => tracker.begin(recordOf(), answered(202), nowMs), /named no address/, 'it is looked for then');
    assert.equal(tracker.begin(recordOf(), answered(200, {}, serviceJson()), nowMs).status, 'succeeded');
    const { state } = tracker.begin(recordOf(), answered(202, { location }), nowMs);
    const missing = tracker.step(through(state), answered(404), nowMs);
    assert.equal(missing.status, 'running');
    let later = missing;
    for (let at = 1; at < leastMissed; at++) {
      assert.equal(later.status, 'running');
      later = tracker.step(through(later.state), answered(404), nowMs + 10 * 60_000);
    }
    assert.equal(later.status, 'unknown');
  });

  it('asks the service itself where its address never reached us, until that is at rest', () => {
    const state = trackingOfService('https://arm.test', serviceId);
    assert.equal(tracker.poll(state).url, `https://arm.test${serviceId}?api-version=2024-05-01`);
    const busy = tracker.step(state, answered(200, {}, serviceJson({}, { provisioningState: 'Updating' })), nowMs);
    assert.equal(busy.status, 'running');
    assert.equal(tracker.step(through(busy.state), answered(200, {}, serviceJson()), nowMs).status, 'succeeded');
    const failed = tracker.step(state, answered(200, {}, serviceJson({}, { provisioningState: 'Failed' })), nowMs);
    assert.deepEqual([failed.status, failed.readBackDecides], ['failed', true]);
    assert.equal(tracker.step(state, answered(404), nowMs).status, 'unknown');
  });
});

describe('what came of it', () => {
  const updating = { [serviceId]: serviceJson({}, { provisioningState: 'Updating' }) };
  const made = new Date(nowMs + 60_000).toISOString();

  for (const [what, blobs, intent, reading, words] of [
    ['there and new', { b: made }, {}, 'asAsked', /It can be restored until 2026-03-31/],
    ['not there', {}, {}, 'different', /there is no b in stbackups\/apim/],
    ['older than the backup', { b: daysAgo(1) }, {}, 'different', /it is older than this backup/],
    ['older by the clock, and was not there before', { b: daysAgo(1) }, { nameWasFree: true }, 'asAsked', /is in stbackups/],
    ['not to be looked at', refusedBlobs, {}, 'unclear', /could not be looked at/],
  ] as readonly (readonly [string, Blobs, JsonObject, string, RegExp])[]) {
    it(`a backup is read back: its blob is ${what}`, async () => {
      const { context } = cloudWith(goodCloud(), blobs);
      const read = await readBackupBack(context, recordOf(intent));
      assert.equal(read.reading, reading);
      assert.match(read.sentence, words);
    });
  }

  it('a restore is read back: the service is at rest, busy or gone', async () => {
    const read = async (routes = {}): Promise<string> => (await readRestoreBack(cloudWith(goodCloud(routes)).context, recordOf())).reading;
    assert.deepEqual([await read(), await read(updating), await read({ [serviceId]: 404 })], ['asAsked', 'unclear', 'different']);
  });

  it('without an answer: a service that is being changed has started; a blob that was not there before is ours', async () => {
    const settled = async (routes: object, blobs: Blobs, intent: JsonObject = {}) =>
      settleBackup(cloudWith(goodCloud(routes as never), blobs).context, recordOf(intent));
    const busy = await settled(updating, {});
    assert.equal(busy.found, 'started');
    assert.ok('tracking' in busy && tracker.poll(busy.tracking).url.includes('/service/contoso?'));
    assert.equal((await settled({}, { b: made }, { nameWasFree: true })).found, 'started');
    assert.equal((await settled({}, { b: daysAgo(1) })).found, 'unclear');
    // A blob may come at the end only, so that its absence proves nothing.
    assert.equal((await settled({}, {}, { nameWasFree: true })).found, 'unclear');
    assert.equal((await settled({}, refusedBlobs)).found, 'unclear');
    await assert.rejects(settled({ [serviceId]: 503 }, {}));
  });

  it('what was found by looking is not called a restore that went well: nothing of it tells', async () => {
    const { context } = cloudWith(goodCloud());
    assert.equal((await readRestoreBack(context, recordOf())).reading, 'asAsked');
    const { reading, sentence } = await readRestoreBack(context, { ...recordOf(), isInferred: true });
    assert.equal(reading, 'different');
    assert.match(sentence, /neither whether it was this restore nor how it went/);
  });

  it('without an answer to a restore: only a service that is being changed tells', async () => {
    const settled = async (routes = {}): Promise<string> => (await settleRestore(cloudWith(goodCloud(routes)).context, recordOf())).found;
    assert.deepEqual([await settled(updating), await settled()], ['started', 'unclear']);
  });
});

describe('what is known of API Management’s errors', () => {
  for (const [code, message, words] of [
    ['BadRequest', 'Bad Request', /managed identity/],
    ['ServiceLocked', 'The API Service contoso is transitioning at this time.', /Wait until/],
    ['RestoreFailed', "Cannot restore: current SKU is 'Premium', backup SKU is 'Developer'", /tier/],
    ['BackupFailed', 'Cannot backup: The specified container does not exist.', /Create the container/],
    ['BackupFailed', 'Cannot backup: This request is not authorized to perform this operation.', /firewall/],
    ['BackupFailed', 'Cannot backup: This request is not authorized to perform this operation using this permission.', /role|firewall/],
    ['InvalidParameters', 'Invalid parameter: x\r\nParameter name: backupStorageAccount', /firewall/],
  ] as const) {
    it(`${code}: ${message.slice(0, 60)}`, () => {
      assert.match(apiManagementRemediesFor(code, message).join(' '), words);
      assert.match(remediesFor(code, message).join(' '), words);
    });
  }
  it('says nothing of what it does not know, nor of other systems’ words', () => {
    assert.deepEqual(apiManagementRemediesFor('BadRequest', 'The disk is not authorized'), []);
    assert.deepEqual(apiManagementRemediesFor('AnyCode', 'backup expired'), []);
  });
});

describe('names and records of API Management', () => {
  it('are checked by the rules of storage accounts, with a sentence', () => {
    const id = `/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/st`;
    for (const [check, good, bad] of [
      [
        refuseAccount,
        ['stbackups', 'abc', id],
        ['', 'ab', 'St', 'a-b', 'x'.repeat(25), '/subscriptions/s', `${id.replace('Storage/', 'Compute/')}`],
      ],
      [refuseContainer, ['apim', 'a-b-c', '123'], ['', 'ab', 'A', '-a-', 'a--b', 'x'.repeat(64), 'a_b']],
      [refuseBackup, ['a b.apimbackup', 'folder/b'], ['', '/a', 'a//b', 'a/', 'a.', 'a?b', 'a\u202Eb', 'x'.repeat(1025)]],
    ] as const) {
      good.forEach((text) => assert.equal(check(text), undefined, text));
      bad.forEach((text) => assert.match(check(text) ?? '', /[.:]|NAME$/, text));
    }
    const proposed = proposeBackup('Con toso', nowMs);
    assert.equal(proposed, 'Con-toso-2026-03-01-10-00.apimbackup');
    assert.equal(refuseBackup(proposed), undefined);
  });

  it('a backup can be restored for thirty days to the second', () => {
    const age = (days: number) => ageOf({ madeAt: daysAgo(days) }, nowMs);
    assert.equal(expiryText(age(0)), 'expires in 30 days');
    assert.equal(expiryText(age(28.5)), 'expires in 1 day');
    assert.equal(expiryText(age(29.99)), 'expires within a day');
    assert.equal(expiryText(age(30)), 'expired today');
    assert.equal(expiryText(age(32.1)), 'expired 2 days ago');
    assert.equal(expiryText(ageOf({}, nowMs)), 'age not given');
  });

  it('two blobs that differ by case or slashes are two', () => {
    const place = { account: 'a', container: 'c' };
    const keys = ['b', 'B', '^b', 'a/b', 'a^-b', 'É', 'é'].map((name) =>
      decodeURIComponent(backupId(serviceId, place, name)).toLowerCase(),
    );
    assert.equal(new Set(keys).size, keys.length);
  });

  it('are read as Azure writes them, and an odd member costs only itself', () => {
    const service = readService(serviceJson({ identity: { principalId: 7, userAssignedIdentities: { a: null } }, sku: null }));
    assert.deepEqual([service.identities.length, service.tier], [1, undefined]);
    const account = readAccount({ id: '/a', properties: { networkAcls: { bypass: 'None', ipRules: 'odd' } } });
    assert.deepEqual([account.closed, account.letsAzureIn, account.namesAddresses, account.takesKeys], [false, false, false, true]);
    assert.throws(() => readService({ name: 'without an id' }), /cannot be read/);
  });
});
