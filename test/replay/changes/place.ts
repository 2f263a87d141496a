/** Where a recorded change of Azure Backup was made, and how raw records are read and made there. */
import { isObject } from '../../../src/core/json.ts';
import type { Interaction } from '../recording.ts';
import type { World } from './world.ts';

export interface Place {
  readonly change: Interaction;
  readonly world: World;
  readonly vaultId: string;
  /** Of what is changed, in the spelling of the change's URL. */
  readonly id: string;
  /** Of the change, where it is none of ours. */
  readonly name: string;
}

export type Raw = Record<string, unknown>;

/** A member of `properties`, its name without case; undefined where it is no text. */
export function property(raw: unknown, name: string): string | undefined {
  const value = member(raw, name);
  return typeof value === 'string' ? value : undefined;
}

export function member(raw: unknown, name: string): unknown {
  const properties = isObject(raw) ? raw['properties'] : undefined;
  const entries = isObject(properties) ? Object.entries(properties) : [];
  return entries.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? undefined;
}

/** The record with other properties; those that are undefined are left out. */
export function changed(raw: Raw, properties: Readonly<Record<string, unknown>>): Raw {
  const names = new Set(Object.keys(properties).map((name) => name.toLowerCase()));
  const own = isObject(raw['properties']) ? Object.entries(raw['properties']).filter(([name]) => !names.has(name.toLowerCase())) : [];
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  return { ...raw, properties: Object.fromEntries([...own, ...given]) };
}

/** The value behind a segment name, e.g. `protectionContainers`. */
export function segmentAfter(id: string, name: string): string {
  return new RegExp(`/${name}/([^/]+)`, 'i').exec(id)?.[1] ?? '';
}

/** The name at the end of an id. */
export function lastOf(id: string): string {
  const segment = id.slice(id.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
/** Names of Azure Backup are parts with semicolons between them; the last one is the thing's own. */
export const lastPartOf = (name: string): string => name.slice(name.lastIndexOf(';') + 1);
