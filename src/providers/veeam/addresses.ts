/**
 * Where things are asked for. Links of answers are followed on the appliance's own origin alone; an appliance that knows
 * itself by another name (a public one, while it was added by its IP address) is asked at the documented address instead.
 */
import { BackupError } from '../../core/errors.ts';
import type { VeeamSession } from './model.ts';

/** 8.1 of `v8.1`. */
export function versionNumber(apiVersion: string): number {
  return Number(apiVersion.slice(1));
}

export function apiPath(apiVersion: string, path: string, query: Readonly<Record<string, string | number>> = {}): string {
  const text = new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)])).toString();
  return `/api/${apiVersion}${path}${text === '' ? '' : `?${text}`}`;
}

/** Up to v7 sessions are selected by `VmId`, from v8 on by `ResourceId`. */
export function sessionsOfMachine(apiVersion: string, machineId: string): string {
  const name = versionNumber(apiVersion) >= 8 ? 'ResourceId' : 'VmId';
  return apiPath(apiVersion, '/jobSessions', { [name]: machineId, Types: 'ManualSnapshot', Offset: 0, Limit: 200 });
}

/** Up to v3 one list of all restore points, from v4 on one for each kind of resource. */
export function restorePointsOfMachine(apiVersion: string, machineId: string): string {
  const path = versionNumber(apiVersion) >= 4 ? '/restorePoints/virtualMachines' : '/restorePoints';
  return apiPath(apiVersion, path, { VirtualMachineId: machineId, Offset: 0, Limit: 200 });
}

/** Absolute; all on the appliance's own origin. */
export interface SessionAddresses {
  readonly self: string;
  readonly log: string;
  readonly stop: string;
}

export function sessionAddresses(session: Pick<VeeamSession, 'origin' | 'sessionId' | 'links'>, apiVersion: string): SessionAddresses {
  const { origin, sessionId, links } = session;
  const documented = `${origin}${apiPath(apiVersion, `/jobSessions/${encodeURIComponent(sessionId)}`)}`;
  return {
    self: ownLink(origin, links.self) ?? documented,
    log: ownLink(origin, links.log) ?? `${documented}/log`,
    stop: ownLink(origin, links.stop) ?? `${documented}/stop`,
  };
}

function ownLink(origin: string, href: string | undefined): string | undefined {
  if (href === undefined || !URL.canParse(href, origin)) {
    return undefined;
  }
  const url = new URL(href, origin);
  return url.origin === origin && !url.username && !url.password ? url.href : undefined;
}

/** The version that a request was sent to. @throws BackupError for one that is none of an appliance */
export function versionOfUrl(url: string): string {
  const version = /^\/api\/(v\d+(?:\.\d+)?)\//i.exec(new URL(url).pathname)?.[1];
  if (version === undefined) {
    throw new BackupError('The address is none of an appliance’s REST API.', { code: 'JournalIncomplete' });
  }
  return version;
}
