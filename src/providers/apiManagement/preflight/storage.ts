/** Whether the service will get at the container. */
import { displayName } from '../../../core/displayText.ts';
import { armIdKey, sameArmId } from '../../../core/armId.ts';
import type { Check } from '../../action.ts';
import { readOptions, statusOf } from '../../arm/asking.ts';
import { getContainer, lists, readAll } from '../api.ts';
import { sameRegion, type RoleAssignment, type StorageAccount } from '../model.ts';
import { fail, looking, pass, warn, type Look, type Subject } from './subject.ts';

const containerLabel = 'Container';

export const containerCheck: Look = looking(containerLabel, async ({ context, of, at }) => {
  const { accountId, account, container } = at.place;
  const name = `${displayName(container)} of ${displayName(account)}`;
  if (accountId === undefined) {
    return warn(containerLabel, `Whether ${name} exists was not looked at: ${at.because ?? 'the account is not known'}`);
  }
  try {
    await getContainer(context.arm, accountId, container, readOptions(context, of));
    return pass(containerLabel, `${name} exists`);
  } catch (error) {
    if (statusOf(error) === 404) {
      return fail(containerLabel, `${name} does not exist: create it, or choose another one`);
    }
    throw error;
  }
});

const accessLabel = 'Access';

/** Storage Blob Data Contributor and Storage Blob Data Owner: the built-in roles that may write blobs (documented GUIDs). */
const writers: ReadonlySet<string> = new Set(['ba92f5b4-2d11-453d-a403-e96b0029c9fe', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b']);
/** Built-in roles that say nothing about blobs, or only let read: Owner, Contributor, Reader, Storage Blob Data Reader. */
const others: ReadonlySet<string> = new Set([
  '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  'b24988ac-6180-42a0-ab88-20f7382dd24c',
  'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
]);

export const accessCheck: Look = looking(accessLabel, async (subject) => {
  const { access } = subject;
  return access.kind === 'identity' ? roleCheck(subject, access.identity.principalId, access.identity.user?.name) : keyCheck(subject);
});

async function roleCheck({ context, of, at, service }: Subject, principalId: string, user: string | undefined): Promise<Check> {
  const who = user === undefined ? `The system-assigned identity of ${displayName(service.name)}` : `The identity ${displayName(user)}`;
  const { accountId, account, container } = at.place;
  if (accountId === undefined) {
    return warn(
      accessLabel,
      `Whether ${who.replace(/^T/, 't')} has the role was not looked at: ${at.because ?? 'the account is not known'}`,
    );
  }
  const { items } = await readAll(context.arm, lists.roles(accountId, principalId), readOptions(context, of));
  const holding = items.filter(({ scope }) => holdsFor(scope, `${accountId}/blobServices/default/containers/${container}`));
  if (holding.some(({ role }) => writers.has(role))) {
    return pass(accessLabel, `${who} may write blobs there`);
  }
  const grant = `give it the role Storage Blob Data Contributor on ${displayName(account)}`;
  const unknown = holding.filter(({ role }: RoleAssignment) => !others.has(role)).length;
  return unknown > 0
    ? warn(
        accessLabel,
        `${who} has ${unknown === 1 ? 'a role' : `${unknown} roles`} of which it is not known whether it may write blobs: if not, ${grant}`,
      )
    : fail(accessLabel, `${who} may not write blobs there: ${grant}, and wait some minutes until that is in force`);
}

/** What holds at a scope holds for all below it. */
function holdsFor(scope: string, id: string): boolean {
  const key = armIdKey(scope);
  return key === '' || armIdKey(id) === key || armIdKey(id).startsWith(`${key}/`);
}

function keyCheck({ at: { account, place } }: Subject): Check {
  return account?.takesKeys === false
    ? fail(accessLabel, `${displayName(place.account)} takes no keys: choose a managed identity`)
    : warn(accessLabel, 'A key has often failed without a reason since 2023: a managed identity is the cure');
}

const firewallLabel = 'Storage firewall';

export const firewallCheck: Look = ({ at: { account, because, place }, service, access }) => {
  const name = displayName(place.account);
  if (account === undefined) {
    return warn(firewallLabel, `The firewall of ${name} was not looked at: ${because ?? 'the account is not known'}`);
  }
  if (!account.closed) {
    return pass(firewallLabel, `${name} lets everybody in who has the right`);
  }
  const own = access.kind === 'identity' && access.identity.user === undefined;
  if (own && account.letsAzureIn) {
    return pass(firewallLabel, `${name} lets Azure’s own services in, and this one comes with its system-assigned identity`);
  }
  if (access.kind === 'identity' && account.resourcesLetIn.some((id) => sameArmId(id, service.id))) {
    return pass(firewallLabel, `${name} names this service among those that it lets in`);
  }
  return closedTo(account, sameRegion(account.location, service.location), own);
};

function closedTo(account: StorageAccount, sameRegion: boolean, own: boolean): Check {
  const name = displayName(account.name);
  const cure = own
    ? `let "Azure services on the trusted services list" into ${name}`
    : account.letsAzureIn
      ? 'choose the system-assigned identity of the service, which it lets in'
      : `let "Azure services on the trusted services list" into ${name}, and choose the system-assigned identity of the service`;
  if (account.namesAddresses && !sameRegion) {
    return warn(firewallLabel, `${name} lets only some addresses in: unless those of API Management are among them, ${cure}`);
  }
  const region = sameRegion && account.namesAddresses ? '; in one region, addresses do not count' : '';
  return fail(firewallLabel, `${name} does not let this service in${region}: ${cure}`);
}
