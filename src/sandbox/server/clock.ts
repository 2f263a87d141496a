import type { SandboxClock } from '../arm/types.ts';

/** A clock whose waiting is `speed` times shorter than Azure's; its moments are the machine's own. */
export function createClock(speed: number): SandboxClock {
  return {
    speed,
    now: () => Date.now(),
    scaled: (azureMs) => azureMs / speed,
  };
}
