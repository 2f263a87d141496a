import { arrayAt, stringAt } from '../../core/json.ts';
import type { VeeamServices } from './services.ts';

/** An appliance that the sandbox stands beside its Azure. */
export interface SandboxAppliance {
  readonly origin: string;
  readonly name: string;
  readonly release: string;
  readonly fingerprint: string;
  /** By user name in lower case; they are good for this sandbox alone. */
  readonly passwords: Readonly<Record<string, string>>;
  /** The resource manager endpoint of the sandbox. */
  readonly sandbox: string;
}

/** Those of the connected sandbox that were not added yet, or that are signed in to again; none on any other cloud. @throws BackupError */
export async function sandboxAppliances(services: Pick<VeeamServices, 'connection'>): Promise<readonly SandboxAppliance[]> {
  const state = await services.connection.connect();
  if (state.kind !== 'connected' || state.environment.kind !== 'sandbox') {
    return [];
  }
  const sandbox = state.environment.resourceManagerEndpoint;
  const { body } = await services.connection.arm().get('/_sandbox/veeam', { attempted: 'ask the sandbox for its appliances' });
  return arrayAt(body, 'appliances').flatMap((one) => {
    const url = stringAt(one, 'url');
    return url === undefined
      ? []
      : [
          {
            origin: new URL(url).origin,
            name: stringAt(one, 'name') ?? url,
            release: stringAt(one, 'release') ?? 'unknown',
            fingerprint: stringAt(one, 'fingerprint') ?? '',
            passwords: Object.fromEntries(
              arrayAt(one, 'users').map((user) => [(stringAt(user, 'username') ?? '').toLowerCase(), stringAt(user, 'password') ?? '']),
            ),
            sandbox,
          },
        ];
  });
}
