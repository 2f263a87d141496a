/** A service that counts what is begun at it, and windows that start one operation there and follow it to its end. */
import type { ArmResponse } from '../../../src/cloud/types.ts';
import { hasEnded, type OperationRecord } from '../../../src/core/operation.ts';
import type { Follower, OperationPlan } from '../../../src/operations/types.ts';
import { answer, FakeArm, FakeClock, FakeFollower, house, idle, never, origin, plan, signedUrl, type House } from './fakes.ts';

const place = `${origin}/places/c1`;

/** One that is sent at once, and one that waits for its turn and for a place to be made first. */
export const plans: Readonly<Record<'plain' | 'waiting', OperationPlan>> = {
  plain: plan,
  waiting: {
    ...plan,
    first: { request: { ...plan.request, method: 'PUT', url: place }, tracker: 'fake', title: 'Creating the place c1' },
    lane: { key: '/machine', waiting: 'Waiting for another one of the machine' },
  },
};

export class OneService {
  /** How often each was begun, by what the URL ends with. */
  readonly begun = { place: 0, own: 0 };
  /** Told before a request is taken, and before its answer leaves. */
  onRequest: (when: 'before' | 'after') => void = () => undefined;

  client(isDead: () => boolean): FakeArm {
    const arm = new FakeArm();
    const asked = { place: 0, own: 0 };
    arm.send = (request): Promise<ArmResponse> => {
      const what = request.url.startsWith(place) ? 'place' : 'own';
      this.onRequest('before');
      if (isDead()) {
        return never();
      }
      this.begun[what] += 1;
      this.onRequest('after');
      const location = what === 'place' ? `${place}?s=SIGNATURE` : signedUrl;
      return isDead() ? never() : Promise.resolve(answer(202, undefined, { location }));
    };
    arm.poll = (url) => {
      const what = url.startsWith(place) ? 'place' : 'own';
      asked[what] += 1;
      if (isDead() || this.begun[what] === 0) {
        return isDead() ? never() : Promise.resolve(answer(404, { code: 'NotFound', message: 'There is no such operation.' }));
      }
      return Promise.resolve(answer(200, { step: asked[what] > 1 ? 'succeeded' : 'running' }));
    };
    return arm;
  }

  follower(isDead: () => boolean): Follower {
    const look = (what: 'place' | 'own', url: string): ReturnType<Follower['settle']> =>
      isDead()
        ? never()
        : Promise.resolve(
            this.begun[what] > 0
              ? { found: 'started', tracking: { url }, because: 'it is there' }
              : { found: 'absent', because: 'it is not there' },
          );
    return {
      readBack: () => (isDead() ? never() : Promise.resolve({ reading: 'asAsked', sentence: 'It is there.' })),
      settle: () => look('own', signedUrl),
      settleFirst: () => look('place', place),
    };
  }

  window(folder: string, isDead = (): boolean => false): House {
    const follower = Object.assign(new FakeFollower(), this.follower(isDead));
    return house(folder, { client: this.client(isDead), follower, clock: new FakeClock(), isAlive: () => false });
  }
}

/** Goes on until all that is listed has ended, at most some hours. */
export async function toTheEnd({ engine, clock }: House, until = (): boolean => false): Promise<void> {
  for (let round = 0; round < 200 && !until(); round++) {
    await idle();
    if (engine.list().length > 0 && engine.list().every(({ status }: OperationRecord) => hasEnded(status))) {
      return;
    }
    await clock.advance(10_000);
  }
}
