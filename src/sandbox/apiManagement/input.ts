import type { ArmRequest } from '../arm/types.ts';
import { containerName } from '../storage/containers.ts';
import type { StorageEstate } from '../storage/estate.ts';
import type { Account } from '../storage/model.ts';
import { isObject, textOf } from '../world/scope.ts';
import type { Service } from './model.ts';
import { refusals } from './refusals.ts';

/** How a backup is written or read: with a key, or as one of the service's identities. */
type Access =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'identity'; readonly principalId: string; readonly isSystemAssigned: boolean };

/** Where a backup is, and how it is reached. */
export interface Place {
  readonly account: Account;
  readonly container: string;
  readonly name: string;
  readonly access: Access;
}

const accessTypes = ['AccessKey', 'SystemAssignedManagedIdentity', 'UserAssignedManagedIdentity'];

/** The body of a backup or restore. @throws ArmFailure 400 that names each member that is wrong. */
export function placeOf(request: ArmRequest, service: Service, storage: StorageEstate): Place {
  const body = isObject(request.body) ? request.body : {};
  const problems: { target: string; message: string }[] = [];
  const text = (name: string, isGood: (value: string) => boolean, expected: string): string => {
    const value = textOf(body[name]) ?? '';
    if (!isGood(value)) {
      problems.push({ target: name, message: value === '' ? `The ${name} field is required.` : expected });
    }
    return value;
  };
  const accountName = text('storageAccount', (value) => /^[a-z0-9]{3,24}$/.test(value), 'Expected 3 to 24 lower-case letters and digits.');
  const container = text('containerName', (value) => containerName.test(value), 'Expected the name of a blob container.');
  const name = text('backupName', isBlobName, 'Expected the name of a blob, at most 1024 characters.');
  const accessType = textOf(body.accessType) ?? 'AccessKey';
  if (!accessTypes.includes(accessType)) {
    problems.push({ target: 'accessType', message: `Expected one of ${accessTypes.join(', ')}.` });
  }
  const key = accessType === 'AccessKey' ? text('accessKey', (value) => value !== '', '') : '';
  const clientId = accessType === 'UserAssignedManagedIdentity' ? text('clientId', (value) => value !== '', '') : '';
  if (problems.length > 0) {
    throw refusals.invalid(problems);
  }
  const account = storage.accountNamed(accountName);
  if (account === undefined) {
    throw refusals.parameter(`No such host is known. (${accountName}.blob.core.windows.net:443)`, 'backupStorageAccount');
  }
  const access: Access = accessType === 'AccessKey' ? { kind: 'key', key } : identityOf(service, storage, accessType, clientId);
  return { account, container, name, access };
}

/** A name that leads out of its container would be another blob. */
function isBlobName(value: string): boolean {
  return value !== '' && value.length <= 1024 && !value.split('/').some((part) => part === '' || part === '.' || part === '..');
}

function identityOf(service: Service, storage: StorageEstate, accessType: string, clientId: string): Access {
  if (accessType === 'SystemAssignedManagedIdentity') {
    if (service.systemPrincipalId === undefined) {
      throw refusals.parameter('The service has no system-assigned managed identity.', 'accessType');
    }
    return { kind: 'identity', principalId: service.systemPrincipalId, isSystemAssigned: true };
  }
  const identity = service.userIdentities
    .map((id) => storage.identity(id))
    .find((found) => found?.clientId.toLowerCase() === clientId.toLowerCase());
  if (identity === undefined) {
    throw refusals.parameter(`The service has no user-assigned managed identity with the client id '${clientId}'.`, 'clientId');
  }
  return { kind: 'identity', principalId: identity.principalId, isSystemAssigned: false };
}
