/**
 * Loaded before the tests of a run whose traffic is recorded: writes down what our clients send, to whichever server. What
 * a sandbox answers it records itself.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { join } from 'node:path';
import type { Context } from 'mocha';
import { callerOf, TrafficFile, trafficVariable } from '../../src/sandbox/server/traffic.ts';

const folder = process.env[trafficVariable];
/** Tests whose requests are made up: what a recording of the test's own asked is asked again, right or wrong. */
const madeUp = join('test', 'unit', 'replay');
let ours = true;

export const mochaHooks = {
  beforeEach(this: Context): void {
    ours = this.currentTest?.file?.includes(madeUp) !== true;
  },
};

if (folder) {
  const file = TrafficFile.in(folder);
  // Node tells of every request that it makes before anything of it is sent.
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    const caller = callerOf(request.getHeader('user-agent')?.toString());
    const { method, path: target } = request;
    // Nothing but what is for a resource manager: sign-ins and appliances are sent passwords.
    if (!ours || caller === undefined || !/^\/+(subscriptions|providers|tenants)\b/i.test(target)) {
      return;
    }
    const end = request.end.bind(request);
    // Our client gives a request its whole content when it ends it.
    request.end = ((...given: Parameters<typeof end>) => {
      const [content] = given as unknown[];
      file.note({ method, target, caller, body: typeof content === 'string' ? content : undefined });
      return end(...given);
    }) as typeof request.end;
  });
}
