import type { SandboxClock } from '../arm/types.ts';

/** A clock that can be made to stand still: nothing that takes time goes on meanwhile. */
export interface HeldClock extends SandboxClock {
  readonly held: boolean;
  hold(): void;
  /** It shows the machine's time again: what would have happened meanwhile has happened then. */
  release(): void;
}

/** A clock whose waiting is `speed` times shorter than Azure's; its moments are the machine's own, as long as nobody holds it. */
export function createClock(speed: number, machine: () => number = Date.now): HeldClock {
  let heldAt: number | undefined;
  const now = (): number => heldAt ?? machine();
  return {
    speed,
    now,
    scaled: (azureMs) => azureMs / speed,
    get held() {
      return heldAt !== undefined;
    },
    hold: () => {
      heldAt = now();
    },
    release: () => {
      heldAt = undefined;
    },
  };
}
