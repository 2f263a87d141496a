import { failureToWire, type WireReply } from '../arm/reply.ts';
import type { SandboxClock } from '../arm/types.ts';
import { htmlError, serviceError, signInError, throttled, withCommonHeaders } from '../faults/answers.ts';
import { type Authentication, bearerOf } from '../identity/authentication.ts';
import type { TokenIssuer } from '../identity/tokens.ts';
import type { Effect, HitRequest, StandIns } from './faultLayer.ts';

interface ArmStandInParts {
  readonly clock: SandboxClock;
  readonly tokens: TokenIssuer;
  readonly authentication: Authentication;
  readonly region: string;
}

/** Faults as the resource manager and Microsoft's sign-in would answer. */
export function armStandIns(parts: ArmStandInParts): StandIns {
  return {
    answer: async (fault, request) => {
      const reply = await standIn(parts, fault, request);
      return reply && withCommonHeaders(reply, request.headers, parts.region, parts.clock.now());
    },
  };
}

async function standIn(parts: ArmStandInParts, fault: Effect, { method, path, headers }: HitRequest): Promise<WireReply | undefined> {
  switch (fault.kind) {
    case 'throttle':
      return isSignIn(path) ? signInError(fault, parts.clock.now()) : throttled(fault, `${method} ${path}`);
    case 'error':
      return isSignIn(path) ? signInError(fault, parts.clock.now()) : serviceError(fault);
    case 'htmlError':
      return htmlError(fault);
    case 'expireToken': {
      const token = bearerOf(headers.authorization);
      if (token !== undefined) {
        await parts.tokens.expire(token);
      }
      const failure = parts.authentication.expired(parts.clock.now() - 1000, fault.challenge);
      return failureToWire(failure, failure.headers);
    }
    default:
      return undefined;
  }
}

function isSignIn(path: string): boolean {
  return /\/oauth2\/(v2\.0\/)?token$/i.test(path);
}
