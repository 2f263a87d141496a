/**
 * Whose job a job is. A VM's job names its VM, and newer ones its container. A database's job calls itself `msdb` first;
 * a backup's `msdb [host]` some seconds later, any other `msdb` to its end; what is not a backup tells its container in
 * its property bag. The instance is told by none of today's. Every server has a database of that name, so what a job does not tell is
 * told by the vault's other items, or not at all. Pure functions, for following and for settling.
 */
import { sameArmId, segmentOf } from '../../../core/armId.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Job } from '../model/job.ts';

/** Plain JSON: whose job is looked for. */
export interface JobOwner {
  /** As Azure names it in a job: the VM, the database, the share. */
  readonly entity: string;
  /** Id of the item, protectable or protected. */
  readonly itemId: string;
  /** The job's `operation` where it is known, e.g. `Backup`. */
  readonly operation?: string;
  /** Present for databases. */
  readonly database?: {
    /** Its instance or availability group. */
    readonly parent?: string;
    /** Absent for a database of an availability group, whose jobs run on any of its hosts. */
    readonly host?: string;
    /** `Full`, `CopyOnlyFull`, `Differential`, `Log`; of backups only. */
    readonly backupType?: string;
  };
}

/**
 * `own`: it names the instance and the server. `sure`: it could be that of another item of the name in the same container.
 * `untold`: that of any item of the name.
 */
export type Fit = 'other' | 'untold' | 'sure' | 'own';

export function fitOf(job: Job, owner: JobOwner): Fit {
  if (owner.operation !== undefined && !sameOperation(job.operation, owner.operation)) {
    return 'other';
  }
  return owner.database ? databaseFit(job, owner, owner.database) : machineFit(job, owner);
}

function machineFit(job: Job, { entity, itemId }: JobOwner): Fit {
  const said = job.entityFriendlyName.toLowerCase();
  const name = entity.toLowerCase();
  return (said === name || said.startsWith(`${name} [`)) && inContainer(job.containerName, itemId) !== false ? 'sure' : 'other';
}

function databaseFit(job: Job, { entity, itemId }: JobOwner, database: NonNullable<JobOwner['database']>): Fit {
  const said = nameOf(job.entityFriendlyName.toLowerCase(), entity.toLowerCase(), database.parent?.toLowerCase());
  if (!said || job.isUserTriggered === false || isOtherType(job.operation, database.backupType)) {
    return 'other';
  }
  if (database.host === undefined) {
    return 'untold';
  }
  const container = inContainer(job.containerName ?? job.properties['ContainerUniqueName'], itemId);
  if (container === false || (said.host !== undefined && shortHost(said.host) !== shortHost(database.host))) {
    return 'other';
  }
  return container !== true && said.host === undefined ? 'untold' : said.parent ? 'own' : 'sure';
}

/**
 * What a job's name says where it is the database's: `msdb`, `msdb [host]`, and in answers of 2018 `MSSQLSERVER/msdb [host]`.
 * A database may be called `a [b]` itself, so the forms are compared whole. All in lower case.
 */
function nameOf(said: string, name: string, parent: string | undefined): { readonly parent: boolean; readonly host?: string } | undefined {
  const forms = [
    { text: name, parent: false },
    ...(parent === undefined ? [] : [`${parent}/${name}`, `${parent};${name}`].map((text) => ({ text, parent: true }))),
  ];
  for (const form of forms) {
    if (said === form.text) {
      return { parent: form.parent };
    }
    if (said.startsWith(`${form.text} [`) && said.endsWith(']')) {
      return { parent: form.parent, host: said.slice(form.text.length + 2, -1) };
    }
  }
  return undefined;
}

/** @param said `iaasvmcontainerv2;rg;web`, `Compute;rg;sql-01`: the container's name without its type. Undefined: it was not said. */
function inContainer(said: string | undefined, itemId: string): boolean | undefined {
  const container = segmentOf(itemId, 'protectionContainers')?.toLowerCase();
  return said === undefined || container === undefined ? undefined : `;${container}`.endsWith(`;${said.toLowerCase()}`);
}

/** `sql-01` of `sql-01.contoso.com`. */
function shortHost(host: string): string {
  return host.split('.')[0]?.toLowerCase() ?? '';
}

/** `Backup` becomes `Backup (Full)` while it runs. */
function sameOperation(said: string | undefined, wanted: string): boolean {
  const word = (text: string): string => text.replace(/\s*\(.*$/, '').toLowerCase();
  return said !== undefined && word(said) === word(wanted);
}

/** How a copy-only full backup calls itself is not on record: it may as well say that it is a full one. */
function isOtherType(operation: string | undefined, wanted: string | undefined): boolean {
  const said = /\((full|differential|log)\)$/i.exec(operation ?? '')?.[1]?.toLowerCase();
  return (
    wanted !== undefined && said !== undefined && said !== wanted.toLowerCase() && !(said === 'full' && /^copyonlyfull$/i.test(wanted))
  );
}

/** Where the other items that a job could be of stand: the nearest that there is. */
export type Namesakes = 'none' | 'elsewhere' | 'sameContainer';

/** @param items protected or protectable, the owner's own among them */
export function namesakesAmong(
  items: readonly { readonly id: string; readonly friendlyName: string }[],
  owner: Pick<JobOwner, 'entity' | 'itemId'>,
): Namesakes {
  const own = segmentOf(owner.itemId, 'protectionContainers')?.toLowerCase();
  const places = items
    .filter(
      (item) =>
        item.friendlyName.toLowerCase() === owner.entity.toLowerCase() && !sameArmId(asProtected(item.id), asProtected(owner.itemId)),
    )
    .map((item): Namesakes => (segmentOf(item.id, 'protectionContainers')?.toLowerCase() === own ? 'sameContainer' : 'elsewhere'));
  return nearest(places);
}

export function nearest(places: readonly Namesakes[]): Namesakes {
  return places.includes('sameContainer') ? 'sameContainer' : places.includes('elsewhere') ? 'elsewhere' : 'none';
}

function asProtected(id: string): string {
  return id.replace(/\/protectableItems\//i, '/protectedItems/');
}

/** True where the job can be nobody else's. */
export function isTold(fit: Fit, namesakes: Namesakes): boolean {
  return fit === 'own' || (namesakes === 'none' ? fit !== 'other' : fit === 'sure' && namesakes === 'elsewhere');
}

/** What of a database an operation journals so that its job can be told later. */
export function ownerFacts(item: {
  readonly serverName?: string;
  readonly parentName?: string;
  readonly parentType?: string;
  readonly id: string;
}): JsonObject {
  const inGroup = /availabilitygroup/i.test(item.parentType ?? '') || /\/protectionContainers\/(sqlag|sqlavailability)/i.test(item.id);
  return {
    workload: 'sql',
    ...(item.parentName === undefined ? {} : { parentName: item.parentName }),
    ...(item.serverName === undefined || inGroup ? {} : { serverName: item.serverName }),
  };
}

/** The owner as an operation's intent has it. */
export function ownerOf(record: {
  readonly target: { readonly id: string; readonly name: string };
  readonly intent: JsonObject;
}): JobOwner {
  const { itemId, jobOperation, workload, parentName, serverName, backupType } = record.intent;
  const database = {
    ...(typeof parentName === 'string' ? { parent: parentName } : {}),
    ...(typeof serverName === 'string' ? { host: serverName } : {}),
    ...(typeof backupType === 'string' ? { backupType } : {}),
  };
  return {
    entity: record.target.name,
    itemId: typeof itemId === 'string' ? itemId : record.target.id,
    ...(typeof jobOperation === 'string' ? { operation: jobOperation } : {}),
    ...(workload === 'sql' ? { database } : {}),
  };
}
