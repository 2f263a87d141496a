import type { ArmRequest, ArmRouter, JsonObject } from '../arm/types.ts';
import { param } from '../world/scope.ts';
import { azureTime } from '../world/wireFormat.ts';
import { accountOf, accountTemplate } from './accounts.ts';
import { BlobServiceMissing, type BlobAnswer, type BlobStore } from './blobStore.ts';
import { containerId, type StorageEstate } from './estate.ts';
import type { Account } from './model.ts';
import { refusals } from './refusals.ts';

const containers = `${accountTemplate}/blobServices/default/containers`;
/** Documented: 3 to 63 lower-case letters, digits and single hyphens. */
export const containerName = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** Containers through the resource manager, which asks for no right to the data and knows no firewall. */
export function registerContainers(estate: StorageEstate, blobs: BlobStore, router: ArmRouter): void {
  router.on('GET', containers, async (request) => {
    const account = accountOf(estate, request);
    const { body } = await ask(blobs, account, { method: 'GET', query: { comp: 'list' } });
    const value = [...body.toString('utf8').matchAll(/<Container><Name>([^<]+)<\/Name>.*?<Last-Modified>([^<]+)<.*?<Etag>([^<]+)</gs)].map(
      ([, name = '', modified = '', etag = '']) => containerResource(account, name, Date.parse(modified), etag),
    );
    return { status: 200, body: { value } };
  });
  router.on('GET', `${containers}/{container}`, async (request) => {
    const found = await lookUp(estate, blobs, request);
    if (found === undefined) {
      throw refusals.containerNotFound();
    }
    return { status: 200, body: found };
  });
  router.on('PUT', `${containers}/{container}`, async (request) => {
    const account = accountOf(estate, request);
    const name = param(request, 'container');
    if (!containerName.test(name)) {
      throw refusals.containerName();
    }
    const made = await ask(blobs, account, { method: 'PUT', container: name, query: { restype: 'container' } });
    const found = await lookUp(estate, blobs, request);
    // One that is there already is no error.
    return { status: made.status === 201 ? 201 : 200, body: found ?? null };
  });
}

async function lookUp(estate: StorageEstate, blobs: BlobStore, request: ArmRequest): Promise<JsonObject | undefined> {
  const account = accountOf(estate, request);
  const container = param(request, 'container');
  const { status, headers } = await ask(blobs, account, { method: 'HEAD', container, query: { restype: 'container' } });
  const { etag = '' } = headers;
  return status === 200 ? containerResource(account, container, Date.parse(headers['last-modified'] ?? ''), etag) : undefined;
}

/** @throws ArmFailure 501 that says what is missing. */
async function ask(blobs: BlobStore, account: Account, call: Parameters<BlobStore['send']>[1]): Promise<BlobAnswer> {
  try {
    return await blobs.send(account, call);
  } catch (error) {
    throw error instanceof BlobServiceMissing ? refusals.noBlobService(error.message) : error;
  }
}

function containerResource(account: Account, name: string, modifiedAt: number, etag: string): JsonObject {
  const quoted = `"${etag.replaceAll('&quot;', '').replaceAll('"', '')}"`;
  return {
    id: containerId(account, name),
    name,
    type: 'Microsoft.Storage/storageAccounts/blobServices/containers',
    etag: quoted,
    properties: {
      deleted: false,
      remainingRetentionDays: 0,
      defaultEncryptionScope: '$account-encryption-key',
      denyEncryptionScopeOverride: false,
      publicAccess: 'None',
      leaseStatus: 'Unlocked',
      leaseState: 'Available',
      lastModifiedTime: azureTime(Number.isNaN(modifiedAt) ? account.createdAt : modifiedAt),
      hasImmutabilityPolicy: false,
      hasLegalHold: false,
    },
  };
}
