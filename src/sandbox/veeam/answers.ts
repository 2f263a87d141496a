import type { JsonObject } from '../arm/types.ts';
import { locations } from '../subscriptions/locations.ts';
import { azureTime, timeSpan } from '../world/wireFormat.ts';
import type { Appliance } from './appliance.ts';
import type { ProtectedMachine, RestorePoint, Session } from './model.ts';
import { isGone } from './outcome.ts';
import { type ApiVersion, dialectOf } from './versions.ts';

/** What an answer is written for. */
export interface Voice {
  readonly version: ApiVersion;
  /** `https://host:port` that links start with. */
  readonly origin: string;
}

type Links = Readonly<Record<string, { readonly href: string }>>;

function links({ version, origin }: Voice, paths: Readonly<Record<string, string>>): Links {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, { href: `${origin}/api/${version}${path}` }]));
}

export function machineAnswer(voice: Voice, appliance: Appliance, machine: ProtectedMachine): JsonObject {
  const region = locations.find((location) => location.name === machine.location);
  return {
    id: machine.id,
    azureId: machine.azureId,
    name: machine.name,
    azureEnvironment: 'Global',
    osType: machine.osType,
    regionName: machine.location,
    totalSizeInGB: machine.totalGb,
    vmSize: machine.size,
    hasEphemeralOsDisk: machine.hasEphemeralOsDisk,
    ...(machine.zone === undefined ? {} : { availabilityZone: machine.zone }),
    isController: false,
    isDeleted: isGone(appliance, machine),
    ...(dialectOf(voice.version).takeSnapshot === 'flat'
      ? {}
      : {
          regionDisplayName: region?.displayName ?? machine.location,
          subscriptionId: machine.subscriptionId,
          subscriptionName: machine.subscriptionName,
          tenantId: appliance.world.tenantId,
          resourceGroupName: machine.resourceGroup,
        }),
    _links: links(voice, { self: `/virtualMachines/${machine.id}` }),
  };
}

const noPolicy = '00000000-0000-0000-0000-000000000000';
/** Of the one policy that there is. */
export const policyId = '7c1e4a52-93d0-4f6b-8a3c-0f5b2e6d9c11';
const localizedTypes: Readonly<Record<Session['type'], string>> = {
  ManualSnapshot: 'Manual Snapshot',
  PolicySnapshot: 'Policy Snapshot',
  BackupRetention: 'Backup Retention',
};

export function sessionAnswer(voice: Voice, session: Session): JsonObject {
  const { id, type, status, startedAt, endedAt } = session;
  const dialect = dialectOf(voice.version);
  return {
    id,
    type,
    ...(dialect.serviceAccounts ? { localizedType: localizedTypes[type] } : {}),
    ...(status === 'Pending' ? {} : { executionStartTime: azureTime(startedAt) }),
    ...(endedAt === undefined ? {} : { executionStopTime: azureTime(endedAt), executionDuration: duration(endedAt - startedAt) }),
    status,
    // Counts the changes of a session; the newer versions no longer have it.
    ...(dialect.takeSnapshot === 'flat' ? { usn: session.log.length } : {}),
    backupJobInfo: {
      policyId: session.policyName === undefined ? noPolicy : policyId,
      ...(session.policyName === undefined ? {} : { policyName: session.policyName }),
      protectedInstancesCount: session.results.size,
      policyRemoved: false,
    },
    _links: links(voice, { self: `/jobSessions/${id}`, log: `/jobSessions/${id}/log` }),
  };
}

export function logAnswer(session: Session): JsonObject {
  return {
    jobSessionId: session.id,
    log: session.log.map(({ message, status, startedAt, endedAt, machineId }) => ({
      logTime: azureTime(endedAt ?? startedAt),
      status,
      message,
      ...(machineId === undefined ? {} : { resourceHashId: machineId }),
      executionStartTime: azureTime(startedAt),
      ...(endedAt === undefined ? {} : { executionDuration: duration(endedAt - startedAt) }),
    })),
  };
}

export function protectedItemAnswer(voice: Voice, session: Session, machine: ProtectedMachine): JsonObject {
  const outcome = session.results.get(machine.id);
  const status = { succeeds: 'Success', warns: 'Warning', fails: 'Error', canceled: 'Canceled' } as const;
  return {
    resource: {
      id: machine.id,
      name: machine.name,
      displayName: machine.name,
      resourceGroupName: machine.resourceGroup,
      regionId: machine.location,
      subscriptionId: machine.subscriptionId,
      subscriptionName: machine.subscriptionName,
      _links: links(voice, { self: `/virtualMachines/${machine.id}` }),
    },
    runs: [
      {
        jobSessionId: session.id,
        status: outcome === undefined ? session.status : status[outcome],
        startTime: azureTime(session.startedAt),
        ...(session.endedAt === undefined ? {} : { endTime: azureTime(session.endedAt) }),
      },
    ],
    successCount: outcome === 'succeeds' || outcome === 'warns' ? 1 : 0,
    failureCount: outcome === 'fails' ? 1 : 0,
  };
}

export function pointAnswer(voice: Voice, point: RestorePoint): JsonObject {
  const { machine } = point;
  const path = dialectOf(voice.version).restorePoints;
  return {
    id: point.id,
    backupDestination: point.destination,
    pointInTime: azureTime(point.takenAt),
    backupSizeBytes: 0,
    gfsFlags: point.destination === 'ManualSnapshot' ? 'None' : 'Daily',
    jobSessionId: point.sessionId,
    dataRetrievalStatus: 'None',
    ...(dialectOf(voice.version).takeSnapshot === 'flat'
      ? {}
      : {
          type: point.isFull ? 'Full' : 'Incremental',
          vmName: machine.name,
          resourceHashId: machine.id,
          regionId: machine.location,
          regionName: machine.location,
          isCorrupted: false,
        }),
    _links: links(voice, { self: `${path}/${point.id}`, BackupJob: `/jobSessions/${point.sessionId}` }),
  };
}

/** `00:00:31.8370930`: all seven digits of a fraction, as .NET writes it. */
function duration(ms: number): string {
  return timeSpan(ms).replace(/\.(\d+)$/, (_, digits: string) => `.${digits.padEnd(7, '0')}`);
}
