import { isObject } from '../core/json.ts';
import type { CredentialKind } from './credentials/types.ts';
import { badSetting, cloudKindOf } from './environments.ts';
import type { CloudKind } from './types.ts';

export interface SandboxSettings {
  /** A minute of Azure takes 60 / speed seconds. */
  readonly speed: number;
  /** Milliseconds that each answer is delayed. */
  readonly latency: number;
  /** The same seed gives the same world; a new one each time where it is absent. */
  readonly seed?: number;
  /** Requests beyond Azure's own limits are refused as Azure does; where it is absent they are counted only. */
  readonly quota?: 'real';
}

export interface ConnectionSettings {
  readonly cloud: CloudKind;
  /** As set; read by `environmentOf` when the cloud is custom. */
  readonly customCloud: unknown;
  readonly credential: CredentialKind;
  readonly servicePrincipal: { readonly tenantId: string; readonly clientId: string };
  /** GUIDs in lower case; empty: all that the sign-in gives. */
  readonly tenants: readonly string[];
  /** GUIDs in lower case; empty: no filter. */
  readonly subscriptions: readonly string[];
  readonly sandbox: SandboxSettings;
}

const credentialKinds: readonly CredentialKind[] = ['vscode', 'azureCli', 'environment', 'servicePrincipal'];

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const domain = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+$/i;

/**
 * The settings below `azureBackup.`.
 * @param get a setting's value by its name without `azureBackup.`, undefined where it is not set
 * @throws BackupError that names the setting, its value and what was expected.
 */
export function readSettings(get: (name: string) => unknown): ConnectionSettings {
  return {
    cloud: cloudKindOf(get('cloud') ?? 'public'),
    customCloud: get('customCloud'),
    credential: credentialKindOf(get('credential') ?? 'vscode'),
    servicePrincipal: servicePrincipalOf(get('servicePrincipal')),
    tenants: list('tenants', get('tenants'), isTenant, 'a list of tenant ids (GUIDs) or domains'),
    subscriptions: list('subscriptions', get('subscriptions'), (value) => guid.test(value), 'a list of subscription ids (GUIDs)'),
    sandbox: sandboxOf(get('sandbox')),
  };
}

/** A tenant's GUID, one of its domains, or `adfs`. */
export function isTenant(value: string): boolean {
  return guid.test(value) || domain.test(value) || value.toLowerCase() === 'adfs';
}

/** A GUID in its usual form. */
export function isGuid(value: string): boolean {
  return guid.test(value);
}

function credentialKindOf(value: unknown): CredentialKind {
  const kind = credentialKinds.find((candidate) => candidate === value);
  if (!kind) {
    throw badSetting('azureBackup.credential', value, `one of ${credentialKinds.join(', ')}`);
  }
  return kind;
}

function servicePrincipalOf(value: unknown): ConnectionSettings['servicePrincipal'] {
  const members = isObject(value) ? value : {};
  const tenantId = textOf('servicePrincipal.tenantId', members['tenantId']);
  const clientId = textOf('servicePrincipal.clientId', members['clientId']);
  return { tenantId, clientId };
}

function textOf(name: string, value: unknown): string {
  if (value !== undefined && typeof value !== 'string') {
    throw badSetting(`azureBackup.${name}`, value, 'text');
  }
  return value?.trim() ?? '';
}

function list(name: string, value: unknown, fits: (value: string) => boolean, expected: string): string[] {
  const items: unknown = value ?? [];
  if (!Array.isArray(items)) {
    throw badSetting(`azureBackup.${name}`, value, expected);
  }
  return items.map((item: unknown) => {
    if (typeof item !== 'string' || !fits(item.trim())) {
      throw badSetting(`azureBackup.${name}`, item, expected);
    }
    return item.trim().toLowerCase();
  });
}

function sandboxOf(value: unknown): SandboxSettings {
  const members = isObject(value) ? value : {};
  const seed = members['seed'];
  return {
    speed: numberOf('sandbox.speed', members['speed'] ?? 20, (speed) => speed >= 0.01 && speed <= 10_000, 'a number from 0.01 to 10000'),
    latency: numberOf(
      'sandbox.latency',
      members['latency'] ?? 0,
      (ms) => Number.isInteger(ms) && ms >= 0 && ms <= 60_000,
      'whole milliseconds from 0 to 60000',
    ),
    ...(isReal(members['quota'] ?? 'off') ? { quota: 'real' as const } : {}),
    ...(seed === undefined || seed === null
      ? {}
      : {
          seed: numberOf(
            'sandbox.seed',
            seed,
            (number) => Number.isInteger(number) && number >= 0 && number <= 4_294_967_295,
            'a whole number from 0 to 4294967295',
          ),
        }),
  };
}

function isReal(quota: unknown): boolean {
  if (quota !== 'off' && quota !== 'real') {
    throw badSetting('azureBackup.sandbox.quota', quota, '"off" or "real"');
  }
  return quota === 'real';
}

function numberOf(name: string, value: unknown, fits: (value: number) => boolean, expected: string): number {
  if (typeof value !== 'number' || !fits(value)) {
    throw badSetting(`azureBackup.${name}`, value, expected);
  }
  return value;
}
