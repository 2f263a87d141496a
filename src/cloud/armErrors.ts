import { BackupError, type ErrorFacts } from '../core/errors.ts';
import type { ServiceError } from './serviceError.ts';
import type { ArmResponse, RequestOptions } from './types.ts';

/** Remedies that a provider knows for a code, or for what its message says where the code says too little; empty where it knows none. */
export type RemediesFor = (code: string, message: string) => readonly string[];

/** What the gateway itself answers, whatever resource was asked for. */
const gatewayRemedies: Readonly<Record<string, readonly string[]>> = {
  AuthorizationFailed: [
    'Ask an owner of the resource for a role that allows it: Backup Reader to look, Backup Operator to back up and restore, Backup Contributor to change policies and stop protection.',
    'If you were given the role only now, sign out and in again, so that your sign-in carries it.',
  ],
  LinkedAuthorizationFailed: [
    'Ask for the permission on the other resource that the message names (for a backup: Virtual Machine Contributor on the virtual machine).',
  ],
  ExpiredAuthenticationToken: ['Sign in again.'],
  InvalidAuthenticationToken: ['Sign in again.', 'Check that the cloud that you chose is the one you signed in to.'],
  InvalidAuthenticationTokenTenant: ['The subscription belongs to another tenant: select that tenant, or sign in with an account of it.'],
  AuthenticationFailed: ['Sign in again.'],
  SubscriptionNotFound: ['Check the subscription filter (azureBackup.subscriptions) and the tenant that you signed in to.'],
  SubscriptionNotRegistered: ['Register the resource provider that the message names in the subscription.'],
  MissingSubscriptionRegistration: ['Register the resource provider that the message names in the subscription.'],
  ReadOnlyDisabledSubscription: ['The subscription is disabled: have its owner enable it again before anything in it can change.'],
  ResourceNotFound: ['It has been deleted or moved: refresh the tree.'],
  ResourceGroupNotFound: ['The resource group has been deleted or moved: refresh the tree.'],
  ParentResourceNotFound: ['What it belongs to has been deleted or moved: refresh the tree.'],
  RequestDisallowedByPolicy: ['An Azure Policy forbids it: the message names the policy; ask who assigned it.'],
  ScopeLocked: ['A lock keeps it from being changed: have the lock removed first.'],
  NoRegisteredProviderFound: ['This cloud does not offer the service in this version or region.'],
  InvalidApiVersionParameter: ['This cloud does not offer the service in this version.'],
  InvalidResourceType: ['This cloud does not offer this kind of resource.'],
};

function remediesOfStatus(status: number): readonly string[] {
  if (status === 401) {
    return ['Sign in again.'];
  }
  if (status === 403) {
    return ['Ask an owner of the resource for a role that allows it.'];
  }
  if (status === 404) {
    return ['It may have been deleted or moved: refresh the tree.'];
  }
  if (status === 409 || status === 412) {
    return ['Something else is changing it right now: wait until that has ended, refresh, and try again.'];
  }
  if (status === 429) {
    return ['Wait and try again: too much was asked in a short time.'];
  }
  if (status >= 500) {
    return ['Try again in a few minutes. If it stays, give the request id to Azure support.'];
  }
  return [];
}

/** The error of an answer of 400 and above. */
export function refusalOf(
  service: ServiceError,
  answer: Pick<ArmResponse, 'status' | 'requestId'>,
  options: RequestOptions,
  retryAfterMs: number | undefined,
  remediesFor: RemediesFor,
): BackupError {
  const special = remediesFor(service.code, service.message);
  const general = gatewayRemedies[service.code] ?? remediesOfStatus(answer.status);
  const wait = retryAfterMs !== undefined && retryAfterMs > 0 ? [`The service asks to wait ${inWords(retryAfterMs)}.`] : [];
  const remedies = [...(special.length > 0 ? special : general), ...wait];
  return new BackupError(sentence(options, `${service.message} (${service.code})`), {
    ...factsOf(options),
    code: service.code,
    status: answer.status,
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
    ...(remedies.length > 0 ? { remedies } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** An answer that came and cannot be used. */
export function unusableAnswer(what: string, answer: Pick<ArmResponse, 'status' | 'requestId'>, options: RequestOptions): BackupError {
  return new BackupError(sentence(options, `${what} (HTTP ${answer.status})`), {
    ...factsOf(options),
    code: 'UnusableAnswer',
    status: answer.status,
    ...(answer.requestId === undefined ? {} : { requestId: answer.requestId }),
    remedies: ['Try again. If it stays, a proxy on the way may alter answers, or the address is that of something else.'],
  });
}

/** `Could not list the policies (vault-1): …` */
export function sentence(options: RequestOptions, reason: string): string {
  const { attempted, resource } = options;
  return attempted === undefined ? reason : `Could not ${attempted}${resource === undefined ? '' : ` (${resource})`}: ${reason}`;
}

/** What was attempted, as facts. */
export function factsOf(options: RequestOptions): Pick<ErrorFacts, 'attempted' | 'resource'> {
  const { attempted, resource } = options;
  return { ...(attempted === undefined ? {} : { attempted }), ...(resource === undefined ? {} : { resource }) };
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
