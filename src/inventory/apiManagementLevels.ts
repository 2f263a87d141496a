/** The levels of API Management services and their backups. */
import { idUpTo } from '../core/armId.ts';
import { listBackups, lists } from '../providers/apiManagement/api.ts';
import type { ApiBackup, ApiService } from '../providers/apiManagement/model.ts';
import { placeKey, placeOf, type BackupPlace } from '../providers/apiManagement/place.ts';
import type { Remembered } from '../core/remembered.ts';
import { apiManagementLists } from './apiManagementLists.ts';
import { offered } from './emptyStates.ts';
import { countOf } from './groupTexts.ts';
import { subscriptionSource } from './groupwise.ts';
import { fixedLevel, listLevel, type Level } from './levels.ts';
import type { Lists } from './lists.ts';
import { apiManagementBackupNode } from './nodes/apiManagementBackup.ts';
import { apiManagementServiceNode } from './nodes/apiManagementService.ts';
import type { NodeContext } from './nodes/common.ts';
import { backupsGroup } from './nodes/groups.ts';
import type { ListSource } from './pagedList.ts';
import { byName, fullPage, type Where } from './sources.ts';
import { joined } from './text.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';

export interface ApiManagementOptions {
  readonly lists: Lists;
  readonly context: (node: InventoryNode) => NodeContext;
  readonly where: (node: InventoryNode) => Where;
  /** Origin of the connected resource manager; undefined where none is connected. */
  readonly cloud: () => string | undefined;
  /** Where the backups of a service are; nothing is known of any where it is absent. */
  readonly remembered?: Pick<Remembered, 'get'> | undefined;
}

export class ApiManagementLevels {
  readonly #options: ApiManagementOptions;

  constructor(options: ApiManagementOptions) {
    this.#options = options;
  }

  levelOf(parent: InventoryNode): Level | undefined {
    switch (parent.kind) {
      case kinds.apiManagementServices:
        return this.#services(parent);
      case kinds.apiManagementService:
        return parent.expandable ? this.#groups(parent) : undefined;
      case kinds.apiManagementBackups:
        return this.#backups(parent);
      default:
        return undefined;
    }
  }

  #services(group: InventoryNode): Level | undefined {
    const scope = idUpTo(group.key.replace(/#.*$/s, ''), 'subscriptions');
    if (scope === undefined) {
      return undefined;
    }
    const list = this.#options.lists.get<ApiService>(apiManagementLists.services(scope), () =>
      subscriptionSource(
        this.#options.where(group),
        scope,
        lists.services,
        byName(({ name }) => name),
      ),
    );
    return listLevel(list, {
      build: (service) => apiManagementServiceNode(service, this.#options.context(group)),
      empty: offered.apiManagementServices,
    });
  }

  #groups(service: InventoryNode): Level {
    const rebuild = (): InventoryNode => backupsGroup(service, this.#textOf(service.resourceId ?? service.key));
    return fixedLevel(() => [{ node: rebuild(), rebuild }]);
  }

  /** Where they are, and how many were read. */
  #textOf(serviceId: string): string {
    const place = this.#placeOf(serviceId);
    return place === undefined
      ? 'container not chosen'
      : joined(`${place.account}/${place.container}`, countOf(this.#options.lists, apiManagementLists.backups(serviceId)));
  }

  #backups(group: InventoryNode): Level {
    const serviceId = group.target?.id ?? '';
    const place = this.#placeOf(serviceId);
    if (place === undefined) {
      return fixedLevel(() => [], offered.noBackupPlace);
    }
    const list = this.#options.lists.get<ApiBackup>(apiManagementLists.backups(serviceId), () =>
      backupSource(this.#options.where(group), serviceId, place),
    );
    return listLevel(list, {
      build: (backup) => apiManagementBackupNode(backup, this.#options.context(group)),
      empty: offered.apiManagementBackups,
    });
  }

  #placeOf(serviceId: string): BackupPlace | undefined {
    const cloud = this.#options.cloud();
    return cloud === undefined ? undefined : placeOf(this.#options.remembered?.get(placeKey(cloud, serviceId)));
  }
}

/** Newest first: storage accounts list by name. */
function backupSource({ connection, tenantId }: Where, serviceId: string, place: BackupPlace): ListSource<ApiBackup> {
  const at = ({ madeAt }: ApiBackup): number => Date.parse(madeAt ?? '') || 0;
  return {
    fetch: async (next, signal) => {
      const tenant = tenantId === undefined ? {} : { tenantId };
      const page = await listBackups(connection.arm(), serviceId, place, { signal, ...tenant, ...(next === undefined ? {} : { next }) });
      return { items: page.items, problems: [], ...(page.next === undefined ? {} : { next: page.next }) };
    },
    idOf: ({ id }) => id,
    compare: (a, b) => at(b) - at(a) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
    atLeast: fullPage,
  };
}
