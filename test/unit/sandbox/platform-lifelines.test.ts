import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { secretHeader } from '../../../src/sandbox/server/controlRoutes.ts';
import type { SandboxOptions } from '../../../src/sandbox/server/start.ts';
import { send, startTiny, type TinySandbox } from './platformSupport.ts';

interface Held {
  readonly id: string;
  /** Resolves when its connection has ended. */
  readonly over: Promise<void>;
  cut(): void;
}

/** A line must come within it on a machine that is busy with other things. */
const lingerMs = 1_000;

describe('sandbox platform: lifelines', () => {
  let sandbox: TinySandbox;
  let abandoned: boolean;

  async function start(options: SandboxOptions): Promise<void> {
    sandbox = await startTiny(options);
    abandoned = false;
    void sandbox.abandoned.then(() => (abandoned = true));
  }
  afterEach(() => sandbox.close());

  const headers = (): Record<string, string> => ({ [secretHeader]: sandbox.endpoint.clientSecret });
  const release = (id: string) => send(sandbox, 'DELETE', `/_sandbox/lifeline/${id}`, { token: null, headers: headers() });

  async function hold(): Promise<Held> {
    const url = `${sandbox.endpoint.resourceManagerEndpoint}/_sandbox/lifeline`;
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      https.get(url, { ca: sandbox.certificateAuthority, agent: false, headers: headers() }, resolve).on('error', reject);
    });
    assert.equal(answer.statusCode, 200);
    const over = new Promise<void>((resolve) => answer.once('close', resolve));
    const [line] = await new Promise<string[]>((resolve) => answer.once('data', (data: Buffer) => resolve(data.toString().split('\n'))));
    answer.on('error', () => undefined);
    return { id: (JSON.parse(line ?? '') as { id: string }).id, over, cut: () => answer.destroy() };
  }

  it('are closed to callers without the secret', async () => {
    await start({});
    for (const [method, path] of [
      ['GET', 'lifeline'],
      ['DELETE', 'lifeline/x'],
    ] as const) {
      assert.equal((await send(sandbox, method, `/_sandbox/${path}`, { token: null })).status, 401);
    }
  });

  it('that nobody holds cannot be released', async () => {
    await start({ lingerMs: 60_000 });
    const refusal = await release('nothing');
    assert.deepEqual([refusal.status, refusal.at('error.code')], [404, 'NotFound']);
    assert.match(refusal.textAt('error.message'), /There is no lifeline "nothing"/);
    assert.equal(abandoned, false);
  });

  it('that never came leave it abandoned when it has lingered', async () => {
    const before = Date.now();
    await start({ lingerMs: 200 });
    await sandbox.abandoned;
    assert.ok(Date.now() - before >= 195);
  });

  it('hold it, however long; cut, it lingers', async () => {
    await start({ lingerMs });
    const line = await hold();
    await pause(lingerMs + 100);
    assert.equal(abandoned, false);
    const before = Date.now();
    line.cut();
    await sandbox.abandoned;
    assert.ok(Date.now() - before >= lingerMs - 5);
  });

  it('that come back in time keep it', async () => {
    await start({ lingerMs });
    for (let reload = 0; reload < 2; reload++) {
      const line = await hold();
      await pause(lingerMs);
      line.cut();
    }
    const last = await hold();
    await pause(lingerMs + 100);
    assert.equal(abandoned, false);
    last.cut();
    await sandbox.abandoned;
  });

  it('released, leave it abandoned at once, after the answer, and their connection ends', async () => {
    await start({ lingerMs: 60_000 });
    const line = await hold();
    assert.equal((await release(line.id)).status, 204);
    await sandbox.abandoned;
    await line.over;
    assert.equal((await release(line.id)).status, 404);
  });

  it('released, leave it to the others: one that holds, and one that may come back', async () => {
    await start({ lingerMs });
    const [one, other] = [await hold(), await hold()];
    await release(one.id);
    await one.over;
    await pause(lingerMs + 100);
    assert.equal(abandoned, false, 'the other holds it');
    const third = await hold();
    const before = Date.now();
    other.cut();
    await pause(50);
    await release(third.id);
    await third.over;
    assert.equal(abandoned, false, 'the other may come back');
    await sandbox.abandoned;
    assert.ok(Date.now() - before >= lingerMs - 5);
  });

  it('mean nothing to a sandbox that was not told to linger', async () => {
    await start({});
    const line = await hold();
    await release(line.id);
    (await hold()).cut();
    await pause(300);
    assert.equal(abandoned, false);
  });

  it('end with the sandbox', async () => {
    await start({ lingerMs: 60_000 });
    const line = await hold();
    await sandbox.close();
    await line.over;
  });
});

/** For what must not happen meanwhile. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
