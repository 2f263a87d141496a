/** A recorded change whose answer is a secret, made anew by the action that hands it out: those go past the engine. */
import { isCancelled } from '../../../src/core/cancellation.ts';
import { BackupError, messageOf } from '../../../src/core/errors.ts';
import { isObject } from '../../../src/core/json.ts';
import type { AnySecretAction } from '../../../src/providers/action.ts';
import type { Interaction } from '../recording.ts';
import type { ReplayServer } from '../server.ts';
import { differencesOf } from './compare.ts';
import { expectedEndOf } from './expectedEnd.ts';
import { momentOf } from './moment.ts';
import type { Rebuilt } from './run.ts';
import { Stage } from './stage.ts';
import type { RebuiltChange } from './systems.ts';
import type { World } from './world.ts';

export async function handOutAgain(
  action: AnySecretAction,
  change: Interaction,
  rebuilt: RebuiltChange,
  world: World,
  server: ReplayServer,
): Promise<Rebuilt> {
  const over = new AbortController();
  const stage = new Stage(change, rebuilt, world, () => over.abort());
  server.answerWith((method, address, sent) => {
    if (method !== 'GET') {
      stage.open();
    }
    return stage.script(method, address, sent);
  });
  const nowMs = momentOf(change, world);
  let secret: string | undefined;
  let failure: unknown;
  try {
    const context = { arm: server.arm, signal: over.signal, now: () => nowMs };
    ({ secret } = await action.handOut(context, rebuilt.target, rebuilt.answers));
  } catch (error) {
    failure = error;
  } finally {
    server.play([]);
  }
  const [asked, ...others] = stage.changes;
  if (asked === undefined) {
    const end = `not sent: ${messageOf(failure)}`;
    return change.status >= 400 ? { differences: [], end } : { differences: [`our action does not send it: ${messageOf(failure)}`], end };
  }
  const { method, address, sent } = asked;
  const differences = differencesOf(change, { method: method as 'POST', url: address.text, headers: {}, body: sent });
  if (others.length > 0) {
    differences.push(`our action sent ${others.length + 1} changes instead of one`);
  }
  const expected = expectedEndOf(change, world);
  if (expected.isUnclear || (expected.status === undefined && isCancelled(failure))) {
    return { differences, end: 'not recorded' };
  }
  const ours = secret === undefined ? `failed (${codeOf(failure)})` : 'succeeded';
  const theirs = expected.status === 'failed' ? `failed (${expected.code ?? codeOf(failure)})` : (expected.status ?? 'not recorded');
  if (ours !== theirs) {
    differences.push(`the end: recorded ${theirs}, ours ${ours}`);
  } else if (secret !== undefined && !world.interactions.some(({ body }) => linkIn(body) === secret)) {
    differences.push('what our action hands out is not what was recorded');
  }
  return { differences, end: ours };
}

function codeOf(failure: unknown): string {
  return failure instanceof BackupError ? failure.facts.code : messageOf(failure);
}

/** Of an answer, or of an operation's status. */
function linkIn(body: unknown): unknown {
  const properties = isObject(body) ? body['properties'] : undefined;
  const output = isObject(properties) ? properties['output'] : undefined;
  return isObject(body) ? (body['accessSAS'] ?? (isObject(output) ? output['accessSAS'] : undefined)) : undefined;
}
