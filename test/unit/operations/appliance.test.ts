import assert from 'node:assert/strict';
import { BackupError } from '../../../src/core/errors.ts';
import { eachInItsFolder, FakeArm, house, plan, statusOf, answer } from './fakes.ts';

const appliance = 'https://10.0.0.4:8443';
const onAppliance = { ...plan, cloud: appliance, request: { ...plan.request, url: `${appliance}/api/v8/virtualMachines/takeSnapshot` } };

describe('operations on an appliance', () => {
  let folder: string;
  eachInItsFolder((made) => (folder = made));

  it('are sent and followed by the client of that very origin, with no cloud connected', async () => {
    const client = new FakeArm(appliance);
    const asked: string[] = [];
    const { engine, arm, clock } = house(folder, {
      connected: () => false,
      clientOf: (origin) => {
        asked.push(origin);
        return client;
      },
    });
    const { id, cloud } = await engine.start(onAppliance);
    client.pollReplies = [answer(200, { step: 'succeeded' })];
    await clock.advance(60_000);
    assert.equal(cloud, appliance);
    assert.equal(statusOf(engine, id), 'succeeded');
    assert.equal(client.sent.length, 1);
    assert.deepEqual([arm.sent.length, arm.polled.length], [0, 0]);
    assert.deepEqual([...new Set(asked)], [appliance]);
  });

  it('wait, unasked, while their appliance is not known, and go on when it is added again', async () => {
    const client = new FakeArm(appliance);
    let known = true;
    const { engine, arm, clock } = house(folder, { clientOf: () => (known ? client : undefined) });
    const { id } = await engine.start(onAppliance);
    await clock.advance(1_000);
    known = false;
    await engine.resume();
    await clock.advance(600_000);
    assert.deepEqual(engine.standing(id), { followedBy: 'nobody', notConnected: true });
    assert.deepEqual([client.polled.length, arm.polled.length], [0, 0]);
    known = true;
    await engine.resume();
    await clock.advance(60_000);
    assert.ok(client.polled.length > 0);
    assert.equal(arm.polled.length, 0);
  });

  it('are not started where the appliance is not known', async () => {
    const { engine, arm } = house(folder);
    await assert.rejects(engine.start(onAppliance), (error: BackupError) => {
      assert.equal(error.facts.code, 'NotConnected');
      assert.match(error.message, /10\.0\.0\.4:8443 is not connected/);
      return true;
    });
    assert.deepEqual([engine.list().length, arm.sent.length], [0, 0]);
  });

  it('pause, and do not end, where the certificate is another one now', async () => {
    const client = new FakeArm(appliance);
    const { engine, clock } = house(folder, { clientOf: () => client });
    const { id } = await engine.start(onAppliance);
    client.pollReplies = [new BackupError('Its certificate is another one now.', { code: 'CertificateChanged' })];
    await clock.advance(3_600_000);
    assert.equal(engine.get(id)?.trouble?.kind, 'paused');
    assert.equal(client.polled.length, 1);
    client.pollReplies = [answer(200, { step: 'succeeded' })];
    await engine.retry(id);
    await clock.advance(1_000);
    assert.equal(statusOf(engine, id), 'succeeded');
  });
});
