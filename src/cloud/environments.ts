import { isAbsolute } from 'node:path';
import { BackupError } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import type { CloudEnvironment, CloudKind } from './types.ts';

/** What setting `azureBackup.cloud` can be. */
export const cloudKinds: readonly CloudKind[] = ['public', 'usGovernment', 'china', 'custom', 'sandbox'];

type KnownCloud = 'public' | 'usGovernment' | 'china';

/** One for all of Microsoft's clouds (documented). */
export const storageAudience = 'https://storage.azure.com';

const known: Readonly<Record<KnownCloud, CloudEnvironment>> = {
  public: {
    kind: 'public',
    label: 'Azure',
    resourceManagerEndpoint: 'https://management.azure.com',
    authorityHost: 'https://login.microsoftonline.com',
    audience: 'https://management.azure.com/',
    storage: { audience: storageAudience, blobSuffixes: ['blob.core.windows.net', 'blob.storage.azure.net'] },
    portalUrl: 'https://portal.azure.com',
  },
  usGovernment: {
    kind: 'usGovernment',
    label: 'Azure US Government',
    resourceManagerEndpoint: 'https://management.usgovcloudapi.net',
    authorityHost: 'https://login.microsoftonline.us',
    audience: 'https://management.usgovcloudapi.net/',
    storage: { audience: storageAudience, blobSuffixes: ['blob.core.usgovcloudapi.net'] },
    portalUrl: 'https://portal.azure.us',
  },
  china: {
    kind: 'china',
    label: 'Azure China',
    resourceManagerEndpoint: 'https://management.chinacloudapi.cn',
    authorityHost: 'https://login.partner.microsoftonline.cn',
    audience: 'https://management.chinacloudapi.cn/',
    storage: { audience: storageAudience, blobSuffixes: ['blob.core.chinacloudapi.cn'] },
    portalUrl: 'https://portal.azure.cn',
  },
};

const customKeys = [
  'resourceManagerEndpoint',
  'authorityHost',
  'audience',
  'blobSuffix',
  'storageAudience',
  'portalUrl',
  'certificateAuthorityFile',
];

const hostName = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** Names of clouds, as shown. */
export function cloudLabel(kind: CloudKind): string {
  switch (kind) {
    case 'custom':
      return 'Custom Cloud';
    case 'sandbox':
      return 'Sandbox';
    default:
      return known[kind].label;
  }
}

/** The value of setting `azureBackup.cloud`. @throws BackupError for any other value. */
export function cloudKindOf(value: unknown): CloudKind {
  const kind = cloudKinds.find((candidate) => candidate === value);
  if (!kind) {
    throw badSetting('azureBackup.cloud', value, `one of ${cloudKinds.join(', ')}`);
  }
  return kind;
}

/**
 * The addresses of a cloud that is not the sandbox (the sandbox tells its own when it starts).
 * @throws BackupError that names the setting, its value, what was expected and what to do.
 */
export function environmentOf(kind: Exclude<CloudKind, 'sandbox'>, customCloud: unknown): CloudEnvironment {
  return kind === 'custom' ? customEnvironment(customCloud) : known[kind];
}

/**
 * Scope that tokens for a cloud's resource manager, or for its blobs, are asked with.
 * @throws BackupError `StorageUnknown` for the blobs of a cloud of which nobody said where they are
 */
export function tokenScope(environment: Pick<CloudEnvironment, 'audience' | 'label' | 'storage'>, resource?: 'storage'): string {
  const audience = resource === undefined ? environment.audience : environment.storage?.audience;
  if (audience === undefined) {
    throw new BackupError(`Nobody said where ${environment.label} keeps blobs.`, {
      code: 'StorageUnknown',
      resource: environment.label,
      remedies: ['Set azureBackup.customCloud.blobSuffix to what follows an account’s name in the host of its blobs.'],
    });
  }
  return `${audience.replace(/\/$/, '')}/.default`;
}

function customEnvironment(value: unknown): CloudEnvironment {
  const setting = 'azureBackup.customCloud';
  if (!isObject(value)) {
    throw badSetting(setting, value, 'an object with at least resourceManagerEndpoint and authorityHost');
  }
  const unknown = Object.keys(value).find((key) => !customKeys.includes(key));
  if (unknown !== undefined) {
    throw badSetting(`${setting}.${unknown}`, value[unknown], `no such member; the members are ${customKeys.join(', ')}`);
  }
  const endpoint = httpsUrl(setting, 'resourceManagerEndpoint', value, 'https://management.local.azurestack.external');
  if (endpoint.pathname !== '/') {
    throw badSetting(`${setting}.resourceManagerEndpoint`, value['resourceManagerEndpoint'], 'an https address without a path');
  }
  const authority = httpsUrl(setting, 'authorityHost', value, 'https://adfs.local.azurestack.external/adfs');
  const audience = text(setting, 'audience', value);
  const file = text(setting, 'certificateAuthorityFile', value);
  if (file !== undefined && !isAbsolute(file)) {
    throw badSetting(`${setting}.certificateAuthorityFile`, file, 'the absolute path of a PEM file');
  }
  const blobSuffix = text(setting, 'blobSuffix', value);
  if (blobSuffix !== undefined && !hostName.test(blobSuffix)) {
    throw badSetting(`${setting}.blobSuffix`, blobSuffix, 'the end of a host name such as blob.local.azurestack.external');
  }
  const blobAudience = text(setting, 'storageAudience', value) ?? storageAudience;
  const portal =
    text(setting, 'portalUrl', value) === undefined ? undefined : httpsUrl(setting, 'portalUrl', value, 'https://portal.azure.com');
  return {
    kind: 'custom',
    label: `${cloudLabel('custom')} (${endpoint.host})`,
    resourceManagerEndpoint: endpoint.origin,
    authorityHost: withoutTrailingSlash(authority.href),
    audience: audience ?? `${endpoint.origin}/`,
    ...(blobSuffix === undefined ? {} : { storage: { audience: blobAudience, blobSuffixes: [blobSuffix.toLowerCase()] } }),
    ...(portal === undefined ? {} : { portalUrl: withoutTrailingSlash(portal.href) }),
    ...(file === undefined ? {} : { certificateAuthorityFile: file }),
  };
}

function httpsUrl(setting: string, key: string, value: Record<string, unknown>, example: string): URL {
  const found = value[key];
  const expected = `an https address such as ${example}`;
  const name = `${setting}.${key}`;
  if (typeof found !== 'string' || !URL.canParse(found)) {
    throw badSetting(name, found, expected);
  }
  const url = new URL(found);
  if (url.protocol !== 'https:' || url.search || url.hash || url.username || url.password) {
    // Tokens leave over TLS only, and an address is not the place for a user name or a password.
    throw badSetting(name, url.username || url.password ? `${url.protocol}//…@${url.host}` : found, expected);
  }
  return url;
}

function text(setting: string, key: string, value: Record<string, unknown>): string | undefined {
  const found = value[key];
  if (found === undefined || found === '') {
    return undefined;
  }
  if (typeof found !== 'string') {
    throw badSetting(`${setting}.${key}`, found, 'text');
  }
  return found;
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** A setting that cannot be used. `value` is shown, so it must not be a secret. */
export function badSetting(setting: string, value: unknown, expected: string): BackupError {
  const shown = value === undefined ? 'not set' : JSON.stringify(value);
  return new BackupError(`Setting ${setting} is ${shown}. Expected: ${expected}.`, {
    code: 'BadSetting',
    attempted: 'read the settings',
    resource: setting,
    remedies: [`Correct ${setting} in the user settings (workspace settings are not read).`],
  });
}
