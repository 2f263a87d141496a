/**
 * The versions of the REST API of Veeam Backup for Microsoft Azure, and what differs between them. An appliance answers
 * under its own version and all before it; a version that it does not know has no routes.
 *
 * Sources: Veeam's REST references of v1 to v8 (helpcenter.veeam.com) and the published OpenAPI document of v8.1. Where
 * they are silent (what v4 to v7 answer to takeSnapshot), the newest older version that is documented holds.
 */
export const apiVersions = ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v8.1'] as const;
export type ApiVersion = (typeof apiVersions)[number];

export interface Dialect {
  /**
   * `flat`: `{virtualMachines: [{id}]}`, answered with 200 and one session for all of them.
   * `nested`: `{azureAccountId?, backupItems: {virtualMachines: [{id}]}, snapshotSettings?: {additionalTags, copyOriginalTags}}`,
   * answered with 202 and a page of sessions.
   */
  readonly takeSnapshot: 'flat' | 'nested';
  /** Where restore points of machines are listed, below the version. */
  readonly restorePoints: '/restorePoints' | '/restorePoints/virtualMachines';
  /** The query parameter that selects sessions by machine. */
  readonly sessionsOf: 'VmId' | 'ResourceId';
  /** From v2 to v4 sessions are also reached under the singular `/jobSession`, as some pages of the reference have it. */
  readonly singularSessions: boolean;
  /** From v3 on there are service accounts (`/accounts/azure/service`), and sessions have a `localizedType`. */
  readonly serviceAccounts: boolean;
}

export function dialectOf(version: ApiVersion): Dialect {
  const at = apiVersions.indexOf(version);
  const since = (other: ApiVersion): boolean => at >= apiVersions.indexOf(other);
  return {
    takeSnapshot: since('v8') ? 'nested' : 'flat',
    restorePoints: since('v4') ? '/restorePoints/virtualMachines' : '/restorePoints',
    sessionsOf: since('v8') ? 'ResourceId' : 'VmId',
    singularSessions: since('v2') && !since('v5'),
    serviceAccounts: since('v3'),
  };
}

/** The versions that an appliance answers under: its own and all before it. */
export function versionsUpTo(newest: ApiVersion): readonly ApiVersion[] {
  return apiVersions.slice(0, apiVersions.indexOf(newest) + 1);
}
