/** Recorded backups and restores of API Management as our actions do them. */
import { isObject } from '../../../src/core/json.ts';
import { accessValues } from '../../../src/providers/apiManagement/answers.ts';
import { readService } from '../../../src/providers/apiManagement/model.ts';
import { refuseKey } from '../../../src/providers/apiManagement/names.ts';
import { targetKinds } from '../../../src/providers/tokens.ts';
import { requestName } from '../names.ts';
import { lastOf, type Raw } from './place.ts';
import type { ChangeReader } from './systems.ts';
import { keyOf } from './world.ts';

export const apiManagementChanges: ChangeReader = (change, { segments }, world) => {
  const at = segments.findLastIndex((segment) => segment.toLowerCase() === 'microsoft.apimanagement');
  const [type, , verb, ...others] = segments.slice(at + 1).map((segment) => segment.toLowerCase());
  if (at < 0 || change.method !== 'POST' || type !== 'service' || others.length > 0 || (verb !== 'backup' && verb !== 'restore')) {
    return undefined;
  }
  const id = `/${segments.slice(0, -1).join('/')}`;
  const sent = isObject(change.sent) ? change.sent : {};
  const text = (name: string): string => (typeof sent[name] === 'string' ? sent[name] : '');
  const unknown = Object.keys(sent).filter((name) => !known.includes(name.toLowerCase()));
  const access = accesses[(text('accessType') || 'AccessKey').toLowerCase()];
  if (unknown.length > 0 || access === undefined) {
    return {
      is: 'unsupported',
      what: `${requestName(change)} (${unknown.length > 0 ? `with ${unknown.join(', ')}` : text('accessType')})`,
    };
  }
  const seen = (world.lastBefore(id, change.index) ?? world.firstAfter(id, change.index))?.raw;
  const raw = ready(seen ?? { id, name: lastOf(id), sku: { name: 'Developer' }, properties: {} }, text('clientId'));
  const backup = text('backupName');
  return {
    is: 'ours',
    actionId: verb === 'backup' ? 'backUpService' : 'restoreService',
    target: { kind: targetKinds.apiManagementService, id, name: lastOf(id), model: readService(raw) },
    answers: {
      accountTyped: text('storageAccount'),
      containerTyped: text('containerName'),
      ...(verb === 'backup' ? { backupName: backup } : { backupTyped: backup }),
      access: access(text('clientId')),
      // Recordings hold no secrets: another key stands for one that is none.
      ...(text('accessType') === '' || /^accesskey$/i.test(text('accessType')) ? { accessKey: keyLike(text('accessKey')) } : {}),
    },
    before: {
      [id]: raw,
      [`${id}/workspaces`]: null,
      // The account is typed, as the other tool's user did: nothing is known of it but its name.
      [`/${keyOf(id).split('/').slice(0, 2).join('/')}/providers/Microsoft.Storage/storageAccounts`]: { value: [] },
    },
  };
};

const known = ['storageaccount', 'containername', 'backupname', 'accesstype', 'accesskey', 'clientid'];

const identityOf = (clientId: string): string => `/replay/userAssignedIdentities/${clientId}`;

const accesses: Readonly<Record<string, (clientId: string) => string>> = {
  accesskey: () => accessValues.key,
  systemassignedmanagedidentity: () => accessValues.system,
  userassignedmanagedidentity: (clientId) => accessValues.user(identityOf(clientId)),
};

/** At rest, with the identity that is named: that Azure took the request says so. */
function ready(raw: Raw, clientId: string): Raw {
  const identity = isObject(raw['identity']) ? raw['identity'] : {};
  const users = clientId === '' ? {} : { userAssignedIdentities: { [identityOf(clientId)]: { clientId, principalId: clientId } } };
  const properties = isObject(raw['properties']) ? raw['properties'] : {};
  return {
    ...raw,
    identity: { principalId: '00000000-0000-0000-0000-000000000000', ...identity, ...users },
    properties: { ...properties, provisioningState: 'Succeeded' },
  };
}

function keyLike(key: string): string {
  return refuseKey(key) === undefined ? key : `${'A'.repeat(86)}==`;
}
