import type { OperationRecord, PreparedRequest } from '../../../src/core/operation.ts';
import type { Action, ActionContext, ActionTarget, Answers } from '../../../src/providers/action.ts';
import {
  readJob,
  readProtectableItem,
  readProtectedItem,
  type Job,
  type ProtectableItem,
  type ProtectedItem,
} from '../../../src/providers/recoveryServices/model.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import { fakeArm, itemJson, jobJson, protectableJson, serverTime, type Answer, type FakeArm } from './fakeArm.ts';

export const nowMs = Date.parse(serverTime);

/** @param localMs our own clock, which need not agree with Azure's */
export function contextOf(routes: Readonly<Record<string, Answer>>, localMs = nowMs): { arm: FakeArm; context: ActionContext } {
  const arm = fakeArm(routes);
  return { arm, context: { arm, signal: new AbortController().signal, now: () => localMs } };
}

export function itemTarget(properties?: JsonObject): ActionTarget<ProtectedItem> {
  const model = readProtectedItem(itemJson(properties));
  return { kind: 'protectedItem', id: model.id, name: model.friendlyName, model };
}

export function protectableTarget(): ActionTarget<ProtectableItem> {
  const model = readProtectableItem(protectableJson());
  return { kind: 'protectableItem', id: model.id, name: model.friendlyName, model };
}

export function jobTarget(name: string, properties?: JsonObject): ActionTarget<Job> {
  const model = readJob(jobJson(name, properties));
  return { kind: 'job', id: model.id, name: model.name, model };
}

/** What the engine would hold of it. */
export async function recordOf<Model>(
  action: Action<Model>,
  context: ActionContext,
  target: ActionTarget<Model>,
  answers: Answers = {},
): Promise<OperationRecord> {
  const { request, intent } = await action.build(context, target, answers);
  return {
    version: 1,
    id: 'operation-1',
    actionId: action.id,
    title: action.title,
    target: action.describe(target),
    cloud: 'https://arm.test',
    createdAt: serverTime,
    updatedAt: serverTime,
    status: 'sending',
    request,
    tracker: action.tracker,
    progress: {},
    intent,
    trace: [],
  };
}

/** Method and decoded path of a request, without its query. */
export function lineOf(request: PreparedRequest): string {
  return `${request.method} ${decodeURIComponent(new URL(request.url).pathname)}`;
}

export function bodyOf(request: PreparedRequest): unknown {
  return request.body === undefined ? undefined : JSON.parse(request.body);
}
