/**
 * Which sandboxes this machine runs and ran, one file each, so that another window, or the same one after a reload,
 * finds them: `<port>.json` holds what it takes to attach, `<port>.ended` (empty) says that one has ended.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isObject, type Json } from '../../core/json.ts';
import { processRuns } from '../../core/processes.ts';
import type { SandboxSettings } from '../settings.ts';
import { detailsOf, portOf, type SandboxDetails } from './details.ts';
import { namesIn, removeFile, replaceFile, textOf } from './files.ts';
import type { LifelineTarget } from './lifeline.ts';

export interface SandboxRecord extends LifelineTarget {
  readonly version: 1;
  /** What it was started with: see `keyOf`. */
  readonly key: string;
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
}

/** Longer than the journal keeps what has not ended. */
const endedKeptMs = 90 * 24 * 3_600_000;
/** Windows takes two seconds to say that nobody listens. */
const probeMs = 5_000;

/**
 * Two windows share a sandbox where this is the same: settings, machine, and the program as it stands on disk.
 * @throws Error where there is no program.
 */
export async function keyOf(entry: string, { speed, latency, seed, quota }: SandboxSettings): Promise<string> {
  const { size, mtimeMs } = await stat(entry);
  const facts = JSON.stringify([hostname(), entry, size, mtimeMs, speed, latency, seed, quota]);
  return createHash('sha256').update(facts).digest('hex').slice(0, 16);
}

/** @throws Error where the authority's file cannot be read. */
export async function recordOf(key: string, pid: number, details: SandboxDetails): Promise<SandboxRecord> {
  const certificateAuthority = await readFile(details.certificateAuthorityFile, 'utf8');
  return { version: 1, key, pid, host: hostname(), startedAt: new Date().toISOString(), details, certificateAuthority };
}

export async function writeRecord(folder: string, record: SandboxRecord): Promise<void> {
  const port = portOf(record.details.resourceManagerEndpoint);
  await replaceFile(join(folder, `${port}.json`), JSON.stringify(record), randomUUID());
  await removeFile(join(folder, `${port}.ended`));
}

/** Those of this machine with that key, newest first; they may have ended meanwhile. */
export async function recordsWith(folder: string, key: string): Promise<SandboxRecord[]> {
  const records = await Promise.all((await portsIn(folder, 'json')).map((port) => readRecord(folder, port)));
  return records
    .filter((record) => record !== undefined)
    .filter((record) => record.key === key && record.host === hostname())
    .sort((a, b) => b.startedAt.localeCompare(a.startedAt));
}

/** Takes the records of sandboxes that have ended, and those that cannot be read, out of the way; forgets old ends. */
export async function sweep(folder: string): Promise<void> {
  for (const port of await portsIn(folder, 'json')) {
    const record = await readRecord(folder, port);
    if (record && record.host !== hostname()) {
      continue;
    }
    if (!(await serves(port, record))) {
      await writeFile(join(folder, `${port}.ended`), '');
      await removeFile(join(folder, `${port}.json`));
    } else if (!record) {
      await removeFile(join(folder, `${port}.json`));
    }
  }
  for (const port of await portsIn(folder, 'ended')) {
    const file = join(folder, `${port}.ended`);
    if (Date.now() - (await stat(file)).mtimeMs > endedKeptMs) {
      await removeFile(file);
    }
  }
}

/** True where it is known that a sandbox was there, and that it is no longer; false for any other cloud. */
export async function hasEnded(folder: string, origin: string): Promise<boolean> {
  const port = portOf(origin);
  if (port === undefined) {
    return false;
  }
  const names = await namesIn(folder);
  if (names.includes(`${port}.json`)) {
    const record = await readRecord(folder, port);
    return record?.host === hostname() && !(await serves(port, record));
  }
  return names.includes(`${port}.ended`);
}

async function portsIn(folder: string, ending: string): Promise<number[]> {
  return (await namesIn(folder)).filter((name) => new RegExp(`^\\d{1,5}\\.${ending}$`).test(name)).map((name) => Number.parseInt(name, 10));
}

async function readRecord(folder: string, port: number): Promise<SandboxRecord | undefined> {
  let value: Json;
  try {
    value = JSON.parse((await textOf(join(folder, `${port}.json`))) ?? '') as Json;
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['version'] !== 1) {
    return undefined;
  }
  const { key, pid, host, startedAt, certificateAuthority } = value;
  const details = detailsOf(value['details']);
  const texts = [key, host, startedAt, certificateAuthority].every((text) => typeof text === 'string');
  const whole = texts && typeof pid === 'number' && details && portOf(details.resourceManagerEndpoint) === port;
  return whole ? ({ version: 1, key, pid, host, startedAt, details, certificateAuthority } as SandboxRecord) : undefined;
}

/** False only where it certainly has ended: its process is gone, or nobody listens where it did. */
async function serves(port: number, record: SandboxRecord | undefined): Promise<boolean> {
  return (record === undefined || processRuns(record.pid)) && (await listens(port));
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: probeMs });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('timeout', () => finish(true));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code !== 'ECONNREFUSED'));
  });
}
