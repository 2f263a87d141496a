import { messageOf } from '../../../core/errors.ts';
import type { SandboxClock } from '../../arm/types.ts';
import { BlobServiceMissing, type BlobAnswer, type BlobCall, type BlobStore } from '../blobStore.ts';
import type { Account } from '../model.ts';
import { Ages } from './ages.ts';
import { callAzurite, readAll, type AzuriteAddress } from './call.ts';
import { fetchAzurite } from './fetch.ts';
import { azuriteVersion, findAzurite, type AzuriteProgram } from './find.ts';
import { startAzurite, type AzuriteCertificate, type AzuriteProcess } from './process.ts';
import { sharedKey } from './sharedKey.ts';

export interface BlobServiceOptions {
  readonly clock: SandboxClock;
  readonly tls: AzuriteCertificate;
  /** PEM of the sandbox's authority, which has signed the certificate. */
  readonly authority: string;
  /** Looked for where left out; `none`: not even looked for. */
  readonly program?: AzuriteProgram | 'none' | undefined;
}

/** A container that is there from the start, with what is in it. */
export interface Seed {
  readonly account: Account;
  readonly container: string;
  readonly blobs: readonly SeedBlob[];
}

export interface SeedBlob {
  readonly name: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

export type BlobServiceState = 'notStarted' | 'starting' | 'running' | 'fetching' | 'missing' | 'failed';

/** The accounts' blobs: an Azurite of the sandbox's own, started when somebody first wants one of them. */
export class BlobService implements BlobStore {
  readonly ages = new Ages();
  readonly #options: BlobServiceOptions;
  #accounts: readonly Account[] = [];
  #seeds: () => readonly Seed[] = () => [];
  #program: AzuriteProgram | undefined;
  #starting: Promise<AzuriteProcess> | undefined;
  #running: AzuriteProcess | undefined;
  #fetching: Promise<AzuriteProgram> | undefined;
  #failure: string | undefined;
  #closed = false;

  constructor(options: BlobServiceOptions) {
    this.#options = options;
    this.#program = options.program === 'none' ? undefined : options.program;
  }

  /** What there is to serve. */
  fill(accounts: readonly Account[], seeds: () => readonly Seed[]): void {
    this.#accounts = accounts;
    this.#seeds = seeds;
  }

  /** Where the program is, without starting it. */
  get program(): AzuriteProgram | undefined {
    return (this.#program ??= this.#options.program === 'none' ? undefined : findAzurite());
  }

  get state(): BlobServiceState {
    if (this.#running !== undefined) {
      return 'running';
    }
    if (this.#fetching !== undefined) {
      return 'fetching';
    }
    if (this.#starting !== undefined) {
      return 'starting';
    }
    return this.#failure !== undefined ? 'failed' : this.program === undefined ? 'missing' : 'notStarted';
  }

  /** Why it does not run, for a person; undefined where it runs or could. */
  get problem(): string | undefined {
    return this.#failure ?? (this.program === undefined ? missing : undefined);
  }

  get process(): Pick<AzuriteProcess, 'port' | 'pid'> | undefined {
    return this.#running;
  }

  /** Takes another program, for the next start. */
  use(program: AzuriteProgram): void {
    this.#program = program;
    this.#failure = undefined;
  }

  /** Has npm fetch it, where nobody has yet. @throws BlobServiceMissing that says why not. */
  async fetch(): Promise<AzuriteProgram> {
    this.#fetching ??= fetchAzurite().finally(() => (this.#fetching = undefined));
    try {
      const program = await this.#fetching;
      this.use(program);
      return program;
    } catch (error) {
      throw new BlobServiceMissing(messageOf(error), { cause: error });
    }
  }

  /** Starts it where it does not run. @throws BlobServiceMissing */
  async address(): Promise<AzuriteAddress> {
    if (this.#closed) {
      throw new BlobServiceMissing('The sandbox is closing.');
    }
    this.#starting ??= this.#start();
    try {
      const { port } = await this.#starting;
      return { port, authority: this.#options.authority };
    } catch (error) {
      this.#starting = undefined;
      throw error;
    }
  }

  async send(account: Account, call: BlobCall): Promise<BlobAnswer> {
    return this.#send(await this.address(), account, call);
  }

  /** Writes a blob, as if it had been written then. @throws Error where Azurite does not take it. */
  async writeAged(account: Account, container: string, blob: SeedBlob): Promise<void> {
    await this.#writeAged(await this.address(), account, container, blob);
  }

  close(): void {
    this.#closed = true;
    this.#running?.stop();
    // One that is just starting is stopped when it serves.
    void this.#starting?.then(
      (azurite) => azurite.stop(),
      () => undefined,
    );
  }

  async #start(): Promise<AzuriteProcess> {
    const { program } = this;
    if (program === undefined) {
      throw new BlobServiceMissing(missing);
    }
    let azurite: AzuriteProcess;
    try {
      azurite = await startAzurite({ program, tls: this.#options.tls, accounts: this.#accounts });
    } catch (error) {
      this.#failure = `Azurite ${program.version} (${program.main}) does not start: ${messageOf(error)}`;
      throw new BlobServiceMissing(this.#failure, { cause: error });
    }
    void azurite.ended.then(() => {
      // What was in it is gone: the next one begins with what is there from the start.
      this.#running = undefined;
      this.#starting = undefined;
    });
    this.#failure = undefined;
    this.ages.clear();
    const address = { port: azurite.port, authority: this.#options.authority };
    for (const { account, container, blobs } of this.#seeds()) {
      await this.#send(address, account, { method: 'PUT', container, query: { restype: 'container' } });
      for (const blob of blobs) {
        await this.#writeAged(address, account, container, blob);
      }
    }
    this.#running = azurite;
    return azurite;
  }

  async #writeAged(address: AzuriteAddress, account: Account, container: string, blob: SeedBlob): Promise<void> {
    const headers = { 'x-ms-blob-type': 'BlockBlob', 'content-type': blob.contentType };
    const written = await this.#send(address, account, { method: 'PUT', container, blob: blob.name, headers, body: blob.content });
    if (written.status !== 201) {
      throw new Error(`Azurite refused ${account.name}/${container}/${blob.name}: ${written.status} ${written.code ?? ''}`);
    }
    this.ages.set(account.name, container, blob.name, written.headers['etag'] ?? '', blob.modifiedAt);
  }

  async #send(address: AzuriteAddress, account: Account, call: BlobCall): Promise<BlobAnswer> {
    const names = [account.name, call.container, ...(call.blob?.split('/') ?? [])].filter((name) => name !== undefined);
    const path = `/${names.map(encodeURIComponent).join('/')}`;
    const query = new URLSearchParams(call.query);
    const headers: Record<string, string> = {
      ...call.headers,
      'content-length': String(call.body?.byteLength ?? 0),
      'x-ms-date': new Date(this.#options.clock.now()).toUTCString(),
      'x-ms-version': '2021-12-02',
    };
    const authorization = sharedKey(account.name, call.key ?? account.keys[0], { method: call.method, path, query, headers });
    const target = query.size === 0 ? path : `${path}?${query.toString()}`;
    const answer = await callAzurite(address, { method: call.method, target, headers: { ...headers, authorization } }, call.body);
    const answered = answer.headers as Readonly<Record<string, string | undefined>>;
    return { status: answer.status, headers: answered, body: await readAll(answer.body), code: answered['x-ms-error-code'] };
  }
}

const missing = `Azurite was not found: the sandbox keeps blobs in it, and it is neither installed beside the sandbox nor on the PATH. Install it (npm install --global azurite@${azuriteVersion}), or start the sandbox with --azurite PATH, or let it be fetched (POST /_sandbox/blobs/fetch).`;
