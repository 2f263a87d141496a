/** The requests that change something on an appliance: two, built here, for there is no library of Veeam's. */
import type { PreparedRequest } from '../../core/operation.ts';
import { apiPath, versionNumber } from './addresses.ts';

/** From v8 on what to back up stands by itself; before, the VMs stand alone. An account can be named from v3 on. */
export function takeSnapshot(origin: string, apiVersion: string, machineId: string, accountId: string | undefined): PreparedRequest {
  const virtualMachines = [{ id: machineId }];
  const account = accountId === undefined ? {} : { azureAccountId: accountId };
  const body = versionNumber(apiVersion) >= 8 ? { ...account, backupItems: { virtualMachines } } : { ...account, virtualMachines };
  return {
    method: 'POST',
    url: `${origin}${apiPath(apiVersion, '/virtualMachines/takeSnapshot')}`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  };
}

/** @param url as `sessionAddresses` has it */
export function stopSession(url: string): PreparedRequest {
  return { method: 'POST', url, headers: { accept: 'application/json' } };
}
