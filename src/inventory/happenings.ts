/** What happens beside reading, an operation's step, an appliance that was added, and which rows are old or look different for it. */
import type { Connection } from '../cloud/types.ts';
import { armIdKey, idUpTo, sameArmId } from '../core/armId.ts';
import type { Disposable } from '../core/events.ts';
import type { Remembered } from '../core/remembered.ts';
import { serviceKeyIn } from '../providers/apiManagement/place.ts';
import type { GivenLinks } from '../providers/restorePoints/links.ts';
import { applianceId, originOfId } from '../providers/veeam/ids.ts';
import { apiManagementLists } from './apiManagementLists.ts';
import { cloudOf, type Catalog } from './catalog.ts';
import { machineKey, type Overlay, type OverlayChange } from './overlay.ts';
import { isBelow } from './refreshScope.ts';
import { staleSince, type Stale } from './restorePointScope.ts';
import { kinds } from './tokens.ts';
import { veeamLists, type KnownAppliances } from './veeamLevels.ts';

export interface HappeningsOptions {
  readonly connection: Connection;
  readonly catalog: Catalog;
  readonly overlay: Overlay;
  readonly links: Pick<GivenLinks, 'list' | 'onDidChange'> | undefined;
  readonly remembered: Remembered | undefined;
  readonly appliances: KnownAppliances | undefined;
}

/** The rows that were handed out. */
export interface ShownRows {
  has(key: string): boolean;
  /** What the row says, and what stands below it, may be something else now. */
  fire(this: void, key: string): void;
  /** The same of a resource wherever it stands. */
  fireAll(this: void, id: string): void;
  /** Reading below the row, or the resource wherever it stands, may work now. */
  mend(this: void, id: string): void;
  fireRoots(): void;
}

export function followHappenings(
  { connection, catalog, overlay, links, remembered, appliances }: HappeningsOptions,
  shown: ShownRows,
): Disposable[] {
  const onOverlay = (change: OverlayChange): void => {
    if (change.kind === 'made') {
      forgetRestorePoints(staleSince(change, (key) => catalog.idsIn(key)));
      return;
    }
    if (change.kind === 'looks') {
      change.ids.forEach(shown.fireAll);
      change.ids.forEach((id) => (/\/(backupJobs|jobSessions)\//i.test(id) ? announceJob(id) : announceRelated(id)));
      return;
    }
    // What could not be read while it ran, with the network gone, may be read again: its end came from the same service.
    const stale = staleSince(change, (key) => catalog.idsIn(key));
    stale.rows.forEach(shown.mend);
    forgetRestorePoints(stale);
    change.ids.filter(isService).forEach((id) => {
      shown.mend(id);
      forgetBackups(id);
    });
    const vaultId = change.vaultId ?? change.ids.map((id) => idUpTo(id, 'vaults')).find(Boolean);
    const vaultKey = vaultId === undefined ? undefined : armIdKey(vaultId);
    const appliance = vaultId === undefined ? undefined : originOfId(vaultId);
    if (appliance !== undefined) {
      // Its VMs are what they were, but for what ran on them; so are Azure's own rows of them.
      change.ids.forEach(shown.fireAll);
      shown.mend(veeamLists.sessions(appliance));
      forgetSessions(appliance);
    } else if (vaultKey !== undefined && shown.has(vaultKey)) {
      catalog.forget((key) => isBelow(key, vaultKey));
      shown.mend(vaultKey);
      shown.fire(vaultKey);
    }
  };

  const forgetRestorePoints = ({ gone, rows }: Stale): void => {
    if (rows.length > 0) {
      catalog.forget(gone);
      rows.forEach(shown.fireAll);
    }
  };

  /** A backup was made, or its service says that others are its backups. @param id of the service, or its key */
  const forgetBackups = (id: string): void => {
    catalog.forget((key) => key === apiManagementLists.backups(id));
    shown.fireAll(id);
    shown.fireAll(apiManagementLists.backups(id));
  };

  const onRemembered = (key: string): void => {
    const cloud = cloudOf(connection);
    const serviceKey = cloud === undefined ? undefined : serviceKeyIn(cloud, key);
    if (serviceKey !== undefined) {
      forgetBackups(serviceKey);
    }
  };

  const forgetSessions = (origin: string): void => {
    const key = veeamLists.sessions(origin);
    catalog.forget((one) => one === key);
    shown.fire(key);
  };

  let linked: readonly string[] = [];
  const onLinks = (): void => {
    const before = linked;
    linked = links?.list().map(({ target }) => target.id) ?? [];
    [...before, ...linked].forEach(shown.fireAll);
  };

  /** A job that began after its vault's, or its appliance's, jobs were read belongs among them. */
  const announceJob = (jobId: string): void => {
    const origin = originOfId(jobId);
    if (origin !== undefined) {
      if (catalog.idsIn(veeamLists.sessions(origin))?.some((id) => sameArmId(id, jobId)) === false) {
        forgetSessions(origin);
      }
      return;
    }
    const vaultId = idUpTo(jobId, 'vaults');
    const key = vaultId && `${armIdKey(vaultId)}#${kinds.jobs}`;
    if (key && catalog.idsIn(key)?.some((id) => sameArmId(id, jobId)) === false) {
      catalog.forget((one) => one === key);
      shown.fire(key);
    }
  };

  /**
   * What is done to a thing shows wherever its machine stands: among what can be protected or registered, as a container,
   * as a server with its databases.
   */
  const announceRelated = (id: string): void => {
    const vaultId = idUpTo(id, 'vaults');
    const machine = machineKey(id);
    for (const group of vaultId === undefined ? [] : [kinds.protectableItems, kinds.containers, kinds.protectableContainers]) {
      const key = `${armIdKey(vaultId ?? '')}#${group}`;
      if (catalog.idsIn(key)?.some((one) => machineKey(one) === machine)) {
        shown.fire(key);
      }
    }
  };

  /** What an appliance holds is asked anew; the group comes with the first one and goes with the last. */
  const onAppliances = (origin: string): void => {
    const key = armIdKey(applianceId(origin));
    const known = shown.has(key);
    catalog.forget((one) => isBelow(one, key));
    // Signed in again, another certificate trusted; not where it was just refused for its certificate.
    if (appliances?.otherCertificate(origin) === undefined) {
      shown.mend(key);
    }
    if (known && appliances?.all().some((one) => one.origin === origin)) {
      shown.fire(key);
    } else {
      shown.fireRoots();
    }
  };

  return [
    overlay.onDidChange(onOverlay),
    ...(appliances ? [appliances.onDidChange(onAppliances)] : []),
    ...(links ? [links.onDidChange(onLinks)] : []),
    ...(remembered ? [remembered.onDidChange(onRemembered)] : []),
  ];
}

function isService(id: string): boolean {
  return /\/providers\/microsoft\.apimanagement\/service\/[^/]+$/i.test(id);
}
