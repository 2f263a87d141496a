import { isObject, textOf } from '../world/scope.ts';
import { day } from '../world/wireFormat.ts';
import { entityKinds, type Contents, type Service } from './model.ts';

/** Azure guarantees a restore for so long after a backup was made (documented). */
export const lifetimeMs = 30 * day;

/** What is in the blob of a backup. Azure's own form is nowhere described; this is the sandbox's. */
export interface Archive {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly sku: string;
  /** Resource id. */
  readonly serviceId: string;
  readonly contents: Contents;
}

const kind = 'ApiManagementBackup';

export function archiveOf(service: Service, createdAt: number): Archive {
  return { createdAt, sku: service.tier, serviceId: service.id, contents: service.contents };
}

export function encode(archive: Archive): Buffer {
  const { createdAt, ...rest } = archive;
  return Buffer.from(`${JSON.stringify({ kind, version: 1, createdAt: new Date(createdAt).toISOString(), ...rest }, null, 1)}\n`);
}

/** Undefined for whatever is no backup. */
export function decode(bytes: Uint8Array): Archive | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(value) || value.kind !== kind || value.version !== 1 || !isObject(value.contents)) {
    return undefined;
  }
  const { contents, sku, serviceId } = value;
  const createdAt = Date.parse(textOf(value.createdAt) ?? '');
  const isWhole = typeof contents.policy === 'string' && entityKinds.every((name) => Array.isArray(contents[name]));
  if (!isWhole || Number.isNaN(createdAt) || typeof sku !== 'string' || typeof serviceId !== 'string') {
    return undefined;
  }
  return { createdAt, sku, serviceId, contents: contents as unknown as Contents };
}

/** The same backup as of another moment: how age is rehearsed. */
export function redated(bytes: Uint8Array, createdAt: number): Buffer | undefined {
  const archive = decode(bytes);
  return archive && encode({ ...archive, createdAt });
}
