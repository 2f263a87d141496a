/** The network is gone for a while under what runs and what is just being sent: each is told as it is, and begun once. */
import assert from 'node:assert/strict';
import { hasEnded } from '../../../src/core/operation.ts';
import type { ActionTarget, AnySendAction } from '../../../src/providers/action.ts';
import { actionById } from '../../../src/providers/actionTable.ts';
import * as api from '../../../src/providers/recoveryServices/api.ts';
import { SpoiledCloud, type Sent } from './spoiledCloud.ts';

/** Every request of every client, sign-in too, on every connection. */
const gone = { kind: 'resetBefore', path: '**', method: '*', count: 'unlimited' } as const;

describe('a network that is gone for a while', function () {
  this.timeout(60_000);
  let cloud: SpoiledCloud;
  before(async () => {
    cloud = await SpoiledCloud.open(300, 10_000);
  });
  after(() => cloud.close());

  async function itemOf(name: string): Promise<ActionTarget> {
    for (const id of cloud.sandbox.endpoint.subscriptionIds) {
      const vault = (await api.listVaults(cloud.arm, `/subscriptions/${id}`)).items.find((one) => one.name === 'rsv-webshop-weu');
      const items = vault ? (await api.listProtectedItems(cloud.arm, vault.id)).items : [];
      const model = items.find(({ friendlyName }) => friendlyName === name);
      if (model) {
        return { kind: 'protectedItem', id: model.id, name, model };
      }
    }
    throw new Error(`The sandbox has no ${name}`);
  }

  /** Built while there is a network; `start` sends it. */
  async function backupOf(name: string): Promise<{ start: () => Promise<string>; sent: () => Sent }> {
    const action = actionById('backUpNow') as AnySendAction;
    const target = await itemOf(name);
    const answers = { expiry: new Date(Date.now() + 30 * 86_400_000).toISOString() };
    const context = { arm: cloud.arm, appliance: () => undefined, signal: AbortSignal.timeout(20_000), now: Date.now };
    const { request, intent } = await action.build(context, target, answers);
    const from = cloud.sandbox.ledger.count;
    const { id: actionId, title, tracker } = action;
    const plan = { actionId, title, target: action.describe(target), request, tracker, intent };
    return { start: async () => (await cloud.engine.start(plan)).id, sent: () => cloud.sentSince(from, request) };
  }

  it('leaves what runs, and what was just being sent, with their true ends, each begun once', async () => {
    const [first, second] = [await backupOf('vm-web-01'), await backupOf('vm-web-03')];
    const running = await first.start();
    await cloud.until(running, ({ job }) => job !== undefined);
    // Taken, but the answer is lost with the network.
    cloud.spoil({ kind: 'resetAfter', method: 'POST', path: '**/backup' }, gone);
    const taken = await second.start();
    for (const id of [running, taken]) {
      const { status } = await cloud.until(id, ({ trouble }) => trouble?.kind === 'noAnswer');
      assert.equal(hasEnded(status), false, 'an end was made up');
    }
    cloud.spoil();
    for (const [id, { sent }] of [
      [running, first],
      [taken, second],
    ] as const) {
      const record = await cloud.until(id, ({ status }) => hasEnded(status));
      assert.match(record.status, /^succeeded/, JSON.stringify(record.error));
      assert.deepEqual(sent(), { attempts: 1, effects: 1 });
    }
  });
});
