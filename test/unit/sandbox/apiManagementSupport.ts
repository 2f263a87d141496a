import assert from 'node:assert/strict';
import { ApiManagementClient } from '@azure/arm-apimanagement';
import { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline';
import { BlobServiceClient, newPipeline, StorageSharedKeyCredential, type IHttpClient } from '@azure/storage-blob';
import type { RunningSandbox } from '../../../src/sandbox/server/start.ts';
import { credentialOf, send } from './platformSupport.ts';

/** Clients of a sandbox's services and accounts, as their users make them. */
export class ApiSandbox {
  readonly #sandbox: RunningSandbox;
  /** Trust in the sandbox's authority, which the storage client takes no option for. */
  readonly #httpClient: IHttpClient;

  constructor(sandbox: RunningSandbox) {
    this.#sandbox = sandbox;
    this.#httpClient = trusting(sandbox.certificateAuthority);
  }

  client(subscription: 'Northwind Production' | 'Northwind Test'): ApiManagementClient {
    const { resourceManagerEndpoint, subscriptionIds } = this.#sandbox.endpoint;
    const id = subscriptionIds[subscription === 'Northwind Production' ? 0 : 1] ?? '';
    return new ApiManagementClient(credentialOf(this.#sandbox), id, {
      endpoint: resourceManagerEndpoint,
      credentialScopes: `${resourceManagerEndpoint}/.default`,
      tlsOptions: { ca: this.#sandbox.certificateAuthority },
      retryOptions: { maxRetries: 0 },
    });
  }

  /** An account's blobs, with the sandbox's own sign-in. */
  blobs(account: string): BlobServiceClient {
    return this.blobsWith(account, credentialOf(this.#sandbox));
  }

  async blobsByKey(account: string): Promise<BlobServiceClient> {
    return this.blobsWith(account, new StorageSharedKeyCredential(account, await this.keyOf(account)));
  }

  blobsWith(account: string, credential: Parameters<typeof newPipeline>[0]): BlobServiceClient {
    const url = `${this.#sandbox.endpoint.resourceManagerEndpoint}/${account}`;
    return new BlobServiceClient(url, newPipeline(credential, { httpClient: this.#httpClient, retryOptions: { maxTries: 1 } }));
  }

  /** Its first key, as `listKeys` gives it. */
  async keyOf(account: string): Promise<string> {
    const keys = await send(this.#sandbox, 'POST', `${await this.accountId(account)}/listKeys?api-version=2024-01-01`);
    assert.equal(keys.status, 200, keys.text);
    return keys.textAt('keys.0.value');
  }

  async accountId(account: string): Promise<string> {
    for (const id of this.#sandbox.endpoint.subscriptionIds) {
      const list = await send(
        this.#sandbox,
        'GET',
        `/subscriptions/${id}/providers/Microsoft.Storage/storageAccounts?api-version=2024-01-01`,
      );
      const found = (list.body as { value: { id: string; name: string }[] }).value.find(({ name }) => name === account);
      if (found !== undefined) {
        return found.id;
      }
    }
    assert.fail(`there is no account ${account}`);
  }
}

function trusting(authority: string): IHttpClient {
  const http = createDefaultHttpClient();
  return {
    async sendRequest(resource) {
      const request = createPipelineRequest({
        url: resource.url,
        method: resource.method,
        headers: createHttpHeaders(resource.headers.toJson({ preserveCase: true })),
        body: resource.body as string | null,
        ...(resource.streamResponseStatusCodes === undefined ? {} : { streamResponseStatusCodes: resource.streamResponseStatusCodes }),
      });
      request.tlsSettings = { ca: authority };
      const response = await http.sendRequest(request);
      const headers = resource.headers.clone();
      headers.headerNames().forEach((name) => headers.remove(name));
      for (const [name, value] of response.headers) {
        headers.set(name, value);
      }
      const body = response.readableStreamBody;
      return {
        request: resource,
        status: response.status,
        headers,
        ...(response.bodyAsText === undefined ? {} : { bodyAsText: response.bodyAsText }),
        ...(body === undefined ? {} : { readableStreamBody: body }),
      };
    },
  };
}
