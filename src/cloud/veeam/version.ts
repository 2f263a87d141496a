import { BackupError } from '../../core/errors.ts';
import { isObject, stringAt } from '../../core/json.ts';
import type { RequestOptions, ServiceClient } from '../types.ts';

/** The versions of the REST API that this extension speaks, the newest first. An appliance answers its own and those before it. */
const spokenVersions: readonly string[] = ['v8', 'v7', 'v6', 'v5', 'v4', 'v3', 'v2', 'v1'];

export interface Detected {
  readonly apiVersion: string;
  readonly release?: string;
}

/**
 * The newest version that the appliance answers, found by the list of VMs, which each version has. @param fixed the one to
 * try alone. @throws BackupError `VersionUnknown` where it answers none, and what it refuses with
 */
export async function detectVersion(
  client: ServiceClient,
  label: string,
  fixed: string | undefined,
  options: RequestOptions,
): Promise<Detected> {
  for (const apiVersion of fixed === undefined ? spokenVersions : [fixed]) {
    if (await answers(client, apiVersion, options)) {
      const release = await releaseOf(client, apiVersion, options);
      return { apiVersion, ...(release === undefined ? {} : { release }) };
    }
  }
  const message =
    fixed === undefined
      ? `${label} answers none of the versions of the REST API that this extension speaks (${spokenVersions.at(-1)} to ${spokenVersions[0]}).`
      : `${label} does not answer version ${fixed} of its REST API, which the setting azureBackup.veeam.apiVersion asks for.`;
  throw new BackupError(message, {
    code: 'VersionUnknown',
    attempted: 'find out its version',
    resource: label,
    remedies: [
      fixed === undefined
        ? 'Check that the address is that of a Veeam Backup for Microsoft Azure appliance.'
        : 'Clear azureBackup.veeam.apiVersion in the user settings, or set it to a version that the appliance has.',
    ],
  });
}

async function answers(client: ServiceClient, version: string, options: RequestOptions): Promise<boolean> {
  try {
    const { body } = await client.get(`/api/${version}/virtualMachines?Offset=0&Limit=1`, options);
    return isObject(body) && Array.isArray(body['results']);
  } catch (error) {
    if (error instanceof BackupError && error.facts.status === 404) {
      return false;
    }
    throw error;
  }
}

/** For a person only: an appliance that does not tell it is as good. */
async function releaseOf(client: ServiceClient, version: string, options: RequestOptions): Promise<string | undefined> {
  try {
    return stringAt((await client.get(`/api/${version}/system/about`, options)).body, 'serverVersion');
  } catch (error) {
    if (error instanceof BackupError) {
      return undefined;
    }
    throw error;
  }
}
