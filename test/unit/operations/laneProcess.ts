/**
 * A window in a process of its own, with three operations of a lane that all windows of the folder share. What is sent and
 * what has ended stands in `log.txt`, a line each, in the order in which it happened. Arguments: the folder, a name, and `dies` for one that is killed at its first request.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stringAt } from '../../../src/core/json.ts';
import type { Tracker } from '../../../src/core/operation.ts';
import type { Follower } from '../../../src/operations/types.ts';
import { Engine } from '../../../src/operations/engine.ts';
import { answer, FakeArm, FakeFollower, origin, plan } from './fakes.ts';

const [folder = '', name = '', fate] = process.argv.slice(2);
const logFile = path.join(folder, 'log.txt');
const log = (line: string): void => appendFileSync(logFile, `${line}\n`);
const workMs = 300;

const tracker: Tracker = {
  name: 'fake',
  begin: (_record, response) => ({ status: 'accepted', state: { url: response.headers['location'] ?? '' }, delayMs: workMs }),
  poll: (state) => ({ url: stringAt(state, 'url') ?? '' }),
  step: (state) => ({ status: 'succeeded', state }),
};
// What was sent is there: the log says so before the answer comes.
const settle: Follower['settle'] = (_arm, { request }) => {
  const url = request?.url ?? '';
  const isThere = existsSync(logFile) && readFileSync(logFile, 'utf8').includes(`begin ${url.split('/').at(-1)} `);
  return Promise.resolve(
    isThere ? { found: 'started', tracking: { url }, because: 'it is there' } : { found: 'absent', because: 'it is not there' },
  );
};
const follower: Follower = Object.assign(new FakeFollower(), { settle });

const arm = new FakeArm();
arm.send = ({ url }) => {
  log(`begin ${url.split('/').at(-1)} by ${name}`);
  if (fate === 'dies') {
    process.kill(process.pid, 'SIGKILL');
  }
  return Promise.resolve(answer(202, undefined, { location: url }));
};
arm.poll = (url) => {
  log(`end ${url.split('/').at(-1)}`);
  return Promise.resolve(answer(200, {}));
};

const engine = new Engine({
  folder,
  arm: () => arm,
  trackers: new Map([['fake', tracker]]),
  followers: new Map([[plan.actionId, follower]]),
  canceller: () => Promise.reject(new Error('nothing is cancelled here')),
  explain: () => Promise.reject(new Error('nothing is refused here')),
});
engine.watch();
await engine.resume();
process.on('message', () => {
  for (const number of [1, 2, 3]) {
    const request = { ...plan.request, url: `${origin}/points/${name}${number}` };
    void engine.start({ ...plan, request, lane: { key: '/machine', waiting: 'Waiting' } });
  }
});
process.send?.('ready');
// A window stays until it is closed.
setInterval(() => undefined, 60_000);
