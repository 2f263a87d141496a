import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isObject, type Json, type JsonObject } from '../../../src/core/json.ts';
import type { OperationRecord, PreparedRequest, TrackStep } from '../../../src/core/operation.ts';
import * as requests from '../../../src/providers/recoveryServices/containerRequests.ts';
import { inquiryProblems, inquirySentence, workloadTypeOf } from '../../../src/providers/recoveryServices/inquiry.ts';
import { readContainer, type Container } from '../../../src/providers/recoveryServices/model.ts';
import { refreshContainers } from '../../../src/providers/recoveryServices/requests.ts';
import { trackerNames } from '../../../src/providers/recoveryServices/tracking.ts';
import { trackers } from '../../../src/providers/trackers.ts';

interface Interaction {
  readonly request: { readonly method: string; readonly url: string; readonly body?: Json };
  readonly response: { readonly status: number; readonly headers?: Readonly<Record<string, string | string[]>>; readonly body?: Json };
  readonly repeat?: number;
}

const folder = path.resolve(import.meta.dirname, '../../../../shared/recordings');
const cloud = { resourceManagerEndpoint: 'https://management.azure.com', audience: 'https://management.azure.com/' };

async function recorded(file: string): Promise<readonly Interaction[]> {
  const { interactions } = JSON.parse(await readFile(path.join(folder, file), 'utf8')) as { interactions: Interaction[] };
  return interactions;
}

function only(interactions: readonly Interaction[], test: (one: Interaction) => boolean, at = 0): Interaction {
  const found = interactions.filter(test)[at];
  assert.ok(found, 'the recording holds it');
  return found;
}

const requestTo = (method: string, of: RegExp) => (one: Interaction) => one.request.method === method && of.test(one.request.url);
const isContainer = /\/protectionContainers\/[^/?]+\?/;

/** Method, path, query and body as a server reads them; the api-version apart, which each client has its own of. */
function readAs({ method, url, body }: { method: string; url: string; body?: Json | undefined }): unknown {
  const at = new URL(url);
  const query = Object.fromEntries([...at.searchParams].filter(([name]) => name !== 'api-version'));
  return { method, path: at.pathname, query, body: body ?? undefined };
}

const ours = ({ method, url, body }: PreparedRequest): unknown =>
  readAs({ method, url, body: body === undefined ? undefined : (JSON.parse(body) as Json) });

const responseOf = (one: Interaction): { status: number; headers: Record<string, string>; body?: Json } => ({
  status: one.response.status,
  headers: Object.fromEntries(
    Object.entries(one.response.headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      String(Array.isArray(value) ? value[0] : value),
    ]),
  ),
  ...(one.response.body === undefined || one.response.body === null ? {} : { body: one.response.body }),
});

/** Steps the tracker of registrations through what was recorded, each repetition too. */
function follow(accepted: Interaction, polls: readonly Interaction[]): TrackStep[] {
  const tracker = trackers.get(trackerNames.armResult);
  assert.ok(tracker);
  const record = { cloud: 'https://management.azure.com', target: { id: '/x', name: 'x', kind: 'container' } } as OperationRecord;
  const steps = [tracker.begin(record, responseOf(accepted), 0)];
  let nowMs = 0;
  for (const poll of polls) {
    for (let count = 0; count < (poll.repeat ?? 1); count++) {
      nowMs += 60_000;
      steps.push(tracker.step(steps.at(-1)?.state ?? {}, responseOf(poll), nowMs));
    }
  }
  return steps;
}

describe('Containers as Azure’s other clients were recorded to handle them', function () {
  before(function () {
    if (!existsSync(folder)) {
      this.skip();
    }
  });

  const protectable = (interactions: readonly Interaction[], name: string): Container => {
    const list = only(interactions, requestTo('GET', /\/protectableContainers\?/)).response.body;
    const entries = isObject(list) && Array.isArray(list['value']) ? list['value'] : [];
    const found = entries.map((one) => readContainer(one)).find((container) => container.friendlyName === name);
    assert.ok(found, name);
    return found;
  };

  it('registers as Azure PowerShell did, to the byte of the path and member for member', async () => {
    const interactions = await recorded('excerpts/azure-powershell-2025-05.TestSQLContainerRegError.json');
    const sent = only(interactions, requestTo('PUT', isContainer)).request;
    const vault =
      '/subscriptions/af95aa3c-30fd-41c6-a938-4b3676fc36fb/resourceGroups/rg2/providers/Microsoft.RecoveryServices/vaults/utkvlt';
    const container = readContainer({
      id: `${vault}/backupFabrics/Azure/protectableContainers/VMAppContainer;Compute;rg2;utkvm`,
      name: 'VMAppContainer;Compute;rg2;utkvm',
      properties: {
        friendlyName: 'utkvm',
        protectableContainerType: 'VMAppContainer',
        containerId:
          '/subscriptions/af95aa3c-30fd-41c6-a938-4b3676fc36fb/resourceGroups/rg2/providers/Microsoft.Compute/virtualMachines/utkvm',
      },
    });
    assert.deepEqual(ours(await requests.registerContainer(cloud, container, 'Register', 'SQLDataBase')), readAs(sent));
  });

  for (const set of ['azure-cli-2024-01', 'azure-cli-2024-10', 'azure-cli-2025-10']) {
    const file = `${set}/test_backup_wl_sql_container.json`;

    it(`${set}: registers what its own list names, again what is registered, and unregisters it`, async () => {
      const interactions = await recorded(file);
      const puts = [0, 1].map((at) => only(interactions, requestTo('PUT', isContainer), at).request);
      const name = /[^;]+$/.exec(decodeURIComponent(new URL(puts[0]?.url ?? '').pathname))?.[0] ?? '';
      const listed = protectable(interactions, name);
      // Azure CLI leaves out what Azure knows already (the name) and what is the rule (Register).
      const withName = (body: Json | undefined, more: JsonObject): Json => ({
        properties: { ...(body as { properties: JsonObject }).properties, friendlyName: name, ...more },
      });
      const [first, again] = puts;
      assert.ok(first && again);
      assert.deepEqual(
        lowerSource(ours(await requests.registerContainer(cloud, listed, 'Register', 'SQLDataBase'))),
        lowerSource(readAs({ ...first, body: withName(first.body, { operationType: 'Register' }) })),
      );
      const registered = readContainer(
        only(interactions, (one) => one.response.status === 200 && /operationResults/.test(one.request.url)).response.body,
      );
      assert.deepEqual(
        lowerSource(ours(await requests.registerContainer(cloud, registered, 'Reregister', workloadTypeOf(registered)))),
        lowerSource(readAs({ ...again, body: withName(again.body, {}) })),
      );
      const gone = only(interactions, requestTo('DELETE', isContainer)).request;
      assert.deepEqual(ours(await requests.unregisterContainer(cloud, registered.id)), readAs(gone));
    });

    it(`${set}: follows a registration through all of its answers to the container, and reads what was found`, async () => {
      const interactions = await recorded(file);
      const accepted = interactions.findIndex(requestTo('PUT', isContainer));
      const polls = interactions.slice(accepted + 1).filter(({ request }) => /operationResults/.test(request.url));
      const end = polls.findIndex(({ response }) => response.status !== 202);
      const steps = follow(interactions[accepted] as Interaction, polls.slice(0, end + 1));
      assert.ok(steps.length > 20, `${steps.length} answers`);
      assert.deepEqual([...new Set(steps.map(({ status }) => status))], ['accepted', 'running', 'succeeded']);
      assert.match(steps[0]?.next?.url ?? '', /\/operationResults\//, 'its result is followed');
      const container = readContainer(polls[end]?.response.body);
      assert.match(inquirySentence(container), /^SQL Server: \d+ databases found\.$/);
      assert.deepEqual(inquiryProblems(container), []);
    });
  }

  it('ends a registration that failed with the reason that its result gave as HTTP 400', async () => {
    const interactions = await recorded('azure-cli-2025-10/test_registration_ase_container.json');
    const accepted = interactions.findIndex(requestTo('PUT', isContainer));
    const polls = interactions.slice(accepted + 1).filter(({ request }) => /operationResults/.test(request.url));
    const last = follow(interactions[accepted] as Interaction, polls).at(-1);
    assert.equal(last?.status, 'failed');
    assert.equal(last.error?.code, 'UserErrorOperationFailedForSAPASEDatabase');
    assert.match(last.error.message, /SAP ASE/);
  });

  it('inquires a container as Azure CLI does a storage account’s, but for the workload', async () => {
    const interactions = await recorded('azure-cli-2025-10/test_afs_backup_container.json');
    const sent = readAs(only(interactions, requestTo('POST', /\/inquire\?/)).request) as { path: string; query: Record<string, string> };
    const id = decodeURIComponent(sent.path.replace(/\/inquire$/, ''));
    const made = ours(await requests.inquireContainer(cloud, id, 'SQLDataBase'));
    assert.equal(sent.query['$filter'], "workloadType eq 'AzureFileShare'");
    assert.deepEqual(made, { ...sent, query: { $filter: "backupManagementType eq 'AzureWorkload' and workloadType eq 'SQLDataBase'" } });
  });

  it('discovers as Azure CLI does for storage accounts, but for the kind', async () => {
    const interactions = await recorded('azure-cli-2025-10/test_afs_backup_container.json');
    const sent = readAs(only(interactions, requestTo('POST', /\/refreshContainers\?/)).request) as {
      path: string;
      query: Record<string, string>;
    };
    const vaultId = sent.path.replace(/\/backupFabrics\/.*$/, '');
    const made = ours(await refreshContainers(cloud, vaultId, 'AzureWorkload'));
    assert.deepEqual(made, { ...sent, query: { $filter: sent.query['$filter']?.replace('AzureStorage', 'AzureWorkload') } });
  });

  it('reads every inquiry result of the recordings, and names each trouble with its remedies', async () => {
    const [list] = (await recorded('azure-cli-2024-01/test_backup_wl_sql_archive.json')).filter(
      ({ response }) => isObject(response.body) && JSON.stringify(response.body).includes('UserErrorSQLNoSysadminMembership'),
    );
    const values = (list?.response.body as { value: Json[] }).value.map((one) => readContainer(one));
    const lacking = values.find((container) => JSON.stringify(container.raw).includes('NoSysadminMembership'));
    assert.ok(lacking);
    const [problem, ...others] = inquiryProblems(lacking);
    assert.deepEqual(others, [], 'told once, though Azure says it of the workload and of the whole');
    assert.equal(problem?.code, 'UserErrorSQLNoSysadminMembership');
    assert.match(problem.statement?.text ?? '', /ALTER SERVER ROLE \[sysadmin\] ADD MEMBER \[NT SERVICE\\AzureWLBackupPluginSvc\]/);
    assert.match(inquirySentence(lacking), /^SQL Server: 3 databases found, with trouble: Azure Backup service creates/);
    const hana = values.find((container) => container.friendlyName === 'ArchHanaVM1');
    assert.ok(hana);
    assert.equal(workloadTypeOf(hana), 'SAPHanaDatabase', 'its empty result for SQL does not make it a SQL Server');
  });
});

/** Azure CLI was recorded with the group of the machine in capitals (`SQL-CLITEST-RG`), which Azure takes as the same. */
function lowerSource(request: unknown): unknown {
  return JSON.parse(
    JSON.stringify(request, (key, value: unknown) =>
      key === 'sourceResourceId' && typeof value === 'string' ? value.toLowerCase() : value,
    ),
  ) as unknown;
}
