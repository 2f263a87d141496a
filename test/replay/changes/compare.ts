/** Two requests are the same where Azure would do the same: what that means, and the only exceptions, stand here. */
import { isObject } from '../../../src/core/json.ts';
import type { PreparedRequest } from '../../../src/core/operation.ts';
import { addressOf, filterOf, type Address } from '../address.ts';
import type { Interaction } from '../recording.ts';
import { keyOf } from './world.ts';

interface Exception {
  /** Of the request's path, lower case. */
  readonly of: RegExp;
  /** Of the member: `properties.friendlyName`. */
  readonly member: RegExp;
  /** Who has it where the other has not. */
  readonly only: 'recorded' | 'ours';
  readonly value?: (value: unknown, body: unknown) => boolean;
  readonly because: string;
}

/** Members that one side may have and the other not. None of them is one that Azure decides upon. */
const exceptions: readonly Exception[] = [
  {
    of: /^/,
    member: /^(id|name|type)$/i,
    only: 'recorded',
    because: 'the contract marks them as read-only of every resource: the path says which one is meant',
  },
  {
    of: /\/protecteditems\/[^/]+$/,
    member:
      /^properties\.(backupManagementType|workloadType|vaultId|friendlyName|virtualMachineId|healthStatus|protectedItemDataId|lastBackupTime)$/i,
    only: 'recorded',
    because: 'the contract marks them as read-only of protected items: clients that send back what they read repeat them',
  },
  {
    of: /\/protectioncontainers\/[^/]+$/,
    member: /^properties\.friendlyName$/i,
    only: 'ours',
    because:
      'a name for people; Azure finds the machine by sourceResourceId. Azure PowerShell sends it, Azure CLI does not, both registered',
  },
  {
    of: /\/protectioncontainers\/[^/]+$/,
    member: /^properties\.operationType$/i,
    only: 'ours',
    value: (value) => value === 'Register',
    because: 'registering is what a PUT of a container does where it says nothing: Azure CLI leaves it out and registers',
  },
  {
    of: /\/backup$/,
    member: /^properties\.recoveryPointExpiryTimeInUTC$/i,
    only: 'recorded',
    value: (_value, body) => /^(differential|log)$/i.test(textAt(body, 'properties', 'backupType')),
    because: 'how long differential and log backups are kept is up to the policy (documented): Azure does not go by it',
  },
  {
    of: /\/(restorepointcollections|disks)\/[^/]+$/,
    member: /^tags$/i,
    only: 'recorded',
    value: (value, body) => isEmpty(value) && isObject(body) && 'location' in body,
    because: 'what is made anew has no tags where none are said; Azure CLI says so',
  },
  {
    of: /\/disks\/[^/]+$/,
    member: /^properties\.diskSizeGB$/i,
    only: 'recorded',
    because: 'only the size that the disk has anyway comes here: another one makes it a change that we do not make (restorePoints.ts)',
  },
  {
    of: /\/service\/[^/]+\/(backup|restore)$/,
    member: /^accessType$/i,
    only: 'ours',
    value: (value) => value === 'AccessKey',
    because: 'the contract names it as what is meant where nothing is said; older api-versions have no such member',
  },
];

/** Members whose values no recording holds: that one is sent is all that can be compared. */
const secrets = /^accessKey$/i;

/** @param ownName the last segment of the path is a name that each client makes up */
export function differencesOf(recorded: Interaction, ours: PreparedRequest, ownName = false): string[] {
  const theirs = addressOf(recorded.url);
  const mine = addressOf(ours.url);
  const differences: string[] = [];
  if (recorded.method !== ours.method) {
    differences.push(`the method: recorded ${recorded.method}, ours ${ours.method}`);
  }
  if (pathOf(theirs, ownName) !== pathOf(mine, ownName)) {
    differences.push(`the path: recorded ${theirs.segments.join('/')}, ours ${mine.segments.join('/')}`);
  }
  for (const name of new Set([...theirs.query.keys(), ...mine.query.keys()])) {
    if (queryText(theirs, name) !== queryText(mine, name)) {
      differences.push(`the query's ${name}: recorded ${theirs.query.get(name) ?? 'none'}, ours ${mine.query.get(name) ?? 'none'}`);
    }
  }
  const bodies = { recorded: bodyOf(recorded.sent), ours: bodyOf(ours.body ?? null) };
  compare(bodies.recorded, bodies.ours, '', (member, one, other) => {
    if (secrets.test(member) && typeof one === 'string' && typeof other === 'string') {
      return;
    }
    const only = other === undefined ? 'recorded' : one === undefined ? 'ours' : undefined;
    const excepted = exceptions.some(
      (exception) =>
        exception.only === only &&
        exception.of.test(pathOf(theirs, false)) &&
        exception.member.test(member) &&
        (exception.value?.(one ?? other, bodies[only]) ?? true),
    );
    if (!excepted) {
      differences.push(`the body's ${member || 'whole'}: recorded ${shown(one)}, ours ${shown(other)}`);
    }
  });
  return differences;
}

function pathOf({ segments }: Address, withoutLast: boolean): string {
  return `/${(withoutLast ? segments.slice(0, -1) : segments).join('/').toLowerCase()}`;
}

/** A filter in the order of its names, those without case; anything else as it is. */
function queryText(address: Address, name: string): string | undefined {
  const filter = name === 'filter' ? filterOf(address) : 'unreadable';
  return filter === 'unreadable'
    ? address.query.get(name)
    : Object.entries(filter)
        .map(([key, value]) => `${key.toLowerCase()}=${value}`)
        .filter((term) => !isDefault(address, term))
        .sort()
        .join('&');
}

/** A discovery without a filter is one of VMs: the contract’s example is named so. One that says it means no other. */
function isDefault(address: Address, term: string): boolean {
  return address.segments.at(-1)?.toLowerCase() === 'refreshcontainers' && /^backupmanagementtype=azureiaasvm$/i.test(term);
}

/** Nothing, null and an empty object are one: some serializers write what is not there. */
function bodyOf(sent: unknown): unknown {
  let body = sent;
  if (typeof sent === 'string') {
    try {
      body = JSON.parse(sent.replace(/^\uFEFF/, ''));
    } catch {
      // Text that is no JSON is compared as text.
    }
  }
  const isNothing = (value: unknown): boolean => value === null || value === '' || isEmpty(value);
  const members = isObject(body) ? Object.entries(body) : [];
  const onlyEmpty = members.length > 0 && members.every(([name, value]) => /^properties$/i.test(name) && isEmpty(value));
  return isNothing(body) || onlyEmpty ? undefined : body;
}

type Differ = (member: string, recorded: unknown, ours: unknown) => void;

const isEmpty = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;

/** Names of members without case, as Azure reads them; null as absent, and empty `properties` too. */
function compare(recorded: unknown, ours: unknown, member: string, differ: Differ): void {
  const said = (value: unknown): unknown => (value === null || (isEmpty(value) && /^properties$/i.test(member)) ? undefined : value);
  const [one, other] = [said(recorded), said(ours)];
  if (isObject(one) && isObject(other)) {
    const mine = new Map(Object.entries(other).map(([name, value]) => [name.toLowerCase(), value]));
    const names = new Set<string>();
    for (const [name, value] of Object.entries(one)) {
      names.add(name.toLowerCase());
      compare(value, mine.get(name.toLowerCase()), below(member, name), differ);
    }
    for (const [name, value] of Object.entries(other)) {
      if (!names.has(name.toLowerCase())) {
        compare(undefined, value, below(member, name), differ);
      }
    }
    return;
  }
  if (Array.isArray(one) && Array.isArray(other) && one.length === other.length) {
    one.forEach((value, at) => compare(value, other[at], `${member}[${at}]`, differ));
    return;
  }
  if (!sameValue(one, other) && !(member.toLowerCase() === 'location' && sameRegion(one, other))) {
    differ(member, one, other);
  }
}

function sameValue(one: unknown, other: unknown): boolean {
  if (typeof one !== 'string' || typeof other !== 'string') {
    return one === other;
  }
  return one === other || (isId(one) && isId(other) && keyOf(one) === keyOf(other)) || sameMoment(one, other);
}

/** `West US` and `westus` are one. */
function sameRegion(one: unknown, other: unknown): boolean {
  const plain = (value: unknown): string | undefined => (typeof value === 'string' ? value.replace(/\s+/g, '').toLowerCase() : undefined);
  return plain(one) !== undefined && plain(one) === plain(other);
}

const isId = (text: string): boolean => /^\/+subscriptions\//i.test(text);

/** To the millisecond: clients write fractions of a second with three to seven digits. */
function sameMoment(one: string, other: string): boolean {
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;
  const ms = (text: string): number => Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  return iso.test(one) && iso.test(other) && ms(one) === ms(other);
}

const below = (member: string, name: string): string => (member === '' ? name : `${member}.${name}`);
const shown = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value));

function textAt(value: unknown, ...names: string[]): string {
  let found: unknown = value;
  for (const name of names) {
    found = isObject(found) ? found[name] : undefined;
  }
  return typeof found === 'string' ? found : '';
}
