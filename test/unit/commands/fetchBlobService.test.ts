import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ArmClient, ArmResponse } from '../../../src/cloud/types.ts';
import { fetchBlobService } from '../../../src/commands/fetchBlobService.ts';
import { BackupError } from '../../../src/core/errors.ts';
import type { Json } from '../../../src/core/json.ts';
import { placeKey } from '../../../src/providers/apiManagement/place.ts';
import { startSandbox } from '../../../src/sandbox/server/start.ts';
import { servicesWith, type TestServices } from './fakes.ts';
import { patienceMs, Window } from './journeyWindow.ts';
import { ScriptedPrompter, type Scripted } from './scriptedPrompter.ts';

const answer = (status: number, body: Json): ArmResponse => ({ status, headers: {}, url: '', body, text: JSON.stringify(body) });
const noAnswer = new BackupError('No answer came in time.', { code: 'NoAnswer' });

function sandboxWith(sent: ArmResponse | Error, states: string[], ...script: Scripted[]): TestServices & { readonly asked: string[] } {
  const services = servicesWith(new ScriptedPrompter(...script));
  const asked: string[] = [];
  const arm: ArmClient = {
    ...services.arm,
    environment: { ...services.arm.environment, kind: 'sandbox' },
    send: ({ method, url }) => {
      asked.push(`${method} ${new URL(url).pathname}`);
      return sent instanceof Error ? Promise.reject(sent) : Promise.resolve(sent);
    },
    get: (path) => {
      asked.push(`GET ${path}`);
      return Promise.resolve(answer(200, { state: states.shift() ?? 'notStarted', problem: 'npm could not be reached' }));
    },
  };
  return { ...services, asked, connection: { ...services.connection, arm: () => arm } };
}

const failure = async (work: Promise<unknown>): Promise<BackupError> => {
  const error: unknown = await work.then(
    () => assert.fail('It went through'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BackupError, String(error));
  return error;
};

describe('fetching Azurite for the sandbox', () => {
  it('asks first, has the sandbox fetch it, and reads the tree anew', async () => {
    const services = sandboxWith(answer(200, { state: 'notStarted' }), [], { choose: 'Fetch Azurite' });
    await fetchBlobService(services);
    assert.deepEqual(services.asked, ['POST /_sandbox/blobs/fetch']);
    const turned = sandboxWith(answer(200, {}), [], { escape: true });
    await assert.rejects(fetchBlobService(turned));
    assert.deepEqual(turned.asked, []);
  });

  it('waits where fetching takes longer than an answer may, and tells how that ended', async () => {
    const slow = sandboxWith(noAnswer, ['fetching', 'notStarted'], { choose: 'Fetch Azurite' });
    await fetchBlobService(slow);
    assert.equal(slow.asked.filter((line) => line.startsWith('POST')).length, 1);
    const failed = await failure(fetchBlobService(sandboxWith(noAnswer, ['failed'], { choose: 'Fetch Azurite' })));
    assert.equal(failed.message, 'npm could not be reached');
    const refused = answer(501, { error: { code: 'SandboxBlobServiceMissing', message: 'npx was not found' } });
    assert.equal((await failure(fetchBlobService(sandboxWith(refused, [], { choose: 'Fetch Azurite' })))).message, 'npx was not found');
  });

  it('is refused in any other cloud', async () => {
    assert.equal((await failure(fetchBlobService(servicesWith(new ScriptedPrompter())))).facts.code, 'NotTheSandbox');
  });

  it('is what the tree says to do where the sandbox has none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backup-explorer-'));
    const window = new Window(folder, await startSandbox({ speed: 600, seed: 7, azurite: 'none' }));
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const { nodes: subscriptions } = await window.inventory.children(undefined, { signal });
      const production = subscriptions.find(({ label }) => label === 'Northwind Production');
      const groups = (await window.inventory.children(production, { signal })).nodes;
      const services = (await window.inventory.children(groups.at(-1), { signal })).nodes;
      const service = services.find(({ label }) => label === 'apim-northwind-weu');
      const cloud = window.connection.arm().environment.resourceManagerEndpoint;
      const place = { account: 'stnwapimweu', container: 'apim-backups', endpoint: `${cloud}/stnwapimweu/` };
      window.remembered.set(placeKey(cloud, service?.resourceId ?? ''), place);
      const [backups] = (await window.inventory.children(service, { signal })).nodes;
      const { facts } = await failure(window.inventory.children(backups, { signal }));
      assert.equal(facts.code, 'SandboxBlobServiceMissing');
      assert.match(facts.remedies?.join(' ') ?? '', /Fetch Azurite for the Sandbox/);
    } finally {
      await window.close();
    }
  }).timeout(60_000);
});
