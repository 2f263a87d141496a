import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { Governor } from '../../../src/cloud/budget/governor.ts';
import type { OperationRecord, Tracker } from '../../../src/core/operation.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { refusalExplainer } from '../../../src/operations/explain.ts';
import { isUnsent } from '../../../src/operations/phase.ts';
import { clientOf, environmentAt, type TestClient } from '../cloud/support/client.ts';
import { HurriedClock } from '../commands/hurriedClock.ts';
import { startTiny, tokenOf, vaultId, type TinySandbox } from '../sandbox/platformSupport.ts';
import { FakeFollower, newFolder } from './fakes.ts';

/** Twenty at once, and then one each fifth of a second, which is slower than any machine sends them. */
const speed = 3_600;
const atOnce = 20;
const aSecond = 5;
const many = 40;

/** Done as soon as it is accepted. */
const tracker: Tracker = {
  name: 'atOnce',
  begin: () => ({ status: 'succeeded', state: {} }),
  poll: () => assert.fail('it has ended'),
  step: () => assert.fail('it has ended'),
};

describe('many backups at once, and a limit that is for few', () => {
  let folder: string;
  let sandbox: TinySandbox;
  let client: TestClient;
  let engine: Engine;
  beforeEach(async () => {
    folder = await newFolder();
    const limits = { enforced: true, writes: { capacity: atOnce, perSecond: aSecond / speed } };
    sandbox = await startTiny({ speed, limits });
    const token = await tokenOf(sandbox);
    const { resourceManagerEndpoint, certificateAuthorityFile } = sandbox.endpoint;
    client = clientOf(environmentAt(resourceManagerEndpoint, certificateAuthorityFile), {
      tokens: { getToken: () => Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 }) },
      silenceMs: 20_000,
      // A refusal here is for a second: too long to hold a request back for.
      governor: new Governor({ label: 'Sandbox', speed, longestHoldMs: 500 }),
    });
    engine = new Engine({
      folder: path.join(folder, 'journal'),
      clock: new HurriedClock(),
      arm: () => client.arm,
      trackers: new Map([[tracker.name, tracker]]),
      followers: new Map([['backUpNow', new FakeFollower()]]),
      canceller: () => assert.fail('nothing is there to be cancelled'),
      explain: refusalExplainer(() => []),
      watchFolder: () => ({ dispose: () => undefined }),
    });
  });
  afterEach(async () => {
    await engine.dispose();
    await client.dispose();
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** As soon as it is true of what the engine has. */
  function until(isSo: (records: readonly OperationRecord[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listening = engine.onDidChange(() => look());
      const look = (): void => {
        if (isSo(engine.list())) {
          listening.dispose();
          resolve();
        }
      };
      look();
    });
  }

  it('wait in the queue, where they can be taken back, until it allows more: none fails, and each is sent once', async () => {
    const itemOf = (at: number): string => `${vaultId}/backupFabrics/Azure/protectionContainers/c/protectedItems/vm-${at}`;
    await Promise.all(
      Array.from({ length: many }, (_, at) =>
        engine.start({
          actionId: 'backUpNow',
          title: 'Back Up Now',
          target: { id: itemOf(at), name: `vm-${at}`, kind: 'VM' },
          request: {
            method: 'POST',
            url: `${sandbox.endpoint.resourceManagerEndpoint}${itemOf(at)}/backup?api-version=2023-06-01`,
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ properties: { objectType: 'IaasVMBackupRequest' } }),
          },
          tracker: tracker.name,
          intent: {},
          batch: { id: 'b', size: many },
        }),
      ),
    );
    const waits = (record: OperationRecord): boolean => isUnsent(record) && record.trouble?.error.status === 429;
    await until((records) => records.filter(waits).length >= 3);
    const back = engine.list().filter(waits).slice(0, 3);
    await Promise.all(back.map(({ id }) => engine.cancel(id)));
    await until((records) => records.every(({ endedAt }) => endedAt !== undefined));

    const ended = (status: string): number => engine.list().filter((record) => record.status === status).length;
    assert.deepEqual([ended('succeeded'), ended('cancelled')], [many - back.length, back.length]);
    const posts = sandbox.ledger.list().filter(({ path: of }) => of.endsWith('/backup'));
    const taken = posts.filter(({ status }) => status === 202).map(({ path: of }) => of);
    assert.deepEqual([taken.length, new Set(taken).size], [many - back.length, many - back.length]);
    assert.equal(sandbox.provider.backups, many - back.length);
    const refused = posts.filter(({ status }) => status === 429).length;
    assert.ok(refused >= 1 && refused <= 16, `${refused} were refused: those of an hour that were on their way at once, and no more`);
  });
});
