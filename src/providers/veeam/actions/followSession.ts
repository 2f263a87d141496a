import { BackupError } from '../../../core/errors.ts';
import type { FollowAction } from '../../action.ts';
import { jobStates, kinds, targetKinds } from '../../tokens.ts';
import { applianceId } from '../ids.ts';
import { isStoppable, type VeeamSession } from '../model.ts';
import { sessionTracker, sessionTracking } from '../tracking.ts';

export const followVeeamSession: FollowAction<VeeamSession> = {
  does: 'follow',
  id: 'followVeeamSession',
  title: 'Follow Session',
  summary: 'Shows a running session of a Veeam appliance in the Jobs panel, live, with its log; it can be stopped there.',
  nothing: 'No session runs on an appliance now.',
  system: 'veeam',
  targetKind: targetKinds.veeamSession,
  when: { all: [kinds.veeamSession, jobStates.running] },
  many: false,
  inlineIcon: 'eye',
  group: '1_session@1',
  tracker: sessionTracker.name,
  cloudOf: ({ model }) => model.origin,

  follow({ id, model }) {
    const { origin, sessionId, title } = model;
    return {
      title,
      target: {
        id,
        name: model.policy ?? `Session ${sessionId}`,
        kind: 'session',
        containerId: applianceId(origin),
        containerName: new URL(origin).host,
      },
      job: { id, name: sessionId, operation: title, cancellable: isStoppable(model) },
      tracking: sessionTracking(model, versionIn(model)),
    };
  },
};

/** Its links name the version that it was listed by. */
function versionIn({ links, sessionId }: VeeamSession): string {
  const version = /\/api\/(v\d+(?:\.\d+)?)\//i.exec(links.self ?? links.log ?? '')?.[1];
  if (version === undefined) {
    throw new BackupError(`The appliance does not say where session ${sessionId} is read, so it cannot be followed.`, {
      code: 'NotFollowable',
      remedies: ['Look at it on the web page of the appliance.'],
    });
  }
  return version;
}
