import type { ArmRequest, JsonObject } from '../arm/types.ts';
import { locations } from '../subscriptions/locations.ts';
import { isObject, textOf } from '../world/scope.ts';
import { refusals } from './refusals.ts';

/** The body's object. @throws ArmFailure 400 for anything else. */
export function bodyOf(request: ArmRequest): JsonObject {
  if (!isObject(request.body)) {
    throw refusals.invalid('body', 'Expected a JSON object.');
  }
  return request.body;
}

/** What the resource manager knows of a resource beside what its provider does. */
const resourceMembers = [
  ...['id', 'name', 'type', 'apiVersion', 'location', 'tags', 'properties', 'sku', 'kind', 'plan', 'identity', 'zones', 'etag', 'scale'],
  ...['managedBy', 'managedByExtended', 'extendedLocation', 'systemData', 'resourceGroup'],
];

/** The body of a PUT or PATCH of a resource. @throws ArmFailure 400 also for members that no resource has. */
export function resourceOf(request: ArmRequest): JsonObject {
  const body = bodyOf(request);
  const unknown = Object.keys(body).find((key) => !resourceMembers.some((known) => known.toLowerCase() === key.toLowerCase()));
  if (unknown !== undefined) {
    throw refusals.unknownMember(unknown);
  }
  return body;
}

/** `properties` of a body; an empty object where there are none. @throws ArmFailure 400 where they are something else. */
export function propertiesOf(body: JsonObject): JsonObject {
  if (body.properties === undefined || body.properties === null) {
    return {};
  }
  if (!isObject(body.properties)) {
    throw refusals.invalid('properties', 'Expected an object.');
  }
  return body.properties;
}

/** The region of a body by its short name; ARM takes `West Europe` too. @throws ArmFailure 400 where there is none or none such. */
export function locationOf(body: JsonObject, type: string): string {
  const given = textOf(body.location);
  if (given === undefined || given.trim() === '') {
    throw refusals.locationRequired();
  }
  const wanted = given.replace(/\s/g, '').toLowerCase();
  const known = locations.find((location) => location.name === wanted);
  if (known === undefined) {
    throw refusals.locationNotAvailable(
      given,
      type,
      locations.map((location) => location.name),
    );
  }
  return known.name;
}

/** Tags of a body; undefined where it has none. @throws ArmFailure 400 for values that are no text, and past Azure's limits (documented). */
export function tagsOf(body: JsonObject): JsonObject | undefined {
  if (body.tags === undefined || body.tags === null) {
    return undefined;
  }
  if (!isObject(body.tags)) {
    throw refusals.invalid('tags', 'Expected an object of texts.');
  }
  const entries = Object.entries(body.tags);
  const bad = entries.find(([name, value]) => typeof value !== 'string' || name === '' || name.length > 512 || value.length > 256);
  if (bad !== undefined) {
    throw refusals.invalid('tags', `Tag '${bad[0]}': a name has 1 to 512 characters, a value is a text of at most 256.`);
  }
  if (entries.length > 50) {
    throw refusals.invalid('tags', `A resource has at most 50 tags, not ${entries.length}.`);
  }
  return { ...body.tags };
}

/** `{id}` somewhere in a body. @throws ArmFailure 400 where there is something else. */
export function referenceOf(value: unknown, parameter: string): string | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const id = isObject(value) ? textOf(value.id) : undefined;
  if (id === undefined || !/^\/?subscriptions\//i.test(id)) {
    throw refusals.invalid(parameter, 'Expected the resource id of something, in a property named id.');
  }
  return id.startsWith('/') ? id : `/${id}`;
}

/** @throws ArmFailure 400 for names that Microsoft.Compute does not take (documented for disks; the same is taken for the others). */
export function requireName(name: string, parameter: string): string {
  if (!/^\w([\w.-]{0,78}\w)?$/.test(name)) {
    throw refusals.invalid(
      parameter,
      `'${name}': a name has 1 to 80 letters, digits, underscores, periods and hyphens, starts with a letter, digit or underscore, and ends with one.`,
    );
  }
  return name;
}

/** `$expand`, compared without case. @throws ArmFailure 400 for anything but `known`. */
export function expands(request: ArmRequest, known: string): boolean {
  const asked = [...request.query].find(([name]) => name.toLowerCase() === '$expand')?.[1];
  if (asked === undefined || asked === '') {
    return false;
  }
  if (asked.toLowerCase() !== known.toLowerCase()) {
    throw refusals.invalid('$expand', `'${asked}' cannot be expanded here; '${known}' can.`);
  }
  return true;
}

/** True or false, or nothing. @throws ArmFailure 400 for anything else. */
export function flagOf(value: unknown, parameter: string): boolean | undefined {
  if (value !== undefined && value !== null && typeof value !== 'boolean') {
    throw refusals.invalid(parameter, `Expected true or false, not ${JSON.stringify(value)}.`);
  }
  return value ?? undefined;
}

/** Instant access stands in the contract since this version (documented). */
export const instantAccessSince = '2025-04-01';

/** @throws ArmFailure 400 where a property is asked for by an api-version that does not know it; the code has no record. */
export function requireInstantAccessVersion(request: ArmRequest, value: unknown, parameter: string): void {
  if (value !== undefined && value !== null && request.apiVersion < instantAccessSince) {
    throw refusals.invalid(parameter, `It can be set with api-version '${instantAccessSince}' or newer.`);
  }
}

/** Whether something names a disk encryption set; there are none in this cloud. */
export function namesEncryptionSet(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.some(namesEncryptionSet);
  }
  return (
    isObject(value) &&
    Object.entries(value).some(
      ([key, inner]) => (key === 'diskEncryptionSet' && isObject(inner) && textOf(inner.id) !== undefined) || namesEncryptionSet(inner),
    )
  );
}
