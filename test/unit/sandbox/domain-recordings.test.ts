// The sandbox's resources against the ones that Azure gave: same members, same kinds of value.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Domain, minute } from './domainSupport.ts';

const folder = join(import.meta.dirname, '../../../../shared/recordings/azure-cli-2025-10');

type Members = Record<string, unknown>;
interface Resource extends Members {
  readonly type: string;
  readonly properties: Members;
}

/** What two resources must have in common to be compared. */
function kindOf({ type, properties }: Resource): string {
  const { protectedItemType, jobType, operation, containerType, protectableItemType, objectType, backupManagementType, schedulePolicy } =
    properties;
  // Nobody has recorded a database that cannot be protected.
  const refused = protectableItemType === 'SQLDataBase' && properties.IsProtectable === false ? 'not protectable' : '';
  const deleted = properties.isScheduledForDeferredDelete === true && protectedItemType !== undefined ? 'soft-deleted' : '';
  const schedule = (schedulePolicy as Members | undefined)?.schedulePolicyType;
  const item =
    protectedItemType === undefined
      ? ''
      : properties.policyId === '' || properties.policyId === undefined
        ? 'stopped'
        : String(properties.protectionState);
  const job =
    jobType === undefined
      ? ''
      : `${String(operation)} ${String(properties.status)} ${properties.extendedInfo === undefined ? 'listed' : 'read'}`;
  const kind =
    protectedItemType ??
    jobType ??
    containerType ??
    protectableItemType ??
    objectType ??
    (type.endsWith('backupPolicies') ? backupManagementType : '');
  return [type.split('/').slice(2).join('/'), kind, refused, deleted, schedule, item, job].filter(Boolean).join(' ');
}

function isResource(value: unknown): value is Resource {
  const one = value as Partial<Resource> | null;
  return (
    typeof one === 'object' &&
    typeof one?.type === 'string' &&
    /^microsoft\.recoveryservices\/vaults\/./i.test(one.type) &&
    typeof one.properties === 'object'
  );
}

function resourcesIn(body: unknown): Resource[] {
  const list = (body as { value?: unknown } | null)?.value;
  return (Array.isArray(list) ? list : [body]).filter(isResource);
}

/** Members with their kinds: `extendedInfo.tasksList[].taskId string`. Property bags have free names. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${path} array`] : [`${path} array`, ...value.flatMap((entry) => shapeOf(entry, `${path}[]`))];
  }
  if (typeof value === 'object' && value !== null) {
    const free = /(propertyBag|PropertyBag|tags|protectableItemCount)$/.test(path);
    return [
      `${path} object`,
      ...(free ? [] : Object.entries(value).flatMap(([key, entry]) => shapeOf(entry, path === '' ? key : `${path}.${key}`))),
    ];
  }
  return [`${path} ${value === null ? 'null' : typeof value}`];
}

/** Members that only some of Azure's resources of a kind have, or that the sandbox's world has no case of. */
const optional =
  /^(nodesList|prebackupvalidation|healthDetails\[\]\.recommendations\[\]|lastBackupTime|timeRanges\[\]|(subProtectionPolicy\[\]\.)?schedulePolicy\.scheduleRunDays|retentionPolicy\.(daily|weekly|monthly)Schedule|extendedInfo\.tasksList\[\]\.taskExecutionDetails)/;

describe('sandbox domain: resources as Azure gave them', function () {
  const recorded = new Map<string, Set<string>[]>();
  const served = new Map<string, { from: string; shape: Set<string>; resource: Resource }[]>();

  before(async function () {
    if (!existsSync(folder)) {
      console.log(`skipped: there are no recordings at ${folder}`);
      return this.skip();
    }
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const { interactions } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { interactions: { response: { body?: unknown } }[] };
      for (const resource of interactions.flatMap(({ response }) => resourcesIn(response.body))) {
        const kind = kindOf(resource);
        recorded.set(kind, [...(recorded.get(kind) ?? []), new Set(shapeOf(resource.properties))]);
      }
    }
    for (const [from, resource] of await everything()) {
      const kind = kindOf(resource);
      served.set(kind, [...(served.get(kind) ?? []), { from, shape: new Set(shapeOf(resource.properties)), resource }]);
    }
  });

  async function everything(): Promise<[string, Resource][]> {
    const domain = new Domain();
    const found: [string, Resource][] = [];
    for (const vault of domain.world.allVaults()) {
      const lists = [
        'backupProtectedItems',
        'backupProtectableItems',
        "backupProtectionContainers?$filter=backupManagementType eq 'AzureIaasVM'",
        "backupProtectionContainers?$filter=backupManagementType eq 'AzureWorkload'",
        "backupProtectionContainers?$filter=backupManagementType eq 'AzureStorage'",
        'backupFabrics/Azure/protectableContainers',
        'backupPolicies',
        'backupJobs',
      ];
      for (const list of lists) {
        const entries = (await domain.all(`${vault.id}/${list}`)) as unknown as Resource[];
        found.push(...entries.map((entry): [string, Resource] => [list, entry]));
      }
      for (const [, item] of found.filter(([list, entry]) => list === 'backupProtectedItems' && String(entry.id).startsWith(vault.id))) {
        const points = (await domain.all(`${String(item.id)}/recoveryPoints`)) as unknown as Resource[];
        found.push(...points.map((entry): [string, Resource] => ['recoveryPoints', entry]));
      }
      for (const [, job] of found.filter(([list, entry]) => list === 'backupJobs' && String(entry.id).startsWith(vault.id)).slice(0, 40)) {
        found.push(['backupJobs/{job}', (await domain.get(String(job.id))).body as unknown as Resource]);
      }
      for (const path of [
        'backupconfig/vaultconfig',
        'backupstorageconfig/vaultstorageconfig',
        'backupEncryptionConfigs/backupResourceEncryptionConfig',
      ]) {
        found.push([path, (await domain.get(`${vault.id}/${path}`)).body as unknown as Resource]);
      }
    }
    domain.pass(30 * minute);
    return found;
  }

  it('covers the kinds that a backup tool shows', () => {
    const shared = [...served.keys()].filter((kind) => recorded.has(kind));
    assert.ok(shared.length >= 20, `only ${shared.length} kinds can be compared: ${shared.join('; ')}`);
  });

  it('has no member that Azure never gave for the kind', () => {
    const strange = comparable().flatMap(([kind, { shape, from }]) => {
      const known = new Set((recorded.get(kind) ?? []).flatMap((one) => [...one]));
      return [...shape].filter((member) => !known.has(member) && !optional.test(member)).map((member) => `${from} ${kind}: ${member}`);
    });
    assert.deepEqual([...new Set(strange)], []);
  });

  it('has every member that Azure always gave for the kind', () => {
    const missing = comparable().flatMap(([kind, { shape, from }]) => {
      const shapes = recorded.get(kind) ?? [];
      const always = [...(shapes[0] ?? [])].filter((member) => shapes.every((one) => one.has(member)));
      return always.filter((member) => !shape.has(member) && !optional.test(member)).map((member) => `${from} ${kind}: ${member}`);
    });
    assert.deepEqual([...new Set(missing)], []);
  });

  function comparable(): [string, { from: string; shape: Set<string> }][] {
    return [...served]
      .filter(([kind]) => recorded.has(kind))
      .flatMap(([kind, all]) => all.map((one): [string, { from: string; shape: Set<string> }] => [kind, one]));
  }
});
