/** The blobs of a cloud, through @azure/storage-blob over the house's own pipeline. The library is loaded with the first request. */
import type { ContainerClient, ContainerListBlobFlatSegmentResponse, IHttpClient } from '@azure/storage-blob';
import { CancelledError, throwIfCancelled } from '../core/cancellation.ts';
import { BackupError } from '../core/errors.ts';
import { refusalOf, sentence, factsOf } from './armErrors.ts';
import { containerUrl, guardedBlobUrl } from './blobGuard.ts';
import { storageRemedies } from './blobRemedies.ts';
import { explainNetworkError } from './networkErrors.ts';
import type { PipelineSetup } from './pipeline.ts';
import type { BlobEntry, BlobPlace, BlobReader, CloudEnvironment, RequestOptions } from './types.ts';

const pageSize = 1_000;

/** What a failure of the library tells, whichever of its classes it is. */
interface LibraryFailure {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message: string;
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/** @param setup called with the first request. @throws BackupError where it cannot be made */
export function createBlobReader(environment: CloudEnvironment, setup: () => Promise<PipelineSetup>): BlobReader {
  async function asked<Answer>(
    place: BlobPlace,
    options: RequestOptions,
    ask: (client: ContainerClient) => Promise<Answer>,
  ): Promise<Answer> {
    throwIfCancelled(options.signal);
    const url = containerUrl(environment, place);
    const client = await containerClient(environment, await setup(), url, place, options);
    try {
      return await ask(client);
    } catch (error) {
      throw options.signal?.aborted ? new CancelledError() : asBackupError(error, url, options);
    }
  }

  return {
    list: (place, options = {}) =>
      asked(place, options, async (client) => {
        const pages = client
          .listBlobsFlat({ ...abortOf(options) })
          .byPage({ maxPageSize: pageSize, ...(options.next === undefined ? {} : { continuationToken: options.next }) });
        const page: IteratorResult<ContainerListBlobFlatSegmentResponse> = await pages.next();
        if (page.done) {
          return { items: [] };
        }
        const { continuationToken: next, segment } = page.value;
        const items = segment.blobItems.map(({ name, properties }) => entryOf(name, properties));
        return { items, ...(next === undefined || next === '' ? {} : { next }) };
      }),
    find: (place, name, options = {}) =>
      asked(place, options, async (client) => {
        try {
          return entryOf(name, await client.getBlobClient(name).getProperties(abortOf(options)));
        } catch (error) {
          const failure = error as LibraryFailure;
          if (failure.statusCode === 404 && storageCodeOf(failure) === 'BlobNotFound') {
            return undefined;
          }
          throw error;
        }
      }),
  };
}

async function containerClient(
  environment: CloudEnvironment,
  setup: PipelineSetup,
  url: string,
  place: BlobPlace,
  { tenantId, priority }: RequestOptions,
): Promise<ContainerClient> {
  const [{ AnonymousCredential, ContainerClient, newPipeline }, { createPassage }, { createHttpHeaders, createPipelineRequest }] =
    await Promise.all([import('@azure/storage-blob'), import('./pipeline.ts'), import('@azure/core-rest-pipeline')]);
  const through = createPassage(setup, { guard: (one) => guardedBlobUrl(environment, place, one), resource: 'storage' });
  const httpClient: IHttpClient = {
    async sendRequest(resource) {
      const { method, abortSignal } = resource;
      const headers = createHttpHeaders(resource.headers.toJson({ preserveCase: true }));
      const request = createPipelineRequest({ method, url: resource.url, headers, ...(abortSignal ? { abortSignal } : {}) });
      const response = await through(request, { tenantId, priority });
      const answered = resource.headers.clone();
      answered.headerNames().forEach((name) => answered.remove(name));
      for (const [name, value] of response.headers) {
        answered.set(name, value);
      }
      return { request: resource, status: response.status, headers: answered, bodyAsText: response.bodyAsText ?? null };
    },
  };
  // The token, and asking again, are the house's own: the library signs nothing and tries once.
  return new ContainerClient(url, newPipeline(new AnonymousCredential(), { httpClient, retryOptions: { maxTries: 1 } }));
}

function abortOf({ signal }: RequestOptions): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}

function entryOf(name: string, { lastModified, contentLength }: { lastModified?: Date; contentLength?: number }): BlobEntry {
  return {
    name,
    ...(lastModified === undefined || Number.isNaN(lastModified.getTime()) ? {} : { lastModified: lastModified.toISOString() }),
    ...(contentLength === undefined ? {} : { sizeBytes: contentLength }),
  };
}

/** An answer to HEAD has no body: its code is in a header. */
function storageCodeOf({ code, response }: LibraryFailure): string | undefined {
  return response?.headers?.get('x-ms-error-code') ?? code;
}

function asBackupError(error: unknown, url: string, options: RequestOptions): BackupError {
  if (error instanceof BackupError) {
    return error;
  }
  const failure = error as LibraryFailure;
  const { statusCode, message, response } = failure;
  if (statusCode === undefined || statusCode < 400) {
    const told = explainNetworkError(error, new URL(url).host);
    const facts = { ...factsOf(options), code: told.code, remedies: told.remedies };
    return new BackupError(sentence(options, `${told.reason}.`), facts, { cause: error });
  }
  const requestId = response?.headers?.get('x-ms-request-id');
  // The service's own sentence; its request id and time follow in lines of their own.
  const said = {
    code: storageCodeOf(failure) ?? `Http${statusCode}`,
    message: message.split('\n')[0]?.trim() || 'The storage account gave no reason.',
  };
  const answer = { status: statusCode, ...(requestId === undefined ? {} : { requestId }) };
  return refusalOf(said, answer, options, undefined, storageRemedies);
}
