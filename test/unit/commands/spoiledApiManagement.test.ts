/** Never lost, never repeated: backups and restores of API Management against each way in which an answer can be spoiled. */
import assert from 'node:assert/strict';
import { delay } from '../../../src/core/cancellation.ts';
import type { ActionTarget } from '../../../src/providers/action.ts';
import * as api from '../../../src/providers/apiManagement/api.ts';
import type { ApiBackup, ApiService } from '../../../src/providers/apiManagement/model.ts';
import { blobsServe } from './fiveSystems.ts';
import { Pool } from './pool.ts';
import type { SpoiledCloud } from './spoiledCloud.ts';
import { provesAll } from './spoiledTable.ts';
import {
  cloudFor,
  isRefusedFirst,
  isUnheard,
  messageOf,
  ofFollowing,
  ofSending,
  onlyThis,
  questionsAfter,
  readingAfter,
  sayings,
  together,
  type Spoiling,
} from './spoilings.ts';

/** A backup takes a seventh of a second then, a restore less than one. */
const speed = 2_000;

interface Estate {
  readonly cloud: SpoiledCloud;
  readonly service: ActionTarget<ApiService>;
  readonly accountId: string;
  /** One that can be restored. */
  readonly backup: ActionTarget<ApiBackup>;
}

async function estateOf(fault: Spoiling): Promise<Estate> {
  const cloud = await cloudFor(fault, speed);
  try {
    await blobsServe(cloud);
    for (const id of cloud.sandbox.endpoint.subscriptionIds) {
      const scope = `/subscriptions/${id}`;
      const model = (await api.readAll(cloud.arm, api.lists.services(scope))).items.find(({ name }) => name === 'apim-northwind-weu');
      const account = (await api.readAll(cloud.arm, api.lists.accounts(scope))).items.find(({ name }) => name === 'stnwapimweu');
      if (model && account?.blobEndpoint) {
        const place = { account: account.name, accountId: account.id, container: 'apim-backups', endpoint: account.blobEndpoint };
        const { items } = await api.listBackups(cloud.arm, model.id, place);
        const newest = [...items].sort((a, b) => (b.madeAt ?? '').localeCompare(a.madeAt ?? ''))[0];
        assert.ok(newest);
        return {
          cloud,
          accountId: account.id,
          service: { kind: 'apiManagementService', id: model.id, name: model.name, model },
          backup: { kind: 'apiManagementBackup', id: newest.id, name: newest.name, model: newest },
        };
      }
    }
    throw new Error('The sandbox has no such service');
  } catch (error) {
    await cloud.close();
    throw error;
  }
}

type Works = Parameters<typeof runOf>[1];

/** A backup with a fault, then a restore. Problems are lines. */
async function runOf(estate: Estate, check: (name: string, run: Run) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  const { cloud, service, backup, accountId } = estate;
  // The ledger's count is another one each time.
  const backupName = `spoiled-${cloud.sandbox.ledger.count}.apimbackup`;
  const answers = { account: accountId, container: 'apim-backups', backupName, access: 'system', into: service.id };
  for (const [name, target] of [
    ['backUpService', service],
    ['restoreBackup', backup],
  ] as const) {
    try {
      await check(name, (faults) => cloud.run(name, target, answers, faults));
    } catch (error) {
      problems.push(`${name}: ${messageOf(error)}`);
    }
    cloud.spoil();
    await atRest(estate);
  }
  return problems;
}

type Run = (faults: Parameters<SpoiledCloud['run']>[3]) => ReturnType<SpoiledCloud['run']>;

async function atRest({ cloud, service }: Estate): Promise<void> {
  for (
    const until = Date.now() + 20_000;
    (await api.getService(cloud.arm, service.id)).provisioningState !== 'Succeeded';
    await delay(20)
  ) {
    assert.ok(Date.now() < until, 'The service does not come to rest');
  }
}

describe('backups and restores of API Management, whatever becomes of their answers', function () {
  this.timeout(300_000);
  // A blob service is dear to start: those of one patience are used again.
  const estates = new Pool<Estate>(
    (kind) => estateOf(kind === 'slow' ? { kind, ms: 900 } : { kind: 'truncate' }),
    ({ cloud }) => cloud.close(),
  );
  after(() => estates.close());
  const tried = (fault: Spoiling, check: Works) => (): Promise<readonly string[]> =>
    estates.use(fault.kind === 'slow' ? 'slow' : 'quick', (estate) => runOf(estate, check));
  const sending = ofSending.map((row) => {
    const { fault, taken, told } = row;
    const check: Works = async (name, run) => {
      const { record, attempts, effects } = await run((request) => [onlyThis(request, fault)]);
      assert.equal(effects, taken ? 1 : 0, `it took effect ${effects} times: ${sayings(record)}`);
      assert.ok(isRefusedFirst(row) || attempts === 1, `it was sent ${attempts} times`);
      // A service at rest without the blob proves nothing: the blob may come at the end only. A restore leaves nothing at all
      // that tells: what ran on the service may have been another operation, or have failed.
      const lost = isUnheard(row) && (!taken || name === 'restoreBackup');
      assert.equal(record.status, lost ? 'unknown' : taken ? 'succeeded' : 'failed', sayings(record));
      if (told) {
        assert.match(record.error?.message ?? '', told);
      }
    };
    return { title: `sending: ${row.name}`, run: tried(fault, check) };
  });
  const following = ofFollowing.map(({ name, fault }) => {
    const check: Works = async (_name, run) => {
      const { record, effects } = await run(() => [questionsAfter(fault), readingAfter(fault)]);
      assert.equal(effects, 1, 'it took effect once');
      assert.equal(record.status, 'succeeded', sayings(record));
    };
    return { title: `following: ${name}`, run: tried(fault, check) };
  });
  together([...sending, ...following], 3);
  provesAll('apiManagement');
});
