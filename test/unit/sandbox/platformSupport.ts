import { createHttpHeaders, createPipelineRequest, createDefaultHttpClient } from '@azure/core-rest-pipeline';
import { ClientSecretCredential } from '@azure/identity';
import { ArmFailure, type ArmProvider, type ArmToolbox, type JsonObject } from '../../../src/sandbox/arm/types.ts';
import type { Compose } from '../../../src/sandbox/server/compose.ts';
import { type RunningSandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/server/start.ts';

export const subscriptionId = '11111111-2222-4333-8444-555555555555';
export const vaultId = `/subscriptions/${subscriptionId}/resourceGroups/rg-one/providers/Microsoft.RecoveryServices/vaults/vault-one`;

/** Just enough of a provider to drive the gateway with: lists, a write that counts, a refusal, a mistake. */
class TinyProvider implements ArmProvider {
  readonly toolbox: ArmToolbox;
  /** How many backups took effect. */
  backups = 0;
  lastBody: unknown;
  lastParams: Readonly<Record<string, string>> = {};
  jobs: JsonObject[] = [];

  constructor(toolbox: ArmToolbox) {
    this.toolbox = toolbox;
  }

  register(router: Parameters<ArmProvider['register']>[0]): void {
    const vault = '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroup}/providers/Microsoft.RecoveryServices/vaults/{vault}';
    const item = `${vault}/backupFabrics/{fabric}/protectionContainers/{container}/protectedItems/{item}`;
    router.on('GET', '/subscriptions', () => ({
      status: 200,
      body: { value: [{ id: `/subscriptions/${subscriptionId}`, subscriptionId, displayName: 'Tiny', state: 'Enabled' }] },
    }));
    router.on('GET', vault, (request) => {
      this.lastParams = request.params;
      return { status: 200, body: { id: vaultId, name: 'vault-one', type: 'Microsoft.RecoveryServices/vaults', location: 'westeurope' } };
    });
    router.on('GET', `${vault}/backupJobs`, (request) => {
      const filter = this.toolbox.filter(request);
      const status = filter?.get('status');
      const items = this.jobs.filter((job) => status === undefined || (job.properties as JsonObject).status === status);
      return this.toolbox.paged(request, items);
    });
    router.on('GET', `${vault}/backupJobs/{job}`, (request) => {
      throw new ArmFailure(404, 'ResourceNotFound', `There is no job ${request.params.job}.`, { details: [{ code: 'Inner' }] });
    });
    router.on('GET', `${vault}/backupJobs/mistake`, () => {
      throw new TypeError('a mistake of the provider');
    });
    router.on('GET', `${vault}/backupConfig/{name}`, (request) => ({
      status: 200,
      body: Object.fromEntries(this.toolbox.filter(request) ?? []),
    }));
    router.on('POST', `${item}/backup`, (request) => {
      this.backups += 1;
      this.lastBody = request.body;
      const path = `${vaultId}/backupOperations/1`;
      return {
        status: 202,
        headers: {
          'Azure-AsyncOperation': this.toolbox.signedUrl(request, path, '2019-05-13-preview'),
          Location: this.toolbox.signedUrl(request, `${path}?fabricName=Azure`, request.apiVersion),
          'Retry-After': this.toolbox.retryAfter(60),
        },
      };
    });
    router.on('GET', `${vault}/backupOperations/{operation}`, (request) => ({
      status: 200,
      body: { id: request.params.operation, version: request.apiVersion, fabric: request.query.get('fabricName') },
    }));
  }
}

export interface TinySandbox extends RunningSandbox {
  readonly provider: TinyProvider;
  readonly errors: unknown[];
}

/** A sandbox with the tiny provider behind it, and `jobs` jobs in its vault. */
export async function startTiny(options: SandboxOptions = {}, jobs = 0): Promise<TinySandbox> {
  let provider: TinyProvider | undefined;
  const errors: unknown[] = [];
  const compose: Compose = ({ toolbox }) => {
    provider = new TinyProvider(toolbox);
    provider.jobs = Array.from({ length: jobs }, (_, at) => jobOf(at));
    return { providers: [provider], tenantId: '99999999-2222-4333-8444-555555555555', subscriptionIds: [subscriptionId] };
  };
  const sandbox = await startSandbox({ compose, record: 'none', onError: (error) => errors.push(error), ...options });
  if (provider === undefined) {
    throw new Error('The sandbox composed nothing.');
  }
  return { ...sandbox, provider, errors };
}

function jobOf(at: number): JsonObject {
  const name = `job-${String(at).padStart(4, '0')}`;
  const properties = { jobType: 'AzureIaaSVMJob', status: at % 2 === 0 ? 'Completed' : 'InProgress', operation: 'Backup' };
  return { id: `${vaultId}/backupJobs/${name}`, name, type: 'Microsoft.RecoveryServices/vaults/backupJobs', properties };
}

/** The credential as Azure's users write it; only trust in the authority is added. */
export function credentialOf(sandbox: RunningSandbox, secret = sandbox.endpoint.clientSecret): ClientSecretCredential {
  const { tenantId, clientId, authorityHost } = sandbox.endpoint;
  const tlsOptions = { ca: sandbox.certificateAuthority };
  return new ClientSecretCredential(tenantId, clientId, secret, { authorityHost, tlsOptions, retryOptions: { maxRetries: 0 } });
}

export async function tokenOf(sandbox: RunningSandbox): Promise<string> {
  return (await credentialOf(sandbox).getToken(`${sandbox.endpoint.resourceManagerEndpoint}/.default`)).token;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body's JSON; undefined where it is none. */
  readonly body: unknown;
  /** A member of the body by its path, e.g. `error.code` or `value.0.name`; undefined where there is none. */
  at(path: string): unknown;
  /** The same as text. */
  textAt(path: string): string;
}

const http = createDefaultHttpClient();

/** One bare request, with a good token unless `token` says otherwise (null: none). */
export async function send(
  sandbox: RunningSandbox,
  method: string,
  path: string,
  options: { token?: string | null; body?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const token = options.token === undefined ? await tokenOf(sandbox) : options.token;
  const headers = createHttpHeaders({ ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...options.headers });
  const url = path.startsWith('https:') ? path : sandbox.endpoint.resourceManagerEndpoint + path;
  const request = createPipelineRequest({
    url,
    method: method as 'GET',
    headers,
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  request.tlsSettings = { ca: sandbox.certificateAuthority };
  const response = await http.sendRequest(request);
  const text = response.bodyAsText ?? '';
  const json = response.headers.get('content-type')?.includes('json') ?? false;
  const body = json ? tryParse(text) : undefined;
  const at = (member: string): unknown =>
    member.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], body);
  return { status: response.status, headers: response.headers.toJSON(), text, body, at, textAt: (member) => String(at(member)) };
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
