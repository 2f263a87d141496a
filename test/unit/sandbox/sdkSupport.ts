import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { RecoveryServicesBackupClient } from '@azure/arm-recoveryservicesbackup';
import type { RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf } from './platformSupport.ts';

/** Azure's own client of the sandbox's first subscription, as its users make it. */
export function backupClientOf(sandbox: RunningSandbox): RecoveryServicesBackupClient {
  const { resourceManagerEndpoint, subscriptionIds } = sandbox.endpoint;
  return new RecoveryServicesBackupClient(credentialOf(sandbox), subscriptionIds[0] ?? '', {
    endpoint: resourceManagerEndpoint,
    credentialScopes: `${resourceManagerEndpoint}/.default`,
    tlsOptions: { ca: sandbox.certificateAuthority },
    retryOptions: { maxRetries: 0 },
  });
}

export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of pages) {
    all.push(one);
  }
  return all;
}

/** Looks again until the answer is there, for 25 seconds. */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 25_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) {
      return found;
    }
    assert.ok(Date.now() < end, `${what} did not come`);
    await wait(20);
  }
}
