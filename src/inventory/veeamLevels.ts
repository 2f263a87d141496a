/** The levels of Veeam appliances: which there are is known without asking; their VMs and sessions are asked of each. */
import type { Appliance } from '../cloud/veeam/appliance.ts';
import type { ApplianceClient } from '../cloud/types.ts';
import { armIdKey } from '../core/armId.ts';
import { BackupError } from '../core/errors.ts';
import type { Event } from '../core/events.ts';
import { readPage, type ListQuery } from '../providers/arm/lists.ts';
import type { AzureRecord } from '../providers/arm/record.ts';
import { lists as queries } from '../providers/veeam/api.ts';
import { applianceId, originOfId } from '../providers/veeam/ids.ts';
import type { VeeamMachine, VeeamSession } from '../providers/veeam/model.ts';
import { offered } from './emptyStates.ts';
import { countOf } from './groupTexts.ts';
import { fixedLevel, listLevel, type Built, type Level } from './levels.ts';
import type { ListKey, Lists } from './lists.ts';
import type { NodeContext } from './nodes/common.ts';
import { applianceNode, appliancesGroup, machinesGroup, sessionsGroup, veeamMachineNode, veeamSessionNode } from './nodes/veeam.ts';
import type { ListSource } from './pagedList.ts';
import { byName } from './sources.ts';
import { kinds } from './tokens.ts';
import type { InventoryNode } from './types.ts';

/** What the tree needs of the appliances that were added. */
export interface KnownAppliances {
  all(): readonly Appliance[];
  client(origin: string): ApplianceClient | undefined;
  otherCertificate(origin: string): { readonly fingerprint: string } | undefined;
  /** The origin of one that came, went or changed. */
  readonly onDidChange: Event<string>;
}

export interface VeeamOptions {
  readonly lists: Lists;
  readonly appliances: KnownAppliances | undefined;
  readonly context: (node: InventoryNode) => NodeContext;
}

/** Keys of the lists of an appliance: those of its groups in the tree. */
export const veeamLists = {
  machines: (origin: string): ListKey => `${armIdKey(applianceId(origin))}#${kinds.veeamMachines}`,
  sessions: (origin: string): ListKey => `${armIdKey(applianceId(origin))}#${kinds.veeamSessions}`,
} as const;

export class VeeamLevels {
  readonly #options: VeeamOptions;
  readonly #byAzureId = new WeakMap<readonly VeeamMachine[], ReadonlyMap<string, VeeamMachine>>();
  /** By origin: what its VMs are searched for. */
  readonly #searches = new Map<string, string>();

  constructor(options: VeeamOptions) {
    this.#options = options;
  }

  /** "Veeam appliances"; none where none was added. */
  groups(): readonly Built[] {
    return this.#all().length === 0 ? [] : [built(() => appliancesGroup(this.#all().length))];
  }

  levelOf(parent: InventoryNode): Level | undefined {
    if (parent.kind === kinds.veeamAppliances) {
      return fixedLevel(() => this.#all().map((appliance) => built(() => this.#node(appliance))), offered.veeamAppliances);
    }
    const origin = originOfId(parent.target?.id ?? '');
    if (origin === undefined) {
      return undefined;
    }
    switch (parent.kind) {
      case kinds.veeamAppliance:
        return fixedLevel(() => [
          built(() => machinesGroup(parent, countOf(this.#options.lists, veeamLists.machines(origin)), this.searchOf(origin))),
          built(() => sessionsGroup(parent, countOf(this.#options.lists, veeamLists.sessions(origin)))),
        ]);
      case kinds.veeamMachines: {
        const search = this.searchOf(origin);
        const list = this.#options.lists.get(veeamLists.machines(origin), () =>
          this.#source(
            origin,
            (version) => queries.machines(origin, version, search),
            byName((machine: VeeamMachine) => machine.name),
          ),
        );
        return listLevel(list, {
          build: (machine) => veeamMachineNode(machine, this.#options.context(parent)),
          empty: search === '' ? offered.veeamMachines : offered.veeamSearch(search),
        });
      }
      case kinds.veeamSessions: {
        const list = this.#options.lists.get(veeamLists.sessions(origin), () =>
          this.#source(origin, (version) => queries.sessions(origin, version), newestFirst),
        );
        return listLevel(list, {
          build: (session) => veeamSessionNode(session, this.#options.context(parent)),
          empty: offered.veeamSessions,
        });
      }
      default:
        return undefined;
    }
  }

  searchOf(origin: string): string {
    return this.#searches.get(origin) ?? '';
  }

  setSearch(origin: string, text: string): void {
    if (text === '') {
      this.#searches.delete(origin);
    } else {
      this.#searches.set(origin, text);
    }
  }

  /** The VM as an appliance knows it, of the lists that were read. Nothing is asked for it. */
  machineOf(azureId: string): VeeamMachine | undefined {
    for (const { origin } of this.#all()) {
      const records = this.#options.lists.loaded<VeeamMachine>(veeamLists.machines(origin))?.records;
      const found = records && this.#indexOf(records).get(armIdKey(azureId));
      if (found) {
        return found;
      }
    }
    return undefined;
  }

  #all(): readonly Appliance[] {
    return this.#options.appliances?.all() ?? [];
  }

  #node(appliance: Appliance): InventoryNode {
    const { origin } = appliance;
    const newest = this.#all().find((one) => one.origin === origin) ?? appliance;
    return applianceNode(newest, this.#options.appliances?.otherCertificate(origin)?.fingerprint);
  }

  #indexOf(records: readonly VeeamMachine[]): ReadonlyMap<string, VeeamMachine> {
    const known = this.#byAzureId.get(records);
    if (known) {
      return known;
    }
    const index = new Map<string, VeeamMachine>();
    for (const machine of records) {
      // A VM that was deleted may have left its id to another.
      if (machine.azureId !== undefined && !machine.isDeleted) {
        index.set(armIdKey(machine.azureId), machine);
      }
    }
    this.#byAzureId.set(records, index);
    return index;
  }

  #source<R extends AzureRecord>(origin: string, query: (version: string) => ListQuery<R>, compare: (a: R, b: R) => number): ListSource<R> {
    return {
      fetch: async (next, signal) => {
        const client = this.#options.appliances?.client(origin);
        if (!client) {
          throw new BackupError('The appliance was removed.', { code: 'NotConnected', remedies: ['Refresh the tree.'] });
        }
        const page = await readPage(client, query(client.apiVersion()), { signal, ...(next === undefined ? {} : { next }) });
        return {
          items: page.items,
          problems: page.problems.map(({ error }) => error),
          ...(page.nextLink === undefined ? {} : { next: page.nextLink }),
        };
      },
      idOf: ({ id }) => id,
      compare,
      atLeast: 1,
    };
  }
}

function built(rebuild: () => InventoryNode): Built {
  return { node: rebuild(), rebuild };
}

/** Those without a time are pending. */
function newestFirst(a: VeeamSession, b: VeeamSession): number {
  const at = ({ startTime }: VeeamSession): number => (startTime === undefined ? Infinity : Date.parse(startTime));
  return at(b) === at(a) ? a.id.localeCompare(b.id) : at(b) - at(a);
}
