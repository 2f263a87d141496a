/**
 * The requests that change something, and the one that reads a key. Written out here: two calls of five members are not
 * worth the 918 KB of @azure/arm-apimanagement; a test compares them with what that builds, byte for byte.
 */
import { refusalOf } from '../../cloud/armErrors.ts';
import { apiVersions } from '../../cloud/apiVersions.ts';
import { serviceErrorOf } from '../../cloud/serviceError.ts';
import type { ArmClient, CloudEnvironment } from '../../cloud/types.ts';
import { lastSegment } from '../../core/armId.ts';
import { BackupError } from '../../core/errors.ts';
import type { PreparedRequest } from '../../core/operation.ts';
import { armPath } from '../arm/armUrl.ts';
import { fieldsOf } from '../arm/fields.ts';
import type { ReadOptions } from '../arm/lists.ts';
import { apiManagementRemediesFor } from './errorKnowledge.ts';
import type { BackupPlace } from './place.ts';

type Cloud = Pick<CloudEnvironment, 'resourceManagerEndpoint'>;

/** How API Management gets at the blobs. */
export type Access =
  | { readonly kind: 'systemIdentity' }
  | { readonly kind: 'userIdentity'; readonly clientId: string }
  /** The key is a secret: it is in the request and nowhere else. */
  | { readonly kind: 'key'; readonly key: string };

/** @param verb as in the URL */
export function transferRequest(
  cloud: Cloud,
  verb: 'backup' | 'restore',
  serviceId: string,
  place: Pick<BackupPlace, 'account' | 'container'>,
  backupName: string,
  access: Access,
): PreparedRequest {
  const body = { storageAccount: place.account, containerName: place.container, backupName, ...accessBody(access) };
  return {
    method: 'POST',
    url: cloud.resourceManagerEndpoint + armPath(serviceId, [verb], { apiVersion: apiVersions.apiManagement }),
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  };
}

function accessBody(access: Access): Readonly<Record<string, string>> {
  switch (access.kind) {
    case 'systemIdentity':
      return { accessType: 'SystemAssignedManagedIdentity' };
    case 'userIdentity':
      return { accessType: 'UserAssignedManagedIdentity', clientId: access.clientId };
    case 'key':
      return { accessType: 'AccessKey', accessKey: access.key };
  }
}

/**
 * The first key of an account that opens all of it, with the person's own right. It changes nothing, so it is no operation.
 * @throws BackupError where Azure does not give one, never with a key in it; CancelledError
 */
export async function fetchKey(arm: ArmClient, accountId: string, options: ReadOptions): Promise<string> {
  const name = lastSegment(accountId);
  const about = { ...options, attempted: 'read the access keys', resource: name };
  const url = arm.environment.resourceManagerEndpoint + armPath(accountId, ['listKeys'], { apiVersion: apiVersions.storage });
  const answer = await arm.send({ method: 'POST', url, headers: { accept: 'application/json' } }, about);
  if (answer.status >= 300) {
    throw refusalOf(serviceErrorOf(answer.status, answer.text), answer, about, undefined, apiManagementRemediesFor);
  }
  const keys = fieldsOf(answer.body).list('keys').map(fieldsOf);
  const key = keys.find((one) => (one.text('permissions') ?? 'full').toLowerCase() === 'full')?.text('value');
  if (key === undefined) {
    throw new BackupError(`Azure gave no key of the storage account ${name} that may write.`, {
      code: 'NoAccessKey',
      attempted: about.attempted,
      resource: name,
      remedies: ['Choose a managed identity, or type a key.'],
    });
  }
  return key;
}
