import type { JsonObject } from '../arm/types.ts';
import type { DatabaseServer } from '../world/entities.ts';
import type { World } from '../world/world.ts';
import { nodesList } from './groups.ts';
import type { Container, DatabaseWorkload, Inquiry } from './model.ts';
import type { Vault } from './vault.ts';

const fine: JsonObject = { code: 'Success', message: '', recommendations: [''] };

/** `extendedInfo` of a workload's container: what the vault has found inside. */
export function inquiryAnswer(world: World, vault: Vault, container: Container): JsonObject {
  const inquiries = [...(container.inquiries ?? [])];
  const hostServerName = container.databaseServer?.hostName ?? inquiries[0]?.[1].found?.hostName ?? container.friendlyName;
  const nodes = container.isGroup === true ? { nodesList: nodesList(world, vault, container) } : {};
  if (inquiries.length === 0) {
    return { hostServerName, inquiryInfo: { status: 'Invalid', inquiryDetails: [] }, ...nodes };
  }
  const failed = inquiries.find(([, inquiry]) => inquiry.error !== undefined)?.[1];
  return {
    hostServerName,
    // Recorded: `Success` beside the error of a workload.
    inquiryInfo: {
      status: 'Success',
      errorDetail: failed === undefined ? fine : errorOf(failed),
      inquiryDetails: inquiries.map(([workload, inquiry]) => detailOf(workload, inquiry)),
    },
    ...nodes,
  };
}

function errorOf({ error }: Inquiry): JsonObject {
  return error === undefined ? fine : { code: error.code, message: error.message, recommendations: [...error.recommendations] };
}

function detailOf(workload: DatabaseWorkload, inquiry: Inquiry): JsonObject {
  const { error } = inquiry;
  return {
    type: workload === 'SQLDataBase' ? 'SQL' : 'SAPHana',
    itemCount: inquiry.itemCount,
    inquiryValidation: {
      status: error === undefined ? 'Success' : 'Failed',
      errorDetail: errorOf(inquiry),
      additionalDetail: error?.additionalDetail ?? '',
      // Recorded: not there where the inquiry has failed for SQL Server.
      ...(error === undefined ? { protectableItemCount: countsOf(workload, inquiry.found) } : {}),
    },
  };
}

function countsOf(workload: DatabaseWorkload, found: DatabaseServer | undefined): JsonObject {
  const { instances = [], groups = [] } = found ?? {};
  const databases = [...instances, ...groups].reduce((sum, parent) => sum + parent.databases.length, 0);
  if (workload === 'SAPHanaDatabase') {
    return { SAPHanaSystem: instances.length, SAPHanaDatabase: databases };
  }
  return groups.length > 0
    ? { SQLAvailabilityGroupContainer: groups.length, SQLDataBase: databases }
    : { SQLInstance: instances.length, SQLDataBase: databases };
}
