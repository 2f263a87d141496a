/** Plain JSON, the only thing that is journaled or sent over a wire. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object of plain JSON. `undefined` members are left out when it is written. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** Narrows anything parsed from JSON to an object; arrays and null are not objects. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What JSON text holds; undefined where it is none, or there is no text. */
export function parsedJson(text: string | undefined): Json | undefined {
  try {
    return JSON.parse(text ?? '') as Json;
  } catch {
    return undefined;
  }
}

/** A member's string, or undefined where it is absent or of another type. */
export function stringAt(value: unknown, key: string): string | undefined {
  const found = isObject(value) ? value[key] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** A member's object, or an empty one where it is absent or of another type. */
export function objectAt(value: unknown, key: string): JsonObject {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

/** A member's array, or an empty one where it is absent or of another type. */
export function arrayAt(value: unknown, key: string): Json[] {
  const found = isObject(value) ? value[key] : undefined;
  return Array.isArray(found) ? found : [];
}
