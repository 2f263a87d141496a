/** Azurite, the blob service of the sandbox's storage accounts, fetched from npm: only where a person says so. */
import type { ArmClient } from '../cloud/types.ts';
import { delay } from '../core/cancellation.ts';
import { BackupError, codeOf } from '../core/errors.ts';
import { objectAt, stringAt } from '../core/json.ts';
import type { CommandServices } from './services.ts';

const path = '/_sandbox/blobs';
/** While it is being fetched, how long between two looks. */
const lookMs = 1_000;

/** @throws BackupError where the sandbox is not connected, or it cannot be fetched; CancelledError */
export async function fetchBlobService(services: CommandServices): Promise<void> {
  await services.connection.connect();
  const arm = services.connection.arm();
  if (arm.environment.kind !== 'sandbox') {
    throw new BackupError('Only the sandbox needs Azurite: the connected cloud has storage accounts of its own.', {
      code: 'NotTheSandbox',
      remedies: ['Use the sandbox first.'],
    });
  }
  const fetchIt = 'Fetch Azurite';
  await services.prompter.confirm(
    'Fetch Azurite for the sandbox?',
    [
      'Azurite is Microsoft’s own local stand-in for Azure Storage. The sandbox keeps the backups of API Management in it.',
      'npx downloads it from the npm registry into npm’s cache on this machine. It runs while the sandbox runs, and only this machine can reach it.',
    ],
    [fetchIt],
  );
  await services.prompter.busy('Fetching Azurite...', (signal) => fetched(arm, signal));
  services.inventory.refresh();
  void services.prompter.tell('info', 'Azurite is there: the sandbox can keep backups of API Management.', []);
}

async function fetched(arm: ArmClient, signal: AbortSignal): Promise<void> {
  const about = { signal, attempted: 'fetch Azurite', resource: 'sandbox' };
  try {
    const url = `${arm.environment.resourceManagerEndpoint}${path}/fetch`;
    const answer = await arm.send({ method: 'POST', url, headers: {} }, about);
    if (answer.status >= 400) {
      throw notFetched(stringAt(objectAt(answer.body, 'error'), 'message') ?? answer.text);
    }
  } catch (error) {
    // A slow line takes longer than an answer may: the sandbox goes on, and tells when it is asked.
    if (codeOf(error) !== 'NoAnswer' || signal.aborted) {
      throw error;
    }
    await untilFetched(arm, signal);
  }
}

async function untilFetched(arm: ArmClient, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { body } = await arm.get(path, { signal, attempted: 'look at the blob service' });
    const state = stringAt(body, 'state');
    if (state === 'missing' || state === 'failed') {
      throw notFetched(stringAt(body, 'problem') ?? 'The sandbox did not say why.');
    }
    if (state !== 'fetching') {
      return;
    }
    await delay(lookMs, signal);
  }
}

function notFetched(reason: string): BackupError {
  return new BackupError(reason, {
    code: 'AzuriteNotFetched',
    attempted: 'fetch Azurite',
    remedies: ['Or install it by hand (npm install --global azurite), and try again.'],
  });
}
