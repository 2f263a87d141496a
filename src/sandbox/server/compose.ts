import type { ArmProvider, ArmToolbox } from '../arm/types.ts';

export interface ComposeOptions {
  readonly seed: number;
  readonly vaults: number | undefined;
  readonly items: number | undefined;
  readonly toolbox: ArmToolbox;
}

/** What stands behind the resource manager. */
export interface Composition {
  readonly providers: readonly ArmProvider[];
  /** GUID of the directory that all subscriptions trust. */
  readonly tenantId: string;
  readonly subscriptionIds: readonly string[];
}

export type Compose = (options: ComposeOptions) => Composition;

export const composeWorld: Compose = () => {
  throw new Error('The world is not written yet.');
};
