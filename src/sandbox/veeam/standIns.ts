import { htmlError } from '../faults/answers.ts';
import type { StandIns } from '../server/faultLayer.ts';
import { Problem } from './problem.ts';
import { bearer, type SignIn } from './signIn.ts';

/** Faults as an appliance would answer. Codes of the resource manager's faults mean nothing here and are left out. */
export function applianceStandIns(signIn: SignIn): StandIns {
  return {
    answer: (fault, { headers }) => {
      switch (fault.kind) {
        case 'throttle':
          return answer(429, 'Too many requests.', fault.retryAfterSeconds);
        case 'error':
          return answer(fault.status, fault.message ?? 'The operation could not be completed.', fault.retryAfterSeconds);
        case 'htmlError':
          return Promise.resolve(htmlError(fault));
        case 'expireToken': {
          const accessToken = bearer(headers.authorization);
          if (accessToken !== undefined) {
            signIn.expire({ accessToken });
          }
          return answer(401, 'The access token has expired.', undefined);
        }
        default:
          return Promise.resolve(undefined);
      }
    },
  };
}

function answer(status: number, detail: string, retryAfterSeconds: number | undefined): ReturnType<StandIns['answer']> {
  const headers: Record<string, string> = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return Promise.resolve(new Problem(status, detail, { headers }).toWire());
}
